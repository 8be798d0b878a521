package store_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"paperboy/internal/interest"
	"paperboy/internal/paper"
	"paperboy/internal/peers"
	"paperboy/internal/store"
)

// search returns the titles of what keywords find, in their order.
func (w *world) search(keywords string, how paper.Search) []string {
	w.Helper()
	want, err := interest.Parse(keywords)
	w.ok(err)
	if how.Limit == 0 {
		how.Limit = 100
	}
	f, err := w.Search(w.Context(), want, how, noon.Add(100*day))
	w.ok(err)
	var all []string
	for _, p := range f.Papers {
		all = append(all, p.Title)
	}
	if f.Total < len(all) {
		w.Errorf("%q: %d papers of %d", keywords, len(all), f.Total)
	}
	return all
}

func (w *world) finds(keywords string, titles ...string) {
	w.Helper()
	if diff := cmp.Diff(titles, w.search(keywords, paper.Search{Order: paper.ByDate})); diff != "" {
		w.Errorf("%q (-want +got)\n%s", keywords, diff)
	}
}

var searchTests = []test{
	{"a paper is found as soon as it is recorded, by its texts, names, categories and sources", func(w *world) {
		l := listed("2605.00001", "Robot policies", 0)
		l.Categories = []string{"cs.RO"}
		w.record("arxiv", noon, l)
		for _, keywords := range []string{"policy robot", `"robot policies"`, "author:example", "cat:cs", "source:arxiv", "-drone", ""} {
			w.finds(keywords, "Robot policies")
		}
		w.finds("drone")
	}},
	{"a changed text is found by what it says now, and no longer by what it said", func(w *world) {
		w.record("arxiv", noon, listed("2605.00001", "Robots", 0))
		w.record("arxiv", noon.Add(hour), listed("2605.00001", "Drones", 0))
		w.finds("robot")
		w.finds("drone", "Drones")
		w.finds("-robot", "Drones")
	}},
	{"a second source's name and better text are found", func(w *world) {
		w.begin("arxiv", "hf")
		w.record("hf", noon, listed("2605.00001", "Robts", 0))
		l := listed("2605.00001", "Robots", 0)
		l.Authority = paper.Origin
		w.record("arxiv", noon.Add(hour), l)
		w.finds("robot source:hf source:arxiv", "Robots")
		w.finds("robts")
	}},
	{"merged papers are found once", func(w *world) {
		w.apart()
		w.finds("things", "On Things", "On Things")
		w.connect(noon.Add(2 * hour))
		w.finds("things", "On Things")
		w.finds("things source:journal source:feed", "On Things")
	}},
	{"another process finds what this one records, and the other way round", func(w *world) {
		other := &world{T: w.T, Store: w.open(), open: w.open}
		w.record("arxiv", noon, listed("2605.00001", "Robots", 0))
		other.finds("robot", "Robots")
		other.record("arxiv", noon.Add(hour), listed("2605.00001", "Drones", 0), listed("2605.00002", "Robots again", 0))
		w.finds("robot", "Robots again")
	}},
	{"orders: how well it matches, how hot it is, how new it is", func(w *world) {
		w.begin("arxiv")
		in := listed("2605.00002", "Things", 0)
		in.Summary = "robot"
		w.record("arxiv", noon, listed("2605.00001", "Robots", 0))
		w.record("arxiv", noon.Add(hour), in)
		w.record("arxiv", noon.Add(2*hour), listed("2605.00003", "The robot", 0))
		keys := map[string]paper.Key{}
		for _, p := range w.candidates(noon.Add(2 * hour)) {
			keys[p.Title] = p.Key
		}
		for _, one := range []struct {
			how  paper.Search
			want []string
		}{
			{paper.Search{Order: paper.ByRelevance}, []string{"The robot", "Robots", "Things"}},
			{paper.Search{Order: paper.ByDate}, []string{"The robot", "Things", "Robots"}},
			{paper.Search{Order: paper.ByHeat, Heat: map[paper.Key]float64{keys["Robots"]: 3, keys["Things"]: 7}}, []string{"Things", "Robots", "The robot"}},
			{paper.Search{Order: paper.ByDate, Since: noon}, []string{"The robot", "Things"}},
		} {
			if diff := cmp.Diff(one.want, w.search("robot", one.how)); diff != "" {
				w.Errorf("by %s (-want +got)\n%s", one.how.Order, diff)
			}
		}
	}},
	{"pages are parts of one order, and the total is of all", func(w *world) {
		var ls []paper.Listing
		for i := range 57 {
			ls = append(ls, listed(fmt.Sprintf("2605.%05d", i+1), strings.Repeat("robot ", 1+i%3)+fmt.Sprint(i), 0))
		}
		w.record("arxiv", noon, ls...)
		for _, order := range []paper.Order{paper.ByRelevance, paper.ByHeat, paper.ByDate} {
			whole := w.search("robot", paper.Search{Order: order})
			var paged []string
			for from := 0; from < 70; from += 10 {
				paged = append(paged, w.search("robot", paper.Search{Order: order, Offset: from, Limit: 10})...)
			}
			if len(whole) != 57 || !slices.Equal(whole, paged) {
				w.Errorf("by %s: whole %v, pages %v", order, whole, paged)
			}
		}
		f, err := w.Search(w.Context(), interest.Interest{}, paper.Search{}, noon)
		w.ok(err)
		if f.Total != 57 || f.Of != 57 || len(f.Papers) != 0 {
			w.Errorf("counting: %d of %d, %d papers", f.Total, f.Of, len(f.Papers))
		}
	}},
	{"papers sighted after now are not there yet", func(w *world) {
		w.begin("arxiv")
		w.record("arxiv", noon.Add(day), listed("2605.00001", "Robots", 0))
		f, err := w.Search(w.Context(), interest.Interest{}, paper.Search{Since: noon.Add(-day), Limit: 5}, noon)
		w.ok(err)
		if f.Total != 0 {
			w.Errorf("found %v", f.Papers)
		}
	}},
	{"dead documents are swept out of the lists, and nothing else", func(w *world) {
		var ls []paper.Listing
		for round := range 4 {
			ls = nil
			for i := range 400 {
				ls = append(ls, listed(fmt.Sprintf("2605.%05d", i+1), fmt.Sprintf("Robot %d of round number%d", i, round), 0))
			}
			w.record("arxiv", noon.Add(time.Duration(round)*day), ls...)
		}
		if _, err := w.Index(w.Context()); err != nil {
			w.Fatal(err)
		}
		if n := len(w.search("number3 robot", paper.Search{Limit: 1000})); n != 400 {
			w.Errorf("%d papers are found", n)
		}
		w.finds("number1 OR number2")
		other := &world{T: w.T, Store: w.open(), open: w.open}
		if n := len(other.search("robot -number1", paper.Search{Limit: 1000})); n != 400 {
			w.Errorf("another process finds %d papers", n)
		}
		w.record("arxiv", noon.Add(9*day), listed("2605.00007", "Drones", 0))
		w.finds("drone", "Drones")
	}},
	{"what search finds is what an interest matches, whatever happens to the papers", func(w *world) {
		rapid.Check(w.T, func(t *rapid.T) { w.searchesAsItMatches(t) })
	}},
}

// TestSearchesInHalvesFindTheSame runs the tests of what looks into the index
// with every catalogue taken for a large one.
func TestSearchesInHalvesFindTheSame(t *testing.T) {
	for _, one := range slices.Concat(searchTests, helpTests) {
		t.Run(one.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "paperboy.db")
			open := func() *store.Store {
				s := openFile(t, file)
				s.HalvesFrom(2)
				return s
			}
			one.run(&world{T: t, Store: open(), open: open})
		})
	}
}

// searchesAsItMatches records random listings, some of papers that are there
// already, and compares all papers found with all that match.
func (w *world) searchesAsItMatches(t *rapid.T) {
	words := rapid.SliceOfN(rapid.SampledFrom(strings.Fields("robot Robots policy policies k-means kmeans C++ LoRA² lora learned GPs GPS 深度学习 state-of-the-art")), 1, 7)
	for range rapid.IntRange(1, 3).Draw(t, "listings") {
		l := paper.Listing{
			ID:      fmt.Sprintf("2605.%05d", rapid.IntRange(1, 12).Draw(t, "id")),
			Title:   strings.Join(words.Draw(t, "title"), " "),
			Summary: strings.Join(words.Draw(t, "summary"), " "),
			Authors: []string{rapid.SampledFrom([]string{"Yann LeCun", "Robot, K.", `P\'al Erd\H{o}s`}).Draw(t, "author")},
		}
		if rapid.Bool().Draw(t, "merging") {
			l.DOI = fmt.Sprintf("10.1234/%d", rapid.IntRange(1, 9).Draw(t, "doi"))
		}
		source := rapid.SampledFrom([]string{"arxiv", "hf"}).Draw(t, "source")
		if _, err := w.Record(w.Context(), source, paper.Batch{Listings: []paper.Listing{l}}, noon); err != nil {
			t.Fatal(err)
		}
	}
	for range 5 {
		keywords := anyKeywords(t)
		want, err := interest.Parse(keywords)
		if err != nil {
			t.Fatalf("%q: %v", keywords, err)
		}
		w.compare(t, want)
	}
}

// anyKeywords generates keywords with every construct of the grammar.
func anyKeywords(t *rapid.T) string {
	term := rapid.Custom(func(t *rapid.T) string {
		word := rapid.SampledFrom(strings.Fields("robot robots policy k-means kmeans C++ lora LoRA² learning gps GPs 深度 state lecun art"))
		return rapid.SampledFrom([]string{"", "", "=", "title:", "abstract:", "author:", "-", "source:", "cat:"}).Draw(t, "field") +
			rapid.OneOf(word, rapid.Just("polic*"), rapid.Just(`"y. lecun"`), rapid.Just("hf"),
				rapid.Map(rapid.SliceOfN(word, 2, 3), func(ws []string) string { return `"` + strings.Join(ws, " ") + `"` })).Draw(t, "term") +
			rapid.SampledFrom([]string{"", "", "^3"}).Draw(t, "weight")
	})
	var all strings.Builder
	for i := range rapid.IntRange(0, 4).Draw(t, "terms") {
		if i > 0 {
			all.WriteString(rapid.SampledFrom([]string{" ", " OR ", ", "}).Draw(t, "between"))
		}
		if rapid.IntRange(0, 3).Draw(t, "grouped") == 0 {
			all.WriteString("(" + term.Draw(t, "in group") + rapid.SampledFrom([]string{" ", " OR "}).Draw(t, "group") + term.Draw(t, "in group") + ")^2")
		} else {
			all.WriteString(term.Draw(t, "term"))
		}
	}
	return all.String()
}

type faults interface {
	Helper()
	Errorf(string, ...any)
	Fatal(...any)
}

// compare holds that searching finds what matching all papers does.
func (w *world) compare(t faults, want interest.Interest) {
	t.Helper()
	c, err := w.Candidates(w.Context(), noon.Add(day), 10000*day)
	if err != nil {
		t.Fatal(err)
	}
	documents := map[paper.Key]*interest.Document{}
	for _, p := range c.Papers {
		documents[p.Key] = interest.Read(p)
	}
	w.compareWith(t, documents, want)
}

func (w *world) compareWith(t faults, documents map[paper.Key]*interest.Document, want interest.Interest) {
	t.Helper()
	f, err := w.Search(w.Context(), want, paper.Search{Limit: len(documents) + 1}, noon.Add(day))
	if err != nil {
		t.Fatal(err)
	}
	found := map[paper.Key]bool{}
	for _, p := range f.Papers {
		found[p.Key] = true
	}
	if len(found) != f.Total || f.Of != len(documents) {
		t.Errorf("%q: %d found, total %d; %d searched of %d", want, len(found), f.Total, f.Of, len(documents))
	}
	for key, d := range documents {
		if want.Matches(d) != found[key] {
			t.Errorf("%q over %q, %q, %v: found is %v", want, d.Title, d.Summary, d.Authors, found[key])
		}
	}
}

// TestSearchFindsWhatMatchesInRealPapers searches a part of one of arXiv's days.
func TestSearchFindsWhatMatchesInRealPapers(t *testing.T) {
	w := &world{T: t, Store: openFile(t, filepath.Join(t.TempDir(), "paperboy.db"))}
	ls := arXivDay(t, "2026-06-20")
	w.record("arxiv", noon, ls[:min(len(ls), 150)]...)
	documents := map[paper.Key]*interest.Document{}
	c, err := w.Candidates(w.Context(), noon, day)
	w.ok(err)
	for _, p := range c.Papers {
		documents[p.Key] = interest.Read(p)
	}
	for _, keywords := range []string{
		"", "model", "models", "=model", "approximations", "language model agents", `"language model"`, `"large language model" -survey`, "state-of-the-art",
		`"state of the art"`, "fine-tuning", "finetuning", `"fine tune"`, "transform*", "re*", "k-means", "3D", "GPT-4o", "LoRA", "RAG OR retrieval", "rag",
		"title:survey", `title:"diffusion model"`, "abstract:robot cat:cs.RO", "cat:cs", "cat:stat, author:wang", `author:"y. wang"`, `author:"Wang Yu"`, "author:zh*",
		"-model", "model -model", "robot, drone, -survey", "(grasping OR manipulation) robot^2", "in-context learning", "the", `"of the"`, "source:arxiv", "GPs", "LLMs",
	} {
		want, err := interest.Parse(keywords)
		w.ok(err)
		w.compareWith(t, documents, want)
	}
	for _, d := range documents { // words as they stand there
		words := strings.Fields(strings.ReplaceAll(d.Summary, `"`, " "))
		for i := 0; i+3 < len(words); i += 40 {
			want, err := interest.Parse(`"` + strings.Join(words[i:i+2+i%2], " ") + `"`)
			if err == nil {
				w.compareWith(t, documents, want)
			}
		}
	}
}

// arXivDay reads one of the captured days.
func arXivDay(t testing.TB, day string) []paper.Listing {
	t.Helper()
	file, err := os.ReadFile(peers.Data(t, "arxiv", "days", day+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var in struct {
		Papers []struct {
			ID, Title, Abstract string
			Authors, Categories []string
		}
	}
	if err := json.Unmarshal(file, &in); err != nil {
		t.Fatal(err)
	}
	var all []paper.Listing
	for _, p := range in.Papers {
		all = append(all, paper.Listing{ID: p.ID, Title: p.Title, Summary: p.Abstract, Authors: p.Authors, Categories: p.Categories, Authority: paper.Origin})
	}
	return all
}

// TestAnOldCatalogueIsIndexedBitByBit: papers that were there before the index
// are counted as not searched until Index has been through.
func TestAnOldCatalogueIsIndexedBitByBit(t *testing.T) {
	file := filepath.Join(t.TempDir(), "paperboy.db")
	w := &world{T: t, Store: openFile(t, file)}
	var ls []paper.Listing
	for i := range 450 {
		ls = append(ls, listed(fmt.Sprintf("2605.%05d", i+1), fmt.Sprint("Robot ", i), 0))
	}
	w.record("arxiv", noon, ls...)
	execute(t, file, `UPDATE counters SET last = 0 WHERE name = 'analysis'`) // as another analysis left it
	w.Store = openFile(t, file)
	f, err := w.Search(w.Context(), interest.Interest{}, paper.Search{}, noon)
	w.ok(err)
	if f.Unindexed != 450 || f.Total != 0 {
		t.Errorf("before: %d found, %d not searched", f.Total, f.Unindexed)
	}
	w.record("arxiv", noon.Add(hour), listed("2605.00007", "Robot seven", 0))
	w.finds("seven", "Robot seven")
	n, err := w.Index(w.Context())
	w.ok(err)
	f, err = w.Search(w.Context(), interest.Interest{}, paper.Search{}, noon)
	w.ok(err)
	if n != 449 || f.Unindexed != 0 || f.Total != 450 {
		t.Errorf("after %d: %d found, %d not searched", n, f.Total, f.Unindexed)
	}
	if n, err = w.Index(w.Context()); n != 0 || err != nil {
		t.Errorf("again: %d, %v", n, err)
	}
}

func TestASearchThatIsCalledOffEnds(t *testing.T) {
	s := openFile(t, filepath.Join(t.TempDir(), "paperboy.db"))
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := s.Search(ctx, interest.Interest{}, paper.Search{}, noon); err == nil {
		t.Error("it went on")
	}
}

// TestSearchingWhileOthersRecord: each search sees one moment of the
// catalogue, and a paper whose text changes is always there once.
func TestSearchingWhileOthersRecord(t *testing.T) {
	file := filepath.Join(t.TempDir(), "paperboy.db")
	w := &world{T: t, Store: openFile(t, file)}
	papers := func(round int) []paper.Listing {
		var ls []paper.Listing
		for i := range 30 {
			ls = append(ls, listed(fmt.Sprintf("2605.%05d", i+1), fmt.Sprintf("Robot %d of round%d", i, round), 0))
		}
		return ls
	}
	w.record("arxiv", noon, papers(0)...)
	other := openFile(t, file)
	var searching sync.WaitGroup
	done := make(chan struct{})
	for k := range 3 {
		s := []*store.Store{w.Store, other, w.Store}[k]
		robot, err := interest.Parse([]string{"robot", "-drone", "robot -round99"}[k])
		w.ok(err)
		searching.Go(func() {
			for {
				f, err := s.Search(t.Context(), robot, paper.Search{Limit: 5}, noon.Add(day))
				if err != nil || f.Total != 30 || len(f.Papers) != 5 {
					t.Errorf("%d papers, %v", f.Total, err)
					return
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	for round := range 6 {
		w.record("arxiv", noon.Add(time.Duration(round)*time.Minute), papers(round)...)
	}
	close(done)
	searching.Wait()
}
