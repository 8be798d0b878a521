package interest

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"paperboy/internal/peers/crowd"
)

// checkShelf holds what a shelf answers against the papers, one by one.
func checkShelf(t interface {
	Helper()
	Errorf(string, ...any)
}, s *Shelf, keywords string) {
	t.Helper()
	var a Answer
	want, wantErr := Parse(keywords)
	err := s.Ask(keywords, &a)
	if diff := cmp.Diff(wantErr, err); diff != "" {
		t.Errorf("%q is read otherwise: %s", keywords, diff)
	}
	if wantErr != nil || err != nil {
		return
	}
	all := map[int]Found{}
	for _, f := range a.Found() {
		if _, twice := all[f.At]; twice {
			t.Errorf("%q: paper %d comes twice", keywords, f.At)
		}
		all[f.At] = f
	}
	for at, d := range s.papers {
		m, ok := want.Match(d)
		f, found := all[at]
		if ok != found || ok != a.Finds(at) || m.Score != f.Score {
			t.Errorf("%q over %q, %q: matches %t with %g; the shelf finds it %t with %g", keywords, d.Title, d.Summary, ok, m.Score, found, f.Score)
			return
		}
		if !found {
			continue
		}
		for _, time := range []string{"first", "second"} {
			if diff := cmp.Diff(firstHits(m.Hits), firstHits(a.Hits(f))); diff != "" {
				t.Errorf("%q over %q, %q: other places when asked for the %s time: %s", keywords, d.Title, d.Summary, time, diff)
			}
		}
	}
}

// firstHits are those of the hits that come first for their term.
func firstHits(hits []Hit) map[string]Hit {
	first := map[string]Hit{}
	for _, h := range hits {
		if _, told := first[h.Term]; !told {
			first[h.Term] = h
		}
	}
	return first
}

// TestAShelfFindsWhatMatches: random interests of all of the grammar, over
// random papers.
func TestAShelfFindsWhatMatches(t *testing.T) {
	words := rapid.SliceOfN(rapid.SampledFrom([]string{"robot", "robots", "policy", "k-means", "kmeans", "c++", "lora2", "learned", "深度学", "a:b", "or", "GPs", "gps", "GP"}), 0, 8)
	rapid.Check(t, func(t *rapid.T) {
		var papers []*Document
		for range rapid.IntRange(0, 6).Draw(t, "papers") {
			papers = append(papers, newDocument(
				strings.Join(words.Draw(t, "title"), " "), strings.Join(words.Draw(t, "summary"), " "),
				words.Draw(t, "authors"), words.Draw(t, "categories"), words.Draw(t, "sources")))
		}
		s := NewShelf(papers)
		s.room = 500 // so that parts are forgotten and met again
		for range 4 {
			checkShelf(t, s, interests().Draw(t, "interest").String())
		}
	})
}

// TestAShelfReadsKeywordsAsParseDoes: whatever is typed, over several parts,
// with the errors at the places where they are.
func TestAShelfReadsKeywordsAsParseDoes(t *testing.T) {
	s := NewShelf([]*Document{newDocument("a b", "c d", nil, nil, nil), newDocument("", "", nil, nil, nil)})
	typed := rapid.StringOf(rapid.SampledFrom([]rune("aabc ,,;\n\"\"“”()-^2=*:、\r\u2028|")))
	rapid.Check(t, func(t *rapid.T) { checkShelf(t, s, typed.Draw(t, "keywords")) })
	for _, keywords := range []string{
		strings.Repeat("a,", 201), strings.Repeat("a,", 200), strings.Repeat("a b\n", 101), strings.Repeat("a", 2001),
		strings.Repeat(" ", 2001), "a,\xff\xfe,b", "\"a,b", "a, \"b\nc\"", "(a, b)", strings.Repeat("(", 21) + "a",
	} {
		checkShelf(t, s, keywords)
	}
}

// TestAShelfOfRealPapers asks what readers of these papers would.
func TestAShelfOfRealPapers(t *testing.T) {
	all := crowd.Papers(t)
	var papers []*Document
	for _, p := range all[:400] {
		papers = append(papers, Read(p))
	}
	s, readers, r := NewShelf(papers), crowd.NewReaders(all[:400], 7), rand.New(rand.NewPCG(7, 7))
	for range 150 {
		checkShelf(t, s, readers.Keywords())
		words := strings.Fields(readers.Keywords())
		for i, w := range words {
			words[i] = strings.Trim(w, `",`)
		}
		author := papers[r.IntN(len(papers))].Authors[0]
		name := strings.Fields(author)
		for _, keywords := range []string{
			words[0] + " " + words[1] + " OR " + words[2] + " -" + words[3],
			"=" + words[0] + ", title:" + words[6] + ", abstract:\"" + words[2] + " " + words[3] + "\"",
			words[6][:3] + "* -(" + words[7] + " OR " + words[0] + ")",
			fmt.Sprintf("%s^%d, (%s OR %s)^0.5 (%s)", words[0], 1+r.IntN(9), words[6], words[7], words[2]),
			"-" + words[0] + ", -(cat:cs.LG " + words[1] + ")",
			words[6] + ", " + words[7] + ", -cat:cs.CV, -\"" + words[0] + " " + words[1] + "\"",
			`author:"` + author + `", author:"` + name[0][:1] + ". " + name[len(name)-1] + `" OR author:` + name[len(name)-1][:2] + "*",
			"cat:stat source:arxiv " + words[0] + ", -(-" + words[6] + ") -" + words[7],
			words[6] + " OR -" + words[0] + ", cat:cs.C* title:" + words[1],
		} {
			checkShelf(t, s, keywords)
		}
	}
}
