package edition

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"paperboy/internal/letter"
	"paperboy/internal/subscription"
)

// claimAtOnce is how many letters a process claims in one go: enough to keep
// its connections busy, few enough to free quickly when it dies.
const claimAtOnce = 100

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
	for {
		// Claims are made under the caller's context and given back under one
		// that outlives it.
		letters, err := e.Store.Claim(beating, owner, s.clock(), claimAtOnce)
		if err != nil {
			return s.report, errors.Join(fmt.Errorf("claim letters: %w", err), context.Cause(beating))
		}
		if len(letters) == 0 {
			return s.report, nil
		}
		if err := s.deliverAll(beating, letters); err != nil {
			e.Log.ErrorContext(ctx, "sending stopped", "error", err)
			return s.report, err
		}
	}
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

// deliverAll sends the claimed letters over the connections and returns the
// first error that stopped it.
func (s *sending) deliverAll(ctx context.Context, letters []letter.Letter) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	queue := make(chan letter.Letter, len(letters))
	for _, l := range letters {
		queue <- l
	}
	close(queue)
	var wg sync.WaitGroup
	for range min(s.Connections, len(letters)) {
		wg.Go(func() {
			if err := s.deliver(ctx, queue); err != nil {
				cancel(err)
			}
		})
	}
	wg.Wait()
	return errors.Join(context.Cause(ctx), s.giveBack(ctx, queue))
}

// giveBack frees the claims that nobody came to.
func (s *sending) giveBack(ctx context.Context, queue <-chan letter.Letter) error {
	var left []letter.Letter
	for l := range queue {
		left = append(left, l)
	}
	return s.release(ctx, left...)
}

// release frees claims, also where ctx has ended.
func (s *sending) release(ctx context.Context, letters ...letter.Letter) error {
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

// deliver works off the queue over one connection, opened at the first letter
// and again where the server closed it.
func (s *sending) deliver(ctx context.Context, queue <-chan letter.Letter) error {
	var line line
	defer line.close()
	for ctx.Err() == nil {
		l, more := <-queue
		if !more {
			return nil
		}
		if err := s.deliverOne(ctx, &line, l); err != nil {
			return err
		}
	}
	return nil
}

// deliverOne sends one letter and settles it. An error means that all sending
// must stop; what concerns the letter alone is settled with it.
func (s *sending) deliverOne(ctx context.Context, line *line, l letter.Letter) error {
	subject, err := s.subject(ctx, l)
	if errors.Is(err, subscription.ErrNoReader) {
		return nil // deleted since, and the letter with them
	}
	if err != nil {
		return errors.Join(err, s.release(ctx, l))
	}
	envelope, err := s.envelope(l, subject)
	if err != nil {
		s.Log.ErrorContext(ctx, "letter can't be composed", "letter", l.ID, "reader", l.Reader, "error", letter.WithoutAddresses(err.Error()))
		reply := letter.Reply{Stage: letter.StageConnect, Text: err.Error()}
		return s.settle(ctx, l, letter.Rejected, reply)
	}
	reply, held, err := s.offer(ctx, line, l, envelope)
	if err != nil || !held {
		return errors.Join(err, s.release(ctx, l))
	}
	outcome := letter.Judge(reply)
	if err := s.settle(ctx, l, outcome, reply); err != nil {
		return err
	}
	return s.refusal(outcome, reply)
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

// offer puts a letter on the wire, if it is still this process' to send. A
// connection that turns out to be over is opened anew, once.
func (s *sending) offer(ctx context.Context, line *line, l letter.Letter, e letter.Envelope) (reply letter.Reply, held bool, err error) {
	for range 2 {
		if err := line.open(ctx, s.Open); err != nil {
			return reply, false, err
		}
		// Since the claim the reader may have left, or this process may have
		// stalled so long that another one took the letter over.
		if held, err = s.Store.Holds(ctx, s.owner, l.ID); err != nil || !held {
			return reply, false, err
		}
		// A conversation that has begun is brought to its end: broken off after
		// the final dot it would leave open whether the letter arrived.
		reply = line.conn.Send(context.WithoutCancel(ctx), e)
		if reply.Code == 0 || reply.Code == 421 {
			line.close()
		}
		if reply.Stage != letter.StageConnect {
			return reply, true, nil
		}
	}
	return reply, false, &letter.Fault{Reply: reply}
}

// settle records the attempt and waits until it is committed: only then may
// this connection send its next letter.
func (s *sending) settle(ctx context.Context, l letter.Letter, outcome letter.Outcome, reply letter.Reply) error {
	at := s.clock()
	settlement := letter.Settlement{
		Letter: l.ID, Reader: l.Reader,
		Attempt: letter.Attempt{At: at, Outcome: outcome, Reply: reply},
	}
	settlement.State, settlement.Retry = next(l, outcome, at)
	if err := s.settler.settle(settlement); err != nil {
		s.process.owe(settlement)
		return fmt.Errorf("settle letter %d: %w", l.ID, err)
	}
	if outcome != letter.Delivered {
		s.Log.WarnContext(ctx, "letter not delivered", "letter", l.ID, "reader", l.Reader,
			"outcome", string(outcome), "stage", string(reply.Stage), "code", reply.Code, "host", reply.Host)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.report.count(settlement.State)
	return nil
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

// line is a connection that is opened when it is first needed.
type line struct{ conn Conn }

func (l *line) open(ctx context.Context, open func(context.Context) (Conn, error)) error {
	if l.conn != nil {
		return nil
	}
	conn, err := open(ctx)
	if err == nil {
		l.conn = conn
	}
	return err
}

func (l *line) close() {
	if l.conn != nil {
		// All that was accepted is settled; nothing hangs on a polite goodbye.
		_ = l.conn.Close()
		l.conn = nil
	}
}
