package edition

import (
	"context"
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"paperboy/internal/letter"
)

// ahead composes letters that wait for a courier, so that the processor has
// work while all couriers wait for the mail server or a commit. It composes many
// in one go, as long as it has rooms: what it needs for that is then at hand,
// and each costs half as much as when composing takes turns with sending. It
// stands back behind all else where it may. A courier that comes to a letter
// first composes it itself.
type ahead struct {
	*Edition
	in chan *parcel // those that wait, in the order in which they came

	mu     sync.Mutex
	enough sync.Cond // there are rooms for a run, or no more are to come
	rooms  []*letter.Encoded
	late   bool // a courier had to compose its letter itself
	over   bool
}

const (
	aheadRooms = queueRoom
	aheadRun   = aheadRooms / 5 // how many letters are composed in one go
)

func newAhead(e *Edition) *ahead {
	a := &ahead{Edition: e, in: make(chan *parcel, queueRoom)}
	a.enough.L = &a.mu
	for range aheadRooms {
		a.rooms = append(a.rooms, new(letter.Encoded))
	}
	return a
}

// room takes a room, when none is left once there are enough for another run.
// Where a place that may get no more letters now keeps too many, it does with
// fewer. It returns nil where ctx ended.
func (a *ahead) room() (room *letter.Encoded) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.rooms) == 0 {
		for a.late = false; !a.over && len(a.rooms) < aheadRun && !(a.late && len(a.rooms) > 0); {
			a.enough.Wait()
		}
	}
	if a.over {
		return nil
	}
	last := len(a.rooms) - 1
	room, a.rooms = a.rooms[last], a.rooms[:last]
	return room
}

func (a *ahead) free(room *letter.Encoded) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.rooms = append(a.rooms, room); len(a.rooms) >= aheadRun {
		a.enough.Signal()
	}
}

// draft is the mail of a parcel, composed by whoever begins first.
type draft struct {
	begun    atomic.Int32
	done     chan struct{} // closed once it is composed ahead
	room     *letter.Encoded
	envelope letter.Envelope
	fault    error
}

// Who began a draft.
const (
	nobody = iota
	composedAhead
	composedHere
)

// add has a parcel composed ahead, if there is time for it.
func (a *ahead) add(p *parcel) {
	select {
	case a.in <- p:
	default:
	}
}

// work ends when no more parcels come, or ctx does.
func (a *ahead) work(ctx context.Context) error {
	defer context.AfterFunc(ctx, a.end)()
	// On one processor all others would stand still with it.
	if runtime.GOMAXPROCS(0) > 1 && !time.Now().Before(a.upright) {
		a.composeBehind()
	}
	a.compose(runtime.Gosched, math.MaxInt64) // a courier, or a commit, goes first
	return nil
}

// composeBehind composes behind all else, as long as nothing stands still for it.
// There is no way back for the thread, which ends with the goroutine.
func (a *ahead) composeBehind() {
	done := make(chan struct{})
	go func() {
		defer close(done)
		if a.standBack() && !a.compose(yield, standstill) { // a mail server on this machine goes first too
			a.upright = time.Now().Add(uprightFor)
		}
	}()
	<-done
}

const (
	// standstill is what a letter, and what goes before the next one, may not
	// take where composing stands back: where others keep all processors busy it
	// takes longer, and so does whoever waits for the letter, or for a lock.
	standstill = 100 * time.Millisecond
	// uprightFor is for how long composing then does not stand back.
	uprightFor = 10 * time.Minute
)

// compose composes what comes, and lets others go first after each letter. It
// ends when no more comes, or, not well, at a letter that took too long.
func (a *ahead) compose(letGo func(), tooLong time.Duration) (well bool) {
	for p := range a.in {
		d := &p.draft
		if d.begun.Load() != nobody {
			continue
		}
		room := a.room()
		if room == nil {
			return true
		}
		if !d.begun.CompareAndSwap(nobody, composedAhead) {
			a.free(room)
			continue
		}
		begun := time.Now()
		d.room = room
		d.envelope, d.fault = a.envelope(p, room)
		close(d.done)
		letGo()
		if time.Since(begun) > tooLong {
			return false
		}
	}
	return true
}

func (a *ahead) hurry() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.late = true
	a.enough.Signal()
}

func (a *ahead) end() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.over = true
	a.enough.Signal()
}

// take returns the mail of a parcel, composed in room where it was not yet. It
// is good until the room's next one, and until it is put back.
func (a *ahead) take(p *parcel, room *letter.Encoded) (letter.Envelope, error) {
	d := &p.draft
	if d.begun.CompareAndSwap(nobody, composedHere) {
		a.hurry()
		return a.envelope(p, room)
	}
	<-d.done
	return d.envelope, d.fault
}

// ready returns the mail of a parcel that is composed, nil for another.
func (a *ahead) ready(p *parcel) *letter.Envelope {
	d := &p.draft
	if d.begun.Load() != composedAhead {
		return nil
	}
	select {
	case <-d.done:
		if d.fault == nil {
			return &d.envelope
		}
	default:
	}
	return nil
}

// back frees the room of a mail that is needed no more.
func (a *ahead) back(p *parcel) {
	d := &p.draft
	if d.begun.CompareAndSwap(nobody, composedHere) || d.begun.Load() == composedHere {
		return
	}
	<-d.done
	a.free(d.room)
}
