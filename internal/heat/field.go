package heat

import (
	"math"
	"time"

	"paperboy/internal/paper"
)

const (
	// A field of few papers is taken for an average one: so many papers of the
	// mean attention of all are added to its own.
	average = 20
	// smallest is the number of papers from which on being the first among them
	// says something.
	smallest = 10
	// A field that is passed over is raised more than a popular one is lowered.
	leastShare, mostShare = 0.75, 2
)

// longestField is the longest name of a category, in bytes: what feeds call one
// may be a sentence.
const longestField = 40

// field is a paper's primary category, which arXiv names first.
func field(p *paper.Paper) string {
	if len(p.Categories) == 0 || len(p.Categories[0]) > longestField {
		return ""
	}
	return p.Categories[0]
}

// level is how much attention papers get.
type level struct {
	papers    int
	attention float64
}

// shares fills in each paper's factor for its field. A paper is held against
// the others of its field: its own attention must not count against it.
func shares(papers []*paper.Paper, all []Trend, now time.Time) {
	var whole level
	fields := map[string]level{}
	for i, p := range papers {
		if all[i].Field == "" || !current(p, now) {
			continue
		}
		f := fields[all[i].Field]
		fields[all[i].Field] = level{f.papers + 1, f.attention + all[i].Attention}
		whole = level{whole.papers + 1, whole.attention + all[i].Attention}
	}
	if whole.attention == 0 {
		return
	}
	mean := whole.attention / float64(whole.papers)
	for i, p := range papers {
		if all[i].Field == "" || all[i].Attention == 0 {
			continue
		}
		f := fields[all[i].Field]
		if current(p, now) {
			f = level{f.papers - 1, max(f.attention-all[i].Attention, 0)}
		}
		own := (f.attention + average*mean) / float64(f.papers+average)
		all[i].Share = min(max(math.Sqrt(mean/own), leastShare), mostShare)
	}
}

// lead marks the hottest paper of each field.
func lead(papers []*paper.Paper, all []Trend, now time.Time) {
	first, count := map[string]int{}, map[string]int{}
	for i, p := range papers {
		if all[i].Field == "" || !current(p, now) {
			continue
		}
		count[all[i].Field]++
		if j, ok := first[all[i].Field]; !ok || all[i].Heat > all[j].Heat {
			first[all[i].Field] = i
		}
	}
	for name, i := range first {
		all[i].Leads = all[i].Heat > 0 && count[name] >= smallest
	}
}

func current(p *paper.Paper, now time.Time) bool {
	age := now.Sub(p.Sighted)
	return age >= 0 && age < week
}
