package interest

import (
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// memoryCorpus is a corpus in memory.
type memoryCorpus struct {
	abstracts []int32
	stems     map[uint64][]string
	words     map[string]*Entry
	last      map[string]int
}

// corpusOf indexes documents as the numbers from 0 on.
func corpusOf(documents []*Document) *memoryCorpus {
	s := &memoryCorpus{stems: map[uint64][]string{}, words: map[string]*Entry{}, last: map[string]int{}}
	for doc, d := range documents {
		postings, abstract := d.Postings()
		s.abstracts = append(s.abstracts, abstract)
		for _, p := range postings {
			e := s.words[p.Word]
			if e == nil {
				e = &Entry{Word: p.Word, Lists: []Stretch{{Base: -1}}}
				s.words[p.Word], s.last[p.Word] = e, -1
				for _, stem := range p.Stems {
					s.stems[stem] = append(s.stems[stem], p.Word)
				}
			}
			e.Lists[0].List = e.Lists[0].List.Append(s.last[p.Word], doc, p.At)
			s.last[p.Word] = doc
		}
	}
	return s
}

func (s *memoryCorpus) Abstracts() []int32 { return s.abstracts }

func (s *memoryCorpus) Kin(stem uint64) ([]Entry, error) {
	var all []Entry
	for _, word := range slices.Sorted(slices.Values(s.stems[stem])) {
		all = append(all, *s.words[word])
	}
	return all, nil
}

func (s *memoryCorpus) Words(from, to string) ([]Entry, error) {
	var all []Entry
	for word, e := range s.words {
		if word >= from && word < to {
			all = append(all, *e)
		}
	}
	slices.SortFunc(all, func(a, b Entry) int { return strings.Compare(a.Word, b.Word) })
	return all, nil
}

// search returns the scores of one interest.
func search(i Interest, c Corpus, among []bool) ([]float32, error) {
	s := NewSearch(c, among)
	defer s.Close()
	scores := make([]float32, len(among))
	return scores, s.Scores(i, scores)
}

func yes(n int) []bool { return slices.Repeat([]bool{true}, n) }

// checkSearch holds that searching finds what matching does, with its score.
func checkSearch(t interface {
	Helper()
	Errorf(string, ...any)
}, i Interest, documents []*Document, scores []float32) {
	t.Helper()
	for k, d := range documents {
		m, ok := i.Match(d)
		switch {
		case ok != (scores[k] != NoMatch):
			t.Errorf("%q over %q, %q, %q: match %v, search %v", i, d.Title, d.Summary, d.Authors, ok, scores[k])
		case ok && math.Abs(m.Score-float64(scores[k])) > 1e-3*max(1, m.Score):
			t.Errorf("%q over %q, %q: score %v, search %v", i, d.Title, d.Summary, m.Score, scores[k])
		}
	}
}

func TestSearchFindsWhatMatches(t *testing.T) {
	words := []string{
		"robot", "Robots", "policy", "policies", "k-means", "kmeans", "k means", "C++", "C", "LoRA²", "LoRA", "lora+", "learned",
		"learning", "GPs", "GPS", "gps", "深度学习", "deep-learn-ing", "OR", "a:b", ".NET", "net", "Qwen2.5", "AT&T", "\xff",
	}
	text := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 0, 8).Draw(t, "words"), rapid.SampledFrom([]string{" ", "-", ". "}).Draw(t, "gap"))
	})
	rapid.Check(t, func(t *rapid.T) {
		var documents []*Document
		for range rapid.IntRange(1, 6).Draw(t, "documents") {
			names := rapid.SliceOfN(rapid.SampledFrom([]string{"Yann LeCun", "LeCun, Y.", "Robot Learning", "C. K-Means", "Ÿ 深度"}), 0, 3)
			kinds := rapid.SliceOfN(rapid.SampledFrom([]string{"cs.CL", "cs", "robot", "stat.ML", "learning"}), 0, 2)
			documents = append(documents, newDocument(text.Draw(t, "title"), text.Draw(t, "summary"),
				names.Draw(t, "authors"), kinds.Draw(t, "categories"), kinds.Draw(t, "sources")))
		}
		i := interests().Draw(t, "interest")
		scores, err := search(i, corpusOf(documents), yes(len(documents)))
		if err != nil {
			t.Fatal(err)
		}
		checkSearch(t, i, documents, scores)
	})
}

func TestSearchFindsWhatMatchesByEveryConstruct(t *testing.T) {
	documents := []*Document{
		newDocument("Robot policies for GPs", "The policy of a robot. K-means and deep-learning with GPS.", []string{"Yann LeCun", "Ada Lovelace"}, []string{"cs.CL", "cs.RO"}, []string{"arxiv"}),
		newDocument("LoRA² beats LoRA", "state of the art; state-of-the-art", []string{"LeCun, Yves"}, []string{"stat.ML"}, []string{"hf"}),
		newDocument("", "", nil, nil, nil),
	}
	corpus := corpusOf(documents)
	for _, keywords := range []string{
		"", "robot", "robots", "=robots", "=policy", "polic*", `"robot policy"`, `="robot policies"`, "kmeans", "k-means", "k-mea*", "gps", "GPs", "GPS",
		"deeplearning", `"deep learning"`, "title:policy", "abstract:policy", `title:"policy of"`, `abstract:"policy of a robot"`, "author:lecun",
		`author:"y. lecun"`, `author:"lecun yann"`, "author:le*", "cat:cs", "cat:cs.CL", "cat:c*", "source:arxiv", "source:arx", "-robot", "-robot, -lora",
		"robot OR lora^2", "(robot OR policy)^0.5 gps", "lora", "lora2", "=lora", `"state of the art"`, "state-of-the-art", "stateoftheart", "the -the", "robot, policy, gps",
	} {
		i := parse(t, keywords)
		scores, err := search(i, corpus, yes(len(documents)))
		if err != nil {
			t.Fatal(err)
		}
		checkSearch(t, i, documents, scores)
	}
}

func TestSearchLeavesOutWhatIsNotAskedFor(t *testing.T) {
	documents := []*Document{newDocument("robot", "", nil, nil, nil), newDocument("robot policy", "", nil, nil, nil)}
	for _, keywords := range []string{"robot", `"robot policy"`, "-drone", "", "cat:x OR robot"} {
		scores, err := search(parse(t, keywords), corpusOf(documents), []bool{true, false})
		if err != nil || scores[1] != NoMatch {
			t.Errorf("%q: %v, %v", keywords, scores, err)
		}
	}
}

func TestADamagedListIsAnError(t *testing.T) {
	corpus := corpusOf([]*Document{newDocument("robot robot", "", nil, nil, nil)})
	list := &corpus.words["wrobot"].Lists[0].List
	for n := 1; n < len(*list); n++ {
		whole := *list
		*list = whole[:n]
		if _, err := search(parse(t, "robot"), corpus, yes(1)); err == nil {
			t.Errorf("%d of %d bytes are read as whole", n, len(whole))
		}
		*list = whole
	}
}

// TestTheAnalysisIsTheOneOfItsNumber: where this fails the analysis has
// changed, and indexes made before it have to be made anew: raise Analysis and
// put in the new sum.
func TestTheAnalysisIsTheOneOfItsNumber(t *testing.T) {
	const number, sum = 1, uint64(0xf0b9230605b3c6b)
	var all strings.Builder
	for _, text := range append(slices.Clone(seeds),
		"Approximations of policies: positions, importance-weighted LLMs, GPs and GPS; modelling's behaviour was planned",
		"state-of-the-art Schrödinger's π0 μP AT&T .NET node.js Qwen2.5 10⁵ approxi-\nmation 深度学习 한국어 ไทย quantization",
	) {
		postings, _ := newDocument(text, text, []string{text}, []string{text}, []string{text}).Postings()
		for _, p := range postings {
			all.WriteString(p.Word)
			for _, s := range p.Stems {
				all.WriteString(string(rune(s % 0xD800)))
			}
		}
	}
	if got := hash(all.String()); Analysis != number || got != sum {
		t.Errorf("analysis %d gives %#x, want %d with %#x", Analysis, got, number, sum)
	}
}
