package paper

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestOnePaperHoweverItIsNamed(t *testing.T) {
	for _, c := range []struct {
		want  Name
		names []string
	}{
		{"arxiv:2605.01234", []string{
			"2605.01234", "2605.01234v1", "2605.01234v12", " 2605.01234 ", "arXiv:2605.01234", "arxiv: 2605.01234v2",
			"arXiv:2605.01234v1 [cs.CL]", "oai:arXiv.org:2605.01234v3",
			"https://arxiv.org/abs/2605.01234", "http://arxiv.org/abs/2605.01234v1", "https://www.arxiv.org/pdf/2605.01234v2.pdf",
			"https://arxiv.org/pdf/2605.01234", "https://export.arxiv.org/abs/2605.01234#x", "https://arxiv.org/html/2605.01234v1",
			"https://arxiv.org/abs/2605.01234/?context=cs", "arxiv.org/abs/2605.01234", "HTTPS://ARXIV.ORG/abs/2605.01234",
			"https://huggingface.co/papers/2605.01234", "https://www.alphaxiv.org/abs/2605.01234v1",
			"10.48550/arXiv.2605.01234", "10.48550/ARXIV.2605.01234v2", "doi:10.48550/arxiv.2605.01234",
			"https://doi.org/10.48550/arXiv.2605.01234", "http://dx.doi.org/10.48550%2FarXiv.2605.01234",
		}},
		{"arxiv:0704.0001", []string{"0704.0001", "0704.0001v2"}},
		{"arxiv:1412.9999", []string{"1412.9999"}},
		{"arxiv:1501.00001", []string{"1501.00001"}},
		{"arxiv:hep-th/9901001", []string{"hep-th/9901001", "HEP-TH/9901001v1", "https://arxiv.org/abs/hep-th/9901001v2", "oai:arXiv.org:hep-th/9901001"}},
		{"arxiv:math/0309136", []string{"math.GT/0309136", "math/0309136v1", "https://arxiv.org/pdf/math/0309136v1", "10.48550/arXiv.math/0309136"}},
		{"arxiv:cond-mat/9912123", []string{"cond-mat.mes-hall/9912123"}},
		{"arxiv:quant-ph/0201082", []string{"quant-ph/0201082v1"}},
		{"doi:10.1145/3292500.3330701", []string{
			"10.1145/3292500.3330701", "doi:10.1145/3292500.3330701", "DOI: 10.1145/3292500.3330701.",
			"https://doi.org/10.1145/3292500.3330701", "dx.doi.org/10.1145/3292500.3330701", "https://dl.acm.org/doi/abs/10.1145/3292500.3330701",
		}},
		{"doi:10.1101/2026.05.01.123456", []string{
			"10.1101/2026.05.01.123456", "10.1101/2026.05.01.123456v2", "https://www.biorxiv.org/content/10.1101/2026.05.01.123456v1",
			"http://biorxiv.org/content/10.1101/2026.05.01.123456v1.full.pdf?rss=1", "https://www.biorxiv.org/content/10.1101/2026.05.01.123456v1.full-text",
		}},
		{"doi:10.1002/(sici)1097", []string{"10.1002/(SICI)1097"}},
		{"url:https://example.org/papers/1", []string{
			"https://example.org/papers/1", "http://www.EXAMPLE.org:80/papers/1/", "https://example.org:443/papers/1#top",
			"https://user:word@example.org./papers/1?utm_source=x&utm_medium=y", "https://example.org/papers/x/../1?fbclid=z",
		}},
		{"url:https://example.org/p?a=1&b=2", []string{"https://example.org/p?b=2&a=1", "https://example.org/p/?utm_term=q&a=1&b=2"}},
		{"url:https://example.org:8080/p", []string{"http://example.org:8080/p"}},
		{"url:https://[::1]/p", []string{"http://[::1]:80/p"}},
		{"url:https://arxiv.org/list/cs.AI/new", []string{"https://arxiv.org/list/cs.AI/new"}},
		{"url:https://huggingface.co/papers/week/2026-W20", []string{"https://huggingface.co/papers/week/2026-W20"}},
	} {
		for _, s := range c.names {
			if got, ok := ParseName(s); !ok || got != c.want {
				t.Errorf("ParseName(%q) = %q, %v, want %q", s, got, ok, c.want)
			}
		}
	}
}

func TestOrdinaryStringsAreNoNames(t *testing.T) {
	for _, s := range []string{
		"", " ", "v1", "1234", "3.14159", "2605.0123", "2613.01234", "2600.01234", "0000.0000", "0703.0001", "0808.05394", "2605.00000",
		"2605.012345", "2605.01234v0", "2605.01234x", "9901001", "abc/9901001", "hep-th/9913001", "hep-th/0704001", "hep-th/9001001",
		"math/0309000", "2026/05", "cs/none", "10.5", "10.1/x", "10.1145/", "Attention Is All You Need", "tag:example.org,2026:1",
		"urn:uuid:1", "javascript:alert(1)", "ftp://example.org/x", "https://", "http:///x", "mailto:a@example.org", "//example.org/x",
		"https://example.org/" + strings.Repeat("x", 3000),
	} {
		if got, ok := ParseName(s); ok {
			t.Errorf("ParseName(%q) = %q", s, got)
		}
	}
}

func TestAddressesThatDifferStayApart(t *testing.T) {
	addresses := []string{
		"https://example.org/p", "https://example.org/P", "https://example.org/p?id=1", "https://example.org/p?id=2",
		"https://sub.example.org/p", "https://example.org:8080/p", "https://example.org/a%2Fb", "https://example.org/a/b",
	}
	seen := make(map[Name]string)
	for _, s := range addresses {
		n, ok := ParseName(s)
		if other, twice := seen[n]; twice || !ok {
			t.Errorf("%q and %q are both %q", s, other, n)
		}
		seen[n] = s
	}
}

func TestNamesOfListings(t *testing.T) {
	title := TitleName("A Title", []string{"Ann Author"})
	for _, c := range []struct {
		name string
		l    Listing
		want []Name
	}{
		{"an arXiv item is one paper by id and address",
			Listing{Source: "arxiv", ID: "oai:arXiv.org:2605.01234v3", URL: "https://arxiv.org/abs/2605.01234", PDF: "https://arxiv.org/pdf/2605.01234v3"},
			[]Name{"arxiv:2605.01234"}},
		{"the publisher's DOI is a second name",
			Listing{ID: "2605.01234", DOI: "10.1145/ABC.1 10.1000/xyz"}, []Name{"arxiv:2605.01234", "doi:10.1145/abc.1", "doi:10.1000/xyz"}},
		{"a DOI given as an address", Listing{DOI: "https://doi.org/10.1145/ABC.1"}, []Name{"doi:10.1145/abc.1"}},
		{"the strongest comes first",
			Listing{Source: "f", ID: "guid 7", URL: "https://example.org/p", DOI: "10.1145/abc", PDF: "https://arxiv.org/pdf/2605.01234"},
			[]Name{"arxiv:2605.01234", "doi:10.1145/abc", "url:https://example.org/p", "id:f:guid 7"}},
		{"a pdf elsewhere is no name", Listing{Source: "f", ID: "7", PDF: "https://example.org/p.pdf"}, []Name{"id:f:7"}},
		{"an id means something to its source only", Listing{Source: "g", ID: "7"}, []Name{"id:g:7"}},
		{"a site's front page is no paper", Listing{Title: "A Title", Authors: []string{"Ann Author"}, URL: "https://example.org/"}, []Name{title}},
		{"a title names what nothing else does", Listing{Title: "a  title!", Authors: []string{"Author, Ann", "B. C."}}, []Name{title}},
		{"markup doesn't change the title's name", Listing{Title: "<b>A</b> Title", Authors: []string{"Ann Author"}, Markup: HTML}, []Name{title}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, c.l.Names()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTitleNamesOfDifferentPapersDiffer(t *testing.T) {
	seen := make(map[Name]bool)
	for _, c := range []struct{ title, author string }{
		{"Title", "Ann"}, {"Title", "Bob"}, {"Title 2", "Ann"}, {"Title", ""}, {"题目", "Ann"}, {"标题", "Ann"}, {"???", "Ann"}, {"!!!", "Ann"},
	} {
		n := TitleName(c.title, []string{c.author})
		if seen[n] {
			t.Errorf("%q by %q has the name of another paper", c.title, c.author)
		}
		seen[n] = true
	}
	if TitleName(`Schr\"odinger Bridges`, []string{`S{ø}ren Ko\v{c}`}) != TitleName("schrodinger bridges", []string{"Koc Soren"}) {
		t.Error("accents make two papers of one")
	}
}

func TestArXivOfName(t *testing.T) {
	if id, ok := Name("arxiv:2605.01234").ArXiv(); !ok || id != "2605.01234" {
		t.Errorf("got %q, %v", id, ok)
	}
	if id, ok := Name("doi:10.1145/abc").ArXiv(); ok {
		t.Errorf("a DOI is the arXiv id %q", id)
	}
}

func FuzzParseName(f *testing.F) {
	for _, s := range []string{"2605.01234v1", "hep-th/9901001", "arXiv:math.GT/0309136", "doi:10.48550/arXiv.2605.01234",
		"https://arxiv.org/pdf/2605.01234v2.pdf", "http://www.example.org:80/a/../b/?b=2&a=%zz#x", "https://doi.org/10.1/ä"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, ok := ParseName(s)
		if !ok {
			return
		}
		if len(n) > longestName+len(urlName) {
			t.Errorf("ParseName(%q) is %d bytes long", s, len(n))
		}
		kind, rest, _ := strings.Cut(string(n), ":")
		if kind != "arxiv" && kind != "doi" && kind != "url" || rest == "" {
			t.Fatalf("ParseName(%q) = %q", s, n)
		}
		if kind == "url" {
			if _, err := url.Parse(rest); err != nil {
				t.Errorf("ParseName(%q) = %q: %v", s, n, err)
			}
		}
		if again, ok := ParseName(rest); !ok || again != n {
			t.Errorf("ParseName(%q) = %q, and of that %q", s, n, again)
		}
	})
}
