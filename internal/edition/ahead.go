package edition

import (
	"context"
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
	state    atomic.Int32
	done     chan struct{} // closed once it is composed ahead
	room     *letter.Encoded
	envelope letter.Envelope
	fault    error
}

// States of a draft.
const (
	untouched = iota
	composing // ahead
	composed  // ahead: what it says is known from here on
	elsewhere // by its courier, or not needed
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
	// On one processor all others would stand still with it, and a few letters
	// are not worth that they may.
	if runtime.GOMAXPROCS(0) > 1 && !time.Now().Before(a.upright) {
		a.compose(runtime.Gosched, func(letters int, _ time.Duration) bool { return letters < aheadRun })
		a.composeBehind()
	}
	a.compose(runtime.Gosched, func(int, time.Duration) bool { return true }) // a courier, or a commit, goes first
	return nil
}

// composeBehind composes behind all else, as long as nothing stands still for it.
// There is no way back for the thread, which ends with the goroutine.
func (a *ahead) composeBehind() {
	done := make(chan struct{})
	go func() {
		defer close(done)
		if !a.standBack() {
			return
		}
		a.compose(yield, func(_ int, took time.Duration) bool { // a mail server on this machine goes first too
			if took > standstill {
				a.upright = time.Now().Add(uprightFor)
			}
			return took <= standstill
		})
	}()
	<-done
}

const (
	// standstill is what a letter, and what goes before the next one, may not
	// take where composing stands back: where others keep all processors busy it
	// takes longer. Its courier waits no longer than that, but for a lock perhaps.
	standstill = 100 * time.Millisecond
	// uprightFor is for how long composing then does not stand back.
	uprightFor = 10 * time.Minute
)

// compose composes what comes, and lets others go first after each letter. It
// ends when no more comes, or when it is not to go on after so many letters, of
// which the last took so long.
func (a *ahead) compose(letGo func(), goesOn func(letters int, took time.Duration) bool) {
	letters := 0
	for p := range a.in {
		d := &p.draft
		if d.state.Load() != untouched {
			continue
		}
		room := a.room()
		if room == nil {
			return
		}
		if !d.state.CompareAndSwap(untouched, composing) {
			a.free(room)
			continue
		}
		begun := time.Now()
		d.room = room
		d.envelope, d.fault = a.envelope(p, room)
		if d.state.CompareAndSwap(composing, composed) {
			close(d.done)
		} else {
			a.free(room)
		}
		letGo()
		if letters++; !goesOn(letters, time.Since(begun)) {
			return
		}
	}
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

// take returns the mail of a parcel, composed in room where it was not yet, or
// where that stands still. It is good until the room's next one, and until it is
// put back.
func (a *ahead) take(p *parcel, room *letter.Encoded) (letter.Envelope, error) {
	d := &p.draft
	if d.state.CompareAndSwap(untouched, elsewhere) {
		a.hurry()
		return a.envelope(p, room)
	}
	if d.state.Load() == composing {
		late := time.NewTimer(standstill)
		defer late.Stop()
		select {
		case <-d.done:
		case <-late.C:
			d.state.CompareAndSwap(composing, elsewhere)
		}
	}
	if d.state.Load() == composed {
		return d.envelope, d.fault
	}
	return a.envelope(p, room)
}

// ready returns the mail of a parcel that is composed, nil for another.
func (a *ahead) ready(p *parcel) *letter.Envelope {
	if d := &p.draft; d.state.Load() == composed && d.fault == nil {
		return &d.envelope
	}
	return nil
}

// back frees the room of a mail that is needed no more.
func (a *ahead) back(p *parcel) {
	if d := &p.draft; d.state.Swap(elsewhere) == composed {
		a.free(d.room)
	}
}
