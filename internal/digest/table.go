package digest

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"paperboy/internal/interest"
	"paperboy/internal/paper"
)

// Table is the candidates of one moment, laid out for very many readers: what a
// reader costs are the papers that match. It serves one goroutine at a time.
type Table struct {
	now        time.Time
	candidates []Candidate
	standings  []standing
	shelf      *interest.Shelf
	floor      paper.Key
	keys       []paper.Key          // of the candidates, rising
	risen      map[time.Time][]rise // by the time of the letter before
	asked      map[question]bool
	answers    map[question]broad
	broadFrom  int

	// Of the reader who is at the table, kept for their room.
	want, before interest.Answer
	top          top
	picks        []Pick
}

// rise says whether a paper trends more than at an earlier moment.
type rise uint8

const (
	unasked rise = iota
	risen
	fallen
)

// NewTable lays out candidates for the time now.
func NewTable(cs []Candidate, now time.Time) *Table {
	t := &Table{
		now: now, candidates: cs, risen: map[time.Time][]rise{},
		asked: map[question]bool{}, answers: map[question]broad{}, broadFrom: broadFrom,
	}
	documents := make([]*interest.Document, len(cs))
	for i := range cs {
		c := &cs[i]
		documents[i] = c.Doc
		t.standings = append(t.standings, c.standing(now))
		t.keys = append(t.keys, c.Paper.Key)
		if c.recent(now) && (t.floor == 0 || c.Paper.Key < t.floor) {
			t.floor = c.Paper.Key
		}
	}
	slices.Sort(t.keys)
	t.shelf = interest.NewShelf(documents)
	return t
}

// ErrFloor: whether a paper that matched was sent is more than the history
// tells, as its key is below the Floor.
var ErrFloor = errors.New("a paper is older than the history")

// recent tells papers that were not known before Reach from those that a source
// has listed again.
func (c *Candidate) recent(now time.Time) bool {
	return len(c.Paper.Listed) > 0 && now.Sub(c.Paper.Listed[0].Seen) < Reach
}

// Select is Select over those of the table's candidates that the reader has not
// muted, for keywords as they were typed. Its picks are good until the next
// call. Its error is ErrFloor, or that of the keywords.
func (t *Table) Select(keywords string, h History, m Mutes, max int) (Selection, error) {
	if err := t.shelf.Ask(keywords, &t.want); err != nil {
		return Selection{}, fmt.Errorf("keywords: %w", err)
	}
	t.top.max, t.top.seen, t.top.best = max, 0, t.top.best[:0]
	var err error
	if b, ok := t.broad(keywords, &h); ok && m.none() {
		err = b.without(&h, &t.top)
	} else {
		err = t.choose(keywords, &h, m, &t.top)
	}
	if err != nil {
		return Selection{}, err
	}
	return t.selection(), nil
}

// choose adds what is new to the reader among the papers that were found.
func (t *Table) choose(keywords string, h *History, m Mutes, into *top) error {
	same := keywords == h.Keywords
	readable := same || h.First || t.shelf.Ask(h.Keywords, &t.before) == nil
	passed := func(at int) bool { return same || readable && t.before.Finds(at) }
	rises := t.rises(h)
	for _, f := range t.want.Found() {
		c := t.standings[f.At]
		if !h.reaches(c) || h.leftover(c) && passed(f.At) && !t.hasRisen(f.At, h.At, rises) {
			continue
		}
		if !m.none() && m.Hide(t.candidates[f.At]) {
			continue
		}
		if c.key < h.Floor {
			return ErrFloor
		}
		into.add(&t.candidates[f.At], f)
	}
	return nil
}

func (t *Table) selection() Selection {
	t.picks = t.picks[:0]
	for _, r := range t.top.sorted() {
		t.picks = append(t.picks, Pick{Candidate: *r.Candidate, Match: interest.Match{Hits: t.want.Hits(r.found), Score: r.found.Score}})
	}
	return Selection{Matched: t.top.seen, Picks: t.picks}
}

// mostMoments bounds the moments for which it is remembered what has risen
// since. Readers' last letters were made in a round each hour.
const mostMoments = 1000

// rises returns what is remembered of the moment of the reader's last letter.
func (t *Table) rises(h *History) []rise {
	if h.First {
		return nil
	}
	rises, ok := t.risen[h.At]
	if !ok {
		if len(t.risen) == mostMoments {
			clear(t.risen)
		}
		rises = make([]rise, len(t.candidates))
		t.risen[h.At] = rises
	}
	return rises
}

// hasRisen is risen, worked out once for all readers whose last letter is of
// the same moment.
func (t *Table) hasRisen(at int, since time.Time, rises []rise) bool {
	if rises[at] == unasked {
		rises[at] = fallen
		if t.candidates[at].risen(since, t.now) {
			rises[at] = risen
		}
	}
	return rises[at] == risen
}

// Shorten leaves out of a record what no later letter will ask for: papers that
// were known long before today's candidates. Those among the candidates stay.
func (t *Table) Shorten(h Had) Had {
	h.Floor = max(h.Floor, t.floor)
	kept := h.Sent[:0:0]
	for _, key := range h.Sent {
		if _, candidate := slices.BinarySearch(t.keys, key); candidate || key >= h.Floor {
			kept = append(kept, key)
		}
	}
	h.Sent = kept
	return h
}
