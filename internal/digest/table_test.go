package digest_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"paperboy/internal/digest"
	"paperboy/internal/interest"
	"paperboy/internal/paper"
	"paperboy/internal/subscription"
)

// TestATableSelectsTheSame: for one reader after another, of whom some can't be
// served.
func TestATableSelectsTheSame(t *testing.T) {
	typed := rapid.SampledFrom([]string{"", "robot", "robot, arm", "=Robot -tree", "tree OR arm, robot^3", "-arm", "a b c", "robot\ntree", "(unreadable"})
	marks := rapid.SliceOfN(rapid.SampledFrom([]subscription.Mark{
		{Opinion: subscription.MutePaper, Paper: 1}, {Opinion: subscription.MutePaper, Paper: 4},
		{Opinion: subscription.MuteKeyword, Text: "arm"}, {Opinion: subscription.More, Paper: 2},
	}), 0, 2)
	rapid.Check(t, func(t *rapid.T) {
		cs, _, _ := world(t)
		table := digest.NewTable(rapid.Permutation(cs).Draw(t, "order"), now)
		table.KeepAnswersFrom(rapid.SampledFrom([]int{0, 3, 1000}).Draw(t, "keep answers from"))
		var h digest.History
		var keywords string
		for range 6 {
			_, other, max := world(t)
			if rapid.Bool().Draw(t, "another question") {
				h, keywords = other, typed.Draw(t, "keywords")
			}
			h.Sent = other.Sent
			muted := marks.Draw(t, "muted")
			got, err := table.Select(keywords, h, digest.NewMutes(muted), max)
			want, unreadable := interest.Parse(keywords)
			if unreadable != nil || err != nil {
				var syntax *interest.SyntaxError
				if !errors.As(err, &syntax) || !cmp.Equal(error(syntax), unreadable) {
					t.Fatalf("%q: %v, want %v", keywords, err, unreadable)
				}
				continue
			}
			spared := slices.DeleteFunc(slices.Clone(cs), digest.NewMutes(muted).Hide)
			expected := digest.Select(spared, want, h, max, now)
			if diff := cmp.Diff(keys(expected), keys(got)); diff != "" || expected.Matched != got.Matched {
				t.Fatalf("%q after %q: %d matched, want %d (-want +got):\n%s", keywords, h.Keywords, got.Matched, expected.Matched, diff)
			}
			for i, p := range got.Picks {
				if p.Match.Score != expected.Picks[i].Match.Score || (len(p.Match.Hits) > 0) != (len(expected.Picks[i].Match.Hits) > 0) {
					t.Fatalf("%q: pick %d matches with %+v, want %+v", keywords, i, p.Match, expected.Picks[i].Match)
				}
			}
		}
	})
}

func TestATableDoesNotGuessWhatIsOlderThanTheHistory(t *testing.T) {
	table := digest.NewTable([]digest.Candidate{
		candidate(5, "Robot", 0, 101, nil), candidate(900, "Robot", 0, 102, nil), candidate(901, "Tree", 0, 103, nil),
	}, now)
	tests := []struct {
		name, keywords string
		sent           []paper.Key
		floor          paper.Key
		picks          []paper.Key
		err            error
	}{
		{"a paper below the floor may have been sent", "robot", nil, 800, nil, digest.ErrFloor},
		{"one that the history names was", "robot", []paper.Key{5}, 800, []paper.Key{900}, nil},
		{"one that does not match is nobody's concern", "tree", nil, 800, []paper.Key{901}, nil},
		{"at the floor all is known", "robot", nil, 5, []paper.Key{900, 5}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, from := range []int{1000, 0, 0} { // the third time from what is kept
				table.KeepAnswersFrom(from)
				h := digest.History{Sent: tt.sent, Floor: tt.floor, Horizon: 100, At: now.Add(-day), Keywords: tt.keywords}
				got, err := table.Select(tt.keywords, h, digest.Mutes{}, 10)
				slices.Sort(tt.picks)
				if diff := cmp.Diff(tt.picks, slices.Sorted(slices.Values(keys(got)))); diff != "" || !errors.Is(err, tt.err) {
					t.Errorf("%v, %s", err, diff)
				}
			}
		})
	}
}

// Half a year on, what was sent long ago is no longer carried along.
func TestShortenKeepsWhatACandidateCanBe(t *testing.T) {
	at := func(key paper.Key, first, sighted time.Duration) digest.Candidate {
		c := candidate(key, "Robot", sighted, 0, nil)
		c.Paper.Listed = []paper.Listed{{Seen: now.Add(-first)}, {Seen: now.Add(-sighted)}}
		return c
	}
	table := digest.NewTable([]digest.Candidate{
		at(40, 90*day, day), // a source lists an old paper now
		at(900, 10*day, 10*day), at(950, day, day),
	}, now)
	had := digest.Had{Sent: []paper.Key{7, 40, 899, 900, 901, 950}, Floor: 3}
	got := table.Shorten(had)
	if diff := cmp.Diff([]paper.Key{40, 900, 901, 950}, got.Sent); diff != "" || got.Floor != 900 {
		t.Errorf("floor %d, %s", got.Floor, diff)
	}
	if again := digest.NewTable(nil, now).Shorten(got); !cmp.Equal(again.Sent, []paper.Key{900, 901, 950}) || again.Floor != 900 {
		t.Errorf("without candidates: %+v", again)
	}
	had.Floor = 1000
	if got := table.Shorten(had); got.Floor != 1000 {
		t.Errorf("the floor sank to %d", got.Floor)
	}
}

// A day's round: a thousand papers, readers with a letter a day ago.
func BenchmarkTable(b *testing.B) {
	cs, keywords := benchmarkCandidates()
	for _, typed := range []string{keywords, "=protein =video =graph", ""} {
		b.Run(typed, func(b *testing.B) {
			table := digest.NewTable(cs, now)
			h := digest.History{Horizon: 800, At: now.Add(-day), Keywords: typed}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				h.Sent = []paper.Key{paper.Key(i%1000 + 1), paper.Key(i%1000 + 7)}
				if _, err := table.Select(typed, h, digest.Mutes{}, 10); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
