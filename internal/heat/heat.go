// Package heat turns what sources counted for a paper over time into one
// number: how much it trends now. It owns the formula and nothing else; the
// readings are the catalogue's, the order of a letter is internal/digest's.
//
// # The formula
//
//	heat      = attention · field · 2^(−age / 14 days)
//	attention = Σ settled votes + log₂(1+comments) + stars + log₂(sources)
//
// settled votes are those of one source as they will stand when voting is
// over: the votes there are and those still to be expected,
//
//	settled  = votes + rate · (1 − share)
//	rate     = (4 + votes + gained) / (0.3 + share + its gain)
//	share    = (t + 3 h) / (t + 21 h)
//
// where share is the part of a paper's votes that are given within t after its
// listing, by the hour: lists grow through their day. t ends at the reading that
// told the votes, and gained the votes of the last day, which count twice as they
// tell the present speed. Two papers are so compared at equal age, though one
// was listed this morning and the other a week ago, and neither three early
// votes nor none decide much: they are weighed against 4 votes in the first
// 0.3 of a paper's course, a paper of 13 votes.
//
// comments add up over the sources, as votes do, but a doubling of them is
// worth one vote only: one loud thread is no sign of many readers, and some
// sources post a comment of their own under every paper. stars are log₂(1 +
// stars at the first reading) + √(stars gained since): the former are the
// repository's, often older and larger than the paper; the latter are its own.
// Where several sources tell stars it is the same repository, and the largest
// number counts. A paper in several sources is worth log₂ of their number.
//
// field holds the paper against its own field (its primary category) as well
// as against all: √(mean attention of a paper of all fields / of its field),
// from ¾ to 2. A field that voters pass over so has its best papers seen
// beside those of a popular one. A paper of unknown field has 1.
//
// age runs from the paper's newest first sighting in any source, and only
// tells equals apart in favour of the new: votes settle within two weeks, and
// after these the same attention is worth half.
//
// # Where the numbers are from
//
// The course, half of the votes within 18 hours and 3 of these before the
// listing: 112 pairs of readings of papers of five lists of Hugging Face's, from
// 17 hours into the list's day to 57, and of one list to 24 days. The likeliest
// is 19 hours, without any one list 13 to 19; but without that of 24 days, which
// alone tells how it ends, 64. The paper of 13 votes: twice the 6 that the
// median of 1,250 papers of 41 lists had on its first afternoon, when half of
// the course is over. All else is set by judgement and held by a table of what
// outranks what.
package heat

import (
	"math"
	"slices"
	"time"

	"paperboy/internal/paper"
)

const (
	halfLife = 14 * 24 * time.Hour
	// week bounds which papers tell how much attention a field gets.
	week = 7 * 24 * time.Hour
	day  = 24 * time.Hour
)

// Trend is how much a paper trends at one moment, and why.
type Trend struct {
	Heat float64 // in votes; 0: no sign of attention
	// Attention is the heat before it is held against field and age.
	Attention float64
	// Field is the paper's primary category, empty if it has none.
	Field string
	// Share is the factor for its field, from ¾ to 2.
	Share float64
	// Rising says that within the last day more came than was to be expected.
	Rising bool
	// Leads says that it is the hottest of its field this week.
	Leads bool
}

// Leading is the field that the paper leads, empty if it leads none.
func (t Trend) Leading() string {
	if !t.Leads {
		return ""
	}
	return t.Field
}

// Of returns how much each of the papers trends at now, in their order. The
// papers are all that there is to be compared: a paper's field is measured
// among them. Readings after now are ignored.
func Of(papers []*paper.Paper, now time.Time) []Trend {
	all := make([]Trend, len(papers))
	for i, p := range papers {
		all[i] = Trend{Attention: attention(p, now), Field: field(p), Share: 1}
	}
	shares(papers, all, now)
	for i, p := range papers {
		all[i].Heat = all[i].Attention * all[i].Share * fade(now.Sub(p.Sighted))
		all[i].Rising = rising(p, now)
	}
	lead(papers, all, now)
	return all
}

// Risen reports whether a paper drew more attention between since and now than
// was to be expected at since, by more than chance explains: two standard
// deviations of what such papers get. A paper that no source counts has never
// risen, and one seen twice with equal counts has not either.
func Risen(p *paper.Paper, since, now time.Time) bool {
	if !slices.ContainsFunc(p.Readings, func(r paper.Reading) bool { return r.At.After(since) && !r.At.After(now) }) {
		return false
	}
	gained := moving(p.Readings, now) - moving(p.Readings, since)
	var expected, spread float64
	for i, r := range p.Readings {
		if !firstOf(p.Readings[:i], r.Source) {
			continue
		}
		start := listed(p, r.Source)
		then, later := follow(p.Readings[i:], r.Source, start, since), follow(p.Readings[i:], r.Source, start, now)
		gained += float64(later.votes) - float64(then.votes)
		if then.known() {
			e := then.rate() * (later.share - then.share)
			expected, spread = expected+e, spread+e+e*e/then.weight()
		}
	}
	return gained > expected+2*math.Sqrt(spread+1)
}

// rising is Risen over the last day, or what is known of it.
func rising(p *paper.Paper, now time.Time) bool {
	since := now.Add(-day)
	var first time.Time
	for _, r := range p.Readings {
		if first.IsZero() || r.At.Before(first) {
			first = r.At
		}
	}
	if first.After(since) {
		since = first
	}
	return Risen(p, since, now)
}

// attention is all that the sources tell of a paper at now.
func attention(p *paper.Paper, now time.Time) float64 {
	sum := moving(p.Readings, now) + math.Log2(1+float64(firstStars(p.Readings, now)))
	for i, r := range p.Readings {
		if firstOf(p.Readings[:i], r.Source) {
			sum += follow(p.Readings[i:], r.Source, listed(p, r.Source), now).settled()
		}
	}
	if n := len(p.Sources); n > 1 {
		sum += math.Log2(float64(n))
	}
	return sum
}

// fade is 1 for a paper seen this moment, or still to be seen.
func fade(age time.Duration) float64 {
	return math.Exp2(-max(age, 0).Hours() / halfLife.Hours())
}
