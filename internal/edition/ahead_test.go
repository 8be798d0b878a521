package edition

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"paperboy/internal/letter"
)

// Whoever composes a letter, ahead or when it is its turn, it is composed once,
// and its room serves the next one.
func TestEachLetterIsComposedOnce(t *testing.T) {
	const letters = 200
	count := counting{composed: map[int64]int{}}
	e := newEdition(t, nil, nil)
	e.Composer = &count
	e.Build = func(m letter.Message) ([]byte, error) { return []byte(m.ID), nil }
	a := newAhead(e)
	var parcels []*parcel
	for n := range letters {
		p := parcelTo(n, "r@example.org")
		p.MessageID = p.Address + string(rune('0'+n%10))
		parcels = append(parcels, p)
	}
	var working sync.WaitGroup
	working.Go(func() {
		for _, p := range parcels {
			a.in <- p
		}
		close(a.in)
	})
	working.Go(func() { _ = a.work(t.Context()) })
	var room letter.Encoded
	for n, p := range parcels {
		if n%3 == 0 {
			a.back(p) // given back untried
			continue
		}
		got, err := a.take(p, &room)
		if err != nil || string(got.Data) != p.MessageID {
			t.Fatalf("letter %d: %q, %v", n, got.Data, err)
		}
		a.back(p)
	}
	working.Wait()
	for n, p := range parcels {
		if c := count.composed[p.ID]; c > 1 || c == 0 && n%3 != 0 {
			t.Errorf("letter %d was composed %d times", n, c)
		}
	}
	if free := len(a.rooms); free != aheadRooms {
		t.Errorf("%d of %d rooms are free in the end", free, aheadRooms)
	}
}

// counting is a composer that counts how often it composed each letter.
type counting struct {
	Composer
	mu       sync.Mutex
	composed map[int64]int
}

func (c *counting) Encoded(l letter.Letter, _ letter.DigestInput, _ *letter.Encoded) (letter.Message, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.composed[l.ID]++
	return letter.Message{ID: l.MessageID}, nil
}

// A courier waits a while for a letter that is being composed ahead, and then
// composes it itself; one that needs it no more does not wait.
func TestALetterThatStandsStillIsComposedByItsCourier(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEdition(t, nil, nil)
		stuck := &sticking{free: make(chan bool)}
		e.Composer = stuck
		e.Build = func(m letter.Message) ([]byte, error) { return []byte(m.ID), nil }
		a := newAhead(e)
		var working sync.WaitGroup
		working.Go(func() { _ = a.work(t.Context()) })
		var room letter.Encoded
		for _, wanted := range []bool{true, false} {
			p := parcelTo(1, "r@example.org")
			a.add(p)
			synctest.Wait() // until it is begun, and sticks
			began := time.Now()
			if wanted {
				if got, err := a.take(p, &room); err != nil || string(got.Data) != "composed after 1 other" {
					t.Errorf("%q, %v", got.Data, err)
				}
			}
			a.back(p)
			if took := time.Since(began); took != map[bool]time.Duration{true: standstill}[wanted] {
				t.Errorf("wanted %t: it took %v", wanted, took)
			}
			stuck.free <- true
		}
		close(a.in)
		working.Wait()
		if free := len(a.rooms); free != aheadRooms {
			t.Errorf("%d of %d rooms are free in the end", free, aheadRooms)
		}
	})
}

// sticking is a composer that sticks at every letter that it composes first.
type sticking struct {
	Composer
	calls int
	free  chan bool
}

func (s *sticking) Encoded(letter.Letter, letter.DigestInput, *letter.Encoded) (letter.Message, error) {
	n := s.calls
	if s.calls++; n != 1 {
		<-s.free
	}
	return letter.Message{ID: fmt.Sprintf("composed after %d other", n)}, nil
}
