package edition

import (
	"context"
	"sync/atomic"

	"paperboy/internal/letter"
)

// ahead composes letters that wait for a courier, so that the processor has
// work while all couriers wait for the mail server or a commit. It is at most as
// many letters ahead as it has rooms. A courier that comes to a letter first
// composes it itself.
type ahead struct {
	*Edition
	in    chan parcel // those that wait, in the order in which they came
	rooms chan *letter.Encoded
}

func newAhead(e *Edition) *ahead {
	a := &ahead{Edition: e, in: make(chan parcel, queueRoom), rooms: make(chan *letter.Encoded, e.Connections)}
	for range e.Connections {
		a.rooms <- new(letter.Encoded)
	}
	return a
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
func (a *ahead) add(p parcel) {
	if !p.known {
		return
	}
	select {
	case a.in <- p:
	default:
	}
}

// work ends when no more parcels come, or ctx does.
func (a *ahead) work(ctx context.Context) error {
	for p := range a.in {
		var room *letter.Encoded
		select {
		case room = <-a.rooms:
		case <-ctx.Done():
			return nil
		}
		d := p.draft
		if !d.begun.CompareAndSwap(nobody, composedAhead) {
			a.rooms <- room
			continue
		}
		d.room = room
		d.envelope, d.fault = a.envelope(p, room)
		close(d.done)
	}
	return nil
}

// take returns the mail of a parcel, composed in room where it was not yet. It
// is good until the room's next one, and until it is put back.
func (a *ahead) take(p parcel, room *letter.Encoded) (letter.Envelope, error) {
	d := p.draft
	if d.begun.CompareAndSwap(nobody, composedHere) {
		return a.envelope(p, room)
	}
	<-d.done
	return d.envelope, d.fault
}

// back frees the room of a mail that is needed no more.
func (a *ahead) back(p parcel) {
	d := p.draft
	if d.begun.CompareAndSwap(nobody, composedHere) || d.begun.Load() == composedHere {
		return
	}
	<-d.done
	a.rooms <- d.room
}
