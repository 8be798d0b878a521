package edition

import (
	"math"
	"slices"
	"strings"
	"time"

	"paperboy/internal/letter"
)

// Limits are how much mail goes out at most, so that those who take it in stay
// friends. Zero is no limit. A place is where letters go to: the domain of
// their addresses.
type Limits struct {
	PerMinute int              // letters over all, evenly spaced
	Place     Limit            // for every place
	Places    map[string]Limit // for these instead, by domain in lower case
	WarmUp    WarmUp
}

// Limit is for one place.
type Limit struct {
	Connections int // letters on the way at once
	PerMinute   int // in any minute
}

// WarmUp is a ceiling on the letters of a day, which grows: mailbox providers
// distrust an address that sends much all at once.
type WarmUp struct {
	Start  int     // letters on the first day
	Growth float64 // each day's ceiling in terms of the one before
}

// On reports whether there is a ceiling.
func (w WarmUp) On() bool { return w.Start > 0 }

// Ceiling is how many letters may go out on a day, after so many days on which
// letters went out.
func (w WarmUp) Ceiling(earlier int) int {
	return int(min(float64(w.Start)*math.Pow(max(w.Growth, 1), float64(earlier)), math.MaxInt32))
}

// placeOf is the place that an address lies in.
func placeOf(address string) string {
	return strings.ToLower(address[strings.LastIndexByte(address, '@')+1:])
}

// manners decides which letter may go when. It keeps no letters and no clock,
// and is for one goroutine at a time. What it knows outlives one sending; what
// must outlive the process is in the store.
type manners struct {
	limits Limits
	places map[string]*place
	pace   time.Time   // when the next letter may go, by the limit over all
	held   []time.Time // when letters that were given back may go, in order
}

// place is what is known of one place.
type place struct {
	limit    Limit
	recent   []time.Time // when letters went there, of the last minute
	admitted int         // letters let in that are not on the way yet
	booked   time.Time   // until when letters over the limit were given back last
	bookings int         // how many until then
	paused   time.Time   // nothing goes there before
	asked    bool        // it asked for less, and took nothing since
	open     int         // letters on the way
}

func newManners(l Limits) *manners { return &manners{limits: l, places: map[string]*place{}} }

// at returns the place of the name.
func (m *manners) at(name string) *place {
	p := m.places[name]
	if p == nil {
		p = &place{limit: m.limits.Place}
		if own, ok := m.limits.Places[name]; ok {
			p.limit = own
		}
		m.places[name] = p
	}
	return p
}

// begin takes over what the store knows of paused places, and forgets the places
// where nothing is to be remembered.
func (m *manners) begin(paused []letter.Paused, now time.Time) {
	for name, p := range m.places {
		p.admitted, p.open, p.asked, p.paused = 0, 0, false, time.Time{}
		p.forget(now)
		if len(p.recent) == 0 && !p.booked.After(now) {
			delete(m.places, name)
		}
	}
	for _, one := range paused {
		p := m.at(one.Domain)
		p.paused, p.asked = one.Until, true
	}
}

// admit lets a letter in, or says until when it is given back. Notices are
// awaited: they are counted, but wait for nothing except a pause.
func (m *manners) admit(name string, notice bool, now time.Time) (until time.Time, in bool) {
	p := m.at(name)
	switch {
	case p.paused.After(now):
		return p.paused, false
	case p.limit.PerMinute > 0 && !notice && p.full(now):
		return p.book(now), false
	}
	p.admitted++
	return time.Time{}, true
}

// full reports whether the letters of the last minute, and those that are to
// follow them at once, reach the limit.
func (p *place) full(now time.Time) bool {
	p.forget(now)
	return len(p.recent)+p.admitted >= p.limit.PerMinute
}

// forget drops what is older than a minute.
func (p *place) forget(now time.Time) {
	old := 0
	for old < len(p.recent) && now.Sub(p.recent[old]) >= time.Minute {
		old++
	}
	p.recent = p.recent[old:]
}

// book finds the minute in which a letter over the limit may go: the next, or
// where that is full with others given back, one of those after it.
func (p *place) book(now time.Time) time.Time {
	if !p.booked.After(now) {
		p.booked, p.bookings = now.Add(time.Minute), 0
	}
	if p.bookings >= p.limit.PerMinute {
		p.booked, p.bookings = p.booked.Add(time.Minute), 0
	}
	p.bookings++
	return p.booked
}

// wait is how long the limit over all keeps the next letter.
func (m *manners) wait(now time.Time) time.Duration {
	return m.pace.Sub(now)
}

// more reports whether one more letter may be on the way to a place. One that
// asked for less is tried with one.
func (p *place) more() bool {
	limit := p.limit.Connections
	if p.asked {
		limit = 1
	}
	return limit == 0 || p.open < limit
}

// sets notes that a letter sets out.
func (m *manners) sets(name string, now time.Time) {
	p := m.at(name)
	p.open++
	p.admitted = max(p.admitted-1, 0)
	if p.limit.PerMinute > 0 {
		p.recent = append(p.recent, now)
	}
	if m.limits.PerMinute > 0 {
		gap := time.Minute / time.Duration(m.limits.PerMinute)
		if m.pace.Before(now) {
			m.pace = now
		}
		m.pace = m.pace.Add(gap)
	}
}

// back notes that a letter's way is over, and whether it was delivered. It
// reports whether that is the first at a place which had asked for less.
func (m *manners) back(name string, delivered bool) (relieved bool) {
	p := m.at(name)
	p.open--
	relieved = delivered && p.asked
	if delivered {
		p.asked = false
	}
	return relieved
}

// rest notes that a place asked for less.
func (m *manners) rest(pause letter.Paused) {
	p := m.at(pause.Domain)
	p.paused, p.asked = pause.Until, true
}

// drop notes that a letter let in is given back all the same.
func (m *manners) drop(name string) {
	p := m.at(name)
	p.admitted = max(p.admitted-1, 0)
}

// hold notes that a letter is given back until then.
func (m *manners) hold(until time.Time) {
	if i, known := slices.BinarySearchFunc(m.held, until, time.Time.Compare); !known {
		m.held = slices.Insert(m.held, i, until)
	}
}

// next is when the first letter that was given back may go, after now; zero if
// there is none.
func (m *manners) next(now time.Time) time.Time {
	for len(m.held) > 0 && !m.held[0].After(now) {
		m.held = m.held[1:]
	}
	if len(m.held) == 0 {
		return time.Time{}
	}
	return m.held[0]
}
