package post

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"paperboy/internal/letter"
)

// office is a mail server that is told how it does.
type office struct {
	name  string
	shut  *letter.Reply // what Open meets
	reply letter.Reply  // what Send meets; zero: accepted
	slow  time.Duration // how long Open takes

	mu    sync.Mutex
	opens int
	taken []string
}

func (o *office) Open(context.Context) (Conn, error) {
	time.Sleep(o.slow)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.opens++
	if o.shut != nil {
		reply := *o.shut
		reply.Host = o.name
		return nil, &letter.Fault{Reply: reply}
	}
	return o, nil
}

func (*office) Begin(context.Context, letter.Envelope) {}

func (o *office) Send(_ context.Context, e letter.Envelope) letter.Reply {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.reply != (letter.Reply{}) {
		reply := o.reply
		reply.Host = o.name
		return reply
	}
	o.taken = append(o.taken, e.To)
	return letter.Reply{Stage: letter.StageDot, Host: o.name, Code: 250}
}

func (o *office) Close() error { return nil }

func relaysOf(offices ...*office) *Relays {
	openers := make([]Opener, len(offices))
	for i, o := range offices {
		openers[i] = o
	}
	return NewRelays(slog.New(slog.DiscardHandler), openers...)
}

// offer sends one letter as the edition does: opening anew where the connection
// is over.
func offer(t *testing.T, r *Relays, conn *Conn, to string) letter.Reply {
	t.Helper()
	for range 8 {
		if *conn == nil {
			opened, err := r.Open(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			*conn = opened
		}
		reply := (*conn).Send(t.Context(), letter.Envelope{To: to})
		if reply.Code == 0 || reply.Code == 421 {
			*conn = nil
		}
		if reply.Stage != letter.StageConnect {
			return reply
		}
	}
	t.Fatalf("%s: never offered", to)
	return letter.Reply{}
}

func TestTheNextRelayServesWhereOne(t *testing.T) {
	reply := func(stage letter.Stage, code int) *letter.Reply { return &letter.Reply{Stage: stage, Code: code} }
	for name, first := range map[string]*office{
		"can't be reached":                {shut: reply(letter.StageConnect, 0)},
		"is busy at the greeting":         {shut: reply(letter.StageConnect, 421)},
		"takes no password for now":       {shut: reply(letter.StageAuth, 454)},
		"has forgotten our password":      {shut: reply(letter.StageAuth, 535)},
		"has no room at MAIL":             {reply: letter.Reply{Stage: letter.StageMail, Code: 452}},
		"limits our rate at MAIL":         {reply: letter.Reply{Stage: letter.StageMail, Code: 451}},
		"hangs up at MAIL with its reply": {reply: letter.Reply{Stage: letter.StageMail, Code: 421}},
		"falls silent at MAIL":            {reply: letter.Reply{Stage: letter.StageMail}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				first.name = "first"
				second := &office{name: "second"}
				r := relaysOf(first, second)
				var conn Conn
				if got := offer(t, r, &conn, "ana"); got.Code != 250 || got.Host != "second" {
					t.Fatalf("%+v", got)
				}
				opens := first.opens
				offer(t, r, &conn, "bo")
				if first.opens != opens {
					t.Error("the first is tried again at once")
				}
				// Once it is well, the same connection's next letter goes there.
				first.shut, first.reply = nil, letter.Reply{}
				time.Sleep(asideFor)
				if got := offer(t, r, &conn, "cy"); got.Host != "first" {
					t.Errorf("afterwards: %+v", got)
				}
				if !slices.Equal(second.taken, []string{"ana", "bo"}) || !slices.Equal(first.taken, []string{"cy"}) {
					t.Errorf("first took %v, second %v", first.taken, second.taken)
				}
			})
		})
	}
}

// What a server says of one letter, or for good, is no reason to ask another.
func TestAnAnswerToTheLetterIsNotShopped(t *testing.T) {
	for _, reply := range []letter.Reply{
		{Stage: letter.StageRcpt, Code: 450}, {Stage: letter.StageRcpt, Code: 550}, {Stage: letter.StageDot, Code: 451},
		{Stage: letter.StageDot}, {Stage: letter.StageMail, Code: 550},
	} {
		second := &office{name: "second"}
		var conn Conn
		got := offer(t, relaysOf(&office{name: "first", reply: reply}, second), &conn, "ana")
		if got.Host != "first" || got.Code != reply.Code || second.opens > 0 {
			t.Errorf("%+v: got %+v, %d connections to the second", reply, got, second.opens)
		}
	}
}

func TestWhereAllRelaysFailTheFirstOneIsNamed(t *testing.T) {
	first := &office{name: "first", shut: &letter.Reply{Stage: letter.StageAuth, Code: 535}}
	second := &office{name: "second", shut: &letter.Reply{Stage: letter.StageConnect}}
	r := relaysOf(first, second)
	for n := range 2 { // the second time all are aside, and are tried all the same
		_, err := r.Open(t.Context())
		var fault *letter.Fault
		if !errors.As(err, &fault) || fault.Host != "first" || second.opens != n+1 {
			t.Errorf("error %v, the second was tried %d times", err, second.opens)
		}
	}
	// Nobody left at MAIL: the letter waits for its retry.
	last := &office{name: "last", reply: letter.Reply{Stage: letter.StageMail, Code: 451}}
	var conn Conn
	if got := offer(t, relaysOf(first, last), &conn, "ana"); got.Code != 451 || got.Host != "last" {
		t.Errorf("%+v", got)
	}
}

// A server that lets us wait holds up one connection, not all.
func TestOneConnectionTriesASlowRelayAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first := &office{name: "first", shut: &letter.Reply{Stage: letter.StageConnect, Text: "timeout"}, slow: 30 * time.Second}
		r := relaysOf(first, &office{name: "second"})
		conns := make([]Conn, 4)
		for i := range conns {
			offer(t, r, &conns[i], "ana")
		}
		if first.opens != 1 {
			t.Errorf("the first was tried %d times", first.opens)
		}
		time.Sleep(asideFor)
		done := make(chan time.Duration, len(conns))
		for i := range conns {
			go func() {
				began := time.Now()
				offer(t, r, &conns[i], "bo")
				done <- time.Since(began)
			}()
		}
		waited := 0
		for range conns {
			if <-done > 0 {
				waited++
			}
		}
		if waited != 1 || first.opens != 2 {
			t.Errorf("%d connections waited, the first was tried %d times in all", waited, first.opens)
		}
	})
}

// The operator reads of it once, without addresses.
func TestAnAsideRelayIsToldOnce(t *testing.T) {
	var out strings.Builder
	first := &office{name: "first", shut: &letter.Reply{Stage: letter.StageAuth, Code: 535, Text: "who is ana@example.org?"}}
	r := NewRelays(slog.New(slog.NewTextHandler(&out, nil)), first, &office{name: "second"})
	for range 3 {
		if _, err := r.Open(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if strings.Count(out.String(), "level=ERROR") != 1 || !strings.Contains(out.String(), "host=first") ||
		!strings.Contains(out.String(), "535") || strings.Contains(out.String(), "ana@") {
		t.Errorf("the log:\n%s", out.String())
	}
}
