//go:build unix

package main

import (
	"database/sql"
	"flag"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"paperboy/internal/peers/smtpfault"
)

var (
	kills   = flag.Int("kills", 20, "how often TestNobodyMissedThroughKills kills the program")
	letters = flag.Int("letters", 500, "how many letters it sends meanwhile")
	seed    = flag.Uint64("seed", 0, "of its random moments; 0: another one every time")
)

// gap is a moment between two steps of the sending at which a process dies.
type gap struct {
	name string
	verb string // the server's step; empty: a random moment
	// after the reply, else before it; locked: while the database is held, so
	// that what the reply said can't be settled.
	after, locked bool
}

var gaps = []gap{
	{name: "at a random moment"},
	{name: "before the server's greeting", verb: "CONNECT"},
	{name: "after the answer to MAIL", verb: "MAIL", after: true},
	{name: "after the answer to RCPT", verb: "RCPT", after: true},
	{name: "while the letter goes out", verb: "DATA", after: true},
	{name: "after the final dot, before the 250", verb: "."},
	{name: "right after the 250", verb: ".", after: true},
	{name: "after the 250, its settling held up", verb: ".", after: true, locked: true},
}

// The promise: nobody missed, and a letter repeated only where a kill falls
// between the server's 250 and our commit, at most one per open connection.
//
//	go test ./cmd/paperboy -run NobodyMissed -v -timeout 1h -kills 200 -letters 20000
func TestNobodyMissedThroughKills(t *testing.T) {
	if *seed == 0 {
		*seed = rand.Uint64()
	}
	t.Logf("seed %d", *seed)
	w := newTown(t, t.TempDir(), *letters)
	e := newExecutioner(w, rand.New(rand.NewPCG(*seed, 0)))
	fell := map[string]int{}
	for n := range *kills {
		fell[e.life(n)]++
		if t.Failed() {
			return
		}
	}
	w.calm()
	left := len(w.owed) - len(e.reached())
	repeats := w.keepsPromise()
	if limit := *kills * lines; repeats > limit {
		t.Errorf("%d repeats of %d kills with %d connections each", repeats, *kills, lines)
	}
	for _, name := range slices.Sorted(maps.Keys(fell)) {
		t.Logf("%4d kills %s", fell[name], name)
	}
	for _, g := range gaps[1:] {
		if fell[g.name] == 0 {
			t.Errorf("no kill fell %s", g.name)
		}
	}
	t.Logf("%d kills, %d letters owed, %d of them left for the last process, %d taken by the server, %d repeats, 0 missed",
		*kills, len(w.owed), left, len(w.arrivals), repeats)
}

// executioner kills the processes of a town, one after the other.
type executioner struct {
	*town
	random *rand.Rand
	lock   *sql.DB // holds the database, as another process would

	mu        sync.Mutex
	victim    *process
	gap       gap
	steps     int // steps of the gap's verb still to pass
	most      int // letters still to pass before any gap will do
	connected bool
	held      *sql.Tx
	strike    int // number of the step at which the victim dies once it is answered
}

func newExecutioner(w *town, random *rand.Rand) *executioner {
	e := &executioner{town: w, random: random, lock: w.holder()}
	w.server.Script(e.before)
	w.server.After(e.after)
	return e
}

// reached are the readers who have their letter.
func (e *executioner) reached() map[string]bool {
	e.town.mu.Lock()
	defer e.town.mu.Unlock()
	all := map[string]bool{}
	for _, m := range e.arrivals {
		all[m.to] = true
	}
	return all
}

// life starts a process and kills it, and returns where that fell.
func (e *executioner) life(n int) string {
	// On the average, each life sends its share of what is left.
	share := max(2*(len(e.owed)-len(e.reached()))/(*kills-n+1), 1)
	e.mu.Lock()
	e.gap = gaps[n%len(gaps)]
	e.steps = 1 + e.random.IntN(share)
	if e.gap.verb == "CONNECT" {
		e.steps = 1
	}
	e.most, e.connected, e.strike = 2*share+lines, false, 0
	moment := time.Duration(e.random.Int64N(int64(600 * time.Millisecond)))
	e.victim = e.start()
	e.mu.Unlock()
	if e.gap.verb == "" {
		time.AfterFunc(moment, func() { _ = e.victim.Process.Kill() })
	}
	err := e.victim.wait()
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.held != nil {
		if err := e.held.Rollback(); err != nil {
			e.Error(err)
		}
		e.held = nil
	}
	switch {
	case err == nil || !strings.Contains(err.Error(), "killed"):
		e.Errorf("process %d was to be killed %s, and ended by itself: %v, %d of %d letters taken\n%s",
			n+1, e.gap.name, err, e.taken(), len(e.owed), &e.victim.log)
	case e.gap.verb == "" && !e.connected:
		return "while it starts, matches and enqueues"
	case e.gap.verb == "":
		return "at a random moment of the sending"
	}
	return e.gap.name
}

// before is what the server does before each answer.
func (e *executioner) before(s smtpfault.Step) smtpfault.Answer {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.connected = true
	if !e.due(s) {
		return smtpfault.Answer{}
	}
	if e.gap.locked {
		held, err := e.lock.BeginTx(e.Context(), nil)
		if err != nil {
			e.Errorf("hold the database: %v", err)
		}
		e.held = held
	}
	if e.gap.after {
		e.strike = s.N
		return smtpfault.Answer{}
	}
	e.victim.kill()
	return smtpfault.Answer{}
}

// due reports whether this is the step at which the victim is to die.
func (e *executioner) due(s smtpfault.Step) bool {
	if s.Verb == "." {
		e.most--
	}
	if s.Verb == e.gap.verb {
		e.steps--
	}
	// The answer may have been for a process that was dead already, and never
	// went out: then a later step is the one.
	const passing = 100
	switch {
	case e.strike != 0 && s.N <= e.strike+passing:
		return false
	case e.gap.verb == "":
		if e.most == 0 { // it is faster than its moment
			e.victim.kill()
		}
		return false
	}
	return s.Verb == e.gap.verb && e.steps <= 0
}

func (e *executioner) after(s smtpfault.Step) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if s.N != e.strike {
		return
	}
	if s.Verb == "DATA" { // in the midst of it
		time.Sleep(time.Duration(e.random.IntN(400)) * time.Microsecond)
	}
	e.victim.kill()
}
