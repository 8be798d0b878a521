// Package heat turns what sources counted for a paper over time into one
// number: how much it trends now. It owns the formula and nothing else; the
// readings are the catalogue's, the ranking is internal/digest's.
package heat

import (
	"math"
	"time"

	"paperboy/internal/paper"
)

// HalfLife is the age after which the same attention is worth half.
//
// Votes settle over one to two weeks and about double after the first day, so
// a paper's heat rises while votes still come quickly, and fades once they do
// not. Sixty hours lets a paper of the week's start that drew a hundred votes
// still outrank today's paper with a dozen, but not today's with fifty.
const HalfLife = 60 * time.Hour

// Of returns how much a paper trends at now, in votes: a paper of heat 30 draws
// as much attention as one first seen this moment that has 30 votes.
//
//	heat = (votes + log₂(1+comments) + log₂(1+stars)) · 2^(−age / 60 h)
//
// Votes of several sources add. Comments add too, but a doubling of them is
// worth only one vote: one loud thread is no sign of many readers, and some
// sources post a comment of their own under every paper. So with stars: they
// are the repository's, often older and larger than the paper, and where
// several sources tell them it is the same repository, so the largest counts.
//
// age runs from sighted, the paper's newest first sighting in any source.
// Readings after now are ignored; a count that a source's newest reading does
// not tell is taken from the newest that does. 0 means no sign of attention.
func Of(readings []paper.Reading, sighted, now time.Time) float64 {
	return attention(Signals(readings, now)) * fade(now.Sub(sighted))
}

// Risen reports whether a paper trends more at now than it did at since: what
// it gained outweighs the time that went by. A paper without attention has
// never risen, and one seen twice with equal counts has not either.
func Risen(readings []paper.Reading, sighted, since, now time.Time) bool {
	before, after := attention(Signals(readings, since)), attention(Signals(readings, now))
	// Age only takes away; most papers are told apart before it is computed.
	return after > before && after*fade(now.Sub(sighted)) > before*fade(since.Sub(sighted))
}

// Signals are the counts of all sources at now in one: votes and comments
// added up, and the largest number of stars. A count that no source told by
// then is unknown.
func Signals(readings []paper.Reading, now time.Time) paper.Signals {
	var all paper.Signals
	for i, r := range readings {
		if firstOf(readings[:i], r.Source) {
			one := latest(readings[i:], r.Source, now)
			all.Votes = sum(all.Votes, one.Votes)
			all.Comments = sum(all.Comments, one.Comments)
			all.Stars = larger(all.Stars, one.Stars)
		}
	}
	return all
}

// firstOf reports whether no reading of the source came before. Sources are a
// handful, so looking back costs less than a map.
func firstOf(before []paper.Reading, source string) bool {
	for _, r := range before {
		if r.Source == source {
			return false
		}
	}
	return true
}

// latest returns each of one source's counts as its newest reading up to now
// told it. Of readings at the same time the later one in order counts.
func latest(readings []paper.Reading, source string, now time.Time) paper.Signals {
	var (
		s                      paper.Signals
		votes, comments, stars time.Time
	)
	for _, r := range readings {
		if r.Source != source || r.At.After(now) {
			continue
		}
		newer(&s.Votes, &votes, r.Votes, r.At)
		newer(&s.Comments, &comments, r.Comments, r.At)
		newer(&s.Stars, &stars, r.Stars, r.At)
	}
	return s
}

func newer(have *paper.Count, since *time.Time, c paper.Count, at time.Time) {
	if c.Known && (!have.Known || !at.Before(*since)) {
		*have, *since = c, at
	}
}

func sum(a, b paper.Count) paper.Count {
	return paper.Count{N: a.N + max(b.N, 0), Known: a.Known || b.Known}
}

func larger(a, b paper.Count) paper.Count {
	return paper.Count{N: max(a.N, b.N, 0), Known: a.Known || b.Known}
}

func attention(s paper.Signals) float64 {
	return float64(s.Votes.N) + math.Log2(1+float64(s.Comments.N)) + math.Log2(1+float64(s.Stars.N))
}

// fade is 1 for a paper seen this moment, or still to be seen.
func fade(age time.Duration) float64 {
	return math.Exp2(-max(age, 0).Hours() / HalfLife.Hours())
}
