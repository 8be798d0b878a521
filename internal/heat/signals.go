package heat

import (
	"time"

	"paperboy/internal/paper"
)

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
