package edition

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"paperboy/internal/letter"
)

// SendReport counts what became of the letters that a sending claimed.
type SendReport struct {
	Delivered int
	Retrying  int // to be tried again later
	Failed    int // given up
	// Next is when the first of the letters may go that limits and pauses held
	// back; zero: none was.
	Next time.Time
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
		return SendReport{Next: e.manners.next(now)}, err
	}
	owner, beating, stop, err := e.join(ctx)
	if err != nil {
		return SendReport{}, fmt.Errorf("join the senders: %w", err)
	}
	defer stop()
	s := &sending{Edition: e, owner: owner, now: now, started: time.Now(), settler: newSettler(e.Store, owner)}
	defer s.settler.close()
	defer heap.grow()()
	paused, err := e.Store.PausedPlaces(ctx, now)
	if err != nil {
		return SendReport{}, err
	}
	e.manners.begin(paused, now)
	s.queue, s.ahead = newQueue(e.manners, s.clock), newAhead(e)
	err = s.deliverAll(beating)
	if err != nil {
		e.Log.ErrorContext(ctx, "sending stopped", "error", err)
	}
	s.report.Next = s.queue.next()
	return s.report, errors.Join(err, s.tell(ctx, err))
}

// tell keeps for the operator why the mail server stopped the sending, or took
// none of its few letters, until letters go out again.
func (s *sending) tell(ctx context.Context, stopped error) error {
	ended := ctx.Err() != nil // and what stopped then is no news
	ctx = context.WithoutCancel(ctx)
	// A place's quota is told of with the place.
	if last := s.refused.reply; stopped == nil && s.report.Delivered == 0 && letter.Judge(last) == letter.RefusesUs {
		stopped = &letter.Fault{Reply: last}
	}
	fault := new(letter.Fault)
	if errors.As(stopped, &fault) && !ended {
		return s.Store.Stop(ctx, letter.Attempt{At: s.clock(), Outcome: letter.RefusesUs, Reply: fault.Reply})
	}
	_, told, err := s.Store.Stopped(ctx)
	if err == nil && told && s.report.Delivered > 0 {
		err = s.Store.GoOn(ctx)
	}
	return err
}

// sending is one call of Send.
type sending struct {
	*Edition
	owner   int64
	now     time.Time // the moment that the sending is for
	started time.Time // when it began by this machine's clock
	settler *settler
	queue   *queue
	ahead   *ahead
	busy    atomic.Int32 // couriers that have a letter

	mu      sync.Mutex
	report  SendReport
	refused refusals
}

// clock is now, moved on by the time that the sending takes.
func (s *sending) clock() time.Time { return s.now.Add(time.Since(s.started)) }

// deliverAll sends what there is to send over the connections, and returns what
// stopped it, if anything did. Claims are given back under a context that
// outlives the caller's.
func (s *sending) deliverAll(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(ctx, func() {
		s.queue.wake()
		if letters := s.busy.Load(); letters > 0 {
			s.Log.InfoContext(ctx, "waiting for the mail server's answers", "letters", letters, "longest", lastAnswer)
		}
	})()
	var wg sync.WaitGroup
	run := func(work func(context.Context) error) {
		wg.Go(func() {
			if err := work(ctx); err != nil {
				cancel(err)
			}
		})
	}
	run(s.feed)
	run(s.ahead.work)
	for range s.Connections {
		run((&courier{sending: s}).work)
	}
	wg.Wait()
	// What nobody came to is free again.
	return errors.Join(context.Cause(ctx), s.release(ctx, s.queue.drain()...))
}

// release frees claims, also where ctx has ended. What the warm-up counted as
// going out is counted no more.
func (s *sending) release(ctx context.Context, letters ...*parcel) error {
	if len(letters) == 0 {
		return nil
	}
	ids, counted := make([]int64, len(letters)), make([]time.Time, len(letters))
	for i, l := range letters {
		ids[i], counted[i] = l.ID, l.counted
	}
	if err := s.Store.Release(context.WithoutCancel(ctx), s.owner, ids); err != nil {
		s.process.lose()
		return err
	}
	return s.uncount(ctx, counted)
}

// refusedInARow is how many letters one after another a server may refuse for
// what we are before the sending stops, or that to their place. One may be about
// its recipient.
const refusedInARow = 3

// refusals are letters refused for what we are.
type refusals struct {
	all   int            // since the last letter that was taken
	at    map[string]int // since the last one that was taken for this place
	reply letter.Reply   // the last
}

// refusal returns an error where the server refuses us, and not one letter: at
// the sender or before, or at several letters with none taken between. Where
// those taken between went elsewhere, it refuses us for this place alone.
func (s *sending) refusal(place string, outcome letter.Outcome, reply letter.Reply) (here bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := &s.refused
	switch {
	case outcome == letter.RefusesUs:
	case outcome == letter.SlowDown && reply.Code >= 500: // a quota: perhaps not a place's, but the mail server's
	default:
		if outcome == letter.Delivered {
			r.all = 0
			delete(r.at, place)
		}
		return false, nil
	}
	if r.at == nil {
		r.at = map[string]int{}
	}
	r.all++
	r.at[place]++
	r.reply = reply
	if r.all >= refusedInARow || reply.Stage == letter.StageMail || reply.Stage == letter.StageAuth {
		return false, &letter.Fault{Reply: reply}
	}
	return r.at[place] >= refusedInARow, nil
}

// next is what becomes of a letter after an attempt. Where its place is paused,
// it is not tried again before that is over.
func next(l letter.Letter, outcome letter.Outcome, at, paused time.Time) (letter.State, time.Time) {
	switch outcome {
	case letter.Delivered:
		return letter.Sent, time.Time{}
	case letter.NoRecipient, letter.Rejected:
		return letter.Failed, time.Time{}
	}
	retry, again := letter.Retry(outcome, l.Attempts+1, cmp.Or(l.Tried, at), at, l.Reader)
	if !again {
		return letter.Failed, time.Time{}
	}
	if retry.Before(paused) {
		retry = paused
	}
	return letter.Queued, retry
}
