package edition

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"paperboy/internal/letter"
)

// SendReport counts what became of the letters that a sending claimed.
type SendReport struct {
	Delivered int
	Retrying  int // to be tried again later
	Failed    int // given up
}

func (r *SendReport) count(s letter.State) {
	switch s {
	case letter.Sent:
		r.Delivered++
	case letter.Failed:
		r.Failed++
	default:
		r.Retrying++
	}
}

// Send claims queued letters and delivers them until none is left to try at
// now. It stops at once where letters can't be settled, where the mail server
// refuses us, and where this process was taken for dead; the letters that it
// holds are then given back.
func (e *Edition) Send(ctx context.Context, now time.Time) (SendReport, error) {
	e.process.sending.Lock()
	defer e.process.sending.Unlock()
	if waiting, err := e.Store.Waiting(ctx, now); err != nil || !waiting {
		return SendReport{}, err
	}
	owner, beating, stop, err := e.join(ctx)
	if err != nil {
		return SendReport{}, fmt.Errorf("join the senders: %w", err)
	}
	defer stop()
	s := &sending{Edition: e, owner: owner, now: now, started: time.Now(), settler: newSettler(e.Store, owner)}
	defer s.settler.close()
	if err := s.deliverAll(beating); err != nil {
		e.Log.ErrorContext(ctx, "sending stopped", "error", err)
		return s.report, err
	}
	return s.report, nil
}

// sending is one call of Send.
type sending struct {
	*Edition
	owner   int64
	now     time.Time // the moment that the sending is for
	started time.Time // when it began by this machine's clock
	settler *settler

	mu      sync.Mutex
	report  SendReport
	refused int // letters refused for what we are, since the last one taken
}

// clock is now, moved on by the time that the sending takes.
func (s *sending) clock() time.Time { return s.now.Add(time.Since(s.started)) }

// deliverAll sends what there is to send over the connections, and returns what
// stopped it, if anything did. Claims are given back under a context that
// outlives the caller's.
func (s *sending) deliverAll(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	queue := make(chan parcel, claimAtOnce/2)
	var wg sync.WaitGroup
	run := func(work func(context.Context) error) {
		wg.Go(func() {
			if err := work(ctx); err != nil {
				cancel(err)
			}
		})
	}
	run(func(ctx context.Context) error { return s.feed(ctx, queue) })
	for range s.Connections {
		run((&courier{sending: s, queue: queue}).work)
	}
	wg.Wait()
	return errors.Join(context.Cause(ctx), s.giveBack(ctx, queue))
}

// giveBack frees the claims that nobody came to.
func (s *sending) giveBack(ctx context.Context, queue <-chan parcel) error {
	var left []parcel
	for p := range queue {
		left = append(left, p)
	}
	return s.release(ctx, left...)
}

// release frees claims, also where ctx has ended.
func (s *sending) release(ctx context.Context, letters ...parcel) error {
	if len(letters) == 0 {
		return nil
	}
	ids := make([]int64, len(letters))
	for i, l := range letters {
		ids[i] = l.ID
	}
	err := s.Store.Release(context.WithoutCancel(ctx), s.owner, ids)
	if err != nil {
		s.process.lose()
	}
	return err
}

// refusedInARow is how many letters one after another a server may refuse for
// what we are before the sending stops. One may be about its recipient.
const refusedInARow = 3

// refusal returns an error where the server refuses us, and not one letter: at
// the sender or before, or at several letters with none taken between.
func (s *sending) refusal(outcome letter.Outcome, reply letter.Reply) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if outcome != letter.RefusesUs {
		if outcome == letter.Delivered {
			s.refused = 0
		}
		return nil
	}
	s.refused++
	if s.refused < refusedInARow && reply.Stage != letter.StageMail && reply.Stage != letter.StageAuth {
		return nil
	}
	return &letter.Fault{Reply: reply}
}

// next is what becomes of a letter after an attempt.
func next(l letter.Letter, outcome letter.Outcome, at time.Time) (letter.State, time.Time) {
	switch outcome {
	case letter.Delivered:
		return letter.Sent, time.Time{}
	case letter.NoRecipient, letter.Rejected:
		return letter.Failed, time.Time{}
	}
	retry, again := letter.Retry(l.Attempts+1, at, l.Reader)
	if !again {
		return letter.Failed, time.Time{}
	}
	return letter.Queued, retry
}
