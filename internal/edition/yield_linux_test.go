package edition

import (
	"runtime"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"paperboy/internal/letter"
)

// Composing ahead goes behind all else, and takes no other goroutine with it.
func TestStandBack(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before := policy(t)
	behind := make(chan uint32)
	go func() {
		if !standBack() {
			t.Error("the system does not allow to stand back")
		}
		behind <- policy(t)
	}()
	if got := <-behind; got != unix.SCHED_IDLE {
		t.Errorf("stands back under policy %d, want SCHED_IDLE", got)
	}
	if got := policy(t); got != before {
		t.Errorf("the others are under policy %d now, want %d as before", got, before)
	}
}

// Where a letter stands still, as when others keep all processors busy, the next
// ones no longer stand back. On a single processor none does: it is everybody's.
func TestStandBackUntilALetterStandsStill(t *testing.T) {
	const idle, normal = unix.SCHED_IDLE, unix.SCHED_NORMAL
	for _, test := range []struct {
		name       string
		processors int
		want       []uint32
	}{
		{"two processors", 2, []uint32{idle, idle, normal, normal}},
		{"one processor", 1, []uint32{normal, normal, normal, normal}},
	} {
		t.Run(test.name, func(t *testing.T) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(test.processors))
			e := newEdition(t, nil, nil)
			watch := &watching{t: t, slow: 1}
			e.Composer = watch
			e.Build = func(m letter.Message) ([]byte, error) { return []byte(m.ID), nil }
			a := newAhead(e)
			for n := range test.want {
				a.add(parcelTo(n, "r@example.org"))
			}
			close(a.in)
			if err := a.work(t.Context()); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(watch.policies, test.want) {
				t.Errorf("composed under the policies %d, want %d", watch.policies, test.want)
			}
		})
	}
}

// watching is a composer that notes how each letter's thread is scheduled, and
// takes too long for one.
type watching struct {
	Composer
	t        *testing.T
	slow     int
	policies []uint32
}

func (w *watching) Encoded(letter.Letter, letter.DigestInput, *letter.Encoded) (letter.Message, error) {
	if len(w.policies) == w.slow {
		time.Sleep(2 * standstill)
	}
	w.policies = append(w.policies, policy(w.t))
	return letter.Message{}, nil
}

// policy is how this thread is scheduled.
func policy(t *testing.T) uint32 {
	attr, err := unix.SchedGetAttr(0, 0)
	if err != nil {
		t.Error(err)
		return 0
	}
	return attr.Policy
}
