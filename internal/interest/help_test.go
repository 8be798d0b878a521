package interest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// lately is a catalogue in memory. The first papers are of this week.
type lately struct {
	documents []*Document
	week      int
	known     int // calls of Known
}

func (l *lately) Span() (days, papers, ever int) { return 30, len(l.documents), len(l.documents) }

func (l *lately) Count(i Interest) (week, month int, err error) {
	for k, d := range l.documents {
		if i.Matches(d) {
			month++
			if k < l.week {
				week++
			}
		}
	}
	return week, month, nil
}

func (l *lately) Known(i Interest) (int, error) {
	l.known++
	_, n, err := l.Count(i)
	return n, err
}

func (l *lately) Titles(i Interest, n int) ([]string, error) {
	var titles []string
	for _, d := range l.documents {
		if len(titles) < n && i.Matches(d) {
			titles = append(titles, d.Title)
		}
	}
	return titles, nil
}

func (l *lately) Sample(i Interest, n int) ([]Text, error) {
	var all []Text
	for _, d := range l.documents {
		if len(all) < n && i.Matches(d) {
			all = append(all, Text{d.Title, d.Summary})
		}
	}
	return all, nil
}

func (l *lately) Vocabulary(names bool) ([]Common, error) {
	papers := map[string]int{}
	for _, d := range l.documents {
		seen := map[string]bool{}
		for _, w := range Words(d.Title + " " + d.Summary) {
			if !names && !seen[w.Form] {
				seen[w.Form] = true
				papers[w.Form]++
			}
		}
		for _, a := range d.Authors {
			for _, w := range Words(a) {
				if names {
					papers[w.Form]++
				}
			}
		}
	}
	var all []Common
	for form, n := range papers {
		if n >= 4 {
			all = append(all, Common{form, n})
		}
	}
	return all, nil
}

// month is 300 papers: all on models, every fifth on diffusion models, every
// tenth on world models.
func month() *lately {
	l := &lately{week: 70}
	for n := range 300 {
		title, summary := fmt.Sprintf("Paper %d on things", n), "We train a model on data and evaluate the model."
		switch {
		case n%5 == 0:
			summary = fmt.Sprintf("A diffusion model makes pictures%d. Each diffusion model, small or large, beats what we trained.", n)
		case n%10 == 1:
			summary = "World models plan ahead. A world model knows what comes, better than a model without."
		case n%10 == 2:
			summary = "Robotic grasping without much data, by reinforcement learning."
		}
		l.documents = append(l.documents, newDocument(title, summary, []string{"Emmy Noether"}, []string{"cs.LG"}, []string{"arxiv"}))
	}
	return l
}

func help(t *testing.T, keywords string) Help {
	t.Helper()
	h, err := parse(t, keywords).Help(month())
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestHelpCountsWhatMatches(t *testing.T) {
	h := help(t, "diffusion, robotic grasping\n-pictures")
	want := Help{
		Days: 30, Papers: 300, Week: 7, Month: 30, PerDay: 1, Samples: []string{"Paper 2 on things", "Paper 12 on things", "Paper 22 on things"},
		Keywords: []KeywordHelp{
			{Keyword: "diffusion", Warning: Nothing},
			{Keyword: "robotic grasping", Week: 7, Month: 30, Share: 1, OfPapers: 0.1},
			{Keyword: "-pictures", Excludes: true, Week: 14, Month: 60, OfPapers: 0.2},
		},
	}
	if diff := cmp.Diff(want, h); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestABroadWordIsAnsweredWithPhrasesThatNarrowIt(t *testing.T) {
	k := help(t, "model").Keywords[0]
	if k.Warning != TooBroad || k.OfPapers < 0.8 {
		t.Errorf("not too broad: %+v", k)
	}
	var better []string
	for _, b := range k.Better {
		better = append(better, b.Keyword)
		if b.Month*4 > 300 || b.Month == 0 {
			t.Errorf("%+v is no better", b)
		}
	}
	if len(better) < 2 || !slices.Contains(better, `"diffusion model"`) || !slices.Contains(better, `"world models"`) && !slices.Contains(better, `"world model"`) {
		t.Errorf("proposed are %q", better)
	}
	if slices.ContainsFunc(better, func(s string) bool { return strings.Contains(s, "the ") || strings.Contains(s, `"a `) }) {
		t.Errorf("function words are proposed: %q", better)
	}
	if k := help(t, "title:things").Keywords[0]; k.Warning != TooBroad {
		t.Errorf("a field that is everywhere: %+v", k)
	}
	if k := help(t, "robotic").Keywords[0]; k.Warning != "" || k.Better != nil {
		t.Errorf("a good word gets advice: %+v", k)
	}
}

func TestWhatMatchesNothingIsAnsweredWithWhatWould(t *testing.T) {
	for keywords, want := range map[string]string{
		`"grasping robotic"`:           `grasping robotic`,
		`="reinforcement learnings"`:   `"reinforcement learnings"`,
		"title:grasping":               "grasping",
		"robotic grasping quantum":     "robotic grasping",
		"robotik grasping":             "robotic grasping",
		"difusion":                     "diffusion",
		"(robotik grasping)^2":         "(robotic grasping)^2",
		`"renforcement learning"`:      `"reinforcement learning"`,
		`title:"renforcement learnin"`: `"reinforcement learning"`,
	} {
		k := help(t, keywords).Keywords[0]
		if k.Warning != Nothing || !slices.ContainsFunc(k.Better, func(s Suggestion) bool { return s.Keyword == want && s.Month > 0 }) {
			t.Errorf("%s: want %s, got %+v", keywords, want, k)
		}
	}
}

func TestSpelling(t *testing.T) {
	for keywords, want := range map[string][]Spelling{
		"difusion":            {{"difusion", []string{"diffusion"}}},
		"idffusion":           {{"idffusion", []string{"diffusion"}}},
		"diffusoin":           {{"diffusoin", []string{"diffusion"}}},
		"iffusion":            {{"iffusion", []string{"diffusion"}}},
		"-difusion modle":     {{"difusion", []string{"diffusion"}}, {"modle", []string{"model"}}},
		"author:noehter":      {{"noehter", []string{"noether"}}},
		"Robotik":             {{"Robotik", []string{"robotic"}}},
		"cat:cs.LH":           nil,
		"models":              nil, // another form of what is there
		"diffusions":          nil,
		"rnn":                 nil, // too short to tell
		"completelyunrelated": nil,
		"GPT-4":               nil,
		"深度学习":                nil,
		"difu*":               nil,
	} {
		var got []Spelling
		for _, k := range help(t, keywords).Keywords {
			got = append(got, k.Spelling...)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", keywords, diff)
		}
	}
}

func TestHelpOfAnEmptyCatalogueWarnsOfNothing(t *testing.T) {
	h, err := parse(t, "model, -robot, difusion").Help(&lately{})
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range h.Keywords {
		if k.Warning != "" || k.Share != 0 {
			t.Errorf("%+v", k)
		}
	}
}

// TestHelpAnswersAnything: help never fails, counts as matching does, and what
// it proposes can be typed and matches as often as it says.
func TestHelpAnswersAnything(t *testing.T) {
	l := month()
	l.documents = l.documents[:40]
	rapid.Check(t, func(t *rapid.T) {
		i := interests().Draw(t, "interest")
		h, err := i.Help(l)
		if err != nil {
			t.Fatal(err)
		}
		if _, n, _ := l.Count(i); n != h.Month || len(h.Keywords) != len(i.parts) {
			t.Fatalf("%q: %+v", i, h)
		}
		for _, k := range h.Keywords {
			for _, b := range k.Better {
				typed, err := Parse(b.Keyword)
				if err != nil {
					t.Fatalf("%q proposes %q: %v", i, b.Keyword, err)
				}
				if _, n, _ := l.Count(newInterest(append(typed.parts, i.shut...))); n != b.Month {
					t.Errorf("%q proposes %q, which matches %d, not %d", i, b.Keyword, n, b.Month)
				}
			}
		}
	})
}

func TestDistance(t *testing.T) {
	for _, one := range []struct {
		a, b string
		want int
	}{
		{"same", "same", 0}, {"form", "from", 1}, {"abcd", "abd", 1}, {"abcd", "abxcd", 1}, {"abcd", "axcd", 1},
		{"abcd", "badc", 2}, {"abcd", "dcba", 3}, {"robot", "policy", 3}, {"éclair", "eclair", 1},
	} {
		if got := distance([]rune(one.a), []rune(one.b), 2); got != one.want {
			t.Errorf("%s and %s: %d, want %d", one.a, one.b, got, one.want)
		}
	}
}

// TestDistanceIsTheShortestWay compares with all ways of up to two slips.
func TestDistanceIsTheShortestWay(t *testing.T) {
	letters := rapid.StringOfN(rapid.RuneFrom([]rune("abc")), 0, 6, -1)
	rapid.Check(t, func(t *rapid.T) {
		a, b := letters.Draw(t, "a"), letters.Draw(t, "b")
		if got, want := distance([]rune(a), []rune(b), 9), slow(a, b); got != want {
			t.Fatalf("%q and %q: %d, want %d", a, b, got, want)
		}
		if got, want := distance([]rune(a), []rune(b), 1), min(slow(a, b), 2); got != want {
			t.Fatalf("%q and %q, at most 1: %d, want %d", a, b, got, want)
		}
	})
}

func slow(a, b string) int {
	if a == "" || b == "" {
		return len(a) + len(b)
	}
	x, y := len(a)-1, len(b)-1
	if a[x] == b[y] {
		return slow(a[:x], b[:y])
	}
	d := 1 + min(slow(a[:x], b), slow(a, b[:y]), slow(a[:x], b[:y]))
	if x > 0 && y > 0 && a[x] == b[y-1] && a[x-1] == b[y] {
		d = min(d, 1+slow(a[:x-1], b[:y-1]))
	}
	return d
}

func TestLikelihood(t *testing.T) {
	// Dunning's own: 'the swiss', of 31,777 pairs 110 together, 2,442 with one
	// and 111 with the other word.
	if got := likelihood(110, 110+2442, 110+111, 31777); got < 270 || got > 271.5 {
		t.Errorf("got %v, want 270.72", got)
	}
	if likelihood(1, 100, 500, 1000) != 0 {
		t.Error("words that avoid one another are proposed")
	}
	if likelihood(50, 100, 60, 10000) <= likelihood(5, 100, 60, 10000) {
		t.Error("standing together oftener says less")
	}
}
