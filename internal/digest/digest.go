// Package digest decides which papers a reader's next letter holds. It takes
// candidates, an interest and what the reader already had, and gives the picks
// in the letter's order, each with the reasons it is there. Where those come
// from, and what becomes of the picks, is for others.
package digest

import (
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
	Sent     map[paper.Key]struct{} // papers of all living letters
	First    bool                   // no such letter: all of the window is new
	Horizon  int64                  // newest sighting number at that letter
	At       time.Time              // when that letter was made
	Keywords interest.Interest      // the reader's keywords at that letter
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
// h, at the time now.
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
// day. Papers sighted after now are not there yet.
//
// The order is that of Rank. Select changes nothing it is given, and equal input
// gives an equal selection whatever the order of the candidates.
func Select(cs []Candidate, want interest.Interest, h History, max int, now time.Time) Selection {
	same := want.Equal(h.Keywords)
	var found []Candidate
	for _, c := range cs {
		if h.reaches(c, now) && want.Matches(c.Doc) && h.isNew(c, same, now) {
			found = append(found, c)
		}
	}
	s := Selection{Matched: len(found)}
	if len(found) == 0 {
		return s
	}
	s.Picks = best(found, want, max)
	return s
}

// reaches is the part of 'new to the reader' that needs no keywords, which is
// cheap and goes first.
func (h History) reaches(c Candidate, now time.Time) bool {
	if _, sent := h.Sent[c.Paper.Key]; sent {
		return false
	}
	age := now.Sub(c.Paper.Sighted)
	if age < 0 {
		return false
	}
	return age < Window || age < Reach && h.unseen(c)
}

// unseen reports whether the paper was sighted after the last letter was made.
func (h History) unseen(c Candidate) bool { return !h.First && c.Paper.Seq > h.Horizon }

// isNew is the rest: of a paper that reaches and matches now, whether it is
// anything but a leftover. same says that the keywords have not changed.
func (h History) isNew(c Candidate, same bool, now time.Time) bool {
	if h.First || h.unseen(c) {
		return true
	}
	passed := same || h.Keywords.Matches(c.Doc)
	return !passed || heat.Risen(c.Paper, h.At, now)
}
