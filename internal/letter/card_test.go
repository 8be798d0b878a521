package letter_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"paperboy/internal/interest"
	"paperboy/internal/letter"
	"paperboy/internal/paper"
)

func TestCardNamesTheFirstAuthors(t *testing.T) {
	all := []string{"A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L", "M", "N", "O", "P", "Q"}
	tests := []struct {
		name string
		of   int
		want []string
		more int
	}{
		{"nobody", 0, nil, 0},
		{"one", 1, []string{"A"}, 0},
		{"four are all named: '1 more' would take the room of the one", 4, []string{"A", "B", "C", "D"}, 0},
		{"five", 5, []string{"A", "B", "C"}, 2},
		{"seventeen", 17, []string{"A", "B", "C"}, 14},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := letter.NewCard(&paper.Paper{Title: "T", Authors: all[:tt.of]}, nil, morning)
			if diff := cmp.Diff(tt.want, c.Authors); diff != "" || c.MoreAuthors != tt.more {
				t.Errorf("%d more; names (-want +got):\n%s", c.MoreAuthors, diff)
			}
		})
	}
}

func TestCardLinksLeadSomewhereAndOnce(t *testing.T) {
	tests := []struct {
		name string
		in   paper.Links
		want []letter.Link
	}{
		{"none", paper.Links{}, nil},
		{"the project is the abstract again",
			paper.Links{Abstract: "https://arxiv.org/abs/1", Project: "https://arxiv.org/abs/1"},
			[]letter.Link{{Kind: "abstract", URL: "https://arxiv.org/abs/1"}}},
		{"only the web", paper.Links{Abstract: "javascript:alert(1)", PDF: "ftp://a.example/b", Code: "//a.example", Project: "http://a.example/x"},
			[]letter.Link{{Kind: "project", URL: "http://a.example/x"}}},
		{"no line breaks, no passwords", paper.Links{Abstract: "https://a.example/\nb", PDF: "https://a:b@c.example/"}, nil},
		{"what would break out is escaped", paper.Links{Code: `https://a.example/a b"c`},
			[]letter.Link{{Kind: "code", URL: "https://a.example/a%20b%22c"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := letter.NewCard(&paper.Paper{Title: "T", Links: tt.in}, nil, morning)
			if diff := cmp.Diff(tt.want, c.Links); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCardCountsAsOfItsTime(t *testing.T) {
	p := &paper.Paper{Title: "T", Sighted: morning.Add(-50 * time.Hour), Readings: []paper.Reading{
		{Source: "a", At: morning.Add(-time.Hour), Signals: paper.Signals{Votes: paper.Known(5)}},
		{Source: "a", At: morning.Add(time.Hour), Signals: paper.Signals{Votes: paper.Known(9)}},
	}}
	if c := letter.NewCard(p, nil, morning); c.Votes != 5 || c.Days != 2 {
		t.Errorf("%d votes, %d days: want 5 and 2, as it was then", c.Votes, c.Days)
	}
}

func TestABriefGoesBeforeTheAbstract(t *testing.T) {
	c := letter.NewCard(&paper.Paper{Title: "T", Summary: "The abstract.", Brief: "The brief."}, nil, morning)
	if c.Summary != "The brief." || !c.Brief {
		t.Errorf("summary %q, brief %v", c.Summary, c.Brief)
	}
	c = letter.NewCard(&paper.Paper{Title: "T", Summary: "The abstract."}, nil, morning)
	if c.Summary != "The abstract." || c.Brief {
		t.Errorf("summary %q, brief %v", c.Summary, c.Brief)
	}
}

func TestReasonsTellEachTermOnceWhereItIsStrongest(t *testing.T) {
	m := interest.Match{Hits: []interest.Hit{
		{Term: "robot", Field: "abstract", Text: "robotics"},
		{Term: "robot", Field: "title", Text: "Robots"},
		{Term: "arm", Field: "abstract", Text: "arms"},
		{Term: "arm", Field: "abstract", Text: "arm"},
		{Term: "cat:cs.RO", Field: "cat", Text: "cs.RO"},
		{Term: "author:example", Field: "author", Text: "Ada\nExample"},
		{Term: "source:a", Field: "source", Text: "a"},
	}}
	want := []letter.Reason{
		{Term: "robot", Field: "title", Text: "Robots"},
		{Term: "arm", Field: "abstract", Text: "arms"},
		{Term: "author:example", Field: "author", Text: "Ada Example"},
		{Term: "cat:cs.RO", Field: "cat", Text: "cs.RO"},
	}
	if diff := cmp.Diff(want, letter.Reasons(m)); diff != "" {
		t.Error(diff)
	}
}

func TestCardGroupsItsMatchesByField(t *testing.T) {
	c := letter.NewCard(&paper.Paper{Title: "T"}, []letter.Reason{
		{Term: "b", Field: "abstract", Text: "bees"}, {Term: "a", Field: "title", Text: "Ants"},
		{Term: "ant", Field: "title", Text: "ants"}, {Term: "c", Field: "title"},
	}, morning)
	want := []letter.Matched{{Field: "title", Texts: []string{"Ants", "c"}}, {Field: "abstract", Texts: []string{"bees"}}}
	if diff := cmp.Diff(want, c.Matched); diff != "" {
		t.Error(diff)
	}
}

func TestWhatAPaperLeadsIsOneShortLine(t *testing.T) {
	c := letter.NewCard(&paper.Paper{Title: "T"}, nil, morning).Trending(true, "cs.RO\r\nBcc: x "+strings.Repeat("y", 500))
	if !c.Rising || strings.ContainsAny(c.Leads, "\r\n") || len(c.Leads) > 100 {
		t.Errorf("rising %v, leads %q", c.Rising, c.Leads)
	}
}
