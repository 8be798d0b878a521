package digest_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"paperboy/internal/digest"
	"paperboy/internal/heat"
	"paperboy/internal/interest"
	"paperboy/internal/paper"
	"pgregory.net/rapid"
)

var now = time.Date(2026, 5, 8, 7, 0, 0, 0, time.UTC)

const day = 24 * time.Hour

func keywords(t testing.TB, s string) interest.Interest {
	t.Helper()
	i, err := interest.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// votes are the votes of a paper, days before now.
type votes map[int]int

func candidate(key paper.Key, title string, age time.Duration, seq int64, v votes) digest.Candidate {
	p := &paper.Paper{Key: key, Title: title, Sighted: now.Add(-age), Seq: seq}
	for ago := 8; ago >= 0; ago-- {
		if n, ok := v[ago]; ok {
			at := now.Add(-time.Duration(ago) * day)
			p.Readings = append(p.Readings, paper.Reading{Source: "s", At: at, Signals: paper.Signals{Votes: paper.Known(n)}})
		}
	}
	return digest.Candidate{Paper: p, Doc: interest.Read(p), Trend: heat.Of([]*paper.Paper{p}, now)[0]}
}

func keys(s digest.Selection) []paper.Key {
	var out []paper.Key
	for _, p := range s.Picks {
		out = append(out, p.Paper.Key)
	}
	return out
}

func TestSelect(t *testing.T) {
	robots := keywords(t, "robot")
	// after is the history of a reader of robots whose last letter was made a
	// day ago, at sighting 100.
	after := digest.History{Horizon: 100, At: now.Add(-day), Keywords: "robot"}
	with := func(h digest.History, change func(*digest.History)) digest.History {
		change(&h)
		return h
	}
	tests := []struct {
		name string
		cs   []digest.Candidate
		h    digest.History
		max  int
		want []paper.Key
		all  int // matched in all
	}{
		{"nothing there is nothing picked", nil, after, 10, nil, 0},
		{"hottest first", []digest.Candidate{
			candidate(1, "Robot one", 0, 101, votes{0: 5}), candidate(2, "Robot two", 0, 102, votes{0: 9}),
		}, after, 10, []paper.Key{2, 1}, 2},
		{"no more than max, and all that matched are counted", []digest.Candidate{
			candidate(1, "Robot one", 0, 101, votes{0: 5}), candidate(2, "Robot two", 0, 102, votes{0: 9}),
			candidate(3, "Robot three", 0, 103, votes{0: 7}),
		}, after, 2, []paper.Key{2, 3}, 3},
		{"max 0 is all", []digest.Candidate{
			candidate(1, "Robot one", 0, 101, votes{0: 5}), candidate(2, "Robot two", 0, 102, votes{0: 9}),
		}, after, 0, []paper.Key{2, 1}, 2},
		{"what does not match stays away", []digest.Candidate{candidate(1, "On trees", 0, 101, votes{0: 99})}, after, 10, nil, 0},
		{"what was sent never comes again, though it rises", []digest.Candidate{
			candidate(1, "Robot", day, 101, votes{1: 1, 0: 99}),
		}, with(after, func(h *digest.History) { h.Sent = []paper.Key{1} }), 10, nil, 0},
		{"what was passed over does not pad a thin day", []digest.Candidate{
			candidate(1, "Robot old", 2*day, 90, votes{1: 30, 0: 32}), candidate(2, "Robot new", 0, 101, nil),
		}, after, 10, []paper.Key{2}, 1},
		{"what starts to rise on its third day comes", []digest.Candidate{
			candidate(1, "Robot", 3*day, 90, votes{1: 1, 0: 30}),
		}, after, 10, []paper.Key{1}, 1},
		{"after a week without letters all missed days are new", []digest.Candidate{
			candidate(1, "Robot one", 6*day, 101, votes{5: 9, 0: 9}), candidate(2, "Robot two", day, 140, votes{1: 3, 0: 9}),
		}, with(after, func(h *digest.History) { h.At = now.Add(-7 * day) }), 10, []paper.Key{2, 1}, 2},
		{"what the last letter could not know comes though it came late", []digest.Candidate{
			candidate(1, "Robot", 7*day+time.Hour, 101, votes{0: 9}),
		}, with(after, func(h *digest.History) { h.At = now.Add(-7*day - 2*time.Hour) }), 10, []paper.Key{1}, 1},
		{"past the window nothing rises again", []digest.Candidate{
			candidate(1, "Robot", 7*day, 90, votes{1: 1, 0: 99}),
		}, after, 10, nil, 0},
		{"a late letter still brings what was sighted since the one before", []digest.Candidate{candidate(1, "Robot", 10*day, 101, votes{0: 9})}, after, 10, []paper.Key{1}, 1},
		{"past the reach nothing is new", []digest.Candidate{candidate(1, "Robot", 15*day, 101, votes{0: 9})}, after, 10, nil, 0},
		{"what is sighted after now is not there yet", []digest.Candidate{candidate(1, "Robot", -time.Hour, 101, nil)}, after, 10, nil, 0},
		{"new keywords find what the old ones never weighed", []digest.Candidate{
			candidate(1, "Robot", 2*day, 90, votes{1: 5, 0: 5}), candidate(2, "Robot in trees", 2*day, 91, votes{1: 50, 0: 50}),
		}, with(after, func(h *digest.History) { h.Keywords = "trees" }), 10, []paper.Key{1}, 1},
		{"no keywords before had weighed everything", []digest.Candidate{
			candidate(1, "Robot", 2*day, 90, votes{1: 5, 0: 5}),
		}, with(after, func(h *digest.History) { h.Keywords = "" }), 10, nil, 0},
		{"the first letter holds the best of seven days", []digest.Candidate{
			candidate(1, "Robot old", 6*day, 0, votes{0: 160}), candidate(2, "Robot new", 0, 101, votes{0: 5}),
			candidate(3, "Robot too old", 7*day, 0, votes{0: 500}),
		}, digest.History{First: true}, 10, []paper.Key{1, 2}, 2},
		{"the first letter after coming back repeats nothing", []digest.Candidate{
			candidate(1, "Robot one", day, 50, votes{0: 9}), candidate(2, "Robot two", day, 51, votes{0: 8}),
		}, digest.History{First: true, Sent: []paper.Key{1}}, 10, []paper.Key{2}, 1},
		{"without votes the best match comes, also across the limit", []digest.Candidate{
			{Paper: candidate(1, "Of trees", 0, 101, nil).Paper, Doc: interest.Read(&paper.Paper{Title: "Of trees", Summary: "A robot climbs."})},
			candidate(2, "A robot", time.Hour, 102, nil),
		}, after, 1, []paper.Key{2}, 2},
		{"equal matches come newest first, then by key", []digest.Candidate{
			candidate(3, "Robot", time.Hour, 103, nil), candidate(2, "Robot", time.Hour, 102, nil), candidate(1, "Robot", 2*time.Hour, 101, nil),
		}, after, 10, []paper.Key{2, 3, 1}, 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := digest.Select(tt.cs, robots, tt.h, tt.max, now)
			if diff := cmp.Diff(tt.want, keys(got)); diff != "" {
				t.Errorf("picks (-want +got):\n%s", diff)
			}
			if got.Matched != tt.all {
				t.Errorf("matched %d, want %d", got.Matched, tt.all)
			}
		})
	}
}

// ranked is a paper of this heat, for keywords of which it has some.
func ranked(key paper.Key, title, summary string, warmth float64) digest.Candidate {
	p := &paper.Paper{Key: key, Title: title, Summary: summary, Sighted: now}
	return digest.Candidate{Paper: p, Doc: interest.Read(p), Trend: heat.Trend{Heat: warmth}}
}

func TestWhatComesFirstInALetter(t *testing.T) {
	want := keywords(t, `robot, "diffusion policy", grasping^4`)
	tests := []struct {
		why          string
		first, other digest.Candidate
	}{
		{"without attention, the title before the abstract", ranked(2, "A robot", "", 0), ranked(1, "Of trees", "A robot climbs.", 0)},
		{"the form that was asked for before another", ranked(2, "A robot", "", 0), ranked(1, "Robots", "", 0)},
		{"a phrase before a word", ranked(2, "Diffusion policy", "", 0), ranked(1, "Robot", "", 0)},
		{"two keywords before one", ranked(2, "Robot", "A diffusion policy.", 0), ranked(1, "Robot", "", 0)},
		{"what the reader weighs more before the rest", ranked(2, "Of grasping", "", 0), ranked(1, "A robot", "", 0)},
		{"a vote before any match without", ranked(2, "Of trees", "A robot climbs.", 1), ranked(1, "Robot grasping with a diffusion policy", "", 0)},
		{"of equal matches the hotter", ranked(2, "A robot", "", 31), ranked(1, "A robot", "", 30)},
		{"the better match of two that trend alike", ranked(2, "Diffusion policy", "", 27), ranked(1, "Of trees", "A robot climbs.", 30)},
		{"what trends twice as much, however it matches", ranked(2, "Of trees", "A robot climbs.", 60), ranked(1, "Robot grasping with a diffusion policy", "", 29)},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			cs := []digest.Candidate{tt.other, tt.first}
			for _, max := range []int{1, 2} {
				got := digest.Select(cs, want, digest.History{First: true}, max, now)
				if len(got.Picks) != max || got.Picks[0].Paper.Key != 2 {
					t.Errorf("of %d the first is %v", max, keys(got))
				}
			}
		})
	}
}

func TestNoMatchIsWorthMoreThanItsBound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		warmth := rapid.Float64Range(0, 1e6).Draw(t, "heat")
		score := rapid.Float64Range(0, 1e5).Draw(t, "score")
		if r := digest.Rank(warmth, score); r >= digest.Bound(warmth) || r < 1+warmth {
			t.Fatalf("rank of heat %v, score %v is %v", warmth, score, r)
		}
	})
}

func TestALimitTakesTheFirstOfAll(t *testing.T) {
	want := keywords(t, `robot, "diffusion policy", grasping^4`)
	rapid.Check(t, func(t *rapid.T) {
		var cs []digest.Candidate
		for i := range rapid.IntRange(0, 30).Draw(t, "papers") {
			title := rapid.SampledFrom([]string{"Robot", "Robots", "Diffusion policy", "Of grasping", "Robot grasping by diffusion policy"}).Draw(t, "title")
			cs = append(cs, ranked(paper.Key(i+1), title, "A robot.", rapid.Float64Range(0, 5).Draw(t, "heat")))
		}
		all := keys(digest.Select(cs, want, digest.History{First: true}, 0, now))
		for max := 1; max <= len(all); max++ {
			if got := keys(digest.Select(cs, want, digest.History{First: true}, max, now)); !slices.Equal(got, all[:max]) {
				t.Fatalf("the first %d of %v are %v", max, all, got)
			}
		}
	})
}

func TestPicksSayHowTheyMatched(t *testing.T) {
	got := digest.Select([]digest.Candidate{candidate(1, "A robot", 0, 1, nil)}, keywords(t, "robot"), digest.History{First: true}, 1, now)
	if len(got.Picks) != 1 || len(got.Picks[0].Match.Hits) == 0 || got.Picks[0].Match.Hits[0].Field != "title" {
		t.Errorf("the pick does not say that its title matched: %+v", got.Picks)
	}
}

// world draws candidates and a history.
func world(t *rapid.T) ([]digest.Candidate, digest.History, int) {
	titles := rapid.SampledFrom([]string{"Robot", "Robot arm", "Tree", "Robot tree"})
	n := rapid.IntRange(0, 12).Draw(t, "candidates")
	cs := make([]digest.Candidate, n)
	h := digest.History{
		First: rapid.Bool().Draw(t, "first"), Horizon: rapid.Int64Range(0, 20).Draw(t, "horizon"),
		At: now.Add(-time.Duration(rapid.IntRange(1, 9).Draw(t, "days since")) * day),
	}
	h.Keywords = rapid.SampledFrom([]string{"", "robot", "tree", "arm", "(unreadable"}).Draw(t, "keywords then")
	for i := range cs {
		age := time.Duration(rapid.IntRange(-2, 9*24).Draw(t, "age")) * time.Hour
		v := votes{}
		for _, ago := range rapid.SliceOfN(rapid.IntRange(0, 8), 0, 3).Draw(t, "readings") {
			v[ago] = rapid.IntRange(0, 40).Draw(t, "votes")
		}
		cs[i] = candidate(paper.Key(i+1), titles.Draw(t, "title"), age, rapid.Int64Range(0, 30).Draw(t, "seq"), v)
		if rapid.Bool().Draw(t, "sent") {
			h.Sent = append(h.Sent, paper.Key(i+1))
		}
	}
	return cs, h, rapid.IntRange(0, 6).Draw(t, "max")
}

func TestSelectKeepsItsPromises(t *testing.T) {
	want := keywords(t, "robot")
	rapid.Check(t, func(t *rapid.T) {
		cs, h, max := world(t)
		got := digest.Select(slices.Clone(cs), want, h, max, now)
		if max > 0 && len(got.Picks) > max || len(got.Picks) > got.Matched {
			t.Fatalf("%d picks, at most %d of %d", len(got.Picks), max, got.Matched)
		}
		for i, p := range got.Picks {
			if slices.Contains(h.Sent, p.Paper.Key) {
				t.Fatalf("paper %d was sent before", p.Paper.Key)
			}
			if !want.Matches(p.Doc) || p.Paper.Sighted.After(now) {
				t.Fatalf("paper %d does not match or is not there yet", p.Paper.Key)
			}
			then, err := interest.Parse(h.Keywords)
			leftover := !h.First && p.Paper.Seq <= h.Horizon && err == nil && then.Matches(p.Doc)
			if leftover && !heat.Risen(p.Paper, h.At, now) {
				t.Fatalf("paper %d was passed over and has not risen", p.Paper.Key)
			}
			if i > 0 && digest.Rank(got.Picks[i-1].Heat, got.Picks[i-1].Match.Score) < digest.Rank(p.Heat, p.Match.Score) {
				t.Fatalf("paper %d ranks above the one before it", p.Paper.Key)
			}
		}
	})
}

func TestSelectIsTheSameInAnyOrderAndQuietAfterwards(t *testing.T) {
	want := keywords(t, "robot")
	rapid.Check(t, func(t *rapid.T) {
		cs, h, max := world(t)
		first := digest.Select(cs, want, h, max, now)
		again := digest.Select(rapid.Permutation(cs).Draw(t, "order"), want, h, max, now)
		if diff := cmp.Diff(keys(first), keys(again)); diff != "" || first.Matched != again.Matched {
			t.Fatalf("another order of candidates, another letter (-first +again):\n%s", diff)
		}
		h.Sent = slices.Sorted(slices.Values(append(h.Sent, keys(first)...)))
		after := digest.History{Sent: h.Sent, Horizon: 30, At: now, Keywords: "robot"}
		if rest := digest.Select(cs, want, after, 0, now); rest.Matched != 0 {
			t.Fatalf("the same moment again picks %v", keys(rest))
		}
	})
}

func benchmarkCandidates() ([]digest.Candidate, string) {
	words := []string{"robot", "diffusion", "language", "agents", "protein", "graph", "video", "policy"}
	var cs []digest.Candidate
	for i := range 1000 {
		title := fmt.Sprintf("%s %s for %s", words[i%8], words[i/8%8], words[i/64%8])
		cs = append(cs, candidate(paper.Key(i+1), title, time.Duration(i%160)*time.Hour, int64(i), votes{1: i % 30, 0: i % 37}))
	}
	return cs, "robot policy, \"diffusion video\", protein"
}

func BenchmarkSelect(b *testing.B) {
	cs, typed := benchmarkCandidates()
	want := keywords(b, typed)
	h := digest.History{Horizon: 800, At: now.Add(-day), Keywords: typed}
	for b.Loop() {
		digest.Select(cs, want, h, 10, now)
	}
}
