package edition

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"paperboy/internal/letter"
)

// waitingPut puts into a queue that is full, until the test or its context ends,
// and returns whether that is over.
func waitingPut(t *testing.T, q *queue, p *parcel) (over func() (put, over bool), end func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan bool, 1)
	go func() {
		_, put := q.put(ctx, p)
		done <- put
	}()
	end = func() {
		cancel()
		q.wake()
	}
	t.Cleanup(end)
	return func() (bool, bool) {
		synctest.Wait()
		select {
		case put := <-done:
			return put, true
		default:
			return false, false
		}
	}, end
}

// Who fills the queue is woken when there is room for some, and then knows it.
func TestAFullQueueIsFilledWhenThereIsRoomForSome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(newManners(Limits{}), time.Now)
		for n := range queueRoom {
			q.put(t.Context(), parcelTo(n, fmt.Sprintf("r@place%d", n)))
		}
		ended, _ := waitingPut(t, q, parcelTo(queueRoom, "r@last"))
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
		ended, _ := waitingPut(t, q, parcelTo(queueRoom+1, "another@slow"))
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

// Nor does one full of several such places, none of which has too many.
func TestAQueueFullOfBusyPlacesKeepsNobodyWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(newManners(Limits{Place: Limit{Connections: 2}}), time.Now)
		fill := func(until int, places ...string) {
			for n := q.waiting; n < until; n++ {
				q.put(t.Context(), parcelTo(n, "r@"+places[n%len(places)]))
			}
		}
		fill(refillAt+10, "slow", "lazy")
		for q.poll() != nil {
		}
		fill(queueRoom, "quick")
		ended, _ := waitingPut(t, q, parcelTo(queueRoom, "r@other"))
		if _, over := ended(); over {
			t.Fatal("put into a full queue")
		}
		for p := q.poll(); p != nil; p = q.poll() {
			q.back(p, true)
		}
		if put, over := ended(); !put || !over {
			t.Errorf("with %d waiting, none of which may go: put %t, over %t", q.waiting, put, over)
		}
	})
}

// Whoever waits to fill the queue ends with its context, and where the place is
// paused meanwhile.
func TestWhoFillsTheQueueIsToldThatItIsInVain(t *testing.T) {
	for name, change := range map[string]func(q *queue, end func()){
		"the context ends":    func(_ *queue, end func()) { end() },
		"the place is paused": func(q *queue, _ func()) { q.rest(letter.Paused{Domain: "place", Until: time.Now().Add(time.Hour)}) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				q := newQueue(newManners(Limits{}), time.Now)
				for n := range queueRoom {
					q.put(t.Context(), parcelTo(n, "r@place"))
				}
				ended, end := waitingPut(t, q, parcelTo(queueRoom, "r@place"))
				if _, over := ended(); over {
					t.Fatal("put into a full queue")
				}
				change(q, end)
				if put, over := ended(); put || !over {
					t.Errorf("put %t, over %t", put, over)
				}
			})
		})
	}
}
