package edition

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"paperboy/internal/letter"
)

// A mail server that is gone for an hour, from the start or from the midst of
// the sending on, holds up all letters and loses none: each comes once, within
// minutes of its return.
func TestAServerGoneForAnHourMissesNobody(t *testing.T) {
	for name, c := range map[string]struct {
		takes  int
		warmUp WarmUp
	}{
		"from the start":                  {},
		"in the midst of the sending":     {takes: 7},
		"under a ceiling of the warm-up":  {warmUp: WarmUp{Start: 40, Growth: 1}},
		"in the midst of it, the ceiling": {takes: 7, warmUp: WarmUp{Start: 40, Growth: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			takes := c.takes
			synctest.Test(t, func(t *testing.T) {
				s := mustOpen(t, scratch(t))
				defer s.Close()
				begin := time.Now()
				const readers = 20
				for n := range readers {
					addReader(t, s, fmt.Sprintf("reader%d@example.net", n), "robots", utc(7), begin)
				}
				source := &shelf{name: "shelf"}
				source.put(1, 10, "Robots", begin)
				o := &outage{takes: takes, back: begin.Add(time.Hour)}
				o.got, o.ids = map[string][]time.Time{}, map[string]bool{}
				ctx, cancel := context.WithTimeout(t.Context(), 6*time.Hour)
				defer cancel()
				e := newEdition(t, s, o.open, source)
				e.Connections = 3
				e.Limits.WarmUp = c.warmUp
				if err := NewLoop(e).Run(ctx, Schedule{Pull: "50 * * * *", Wake: "* * * * *"}); err != nil {
					t.Fatal(err)
				}
				if len(o.got) != readers {
					t.Errorf("%d readers of %d have their letter", len(o.got), readers)
				}
				for address, times := range o.got {
					late := times[0].Sub(o.back)
					if len(times) != 1 || late > 15*time.Minute {
						t.Errorf("%s: letters at %v, the server was back at %v", address, times, o.back)
					}
				}
				if early := readers - o.late; early != takes {
					t.Errorf("%d letters before the server was gone, want %d", early, takes)
				}
			})
		})
	}
}

// outage is a server that is gone once it took some letters, until it is back.
type outage struct {
	postman
	takes int
	back  time.Time
	late  int // letters taken since
}

func (o *outage) gone() bool { return o.takes == 0 && time.Now().Before(o.back) }

func (o *outage) open(context.Context) (Conn, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.gone() {
		return nil, &letter.Fault{Reply: letter.Reply{Stage: letter.StageConnect, Text: "connection refused"}, Err: errors.New("connection refused")}
	}
	return o, nil
}

func (*outage) Begin(context.Context, letter.Envelope) {}

func (o *outage) Send(ctx context.Context, e letter.Envelope) letter.Reply {
	o.mu.Lock()
	if o.gone() {
		o.mu.Unlock()
		return letter.Reply{Stage: letter.StageConnect, Text: "connection reset by peer"}
	}
	if time.Now().Before(o.back) {
		o.takes--
	} else {
		o.late++
	}
	o.mu.Unlock()
	return o.postman.Send(ctx, e)
}

// A server that hangs holds up the end of the program for a while, not for as
// long as it may take to answer; whether it has the letter is not known then.
func TestTheEndWaitsForAnAnswerNotForLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, s, _ := mannered(t, Limits{}, 1, nil, "a@example.net", "b@example.net")
		e.Open = func(context.Context) (Conn, error) { return speechless{}, nil }
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		began := time.Now()
		if r, err := e.Send(ctx, began); err == nil || r.Retrying != 1 {
			t.Errorf("%+v, %v", r, err)
		}
		if took := time.Since(began); took != time.Hour+lastAnswer {
			t.Errorf("it ended after %v, want %v after it was told to", took, lastAnswer)
		}
		all, err := s.Letters(t.Context(), 1, 1)
		if err != nil || len(all) != 1 || !all[0].Unknown || all[0].State != letter.Queued {
			t.Errorf("the letter is %+v, %v", all, err)
		}
	})
}

// speechless is a connection to a server that takes a letter and says no more.
type speechless struct{}

func (speechless) Begin(context.Context, letter.Envelope) {}
func (speechless) Close() error                           { return nil }
func (speechless) Send(ctx context.Context, _ letter.Envelope) letter.Reply {
	<-ctx.Done()
	return letter.Reply{Stage: letter.StageDot, Text: ctx.Err().Error()}
}
