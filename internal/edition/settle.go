package edition

import (
	"context"
	"runtime"
	"sync"

	"paperboy/internal/letter"
)

// settler commits the settlements of all connections in groups: while one
// group is being committed the next one gathers. With a connection's
// settlement it asks about its next letter.
type settler struct {
	store Outbox
	owner int64
	in    chan turn
	done  sync.WaitGroup
}

// turn is one connection's step from a letter to the next.
type turn struct {
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
	s := &settler{store: store, owner: owner, in: make(chan turn, 64)}
	s.done.Go(s.run)
	return s
}

// turn begins a turn; its answer comes on the channel. It knows no cancelling:
// what the server accepted must be written down.
func (s *settler) turn(settle *letter.Settlement, next int64) <-chan answer {
	done := make(chan answer, 1)
	s.in <- turn{settle, next, done}
	return done
}

func (s *settler) close() {
	close(s.in)
	s.done.Wait()
}

func (s *settler) run() {
	for first := range s.in {
		runtime.Gosched() // who is about to come shares this commit
		group := gather(first, s.in)
		var settlements []letter.Settlement
		var next []int64
		for _, one := range group {
			if one.settle != nil {
				settlements = append(settlements, *one.settle)
			}
			if one.next != 0 {
				next = append(next, one.next)
			}
		}
		held, err := s.store.Turn(context.Background(), s.owner, settlements, next)
		for _, one := range group {
			one.answer <- answer{held[one.next], err}
		}
	}
}

// gather takes what is waiting already, and waits for nothing.
func gather(first turn, in <-chan turn) []turn {
	group := []turn{first}
	for {
		select {
		case one, ok := <-in:
			if !ok {
				return group
			}
			group = append(group, one)
		default:
			return group
		}
	}
}
