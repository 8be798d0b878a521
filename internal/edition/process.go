package edition

import (
	"context"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	"paperboy/internal/letter"
)

const (
	// beatEvery is how often a sending process says that it lives.
	beatEvery = 10 * time.Second
	// staleAfter is the silence after which others take over its letters.
	staleAfter = time.Minute
)

// process is this process as the store knows it: the owner of its claims.
type process struct {
	sending sync.Mutex // one Send at a time: what it claims is its own

	mu    sync.Mutex
	owner int64 // 0 before the first sending
	// owed are settlements that could not be written. Nothing more is sent
	// before they are, or what was accepted would be sent again.
	owed []letter.Settlement
	lost bool // claims could not be given back: the owner must end, to free them
}

// owe keeps a settlement for later.
func (p *process) owe(s letter.Settlement) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.owed, p.lost = append(p.owed, s), true
}

// lose notes that claims are still held that nobody works on.
func (p *process) lose() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lost = true
}

// catchUp writes what an earlier sending could not, with p.mu held.
func (e *Edition) catchUp(ctx context.Context) error {
	p := &e.process
	if len(p.owed) > 0 {
		if _, err := e.Store.Turn(ctx, p.owner, p.owed, nil); err != nil {
			return fmt.Errorf("settle what was sent before: %w", err)
		}
		p.owed = nil
	}
	if p.lost && p.owner != 0 {
		if err := e.Store.Part(ctx, p.owner); err != nil {
			return err
		}
		p.owner = 0
	}
	p.lost = false
	return nil
}

// join makes this process an owner, frees what dead ones left, and keeps its
// heartbeat going until the returned context is done. That context also ends
// when the heartbeat is lost: a process that stalled must not send on.
func (e *Edition) join(ctx context.Context) (owner int64, beating context.Context, stop func(), err error) {
	e.process.mu.Lock()
	defer e.process.mu.Unlock()
	if err := e.catchUp(ctx); err != nil {
		return 0, nil, nil, err
	}
	host, err := machine()
	if err != nil {
		return 0, nil, nil, fmt.Errorf("name of this machine: %w", err)
	}
	now := time.Now()
	if e.process.owner != 0 && e.Store.Beat(ctx, e.process.owner, now) != nil {
		e.process.owner = 0 // others took this process for dead
	}
	if e.process.owner == 0 {
		if e.process.owner, err = e.Store.Join(ctx, host, os.Getpid(), now); err != nil {
			return 0, nil, nil, err
		}
	}
	freed, err := e.Store.Reap(ctx, e.process.owner, e.alive, host, now.Add(-staleAfter), now)
	if err != nil {
		return 0, nil, nil, err
	}
	if freed > 0 {
		e.Log.InfoContext(ctx, "took over letters of a process that is gone", "letters", freed)
	}
	beating, cancel := context.WithCancelCause(ctx)
	var wg sync.WaitGroup
	owner = e.process.owner
	wg.Go(func() { e.beat(beating, owner, cancel) })
	return owner, beating, func() { cancel(nil); wg.Wait() }, nil
}

func (e *Edition) beat(ctx context.Context, owner int64, lost context.CancelCauseFunc) {
	tick := time.NewTicker(beatEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := e.Store.Beat(ctx, owner, time.Now()); err != nil && ctx.Err() == nil {
				lost(fmt.Errorf("heartbeat lost: %w", err))
				return
			}
		}
	}
}

// AwaitOthers waits until every other process that holds letters has given a
// sign of life, let go of them, or is taken for dead, and reports whether one
// is: its letters can be sent now. Before it waits it says for how many letters
// and how long at most.
func (e *Edition) AwaitOthers(ctx context.Context, say func(letters int, most time.Duration)) (dead bool, err error) {
	e.process.mu.Lock()
	owner := e.process.owner
	e.process.mu.Unlock()
	began := time.Now()
	first, err := e.Store.Holders(ctx, owner)
	if err != nil || len(first) == 0 {
		return false, err
	}
	letters, last := 0, first[0].Beat
	for _, h := range first {
		letters += h.Letters
		if h.Beat.After(last) {
			last = h.Beat
		}
	}
	most := min(max(last.Add(staleAfter).Sub(began), 0), staleAfter)
	say(letters, most)
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for time.Since(began) <= most {
		select {
		case <-ctx.Done():
			return false, ctx.Err()
		case <-tick.C:
		}
		now, err := e.Store.Holders(ctx, owner)
		if err != nil {
			return false, err
		}
		silent := slices.ContainsFunc(now, func(h letter.Holder) bool {
			return slices.ContainsFunc(first, func(f letter.Holder) bool { return f.Owner == h.Owner && f.Beat.Equal(h.Beat) })
		})
		if !silent {
			return false, nil
		}
	}
	return true, nil
}

// Close gives back what this process has claimed.
func (e *Edition) Close(ctx context.Context) error {
	e.process.mu.Lock()
	defer e.process.mu.Unlock()
	if e.process.owner == 0 {
		return nil
	}
	owner := e.process.owner
	e.process.owner = 0
	return e.Store.Part(ctx, owner)
}
