package paper

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func day(d, hour int) time.Time { return time.Date(2026, 5, d, hour, 0, 0, 0, time.UTC) }

// The same paper from three sources: Hugging Face first, with lossy text and
// votes, then arXiv, then a blog's feed.
func threeSightings() []Sighting {
	return []Sighting{
		{At: day(4, 8), Seq: 7, Listing: Listing{
			Source: "huggingface", ID: "2605.01234", Authority: Lossy, Title: "2times Faster", Summary: "Lossy text.",
			Authors: []string{"Andr'e A"}, Published: day(1, 0), URL: "https://huggingface.co/papers/2605.01234",
			Discussion: "https://huggingface.co/papers/2605.01234", Code: "https://example.org/code", Project: "javascript:alert(1)",
			Organization: "Example Lab", Brief: "Short."}},
		{At: day(5, 3), Seq: 9, Listing: Listing{
			Source: "arxiv", ID: "oai:arXiv.org:2605.01234v1", Authority: Origin, Title: `2$\times$ Faster`, Summary: " ",
			Authors: []string{`Andr\'e A`}, Published: day(2, 0), Categories: []string{"cs.CL", "cs.LG"}, URL: "https://arxiv.org/abs/2605.01234"}},
		{At: day(6, 1), Seq: 0, Listing: Listing{
			Source: "blog", ID: "https://blog.example.org/1", Authority: Copied, Markup: HTML, Title: "Two &times; Faster", Summary: "<p>Full &amp; $x^2$</p>",
			Published: day(1, 5), Categories: []string{"cs.LG", "news"}, URL: "https://blog.example.org/1", Project: "https://example.org/project"}},
	}
}

func TestMerge(t *testing.T) {
	names := []Name{"url:https://blog.example.org/1", "arxiv:2605.01234", "arxiv:2605.01234"}
	readings := []Reading{
		{Source: "huggingface", At: day(5, 0), Signals: Signals{Votes: Known(9)}},
		{Source: "huggingface", At: day(4, 8), Signals: Signals{Votes: Known(3)}},
	}
	want := &Paper{
		Key:        5,
		Names:      []Name{"arxiv:2605.01234", "url:https://blog.example.org/1"},
		Title:      `2$\times$ Faster`,
		Summary:    "Full & $x^2$",
		Authors:    []string{`Andr\'e A`},
		Categories: []string{"cs.CL", "cs.LG", "news"},
		Published:  day(2, 0),
		Links: Links{Abstract: "https://arxiv.org/abs/2605.01234", PDF: "https://arxiv.org/pdf/2605.01234",
			Discussion: "https://huggingface.co/papers/2605.01234", Code: "https://example.org/code", Project: "https://example.org/project"},
		Organization: "Example Lab",
		Brief:        "Short.",
		Sources:      []string{"huggingface", "arxiv", "blog"},
		Listed:       []Listed{{Seen: day(4, 8)}, {Seen: day(5, 3)}, {Seen: day(6, 1)}},
		Sighted:      day(6, 1),
		Seq:          9,
		Readings:     []Reading{readings[1], readings[0]},
	}
	sightings := threeSightings()
	for range 10 {
		rand.Shuffle(len(sightings), func(i, j int) { sightings[i], sightings[j] = sightings[j], sightings[i] })
		got := Merge(5, names, sightings, readings)
		got.Summary = oneLine(got.Summary)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("the order of sightings matters, or the merging is wrong: %s", diff)
		}
	}
}

func TestMergeRules(t *testing.T) {
	listing := func(l Listing, at time.Time) Sighting { return Sighting{Listing: l, At: at} }
	for _, c := range []struct {
		name      string
		names     []Name
		sightings []Sighting
		got       func(*Paper) any
		want      any
	}{
		{"among equals the earliest sighting's text stays", nil,
			[]Sighting{listing(Listing{Title: "later"}, day(2, 0)), listing(Listing{Title: "earlier"}, day(1, 0))},
			func(p *Paper) any { return p.Title }, "earlier"},
		{"a lower authority gives the date that the higher lacks", nil,
			[]Sighting{listing(Listing{Authority: Origin}, day(2, 0)), listing(Listing{Published: day(1, 0)}, day(3, 0))},
			func(p *Paper) any { return p.Published }, day(1, 0)},
		{"among equals the earliest date is the paper's", nil,
			[]Sighting{listing(Listing{Published: day(2, 0)}, day(2, 0)), listing(Listing{Published: day(1, 0)}, day(3, 0))},
			func(p *Paper) any { return p.Published }, day(1, 0)},
		{"only web addresses become links", nil,
			[]Sighting{listing(Listing{URL: "javascript:alert(1)", PDF: "data:text/html,x", Code: "https://", Discussion: " https://example.org/a b\"<> "}, day(1, 0))},
			func(p *Paper) any { return p.Links }, Links{Discussion: "https://example.org/a%20b%22%3C%3E"}},
		{"a paper that arXiv doesn't have is linked where it was listed", []Name{"url:https://example.org/p"},
			[]Sighting{listing(Listing{URL: "https://example.org/p?utm_source=x", PDF: "http://example.org/p.pdf"}, day(1, 0))},
			func(p *Paper) any { return p.Links }, Links{Abstract: "https://example.org/p?utm_source=x", PDF: "http://example.org/p.pdf"}},
		{"a DOI leads to the paper", []Name{"doi:10.1000/a<b"}, []Sighting{listing(Listing{Title: "t"}, day(1, 0))},
			func(p *Paper) any { return p.Links.Abstract }, "https://doi.org/10.1000/a%3Cb"},
		{"HTML stays HTML when TeX fills it", nil,
			[]Sighting{listing(Listing{Title: "a &lt; b", Markup: HTML, Authority: Copied}, day(1, 0)), listing(Listing{Summary: "if $a<b$"}, day(1, 0))},
			func(p *Paper) any { return p.PlainTitle() + "; " + p.PlainSummary() }, "a < b; if a<b"},
		{"a paper without listings has none of it", []Name{"id:f:1"}, nil,
			func(p *Paper) any { return p.Sighted.IsZero() && p.Title == "" }, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, c.got(Merge(1, c.names, c.sightings, nil))); diff != "" {
				t.Error(diff)
			}
		})
	}
}
