package edition

import (
	"context"
	"sync"
	"time"

	"paperboy/internal/letter"
)

// settler commits the settlements of all connections in groups. With a
// connection's settlement it asks about its next letter.
type settler struct {
	store Outbox
	owner int64
	in    chan turn
	done  sync.WaitGroup
	away  map[*courier]bool // those that may send a letter and have not come back
	took  time.Duration     // by the last commit
}

// turn is one connection's step from a letter to the next.
type turn struct {
	of     *courier
	settle *letter.Settlement // of the letter before; nil: there was none
	next   int64              // the letter to come; 0: none
	answer chan answer
}

// answer tells whether the turn's settlement is committed, and whether the
// next letter may be sent then.
type answer struct {
	held bool
	err  error
}

func newSettler(store Outbox, owner int64) *settler {
	s := &settler{store: store, owner: owner, in: make(chan turn, 64), away: map[*courier]bool{}}
	s.done.Go(s.run)
	return s
}

// turn begins a turn; its answer comes on the channel. It knows no cancelling:
// what the server accepted must be written down.
func (s *settler) turn(c *courier, settle *letter.Settlement, next int64) <-chan answer {
	done := make(chan answer, 1)
	s.in <- turn{c, settle, next, done}
	return done
}

func (s *settler) close() {
	close(s.in)
	s.done.Wait()
}

func (s *settler) run() {
	var settlements []letter.Settlement
	var next []int64
	for first := range s.in {
		group := s.gather(first)
		settlements, next = settlements[:0], next[:0]
		for _, one := range group {
			if one.settle != nil {
				settlements = append(settlements, *one.settle)
			}
			if one.next != 0 {
				next = append(next, one.next)
			}
		}
		begun := time.Now()
		held, err := s.store.Turn(context.Background(), s.owner, settlements, next)
		s.took = time.Since(begun)
		for _, one := range group {
			if held[one.next] {
				s.away[one.of] = true
			}
			one.answer <- answer{held[one.next], err}
		}
	}
}

// The first of a group waits for the others so many times as long as a commit
// takes: within it, eight connections come back from a quick server.
const (
	patience = 4
	longest  = 20 * time.Millisecond
)

// gather takes the turns that share a commit with the first: those that have
// come, and those of all who are away. Whoever is away longer than the others'
// patience, as with a slow server, is waited for no more.
func (s *settler) gather(first turn) (group []turn) {
	late := make(chan struct{})
	defer time.AfterFunc(min(patience*s.took, longest), func() { close(late) }).Stop()
	for one, ok := first, true; ok; one, ok = s.more(late) {
		group = append(group, one)
		delete(s.away, one.of)
	}
	return group
}

func (s *settler) more(late <-chan struct{}) (one turn, ok bool) {
	if len(s.away) > 0 {
		select {
		case one, ok = <-s.in:
			return one, ok
		case <-late:
			clear(s.away)
		}
	}
	select {
	case one, ok = <-s.in:
	default:
	}
	return one, ok
}
