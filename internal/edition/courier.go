package edition

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"paperboy/internal/letter"
)

// courier works off the queue over one connection, opened at the first letter
// and again where the server closed it. It gives the final dot of a letter only
// when what came of the one before is committed; all before it goes out meanwhile.
type courier struct {
	*sending
	next atomic.Pointer[parcel] // taken from the queue already: its commands go out with the end of the letter before
	conn Conn                   // nil: none is open
	last *letter.Settlement     // of the last letter tried, until it is committed
	torn bool                   // the last letter was taken from us: the next may be too, and is not begun
	slow bool                   // the last answer was
	curt bool                   // the server ended a connection between two letters; told of more, it could lose its last answer
	room letter.Encoded         // where letters are built that were not composed ahead

	answers context.Context // of letters on their way: it ends some time after the sending's
}

// work ends when the queue does. Its error means that all sending must stop.
func (c *courier) work(ctx context.Context) (err error) {
	var stop func()
	c.answers, stop = outlive(ctx, lastAnswer)
	defer stop()
	defer c.close()
	defer func() { err = errors.Join(err, c.settle(ctx), c.letGo(ctx)) }()
	for ctx.Err() == nil {
		p, err := c.take(ctx)
		if err != nil || p == nil {
			return err
		}
		if err := c.deliver(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// take takes a letter from the queue, nil where there are no more. What came of
// the last one does not wait with it.
func (c *courier) take(ctx context.Context) (*parcel, error) {
	if next := c.next.Swap(nil); next != nil {
		if c.queue.keep(next) {
			return next, nil
		}
		c.close() // the server may wait for it
		if err := c.untake(ctx, next); err != nil {
			return nil, err
		}
	}
	if p := c.queue.poll(); p != nil {
		return p, nil
	}
	if err := c.settle(ctx); err != nil {
		return nil, err
	}
	return c.queue.take(ctx), nil
}

// deliver sends one letter. An error means that all sending must stop; what
// concerns the letter alone is settled with it.
func (c *courier) deliver(ctx context.Context, p *parcel) (err error) {
	var outcome letter.Outcome
	c.busy.Add(1)
	defer c.busy.Add(-1)
	defer c.ahead.back(p)
	defer func() {
		if c.queue.back(p, outcome == letter.Delivered) {
			err = errors.Join(err, c.Store.UnpausePlace(context.WithoutCancel(ctx), p.place))
		}
	}()
	if err := c.open(ctx); err != nil {
		return errors.Join(err, c.release(ctx, p))
	}
	envelope, fault, held, err := c.begin(ctx, p)
	if err != nil || !held {
		return errors.Join(err, c.release(ctx, p))
	}
	if fault != nil {
		c.Log.ErrorContext(ctx, "letter can't be composed", "letter", p.ID, "reader", p.Letter.Reader,
			"error", letter.WithoutAddresses(fault.Error()))
		c.note(p, letter.Rejected, letter.Reply{Stage: letter.StageConnect, Text: fault.Error()}, time.Time{})
		return nil
	}
	envelope.Next = c.following()
	reply, sent, err := c.offer(ctx, p, envelope)
	if err != nil || !sent {
		return errors.Join(err, c.release(ctx, p))
	}
	outcome = letter.Judge(reply)
	here, refusal := c.refusal(p.place, outcome, reply)
	var paused time.Time
	if here || outcome == letter.SlowDown {
		paused, err = c.pause(ctx, p.place, outcome, reply)
	}
	c.note(p, outcome, reply, paused)
	return errors.Join(err, refusal)
}

// begin begins a letter while what came of the one before is committed. fault is
// why it can't be composed; it is held where it may be sent now.
func (c *courier) begin(ctx context.Context, p *parcel) (e letter.Envelope, fault error, held bool, err error) {
	turn := c.settler.turn(c, c.last, p.ID)
	e, fault = c.ahead.take(p, &c.room)
	begun := fault == nil && !c.torn
	if begun {
		c.conn.Begin(ctx, e)
	}
	held, err = c.committed(ctx, <-turn)
	c.torn = !held
	if err == nil && held && ctx.Err() == nil {
		return e, fault, true, nil
	}
	if begun {
		c.close() // the server waits for the end of this letter
	}
	return e, fault, false, err
}

// following takes the letter that this courier will send next, and returns its
// mail, if that is composed. None is taken that another courier could send
// earlier: one that is free, or one whose mail server answers more quickly.
func (c *courier) following() *letter.Envelope {
	if c.slow || c.curt || int(c.busy.Load()) < c.Connections {
		return nil
	}
	p := c.queue.pollEarly()
	if p == nil {
		return nil
	}
	c.next.Store(p)
	return c.ahead.ready(p)
}

// letGo gives the next letter to whoever is free first. The server may have been
// told of it, and then gets no other over this connection.
func (c *courier) letGo(ctx context.Context) error {
	if next := c.next.Swap(nil); next != nil {
		return c.untake(ctx, next)
	}
	return nil
}

// untake puts a letter back into the queue, or where its place is paused since,
// gives it back until that is over.
func (c *courier) untake(ctx context.Context, p *parcel) error {
	until := c.queue.untake(p)
	if until.IsZero() {
		return nil
	}
	c.ahead.back(p)
	return c.unsent(ctx, []letter.Postponed{{Letter: p.ID, Until: until, Counted: p.counted}})
}

// pause pauses a place, for all processes, and gives back what waits for it.
func (c *courier) pause(ctx context.Context, place string, why letter.Outcome, reply letter.Reply) (until time.Time, err error) {
	ctx = context.WithoutCancel(ctx)
	pause, err := c.Store.PausePlace(ctx, place, reply, c.clock())
	if err != nil {
		return time.Time{}, err
	}
	c.Log.WarnContext(ctx, "mail to a place is paused", "place", place, "until", pause.Until,
		"outcome", string(why), "code", reply.Code, "text", letter.WithoutAddresses(reply.Text))
	resting := c.queue.rest(pause)
	over := make([]letter.Postponed, len(resting))
	for i, p := range resting {
		c.ahead.back(p)
		over[i] = letter.Postponed{Letter: p.ID, Until: pause.Until, Counted: p.counted}
	}
	return pause.Until, c.unsent(ctx, over)
}

// reopenings is how often a connection is opened anew for one letter: once where
// it was merely over, more often where several mail servers are to be tried.
const reopenings = 4

// offer puts a letter on the wire. Where the connection turns out to be over,
// it is opened anew, if the letter is still to be sent then: meanwhile
// its reader may have left, or this process may have stalled so long that
// another one took the letter over.
func (c *courier) offer(ctx context.Context, p *parcel, e letter.Envelope) (reply letter.Reply, sent bool, err error) {
	for range reopenings {
		ours := c.slow // told of a letter that was let go, the connection ends by our own doing
		if reply = c.send(ctx, e); reply.Stage != letter.StageConnect {
			return reply, true, nil
		}
		c.curt = c.curt || !ours
		if err := c.open(ctx); err != nil {
			return reply, false, err
		}
		if held, err := c.committed(ctx, <-c.settler.turn(c, nil, p.ID)); err != nil || !held {
			return reply, false, err
		}
	}
	return reply, false, &letter.Fault{Reply: reply}
}

// send brings a conversation that has begun to its end: broken off after the
// final dot it would leave open whether the letter arrived. A server that says
// nothing is waited for a while where the sending is to end.
func (c *courier) send(ctx context.Context, e letter.Envelope) letter.Reply {
	waiting := time.AfterFunc(slowAnswer, func() {
		if err := c.letGo(ctx); err != nil {
			c.Log.ErrorContext(ctx, "letter can't be given back", "error", err)
		}
	})
	reply := c.conn.Send(c.answers, e)
	c.slow = !waiting.Stop()
	if reply.Code == 0 || reply.Code == serviceClosing {
		c.close()
	}
	return reply
}

// lastAnswer is how long letters on their way are waited for at the end of a
// sending: longer than most servers take, less than a service has to stop.
const lastAnswer = 30 * time.Second

// outlive returns a context that ends that long after ctx.
func outlive(ctx context.Context, by time.Duration) (longer context.Context, stop func()) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	ended := context.AfterFunc(ctx, func() {
		select {
		case <-time.After(by):
			cancel()
		case <-longer.Done():
		}
	})
	return longer, func() {
		ended()
		cancel()
	}
}

// slowAnswer is how long a letter waits behind another one's answer.
const slowAnswer = time.Second

// serviceClosing is the answer after which a server hangs up.
const serviceClosing = 421

// open opens a connection where there is none. As that may take long, it
// settles before.
func (c *courier) open(ctx context.Context) error {
	if c.conn != nil {
		return nil
	}
	if err := c.settle(ctx); err != nil {
		return err
	}
	conn, err := c.Open(ctx)
	if err == nil {
		c.conn = conn
	}
	return err
}

func (c *courier) close() {
	if c.conn != nil {
		// Nothing hangs on a polite goodbye.
		_ = c.conn.Close()
		c.conn = nil
	}
}

// note keeps what came of a letter, for the next turn.
func (c *courier) note(p *parcel, outcome letter.Outcome, reply letter.Reply, paused time.Time) {
	at := c.clock()
	c.last = &letter.Settlement{
		Letter: p.ID, Reader: p.Letter.Reader,
		Attempt: letter.Attempt{At: at, Outcome: outcome, Reply: reply},
	}
	c.last.State, c.last.Retry = next(p.Letter, outcome, at, paused)
}

// settle commits what came of the last letter, if that is still to be done.
func (c *courier) settle(ctx context.Context) error {
	if c.last == nil {
		return nil
	}
	_, err := c.committed(ctx, <-c.settler.turn(c, c.last, 0))
	return err
}

// committed takes the answer to a turn. What could not be committed is owed.
func (c *courier) committed(ctx context.Context, a answer) (held bool, err error) {
	last := c.last
	c.last = nil
	if a.err != nil {
		if last == nil {
			return false, a.err
		}
		c.process.owe(*last)
		return false, fmt.Errorf("settle letter %d: %w", last.Letter, a.err)
	}
	if last == nil {
		return a.held, nil
	}
	if last.Attempt.Outcome != letter.Delivered {
		c.Log.WarnContext(ctx, "letter not delivered", "letter", last.Letter, "reader", last.Reader,
			"outcome", string(last.Attempt.Outcome), "stage", string(last.Attempt.Stage), "code", last.Attempt.Code, "host", last.Attempt.Host)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.report.count(last.State)
	return a.held, nil
}
