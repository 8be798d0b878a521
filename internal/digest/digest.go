// Package digest decides which papers a reader's next letter holds. It takes
// candidates, an interest and what the reader already had, and gives the picks
// in the letter's order, each with the reasons it is there. Where those come
// from, and what becomes of the picks, is for others.
package digest

import (
	"slices"
	"time"

	"paperboy/internal/heat"
	"paperboy/internal/interest"
	"paperboy/internal/paper"
)

// Window is how long a paper that was not sent stays a candidate, from its
// newest first sighting in any source.
const Window = 7 * 24 * time.Hour

// Reach is how far back candidates are to be looked for. What lies past Window
// is for a reader whose letter before lies further back, as a weekly one's
// after a move to another weekday, or after an outage: a paper sighted since
// has never been before that reader, and would be lost.
const Reach = 2*Window + 24*time.Hour

// Candidate is a paper that a letter may hold.
type Candidate struct {
	Paper      *paper.Paper
	Doc        *interest.Document // the paper as interests read it
	heat.Trend                    // at the time of the selection
}

// History is what one reader already had. Its letter is the newest living one,
// quiet ones counted.
type History struct {
	// Sent are papers of living letters, rising. All of them are there whose
	// key is Floor or higher; of older papers some may be left out.
	Sent  []paper.Key
	Floor paper.Key

	First    bool      // no such letter: all of the window is new
	Horizon  int64     // newest sighting number at that letter
	At       time.Time // when that letter was made
	Keywords string    // the reader's keywords at that letter
}

// Pick is a paper chosen for a letter, and how it matched.
type Pick struct {
	Candidate
	Match interest.Match
}

// Selection is what a letter will hold.
type Selection struct {
	Picks   []Pick // in the letter's order
	Matched int    // papers new to this reader that matched, the picks included
}

// Select picks at most max papers (0: all) for a reader who wants want and had
// h, all of it, at the time now.
//
// A paper is new to the reader if it was not sent and one of these holds:
//   - the reader had no letter yet, and the paper is inside Window;
//   - it was sighted after the last letter was made (inside Reach);
//   - it is inside Window, and the keywords of the last letter did not match
//     it, so it has never been weighed for this reader;
//   - it is inside Window and was passed over, but trends more now than when
//     the last letter was made (heat.Risen).
//
// What was passed over and has not risen stays away: it does not pad a thin
// day. Papers sighted after now are not there yet. Keywords of the last letter
// that can no longer be read matched nothing.
//
// The order is that of Rank. Select changes nothing it is given, and equal
// input gives an equal selection whatever the order of the candidates. A Table
// selects the same for many readers.
func Select(cs []Candidate, want interest.Interest, h History, max int, now time.Time) Selection {
	top := top{max: max}
	before, err := interest.Parse(h.Keywords)
	passed := func(c *Candidate) bool { return err == nil && before.Matches(c.Doc) }
	for i := range cs {
		c := &cs[i]
		at := c.standing(now)
		if !h.reaches(at) {
			continue
		}
		score, ok := want.Score(c.Doc)
		if !ok || h.leftover(at) && passed(c) && !c.risen(h.At, now) {
			continue
		}
		top.add(c, interest.Found{At: i, Score: score})
	}
	s := Selection{Matched: top.seen, Picks: make([]Pick, len(top.best))}
	for i, r := range top.sorted() {
		m, _ := want.Match(r.Doc)
		s.Picks[i] = Pick{Candidate: *r.Candidate, Match: m}
	}
	return s
}

// standing is what a history needs to know of a candidate.
type standing struct {
	key         paper.Key
	seq         int64
	fresh, near bool // inside Window, inside Reach
}

func (c *Candidate) standing(now time.Time) standing {
	age := now.Sub(c.Paper.Sighted)
	return standing{c.Paper.Key, c.Paper.Seq, age >= 0 && age < Window, age >= 0 && age < Reach}
}

func (c *Candidate) risen(since, now time.Time) bool {
	return heat.Risen(c.Paper, since, now)
}

// reaches is the part of 'new to the reader' that needs no keywords, which is
// cheap and goes first.
func (h *History) reaches(c standing) bool {
	return (c.fresh || c.near && h.unseen(c)) && !h.sent(c.key)
}

func (h *History) sent(key paper.Key) bool {
	_, sent := slices.BinarySearch(h.Sent, key)
	return sent
}

// unseen reports whether the paper was sighted after the last letter was made.
func (h *History) unseen(c standing) bool { return !h.First && c.seq > h.Horizon }

// leftover reports whether the last letter could have held the paper. If its
// keywords matched, it was passed over.
func (h *History) leftover(c standing) bool { return !h.First && !h.unseen(c) }
