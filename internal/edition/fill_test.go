package edition

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// waitingPut puts into a queue that is full, and returns whether that has ended.
func waitingPut(t *testing.T, q *queue, p *parcel) (ended func() (put, ended bool)) {
	t.Helper()
	done := make(chan bool, 1)
	go func() {
		_, put := q.put(t.Context(), p)
		done <- put
	}()
	return func() (bool, bool) {
		synctest.Wait()
		select {
		case put := <-done:
			return put, true
		default:
			return false, false
		}
	}
}

// Who fills the queue is woken when there is room for some, and then knows it.
func TestAFullQueueIsFilledWhenThereIsRoomForSome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(newManners(Limits{}), time.Now)
		for n := range queueRoom {
			q.put(t.Context(), parcelTo(n, fmt.Sprintf("r@place%d", n)))
		}
		ended := waitingPut(t, q, parcelTo(queueRoom, "r@last"))
		for left := queueRoom - 1; left >= refillAt; left-- {
			if _, over := ended(); over {
				t.Fatalf("put with %d waiting", left+1)
			}
			q.back(q.poll(), true)
		}
		if put, over := ended(); !put || !over {
			t.Errorf("with %d waiting: put %t, over %t", refillAt, put, over)
		}
	})
}

// When no more may leave a full queue for now, whoever waits to fill it is told:
// behind it come the letters for other places.
func TestAQueueFullOfABusyPlaceKeepsNobodyWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(newManners(Limits{Place: Limit{Connections: 2}}), time.Now)
		for n := range queueRoom {
			q.put(t.Context(), parcelTo(n, fmt.Sprintf("r%d@slow", n)))
		}
		q.poll() // the first of two
		q.put(t.Context(), parcelTo(queueRoom, "more@slow"))
		ended := waitingPut(t, q, parcelTo(queueRoom+1, "another@slow"))
		if _, over := ended(); over {
			t.Fatal("it may go soon, and was not waited for")
		}
		q.poll()
		if put, over := ended(); !put || !over {
			t.Errorf("one left: put %t, over %t", put, over)
		}
		if until, put := q.put(t.Context(), parcelTo(queueRoom+2, "over@slow")); put || until.IsZero() {
			t.Errorf("none may leave: put %t, until %s", put, until)
		}
	})
}
