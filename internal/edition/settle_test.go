package edition

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"paperboy/internal/letter"
)

// slowStore takes a while to commit, and counts the commits.
type slowStore struct {
	Outbox
	commits int
}

const commitTime = time.Millisecond

func (s *slowStore) Turn(_ context.Context, _ int64, _ []letter.Settlement, next []int64) (map[int64]bool, error) {
	time.Sleep(commitTime)
	s.commits++
	held := map[int64]bool{}
	for _, id := range next {
		held[id] = true
	}
	return held, nil
}

// turns has a courier send letters, each of which is with the server for a
// while.
func turns(s *settler, n int, away time.Duration) {
	c := new(courier)
	for range n {
		<-s.turn(c, nil, 1)
		time.Sleep(away)
	}
	<-s.turn(c, nil, 0)
}

func TestConnectionsShareCommits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := new(slowStore)
		s := newSettler(store, 1)
		defer s.close()
		var couriers sync.WaitGroup
		for n := range 8 {
			couriers.Go(func() { turns(s, 100, time.Millisecond+time.Duration(n)*commitTime/4) })
		}
		couriers.Wait()
		if store.commits > 120 {
			t.Errorf("%d commits for the 101 turns of each connection", store.commits)
		}
	})
}

// A connection that its server keeps waiting does not slow the others down.
func TestAConnectionThatWaitsDelaysTheOthersOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSettler(new(slowStore), 1)
		defer s.close()
		var slow, quick sync.WaitGroup
		slow.Go(func() { turns(s, 1, time.Hour) })
		begun := time.Now()
		quick.Go(func() { turns(s, 100, commitTime) })
		quick.Go(func() { turns(s, 100, commitTime) })
		quick.Wait()
		if took, least := time.Since(begun), 100*2*commitTime; took > least+10*commitTime {
			t.Errorf("100 letters took %s, and %s where no connection waits", took, least)
		}
		slow.Wait()
	})
}
