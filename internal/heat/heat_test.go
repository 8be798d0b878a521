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

// work is a paper's attention in a form that a table can hold. Its counts are
// read at now, unless read says how long before.
type work struct {
	votes, comments, stars int
	age                    time.Duration         // since its listing
	earlier                map[time.Duration]int // votes, by how long before now they were read
	read                   time.Duration
	gained                 int // stars, of those above, since the listing
	sources                int
	fields                 []string
}

func (w work) paper() *paper.Paper {
	p := &paper.Paper{Sighted: now.Add(-w.age), Categories: w.fields}
	for i := range max(w.sources, 1) {
		p.Sources = append(p.Sources, string(rune('a'+i)))
		p.Listed = append(p.Listed, paper.Listed{Seen: p.Sighted})
	}
	for ago, votes := range w.earlier {
		p.Readings = append(p.Readings, reading("a", ago, votes))
	}
	r := reading("a", w.read, w.votes)
	r.Comments, r.Stars = paper.Known(w.comments), paper.Known(w.stars)
	if w.gained > 0 {
		p.Readings = append(p.Readings, paper.Reading{Source: "a", At: p.Sighted, Signals: paper.Signals{Stars: paper.Known(w.stars - w.gained)}})
	}
	p.Readings = append(p.Readings, r)
	return p
}

func (w work) heat() float64 { return of(w.paper()).Heat }

func of(p *paper.Paper) heat.Trend { return heat.Of([]*paper.Paper{p}, now)[0] }

// reading is a source's number of votes some time before now.
func reading(source string, ago time.Duration, votes int) paper.Reading {
	return paper.Reading{Source: source, At: now.Add(-ago), Signals: paper.Signals{Votes: paper.Known(votes)}}
}

func TestWhatOutranksWhat(t *testing.T) {
	const hour = time.Hour
	tests := []struct {
		why           string
		hotter, other work
	}{
		{"more votes at one age", work{votes: 20}, work{votes: 19}},
		{"what came sooner will be more", work{votes: 20, age: 8 * hour}, work{votes: 20, age: day}},
		{"this morning's paper with two thirds of the votes is ahead of yesterday's", work{votes: 24, age: 8 * hour}, work{votes: 36, age: 32 * hour}},
		{"but not with a third", work{votes: 36, age: 32 * hour}, work{votes: 12, age: 8 * hour}},
		{"the week's best stays ahead of a good paper of today", work{votes: 160, age: 6 * day}, work{votes: 50, age: 8 * hour}},
		{"today's best passes it with half its votes", work{votes: 80, age: 8 * hour}, work{votes: 160, age: 6 * day}},
		{"three votes in the first minutes are not thirty in a day", work{votes: 30, age: day}, work{votes: 3, age: 10 * time.Minute}},
		{"three votes in the first minutes are better than three in a day", work{votes: 3, age: 10 * time.Minute}, work{votes: 3, age: day}},
		{"a settled paper that nobody voted for is behind any that has had no time", work{age: time.Hour}, work{age: 6 * day}},
		{"one vote is ahead of none at the same age", work{votes: 1, age: 6 * day}, work{age: 6 * day}},
		{"the one that gained them lately is still under way", work{votes: 40, age: 3 * day, earlier: map[time.Duration]int{day: 10}}, work{votes: 40, age: 3 * day, earlier: map[time.Duration]int{day: 38}}},
		{"votes as read long ago stand for what came since", work{votes: 20, age: 2 * day, read: 40 * hour}, work{votes: 20, age: 2 * day}},
		{"among settled equals the newer", work{votes: 50, age: 4 * day}, work{votes: 50, age: 6 * day}},
		{"comments tell papers of equal votes apart", work{votes: 20, comments: 3}, work{votes: 20, comments: 1}},
		{"a loud thread does not outrank a few more votes", work{votes: 30, age: day}, work{votes: 20, comments: 300, age: day}},
		{"a source's own first comment is worth one vote, no more", work{votes: 8}, work{votes: 6, comments: 1}},
		{"stars of the code are a sign", work{votes: 20, stars: 30}, work{votes: 20}},
		{"a famous repository does not carry a new paper to the top", work{votes: 40, age: day}, work{votes: 20, stars: 80_000, age: day}},
		{"stars gained with the paper count for more than those it came with", work{votes: 20, stars: 500, gained: 400, age: day}, work{votes: 20, stars: 500, age: day}},
		{"in two sources rather than in one", work{votes: 20, sources: 2}, work{votes: 20}},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			if a, b := tt.hotter.heat(), tt.other.heat(); a <= b {
				t.Errorf("heat of %+v is %.2f, of %+v %.2f: want the first above the second", tt.hotter, a, tt.other, b)
			}
		})
	}
}

func TestWhatIsNoDifference(t *testing.T) {
	tests := []struct {
		name       string
		one, other *paper.Paper
	}{
		{"no readings and unknown counts", &paper.Paper{Sighted: now}, &paper.Paper{Sighted: now, Readings: []paper.Reading{{Source: "a", At: now}}}},
		{"the order of readings", &paper.Paper{Sighted: now.Add(-2 * day), Readings: []paper.Reading{reading("a", 0, 12), reading("a", day, 10)}},
			&paper.Paper{Sighted: now.Add(-2 * day), Readings: []paper.Reading{reading("a", day, 10), reading("a", 0, 12)}}},
		{"what is read after now", &paper.Paper{Sighted: now.Add(-2 * day), Readings: []paper.Reading{reading("a", day, 10), reading("a", -day, 99)}},
			&paper.Paper{Sighted: now.Add(-2 * day), Readings: []paper.Reading{reading("a", day, 10)}}},
		{"a source that fell silent and one that never told more", &paper.Paper{Sighted: now.Add(-day), Readings: []paper.Reading{
			reading("a", day, 10), {Source: "a", At: now, Signals: paper.Signals{Comments: paper.Known(0)}}}},
			&paper.Paper{Sighted: now.Add(-day), Readings: []paper.Reading{reading("a", day, 10)}}},
		{"a negative count and none", &paper.Paper{Sighted: now, Readings: []paper.Reading{reading("a", 0, -5)}},
			&paper.Paper{Sighted: now, Readings: []paper.Reading{reading("a", 0, 0)}}},
		{"a clock ahead of ours and a paper just listed", &paper.Paper{Sighted: now.Add(day), Readings: []paper.Reading{reading("a", 0, 9)}},
			&paper.Paper{Sighted: now, Readings: []paper.Reading{reading("a", 0, 9)}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if a, b := of(tt.one), of(tt.other); a.Heat != b.Heat {
				t.Errorf("heat is %v and %v, want the same", a.Heat, b.Heat)
			}
		})
	}
	if h := of(&paper.Paper{Sighted: now}); h != (heat.Trend{Share: 1}) {
		t.Errorf("a paper that nobody counts trends: %+v", h)
	}
}

func TestAVotesCourseIsJudgedFromItsListing(t *testing.T) {
	midnight := now.Add(-7 * time.Hour)
	trend := func(said, seen time.Time) float64 {
		return of(&paper.Paper{Sighted: now, Sources: []string{"a"}, Listed: []paper.Listed{{Said: said, Seen: seen}},
			Readings: []paper.Reading{reading("a", 0, 10)}}).Heat
	}
	tests := []struct {
		name       string
		said, seen time.Time // by the source, by us
		same       time.Time // as if it had said this, to the hour, and been seen at once
	}{
		{"seen at first when it was there for a day", now.Add(-25 * time.Hour), now, now.Add(-25 * time.Hour)},
		{"a source that tells no date", time.Time{}, now.Add(-5 * time.Hour), now.Add(-5 * time.Hour)},
		{"a source whose clock is ahead", now.Add(time.Hour), now.Add(-time.Hour), now.Add(-time.Hour)},
		{"a day without an hour, seen while its list was being filled", midnight, midnight.Add(5 * time.Hour), midnight.Add(5 * time.Hour)},
		{"a day without an hour, seen when its list was long full", midnight.Add(-48 * time.Hour), now, midnight.Add(-45 * time.Hour)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, want := trend(tt.said, tt.seen), trend(tt.same, tt.same); got != want {
				t.Errorf("heat is %v, want %v", got, want)
			}
		})
	}
}

// catalogue is a week of two fields: one of which a tenth of the papers draws
// votes, and one of which none does but what is added.
func catalogue(more ...work) []*paper.Paper {
	var all []*paper.Paper
	for i := range 200 {
		w := work{age: day, fields: []string{"cs.CL"}}
		if i%10 == 0 {
			w.votes = 20 + i/10
		} else {
			w.fields = []string{"cs.CL", "cs.RO"}
		}
		p := w.paper()
		if w.votes == 0 {
			p.Readings = nil
		}
		all = append(all, p)
	}
	for range 60 {
		all = append(all, &paper.Paper{Sighted: now.Add(-day), Categories: []string{"math.AG"}})
	}
	for _, w := range more {
		all = append(all, w.paper())
	}
	return all
}

func TestAFieldWithoutVotersIsNotBuried(t *testing.T) {
	best := func(field string, votes int) work { return work{votes: votes, age: day, fields: []string{field}} }
	all := catalogue(best("math.AG", 25), best("cs.CL", 35), best("cs.CL", 300), work{votes: 25, age: day})
	trends := heat.Of(all, now)
	small, large, top, unknown := trends[260], trends[261], trends[262], trends[263]
	if small.Heat <= large.Heat {
		t.Errorf("25 votes in a field that gets none trend at %.1f, 35 in one that gets most at %.1f", small.Heat, large.Heat)
	}
	if small.Heat >= top.Heat {
		t.Errorf("25 votes in a small field trend at %.1f, above 300 with %.1f", small.Heat, top.Heat)
	}
	if unknown.Share != 1 || unknown.Field != "" || unknown.Leads {
		t.Errorf("a paper of no known field is held against one: %+v", unknown)
	}
	if !small.Leads || small.Leading() != "math.AG" || !top.Leads || large.Leads || large.Leading() != "" {
		t.Errorf("leaders are wrong: %+v, %+v, %+v", small, large, top)
	}
	for i, trend := range trends {
		if trend.Share < 0.75 || trend.Share > 2 {
			t.Fatalf("paper %d is held against its field by %v", i, trend.Share)
		}
	}
}

func TestAFieldOfFewPapersIsAnAverageOne(t *testing.T) {
	trends := heat.Of(catalogue(work{votes: 25, age: day, fields: []string{"q-bio.NC"}}), now)
	if one := trends[len(trends)-1]; math.Abs(one.Share-1) > 1e-9 || one.Leads {
		t.Errorf("the only paper of its field is held against it: %+v", one)
	}
}

func TestASentenceIsNoField(t *testing.T) {
	sentence := work{votes: 25, age: day, fields: []string{"Everything that we read this week and liked"}}
	trends := heat.Of([]*paper.Paper{sentence.paper()}, now)
	if trends[0].Field != "" {
		t.Errorf("the field is %q", trends[0].Field)
	}
}

func TestWhatIsOldTellsNothingOfAFieldThisWeek(t *testing.T) {
	before := heat.Of(catalogue(work{votes: 25, age: day, fields: []string{"math.AG"}}), now)
	after := heat.Of(catalogue(work{votes: 25, age: day, fields: []string{"math.AG"}},
		work{votes: 900, age: 7 * day, fields: []string{"math.AG"}}), now)
	if before[260] != after[260] {
		t.Errorf("a paper of the week before changes %+v to %+v", before[260], after[260])
	}
}

func TestRisen(t *testing.T) {
	yesterday := now.Add(-day)
	comments := func(ago time.Duration, n int) paper.Reading {
		return paper.Reading{Source: "a", At: now.Add(-ago), Signals: paper.Signals{Votes: paper.Known(10), Comments: paper.Known(n)}}
	}
	stars := func(ago time.Duration, n int) paper.Reading {
		return paper.Reading{Source: "a", At: now.Add(-ago), Signals: paper.Signals{Stars: paper.Known(n)}}
	}
	tests := []struct {
		name     string
		readings []paper.Reading
		age      time.Duration
		want     bool
	}{
		{"no attention at all has not risen", nil, 2 * day, false},
		{"equal votes are settled, not rising", []paper.Reading{reading("a", day, 20), reading("a", 0, 20)}, 2 * day, false},
		{"what was to be expected is no rise", []paper.Reading{reading("a", day, 30), reading("a", 0, 36)}, 2 * day, false},
		{"half as many again is one", []paper.Reading{reading("a", day, 30), reading("a", 0, 45)}, 2 * day, true},
		{"in its first day a paper doubles without rising", []paper.Reading{reading("a", day, 10), reading("a", 0, 18)}, day + 4*time.Hour, false},
		{"late in its course less is a rise", []paper.Reading{reading("a", day, 10), reading("a", 0, 18)}, 5 * day, true},
		{"two votes on top of none are chance", []paper.Reading{reading("a", 2*day, 0), reading("a", 0, 2)}, 3 * day, false},
		{"a start on the third day", []paper.Reading{reading("a", 2*day, 0), reading("a", 0, 9)}, 3 * day, true},
		{"a rise that the last letter knew of already", []paper.Reading{reading("a", 2*day, 1), reading("a", day, 50)}, 3 * day, false},
		{"votes taken back", []paper.Reading{reading("a", day, 50), reading("a", 0, 20)}, 3 * day, false},
		{"votes in a second source", []paper.Reading{reading("a", day, 10), reading("b", 0, 10)}, 3 * day, true},
		{"a few comments are none", []paper.Reading{comments(day, 2), comments(0, 5)}, 3 * day, false},
		{"a discussion that takes fire", []paper.Reading{comments(day, 0), comments(0, 40)}, 3 * day, true},
		{"a repository that a source tells of only now", []paper.Reading{reading("a", day, 10), stars(0, 90_000)}, 3 * day, false},
		{"code that catches on", []paper.Reading{stars(2*day, 100), stars(day, 110), stars(0, 400)}, 3 * day, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := &paper.Paper{Sighted: now.Add(-tt.age), Readings: tt.readings}
			if got := heat.Risen(p, yesterday, now); got != tt.want {
				t.Errorf("risen is %v, want %v", got, tt.want)
			}
			if got := of(p).Rising; got != tt.want {
				t.Errorf("rising is %v, want %v", got, tt.want)
			}
		})
	}
}

func TestRisingIsKnownOnTheFirstDay(t *testing.T) {
	p := &paper.Paper{Sighted: now.Add(-8 * time.Hour), Readings: []paper.Reading{reading("a", 6*time.Hour, 5), reading("a", 0, 72)}}
	if !of(p).Rising {
		t.Error("72 votes after 5 six hours ago are not rising")
	}
	p.Readings = p.Readings[1:]
	if of(p).Rising {
		t.Error("one reading alone is rising")
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
		w := work{votes: counts.Draw(t, "votes"), comments: counts.Draw(t, "comments"), stars: counts.Draw(t, "stars"),
			age: time.Duration(rapid.Int64Range(0, int64(8*day)).Draw(t, "age"))}
		if rapid.Bool().Draw(t, "read before") {
			w.earlier = map[time.Duration]int{w.age / 2: counts.Draw(t, "votes then")}
		}
		more := w
		switch rapid.IntRange(0, 3).Draw(t, "more of") {
		case 0:
			more.votes++
		case 1:
			more.comments++
		case 2:
			more.stars++
		case 3:
			more.sources = 2
		}
		a, b := w.heat(), more.heat()
		if b < a || math.IsNaN(b) || math.IsInf(b, 0) {
			t.Fatalf("heat of %+v is %v, of %+v %v", w, a, more, b)
		}
	})
}

func TestMoreAttentionIsNeverColderInItsField(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var all []*paper.Paper
		var works []work
		for range rapid.IntRange(1, 8).Draw(t, "papers") {
			w := work{votes: rapid.IntRange(0, 500).Draw(t, "votes"), age: time.Duration(rapid.IntRange(0, 8*24).Draw(t, "hours")) * time.Hour,
				fields: []string{rapid.SampledFrom([]string{"cs.AI", "math.AG"}).Draw(t, "field")}}
			works, all = append(works, w), append(all, w.paper())
		}
		i := rapid.IntRange(0, len(all)-1).Draw(t, "which")
		before := heat.Of(all, now)[i]
		works[i].votes += rapid.IntRange(1, 100).Draw(t, "more")
		all[i] = works[i].paper()
		if after := heat.Of(all, now)[i]; after.Heat < before.Heat {
			t.Fatalf("more votes, and the heat goes from %+v to %+v", before, after)
		}
	})
}

func BenchmarkOf(b *testing.B) {
	var all []*paper.Paper
	for i := range 3000 {
		w := work{votes: i % 90, age: time.Duration(i%168) * time.Hour, fields: []string{string(rune('a' + i%26))}, earlier: map[time.Duration]int{}}
		for h := range i % 168 {
			w.earlier[time.Duration(h+1)*time.Hour] = i % 90 / (h + 1)
		}
		all = append(all, w.paper())
	}
	for b.Loop() {
		heat.Of(all, now)
	}
}
