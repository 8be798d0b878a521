package edition

import (
	"errors"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"

	"paperboy/internal/letter"
	"paperboy/internal/peers"
)

// Composing ahead goes behind all else, and takes no other goroutine with it.
func TestStandBack(t *testing.T) {
	allowed(t)
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before := policy(t)
	behind := make(chan uint32)
	go func() {
		_ = standBack()
		behind <- policy(t)
	}()
	if got := <-behind; got != unix.SCHED_IDLE {
		t.Errorf("stands back under policy %d, want SCHED_IDLE", got)
	}
	if got := policy(t); got != before {
		t.Errorf("the others are under policy %d now, want %d as before", got, before)
	}
}

// Composing stands back after the first letters, until one stands still, as where
// others keep all processors busy, and then for a while not. On a single
// processor, which is everybody's, it does not, nor where the system refuses, and
// composes all the same.
func TestComposingStandsBackUntilALetterStandsStill(t *testing.T) {
	const idle, normal = unix.SCHED_IDLE, unix.SCHED_NORMAL
	all := func(policy uint32) []uint32 { return slices.Repeat([]uint32{policy}, 4) }
	first := slices.Repeat([]uint32{normal}, aheadRun)
	for _, test := range []struct {
		name       string
		processors int
		standBack  func() bool
		want       [][]uint32 // of the letters of three sendings
	}{
		{"two processors", 2, standBack, [][]uint32{{idle, idle, normal, normal}, all(normal), all(idle)}},
		{"one processor", 1, standBack, [][]uint32{all(normal), all(normal), all(normal)}},
		{"refused", 2, func() bool { return false }, [][]uint32{all(normal), all(normal), all(normal)}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.want[0][0] == idle {
				allowed(t)
			}
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(test.processors))
			synctest.Test(t, func(t *testing.T) {
				e := newEdition(t, nil, nil)
				e.standBack = test.standBack
				e.Build = func(m letter.Message) ([]byte, error) { return []byte(m.ID), nil }
				for sending, want := range test.want {
					watch := &watching{t: t, slow: sending == 0}
					e.Composer = watch
					a := newAhead(e)
					for n := range aheadRun + len(want) {
						a.add(parcelTo(n, "r@example.org"))
					}
					close(a.in)
					if err := a.work(t.Context()); err != nil {
						t.Fatal(err)
					}
					if want = slices.Concat(first, want); !slices.Equal(watch.policies, want) {
						t.Errorf("sending %d: composed under the policies %d, want %d", sending, watch.policies, want)
					}
					time.Sleep(uprightFor/2 + time.Second)
				}
			})
		})
	}
}

// allowed skips the test where the system does not allow to stand back.
func allowed(t *testing.T) {
	t.Helper()
	is := make(chan bool)
	go func() { is <- standBack() }()
	if !<-is {
		peers.Missing(t, "SCHED_IDLE", errors.New("the system does not allow it"))
	}
}

// watching is a composer that notes how each letter's thread is scheduled. A slow
// one takes too long for the second that stands back.
type watching struct {
	Composer
	t        *testing.T
	slow     bool
	policies []uint32
}

func (w *watching) Encoded(letter.Letter, letter.DigestInput, *letter.Encoded) (letter.Message, error) {
	if w.slow && len(w.policies) == aheadRun+1 {
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
