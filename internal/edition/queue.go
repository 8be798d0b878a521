package edition

import (
	"context"
	"slices"
	"sync"
	"time"

	"paperboy/internal/digest"
	"paperboy/internal/letter"
)

const (
	// queueRoom is how many parcels wait for the couriers.
	queueRoom = claimAtOnce / 2
	// refillAt is how many are left when more are put in, unless none of those may
	// go now: some at once, as to wake whoever does it takes longer than to put one.
	refillAt = queueRoom * 4 / 5
	// busyFor is how long letters are given back for whose place has as many on
	// the way as it may, and more than enough waiting.
	busyFor = 30 * time.Second
)

// queue holds the parcels that the couriers take. Its places take turns: the
// next letter is for the one with the fewest letters on the way, and among
// these for the one that was served, or began to wait, the longest ago, so that
// a slow place keeps no other waiting. What is taken together was mostly claimed
// together, and lies together in the database.
type queue struct {
	clock func() time.Time

	mu      sync.Mutex
	changed sync.Cond // for those who take
	room    sync.Cond // for who puts
	manners *manners
	lanes   map[string]*lane // those with parcels in them
	line    []*lane          // the same, the one served the longest ago first
	waiting int              // parcels in all lanes
	early   int              // parcels taken early, which may come back
	closed  bool             // no more come
}

// lane has the parcels for one place.
type lane struct {
	*place
	name    string
	parcels []*parcel
}

func newQueue(m *manners, clock func() time.Time) *queue {
	q := &queue{clock: clock, manners: m, lanes: map[string]*lane{}}
	q.changed.L, q.room.L = &q.mu, &q.mu
	return q
}

// wake has all that wait look again, as when their context has ended.
func (q *queue) wake() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.changed.Broadcast()
	q.room.Broadcast()
}

// admit parts the letters that may go from those to be given back.
func (q *queue) admit(letters []digest.Claim) (in []digest.Claim, over []letter.Postponed) {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := q.clock()
	in = letters[:0]
	for _, l := range letters {
		until, ok := q.manners.admit(placeOf(l.Address), l.Kind != letter.Digest, now)
		if ok {
			in = append(in, l)
			continue
		}
		q.manners.hold(until)
		over = append(over, letter.Postponed{Letter: l.ID, Until: until})
	}
	return in, over
}

// refuse takes back that letters were let in: they are given back until then.
func (q *queue) refuse(letters []digest.Claim, until time.Time) []letter.Postponed {
	q.mu.Lock()
	defer q.mu.Unlock()
	out := make([]letter.Postponed, len(letters))
	for i, l := range letters {
		out[i] = letter.Postponed{Letter: l.ID, Until: q.giveUp(placeOf(l.Address), until)}
	}
	return out
}

// put adds a parcel, once there is room. It is not put where ctx ends before,
// nor where until says when to try again: its place is paused since, or so busy
// that it would fill the queue.
func (q *queue) put(ctx context.Context, p *parcel) (until time.Time, put bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	name := p.place
	for ctx.Err() == nil {
		now := q.clock()
		l := q.lane(name)
		if l.paused.After(now) {
			return q.giveUp(name, l.paused), false
		}
		if q.waiting < queueRoom {
			q.join(l)
			l.parcels = append(l.parcels, p)
			q.waiting++
			q.changed.Signal()
			return time.Time{}, true
		}
		if !l.more() && len(l.parcels) > queueRoom/2 {
			return q.giveUp(name, now.Add(busyFor)), false
		}
		q.room.Wait()
	}
	return time.Time{}, false
}

// giveUp notes that a letter let in is given back until then, with q.mu held.
func (q *queue) giveUp(name string, until time.Time) time.Time {
	q.manners.drop(name)
	q.manners.hold(until)
	return until
}

// poll takes a parcel if one may go now, else nil.
func (q *queue) poll() *parcel {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.pick()
}

// pollEarly is poll for a courier that still has another parcel to deliver. What
// it took is to be kept or untaken.
func (q *queue) pollEarly() *parcel {
	q.mu.Lock()
	defer q.mu.Unlock()
	p := q.pick()
	if p != nil {
		q.early++
	}
	return p
}

// keep is for a parcel taken early whose time has come. It is to be untaken
// after all where its place has been paused since.
func (q *queue) keep(p *parcel) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.manners.at(p.place).paused.After(q.clock()) {
		return false
	}
	q.early--
	q.changed.Broadcast()
	return true
}

// take waits for a parcel that may go. It is nil, and there are no more, where
// the queue is closed and empty, with no parcel to come back, or ctx has ended.
func (q *queue) take(ctx context.Context) *parcel {
	q.mu.Lock()
	defer q.mu.Unlock()
	for ctx.Err() == nil && !(q.closed && q.waiting == 0 && q.early == 0) {
		if p := q.pick(); p != nil {
			return p
		}
		if wait := q.manners.wait(q.clock()); wait > 0 && q.waiting > 0 {
			timer := time.AfterFunc(wait, q.wake)
			q.changed.Wait()
			timer.Stop()
			continue
		}
		q.changed.Wait()
	}
	return nil
}

// pick chooses the next parcel, with q.mu held. It is nil where none may go.
func (q *queue) pick() *parcel {
	now := q.clock()
	if q.waiting == 0 || q.manners.wait(now) > 0 {
		return nil
	}
	at := q.nextLane()
	if at < 0 {
		q.room.Signal() // there may be others, for other places
		return nil
	}
	l := q.line[at]
	q.line = slices.Delete(q.line, at, at+1)
	p := l.parcels[0]
	l.parcels = l.parcels[1:]
	q.waiting--
	if len(l.parcels) == 0 {
		delete(q.lanes, l.name)
	} else {
		q.line = append(q.line, l)
	}
	q.manners.sets(l.name, now)
	q.changed.Broadcast()
	if q.waiting <= refillAt || !l.more() {
		q.room.Signal()
	}
	return p
}

// nextLane is where the lane is in the line whose parcel goes next; negative:
// none may go.
func (q *queue) nextLane() int {
	best := -1
	for i, l := range q.line {
		if l.more() && (best < 0 || l.open < q.line[best].open) {
			best = i
			if l.open == 0 {
				break
			}
		}
	}
	return best
}

// untake puts a parcel back that was taken early, before all others of its place.
// It is not where until says when to try again: its place is paused.
func (q *queue) untake(p *parcel) (until time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	defer q.changed.Broadcast()
	name := p.place
	q.manners.back(name, false)
	q.early--
	l := q.lane(name)
	if l.paused.After(q.clock()) {
		q.manners.hold(l.paused)
		return l.paused
	}
	q.join(l)
	l.parcels = slices.Insert(l.parcels, 0, p)
	q.waiting++
	return time.Time{}
}

// lane is that of a place, which may have no parcels yet.
func (q *queue) lane(name string) *lane {
	if l := q.lanes[name]; l != nil {
		return l
	}
	return &lane{place: q.manners.at(name), name: name}
}

// join puts a lane into the line, unless it is in it.
func (q *queue) join(l *lane) {
	if q.lanes[l.name] == nil {
		q.lanes[l.name], q.line = l, append(q.line, l)
	}
}

// back notes that a courier is done with a parcel, and reports whether its
// delivery ended what its place had asked for.
func (q *queue) back(p *parcel, delivered bool) (relieved bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	defer q.changed.Broadcast()
	return q.manners.back(p.place, delivered)
}

// rest pauses a place, and takes out what waits for it, to be given back.
func (q *queue) rest(pause letter.Paused) []*parcel {
	q.mu.Lock()
	defer q.mu.Unlock()
	defer q.changed.Broadcast()
	defer q.room.Signal()
	q.manners.rest(pause)
	l := q.lanes[pause.Domain]
	if l == nil {
		return nil
	}
	delete(q.lanes, pause.Domain)
	q.line = slices.DeleteFunc(q.line, func(one *lane) bool { return one == l })
	q.waiting -= len(l.parcels)
	for range l.parcels {
		q.giveUp(pause.Domain, pause.Until)
	}
	return l.parcels
}

// next is when the first of the letters that were given back may go.
func (q *queue) next() time.Time {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.manners.next(q.clock())
}

// close tells that no more parcels come.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.changed.Broadcast()
}

// drain takes out all that nobody came to.
func (q *queue) drain() []*parcel {
	q.mu.Lock()
	defer q.mu.Unlock()
	var left []*parcel
	for _, l := range q.line {
		left = append(left, l.parcels...)
	}
	clear(q.lanes)
	q.line, q.waiting = nil, 0
	return left
}
