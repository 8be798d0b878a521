package edition

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"paperboy/internal/letter"
	"paperboy/internal/peers/smtpfault"
	"paperboy/internal/post"
	"paperboy/internal/store"
)

// refuse makes the server refuse the recipients that the text names.
func refuse(server *smtpfault.Server, who, reply string) {
	server.Script(func(s smtpfault.Step) smtpfault.Answer {
		if s.Verb == "RCPT" && strings.Contains(s.Line, who) {
			return smtpfault.Answer{Reply: reply}
		}
		return smtpfault.Answer{}
	})
}

// A refusal that sounds as if it were for us may be about one recipient: the
// others must get their letters all the same.
func TestARefusedRecipientHoldsUpNobody(t *testing.T) {
	file, source := crashWorld(t)
	server := smtpfault.New(t)
	refuse(server, "ana@", "550 5.7.1 Recipient address rejected: Access denied")
	if err := round(t, file, server, &life{}, 1, source, crashNow); err != nil {
		t.Fatal(err)
	}
	got := arrived(t, server)
	if len(got["bo@example.net"]) != 1 || len(got["cy@example.net"]) != 1 || len(got["ana@example.net"]) != 0 {
		t.Errorf("arrived: %v", got)
	}
	// Once it is let in, nothing was lost and nobody suppressed.
	server.Script(func(smtpfault.Step) smtpfault.Answer { return smtpfault.Answer{} })
	if err := round(t, file, server, &life{}, 1, source, crashNow.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	checkPromise(t, arrived(t, server), 0, "after the refusal ended")
}

// A server that refuses every letter refuses us: sending stops with an error
// that says so, without the addresses, and goes on later.
func TestAServerThatRefusesUsStopsTheSending(t *testing.T) {
	file, source := crashWorld(t)
	server := smtpfault.New(t)
	refuse(server, "@", "550 5.7.1 <ana@example.net>: you may not send here")
	err := round(t, file, server, &life{}, 1, source, crashNow)
	var fault *letter.Fault
	if !errors.As(err, &fault) || strings.Contains(fmt.Sprint(err), "ana@example.net") {
		t.Fatalf("error: %v", err)
	}
	server.Script(func(smtpfault.Step) smtpfault.Answer { return smtpfault.Answer{} })
	if err := round(t, file, server, &life{}, 1, source, crashNow.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	checkPromise(t, arrived(t, server), 0, "after the refusal ended")
}

// forgetful is a store whose settling fails for a while, as of a full disk.
type forgetful struct {
	*store.Store
	failing bool
}

func (f *forgetful) Turn(ctx context.Context, owner int64, ss []letter.Settlement, next []int64) (map[int64]bool, error) {
	if f.failing && len(ss) > 0 {
		return nil, errors.New("disk full")
	}
	return f.Store.Turn(ctx, owner, ss, next)
}

// What was sent and could not be written down is written before anything more
// is sent, so that a process that lives on repeats nothing.
func TestWhatCouldNotBeSettledIsNotSentAgain(t *testing.T) {
	s := &forgetful{Store: mustOpen(t, scratch(t)), failing: true}
	for _, name := range []string{"ana", "bo", "cy"} {
		addReader(t, s.Store, name+"@example.net", "robots", utc(7), crashNow.Add(-time.Hour))
	}
	source := &shelf{name: "shelf"}
	source.put(1, 10, "Robots", crashNow.Add(-2*time.Hour))
	box := &postman{got: map[string][]time.Time{}, ids: map[string]bool{}}
	e := newEdition(t, s, box.open, source)
	if _, err := e.Round(t.Context(), crashNow); err == nil {
		t.Fatal("a settling that failed did not stop the sending")
	}
	if len(box.ids) != 1 {
		t.Fatalf("%d letters went out, want the one whose settling failed", len(box.ids))
	}
	if _, err := e.Round(t.Context(), crashNow.Add(time.Minute)); err == nil || len(box.ids) != 1 {
		t.Fatalf("while settling fails: %d letters, %v", len(box.ids), err)
	}
	s.failing = false
	// The postman refuses a letter that he has had before.
	report, err := e.Round(t.Context(), crashNow.Add(2*time.Minute))
	if err != nil || report.Sent.Delivered != 2 || report.Sent.Failed != 0 || len(box.ids) != 3 {
		t.Errorf("afterwards: %+v, %v, %d letters", report.Sent, err, len(box.ids))
	}
}

// snatching is a store in which a letter is taken away from its owner once, just
// before it would be sent.
type snatching struct {
	*store.Store
	before   int // letters that are left alone
	snatched int64
}

func (s *snatching) Turn(ctx context.Context, owner int64, ss []letter.Settlement, next []int64) (map[int64]bool, error) {
	held, err := s.Store.Turn(ctx, owner, ss, next)
	if s.snatched == 0 && len(next) > 0 {
		if s.before--; s.before < 0 {
			s.snatched = next[0]
			held[s.snatched] = false
		}
	}
	return held, err
}

// The server has a letter but for its end, and waits for that: it gets nothing
// in its place, not even a goodbye.
func TestALetterThatIsBegunAndLostIsNotSent(t *testing.T) {
	for before := range 2 {
		t.Run(fmt.Sprint(before, " letters before it"), func(t *testing.T) { lost(t, before) })
	}
}

func lost(t *testing.T, before int) {
	s := &snatching{Store: mustOpen(t, scratch(t)), before: before}
	for _, name := range []string{"ana", "bo", "cy"} {
		addReader(t, s.Store, name+"@example.net", "robots", utc(7), crashNow.Add(-time.Hour))
	}
	source := &shelf{name: "shelf"}
	source.put(1, 10, "Robots", crashNow.Add(-2*time.Hour))
	server := smtpfault.New(t)
	server.Extensions("PIPELINING")
	smtp, err := post.NewSMTP(post.Config{Host: server.Host, Port: server.Port, TLS: "none"})
	if err != nil {
		t.Fatal(err)
	}
	e := newEdition(t, s, func(ctx context.Context) (Conn, error) { return smtp.Open(ctx) }, source)
	if _, err := e.Round(t.Context(), crashNow); err != nil {
		t.Fatal(err)
	}
	connections, whole := 0, 0
	for _, step := range server.Steps() {
		connections = max(connections, step.Conn)
		switch {
		case step.Conn > 1:
		case step.Verb == ".":
			whole++
		case step.Verb == "QUIT":
			t.Error("a goodbye was said to the server that waits for the lost letter")
		}
	}
	if whole != before {
		t.Errorf("%d letters ended on the connection of the lost one, want %d", whole, before)
	}
	if got := arrived(t, server); connections != 2 || len(got) != 2 {
		t.Errorf("%d connections, want one more than that of the lost letter; arrived %v", connections, got)
	}
	if _, err := e.Round(t.Context(), crashNow.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	checkPromise(t, arrived(t, server), 0, "after the letter was free again")
}
