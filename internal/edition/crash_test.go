package edition

import (
	"bytes"
	"context"
	"fmt"
	"net/mail"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"paperboy/internal/digest"
	"paperboy/internal/letter"
	"paperboy/internal/paper"
	"paperboy/internal/peers/smtpfault"
	"paperboy/internal/post"
)

// life is the process under test. After a given number of calls of its store
// it dies: what it had committed stays, and nothing that it does afterwards
// reaches the store or the mail server.
type life struct {
	mu    sync.Mutex
	calls int
	last  int // dies after this many calls; 0: lives
	dead  bool
	log   []string
}

func (l *life) die() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.dead = true
}

func (l *life) isDead() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.dead
}

// call runs one call of the store, unless the process is dead. A call that
// brings death has its effect, and its answer is never seen.
func call[T any](l *life, name string, do func() (T, error)) (T, error) {
	var zero T
	if l.isDead() {
		return zero, errDead
	}
	answer, err := do()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls++
	l.log = append(l.log, name)
	if l.calls == l.last {
		l.dead = true
	}
	if l.dead {
		return zero, errDead
	}
	return answer, err
}

func tell(l *life, name string, do func() error) error {
	_, err := call(l, name, func() (struct{}, error) { return struct{}{}, do() })
	return err
}

// mortalStore is the real store, as seen by a process that can die.
type mortalStore struct {
	Store
	*life
}

func (m mortalStore) Memo(ctx context.Context, source string) (string, error) {
	return call(m.life, "Memo", func() (string, error) { return m.Store.Memo(ctx, source) })
}

func (m mortalStore) Record(ctx context.Context, source string, in paper.Batch, now time.Time) (paper.Recorded, error) {
	return call(m.life, "Record", func() (paper.Recorded, error) { return m.Store.Record(ctx, source, in, now) })
}

func (m mortalStore) Mark(ctx context.Context, source, status, reason string, now time.Time) error {
	return tell(m.life, "Mark", func() error { return m.Store.Mark(ctx, source, status, reason, now) })
}

func (m mortalStore) Candidates(ctx context.Context, now time.Time, window time.Duration) (paper.Catalogue, error) {
	return call(m.life, "Candidates", func() (paper.Catalogue, error) { return m.Store.Candidates(ctx, now, window) })
}

func (m mortalStore) Papers(ctx context.Context, keys []paper.Key) (map[paper.Key]*paper.Paper, error) {
	return call(m.life, "Papers", func() (map[paper.Key]*paper.Paper, error) { return m.Store.Papers(ctx, keys) })
}

func (m mortalStore) Expire(ctx context.Context, now time.Time) (int, error) {
	return call(m.life, "Expire", func() (int, error) { return m.Store.Expire(ctx, now) })
}

func (m mortalStore) Due(ctx context.Context, now time.Time, after int64, limit int) ([]digest.Due, error) {
	return call(m.life, "Due", func() ([]digest.Due, error) { return m.Store.Due(ctx, now, after, limit) })
}

func (m mortalStore) DueOf(ctx context.Context, id int64, now time.Time) (digest.Due, error) {
	return call(m.life, "DueOf", func() (digest.Due, error) { return m.Store.DueOf(ctx, id, now) })
}

func (m mortalStore) Enqueue(ctx context.Context, entries []digest.Entry, now time.Time) (int, error) {
	return call(m.life, "Enqueue", func() (int, error) { return m.Store.Enqueue(ctx, entries, now) })
}

func (m mortalStore) Waiting(ctx context.Context, now time.Time) (bool, error) {
	return call(m.life, "Waiting", func() (bool, error) { return m.Store.Waiting(ctx, now) })
}

func (m mortalStore) Join(ctx context.Context, host string, pid int, now time.Time) (int64, error) {
	return call(m.life, "Join", func() (int64, error) { return m.Store.Join(ctx, host, pid, now) })
}

func (m mortalStore) Reap(ctx context.Context, owner int64, alive func(int) bool, host string, stale, now time.Time) (int, error) {
	return call(m.life, "Reap", func() (int, error) { return m.Store.Reap(ctx, owner, alive, host, stale, now) })
}

func (m mortalStore) Claim(ctx context.Context, owner int64, now time.Time, limit int) ([]digest.Claim, error) {
	return call(m.life, "Claim", func() ([]digest.Claim, error) { return m.Store.Claim(ctx, owner, now, limit) })
}

func (m mortalStore) Release(ctx context.Context, owner int64, ids []int64) error {
	return tell(m.life, "Release", func() error { return m.Store.Release(ctx, owner, ids) })
}

func (m mortalStore) Turn(ctx context.Context, owner int64, ss []letter.Settlement, next []int64) (map[int64]bool, error) {
	return call(m.life, "Turn", func() (map[int64]bool, error) { return m.Store.Turn(ctx, owner, ss, next) })
}

// mortalConn is a real SMTP connection of a process that can die.
type mortalConn struct {
	Conn
	*life
}

func (m mortalConn) Send(ctx context.Context, e letter.Envelope) letter.Reply {
	if m.isDead() {
		return letter.Reply{Stage: letter.StageConnect, Text: errDead.Error()}
	}
	return m.Conn.Send(ctx, e)
}

// round is one process: it lives for one round, or dies in it.
func round(t *testing.T, file string, server *smtpfault.Server, l *life, connections int, source Source, now time.Time) error {
	t.Helper()
	smtp, err := post.NewSMTP(post.Config{Host: server.Host, Port: server.Port, TLS: "none"})
	if err != nil {
		t.Fatal(err)
	}
	s := mustOpen(t, file)
	defer s.Close()
	e := newEdition(t, mortalStore{s, l}, func(ctx context.Context) (Conn, error) {
		if l.isDead() {
			return nil, errDead
		}
		conn, err := smtp.Open(ctx)
		return mortalConn{conn, l}, err
	}, source)
	e.Connections = connections
	// All processes of this test have this one's number: tell them apart by
	// their being over.
	e.alive = func(int) bool { return false }
	_, err = e.Round(t.Context(), now)
	return err
}

var crashNow = time.Date(2026, 6, 18, 8, 0, 0, 0, time.UTC)

// crashWorld is a database with three readers, and a source with five papers.
func crashWorld(t *testing.T) (string, *shelf) {
	file := scratch(t)
	s := mustOpen(t, file)
	defer s.Close()
	for _, name := range []string{"ana", "bo", "cy"} {
		addReader(t, s, name+"@example.net", "robots", utc(7), crashNow.Add(-time.Hour))
	}
	source := &shelf{name: "shelf"}
	for n := range 5 {
		source.put(n, 10*n, fmt.Sprintf("Robots, part %d", n), crashNow.Add(-2*time.Hour))
	}
	return file, source
}

// arrived is what each reader got: the Message-IDs in order of arrival.
func arrived(t *testing.T, server *smtpfault.Server) map[string][]string {
	t.Helper()
	got := map[string][]string{}
	for _, m := range server.Received() {
		parsed, err := mail.ReadMessage(bytes.NewReader(m.Data))
		if err != nil {
			t.Fatal(err)
		}
		got[m.To[0]] = append(got[m.To[0]], parsed.Header.Get("Message-Id"))
	}
	return got
}

// checkPromise fails unless every reader has the letter, with at most this
// many repeats over all, each under the Message-ID of the first.
func checkPromise(t *testing.T, got map[string][]string, repeats int, when string) {
	t.Helper()
	for _, name := range []string{"ana", "bo", "cy"} {
		ids := got[name+"@example.net"]
		if len(ids) == 0 {
			t.Errorf("%s: %s was missed", when, name)
			continue
		}
		for _, id := range ids[1:] {
			repeats--
			if id != ids[0] {
				t.Errorf("%s: %s got two letters, %s and %s", when, name, ids[0], id)
			}
		}
	}
	if repeats < 0 {
		t.Errorf("%s: more repeats than connections: %v", when, got)
	}
}

// A process that dies after any call of its store has sent nothing that its
// successor sends again, but for the one letter of each connection that was
// accepted and not yet settled.
func TestDeathAfterEveryStoreCall(t *testing.T) {
	for _, connections := range []int{1, 3} {
		for last := 1; ; last++ {
			file, source := crashWorld(t)
			server := smtpfault.New(t)
			server.Extensions("PIPELINING")
			first := &life{last: last}
			err := round(t, file, server, first, connections, source, crashNow)
			when := fmt.Sprintf("%d connections, died after call %d (%s)", connections, last, first.log[len(first.log)-1])
			if !first.dead {
				if err != nil || last < 15 {
					t.Fatalf("%s: the round ended too early: %v", when, err)
				}
				break // a whole round without a death
			}
			if err := round(t, file, server, &life{}, connections, source, crashNow.Add(time.Minute)); err != nil {
				t.Fatalf("%s: the second round: %v", when, err)
			}
			// A connection may die between 250 and settling when another one's
			// call brings death, or that of claiming the next letters.
			checkPromise(t, arrived(t, server), connections, when)
		}
	}
}

// A process that dies after any reply of the mail server repeats at most the
// letter whose final dot was answered last.
func TestDeathAfterEveryReply(t *testing.T) {
	deathAfterEveryReply(t)
	deathAfterEveryReply(t, "PIPELINING")
}

func deathAfterEveryReply(t *testing.T, extensions ...string) {
	for step := 1; ; step++ {
		file, source := crashWorld(t)
		server := smtpfault.New(t)
		server.Extensions(extensions...)
		first := &life{}
		var verb string
		server.After(func(s smtpfault.Step) {
			if s.N == step {
				verb = s.Verb
				first.die()
				server.HangUp()
			}
		})
		_ = round(t, file, server, first, 1, source, crashNow) // the dead process' error is its own
		if !first.isDead() {
			if step < 10 {
				t.Fatalf("only %d replies in a whole round", step-1)
			}
			return
		}
		server.After(func(smtpfault.Step) {})
		when := fmt.Sprintf("died after reply %d (%s)", step, verb)
		if err := round(t, file, server, &life{}, 1, source, crashNow.Add(time.Minute)); err != nil {
			t.Fatalf("%s: the second round: %v", when, err)
		}
		repeats := 0
		if verb == "." || len(extensions) > 0 { // the next letter's commands are answered while this one is settled
			repeats = 1
		}
		checkPromise(t, arrived(t, server), repeats, when)
	}
}

// A server that hangs up after taking a letter leaves it open whether it
// arrived: it is sent again later, under the same Message-ID.
func TestHangUpAfterTheFinalDot(t *testing.T) {
	file, source := crashWorld(t)
	server := smtpfault.New(t)
	hung := false
	server.Script(func(s smtpfault.Step) smtpfault.Answer {
		if s.Verb == "." && !hung {
			hung = true
			return smtpfault.Answer{Lost: true, HangUp: true}
		}
		return smtpfault.Answer{}
	})
	if err := round(t, file, server, &life{}, 1, source, crashNow); err != nil {
		t.Fatal(err)
	}
	checkPromise(t, arrived(t, server), 0, "before the second try")
	if err := round(t, file, server, &life{}, 1, source, crashNow.Add(12*time.Hour)); err != nil {
		t.Fatal(err)
	}
	got := arrived(t, server)
	checkPromise(t, got, 1, "after the second try")
	if n := len(server.Received()); n != 4 {
		t.Errorf("%d letters arrived, want 4: the one without an answer again", n)
	}
}

func TestAliveKnowsThisProcessAndNoOther(t *testing.T) {
	if !alive(os.Getpid()) {
		t.Error("this process is taken for dead")
	}
	if alive(1 << 30) {
		t.Error("a process that can't be is taken for alive")
	}
}

// A process that was killed and whose parent has not looked yet.
func TestAZombieIsNotAlive(t *testing.T) {
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		t.Skip("no /proc")
	}
	c := exec.Command(os.Args[0], "-test.run=^$")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Wait() }()
	for deadline := time.Now().Add(10 * time.Second); alive(c.Process.Pid); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("a process that has ended is taken for alive")
		}
	}
}

// Containers of one name on one database have processes of the same numbers.
func TestMachinesAreToldApartByMoreThanTheirName(t *testing.T) {
	if _, err := os.Stat("/proc/self/ns/pid"); err != nil {
		t.Skip("no /proc")
	}
	name, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	one, err := machine()
	if err != nil {
		t.Fatal(err)
	}
	again, err := machine()
	if err != nil || one != again || one == name || !strings.HasPrefix(one, name+" ") {
		t.Errorf("the machine is called %q, then %q; %v", one, again, err)
	}
}

// What a process held that was killed on a machine we can't look at, or just
// now, is sent once it has been silent for long enough, and what a living one
// holds is left to it.
func TestLettersOfASilentProcessAreAwaited(t *testing.T) {
	for name, living := range map[string]bool{"it was killed": false, "it lives": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e, s, box := mannered(t, Limits{}, 1, nil, addresses(5, "example.net")...)
				other, err := s.Join(t.Context(), "elsewhere", 1, time.Now())
				if err != nil {
					t.Fatal(err)
				}
				if _, err := s.Claim(t.Context(), other, time.Now(), 3); err != nil {
					t.Fatal(err)
				}
				time.Sleep(5 * time.Second)
				if r, err := e.Send(t.Context(), time.Now()); err != nil || r.Delivered != 2 {
					t.Fatalf("%+v, %v", r, err)
				}
				if living {
					go func() {
						time.Sleep(5 * time.Second)
						if err := s.Beat(t.Context(), other, time.Now()); err != nil {
							t.Error(err)
						}
					}()
				}
				began, told := time.Now(), 0
				dead, err := e.AwaitOthers(t.Context(), func(letters int, most time.Duration) {
					if told = letters; most != staleAfter-5*time.Second {
						t.Errorf("it is to take %s", most)
					}
				})
				if err != nil || dead == living || told != 3 {
					t.Fatalf("dead %v, %v, %d letters", dead, err, told)
				}
				if living && time.Since(began) > 10*time.Second {
					t.Errorf("it took %s to see that the other lives", time.Since(began))
				}
				if _, err := e.Send(t.Context(), time.Now()); err != nil {
					t.Fatal(err)
				}
				if want := map[bool]int{true: 2, false: 5}[living]; len(box.got) != want {
					t.Errorf("%d letters arrived, want %d", len(box.got), want)
				}
			})
		})
	}
}
