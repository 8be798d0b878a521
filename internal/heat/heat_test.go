package heat_test

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"paperboy/internal/heat"
	"paperboy/internal/paper"
	"pgregory.net/rapid"
)

var now = time.Date(2026, 5, 8, 7, 0, 0, 0, time.UTC)

const day = 24 * time.Hour

// trend is a paper's attention in a form that a table can hold.
type trend struct {
	votes, comments, stars int
	age                    time.Duration
}

func (w trend) heat() float64 {
	r := reading("huggingface", 0, w.votes)
	r.Comments, r.Stars = paper.Known(w.comments), paper.Known(w.stars)
	return heat.Of([]paper.Reading{r}, now.Add(-w.age), now)
}

// reading is a source's number of votes some time before now.
func reading(source string, ago time.Duration, votes int) paper.Reading {
	return paper.Reading{Source: source, At: now.Add(-ago), Signals: paper.Signals{Votes: paper.Known(votes)}}
}

func TestWhatOutranksWhat(t *testing.T) {
	tests := []struct {
		why           string
		hotter, other trend
	}{
		{"more votes at one age", trend{votes: 20}, trend{votes: 19}},
		{"fresher at equal votes", trend{votes: 20}, trend{votes: 20, age: day}},
		{"a day's lead does not outweigh half as many votes again", trend{votes: 60, age: day}, trend{votes: 40}},
		{"yesterday's paper needs a third more votes than today's", trend{votes: 40}, trend{votes: 50, age: day}},
		{"the week's best still outranks an average paper of today", trend{votes: 160, age: 6 * day}, trend{votes: 25}},
		{"today's best outranks the week's best after six days", trend{votes: 60}, trend{votes: 160, age: 6 * day}},
		{"any vote outranks none, however old", trend{votes: 1, age: 6 * day}, trend{}},
		{"comments tell papers of equal votes apart", trend{votes: 20, comments: 3}, trend{votes: 20, comments: 1}},
		{"a loud thread does not outrank a few more votes", trend{votes: 30}, trend{votes: 20, comments: 300}},
		{"a source's own first comment is worth one vote, no more", trend{votes: 8}, trend{votes: 6, comments: 1}},
		{"stars of the code are a sign", trend{votes: 20, stars: 30}, trend{votes: 20}},
		{"a famous repository does not carry a new paper to the top", trend{votes: 40}, trend{votes: 20, stars: 80_000}},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			if a, b := tt.hotter.heat(), tt.other.heat(); a <= b {
				t.Errorf("heat of %+v is %.2f, of %+v %.2f: want the first above the second", tt.hotter, a, tt.other, b)
			}
		})
	}
}

func TestOf(t *testing.T) {
	tests := []struct {
		name     string
		readings []paper.Reading
		sighted  time.Time
		want     float64
	}{
		{"no readings are no attention", nil, now, 0},
		{"counts of zero are no attention", []paper.Reading{reading("a", 0, 0)}, now, 0},
		{"unknown counts are no attention", []paper.Reading{{Source: "a", At: now}}, now, 0},
		{"votes now are worth their number", []paper.Reading{reading("a", 0, 30)}, now, 30},
		{"and half of it after the half-life", []paper.Reading{reading("a", 0, 30)}, now.Add(-heat.HalfLife), 15},
		{"the newest reading counts, not the sum", []paper.Reading{reading("a", day, 10), reading("a", 0, 12)}, now, 12},
		{"votes taken back count no longer", []paper.Reading{reading("a", day, 12), reading("a", 0, 10)}, now, 10},
		{"the newest by time, whatever the order", []paper.Reading{reading("a", 0, 12), reading("a", day, 10)}, now, 12},
		{"what is read after now is not known yet", []paper.Reading{reading("a", day, 10), reading("a", -day, 99)}, now, 10},
		{"votes of several sources add", []paper.Reading{reading("a", 0, 10), reading("b", 0, 5)}, now, 15},
		{"a source that fell silent keeps its last word", []paper.Reading{
			reading("a", day, 10), {Source: "a", At: now, Signals: paper.Signals{Comments: paper.Known(0)}}}, now, 10},
		{"a clock ahead of ours makes nothing hotter than new", []paper.Reading{reading("a", 0, 10)}, now.Add(day), 10},
		{"a negative count is none", []paper.Reading{reading("a", 0, -5)}, now, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := heat.Of(tt.readings, tt.sighted, now); math.Abs(got-tt.want) > 1e-9 {
				t.Errorf("heat is %v, want %v", got, tt.want)
			}
		})
	}
}

func TestRisen(t *testing.T) {
	yesterday := now.Add(-day)
	tests := []struct {
		name     string
		readings []paper.Reading
		sighted  time.Time
		want     bool
	}{
		{"no attention at all has not risen", nil, now.Add(-2 * day), false},
		{"equal votes are ageing, not rising", []paper.Reading{reading("a", day, 20), reading("a", 0, 20)}, now.Add(-2 * day), false},
		{"a few more votes do not outweigh a day", []paper.Reading{reading("a", day, 30), reading("a", 0, 36)}, now.Add(-2 * day), false},
		{"half as many again do", []paper.Reading{reading("a", day, 30), reading("a", 0, 45)}, now.Add(-2 * day), true},
		{"a start on the third day", []paper.Reading{reading("a", 2*day, 0), reading("a", 0, 9)}, now.Add(-3 * day), true},
		{"a rise that the last letter knew of already", []paper.Reading{reading("a", 2*day, 1), reading("a", day, 50)}, now.Add(-3 * day), false},
		{"votes in a second source", []paper.Reading{reading("a", day, 10), reading("b", 0, 10)}, now.Add(-3 * day), true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := heat.Risen(tt.readings, tt.sighted, yesterday, now); got != tt.want {
				t.Errorf("risen is %v, want %v", got, tt.want)
			}
		})
	}
}

func TestSignals(t *testing.T) {
	readings := []paper.Reading{
		{Source: "a", At: now.Add(-day), Signals: paper.Signals{Votes: paper.Known(3), Stars: paper.Known(7)}},
		{Source: "b", At: now, Signals: paper.Signals{Votes: paper.Known(4), Stars: paper.Known(9)}},
		{Source: "a", At: now, Signals: paper.Signals{Votes: paper.Known(5)}},
	}
	want := paper.Signals{Votes: paper.Known(9), Stars: paper.Known(9)}
	if diff := cmp.Diff(want, heat.Signals(readings, now)); diff != "" {
		t.Errorf("votes add, stars are one repository's, comments stay unknown (-want +got):\n%s", diff)
	}
}

func TestMoreAttentionIsNeverColder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		counts := rapid.IntRange(0, 100_000)
		w := trend{counts.Draw(t, "votes"), counts.Draw(t, "comments"), counts.Draw(t, "stars"),
			time.Duration(rapid.Int64Range(0, int64(8*day)).Draw(t, "age"))}
		more := w
		switch rapid.IntRange(0, 3).Draw(t, "more of") {
		case 0:
			more.votes++
		case 1:
			more.comments++
		case 2:
			more.stars++
		case 3:
			more.age -= min(more.age, time.Hour)
		}
		a, b := w.heat(), more.heat()
		if b < a || math.IsNaN(b) || math.IsInf(b, 0) {
			t.Fatalf("heat of %+v is %v, of %+v %v", w, a, more, b)
		}
	})
}
