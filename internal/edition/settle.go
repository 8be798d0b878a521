package edition

import (
	"context"
	"sync"

	"paperboy/internal/letter"
)

// settler commits the settlements of all connections in groups: while one
// group is being committed the next one gathers.
type settler struct {
	store Outbox
	owner int64
	in    chan settling
	done  sync.WaitGroup
}

type settling struct {
	letter.Settlement
	done chan error
}

func newSettler(store Outbox, owner int64) *settler {
	s := &settler{store: store, owner: owner, in: make(chan settling, 64)}
	s.done.Go(s.run)
	return s
}

// settle returns when the settlement is committed. It knows no cancelling:
// what the server accepted must be written down.
func (s *settler) settle(one letter.Settlement) error {
	done := make(chan error, 1)
	s.in <- settling{one, done}
	return <-done
}

func (s *settler) close() {
	close(s.in)
	s.done.Wait()
}

func (s *settler) run() {
	for first := range s.in {
		group := gather(first, s.in)
		settlements := make([]letter.Settlement, len(group))
		for i, one := range group {
			settlements[i] = one.Settlement
		}
		err := s.store.Settle(context.Background(), s.owner, settlements)
		for _, one := range group {
			one.done <- err
		}
	}
}

// gather takes what is waiting already, and waits for nothing.
func gather(first settling, in <-chan settling) []settling {
	group := []settling{first}
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
