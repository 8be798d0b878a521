package edition

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"syscall"
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
	host, err := os.Hostname()
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

// alive reports whether a process of this machine still runs. This process'
// own number proves nothing: in a container every run may have the same, so
// its predecessor is left to its heartbeat.
func alive(pid int) bool {
	if pid == os.Getpid() {
		return true
	}
	p, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	defer p.Release()
	err = p.Signal(syscall.Signal(0))
	return err == nil || errors.Is(err, os.ErrPermission) || errors.Is(err, syscall.EPERM)
}
