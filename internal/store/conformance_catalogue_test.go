package store_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"paperboy/internal/paper"
	"paperboy/internal/store"
)

var catalogueTests = []test{
	{"the forms of an arXiv name are one paper", func(w *world) {
		w.begin("a", "b", "c", "d", "e")
		w.record("a", noon, listed("2605.01234v1", "One", 1))
		w.record("b", noon, listed("oai:arXiv.org:2605.01234v3", "One", 1))
		w.record("c", noon, paper.Listing{ID: "x", URL: "https://arxiv.org/abs/2605.01234", Title: "One"})
		w.record("d", noon, paper.Listing{ID: "y", DOI: "10.48550/arXiv.2605.01234", Title: "One"})
		w.record("e", noon, paper.Listing{URL: "http://www.arxiv.org/pdf/2605.01234v2", Title: "One"})
		p := w.only(noon)
		if got := p.Sources; !cmp.Equal(got, []string{"a", "b", "c", "d", "e"}) {
			w.Errorf("listed in %v", got)
		}
	}},
	{"the text of the higher authority wins, whoever came first", func(w *world) {
		w.begin("huggingface", "arxiv")
		lossy := listed("2605.01234", "A 2times Faster Method", 3)
		w.record("huggingface", noon, lossy)
		origin := listed("2605.01234", `A 2$\times$ Faster Method`, 0)
		origin.Authority, origin.Signals = paper.Origin, paper.Signals{}
		w.record("arxiv", noon.Add(hour), origin)
		if got := w.only(noon.Add(hour)).Title; got != origin.Title {
			w.Errorf("title is %q", got)
		}
	}},
	{"every field of a listing comes back", func(w *world) {
		l := paper.Listing{
			Source: "s", ID: "10.1234/abc", DOI: "10.1234/abc", URL: "https://example.org/p", Title: "<b>T</b>", Summary: "S",
			Authors: []string{"A, B", `C "D"`}, Categories: []string{"cs.CL", "I.2.7"}, Markup: paper.HTML, Authority: paper.Copied,
			Published: noon.Add(-3 * day), Listed: noon.Add(-hour), PDF: "https://example.org/p.pdf",
			Discussion: "https://example.org/d", Code: "https://example.org/c", Project: "https://example.org/j",
			Organization: "O", Brief: "B", Signals: paper.Signals{Stars: paper.Known(0)},
		}
		w.record("s", noon, l)
		got := w.only(noon)
		want := paper.Merge(got.Key, l.Names(), []paper.Sighting{{Listing: l, At: noon, Seq: 1}},
			[]paper.Reading{{Source: "s", At: noon, Signals: l.Signals}})
		if diff := cmp.Diff(want, got); diff != "" {
			w.Error(diff)
		}
	}},
	{"a mention brings signals and its page to a paper that is known, and makes none", func(w *world) {
		mention := func(id string, points int) paper.Listing {
			return paper.Listing{ID: id, Authority: paper.Mention, Listed: noon.Add(-hour),
				Discussion: "https://news.example/" + id, Signals: paper.Signals{Votes: paper.Known(points)}}
		}
		w.begin("s", "news")
		if r := w.record("news", noon, mention("2605.00001", 5)); r != (paper.Recorded{Skipped: 1}) || len(w.candidates(noon)) != 0 {
			w.Errorf("the mention of an unknown paper counts as %+v", r)
		}
		w.record("s", noon, listed("2605.00001", "One", 1))
		before := w.only(noon)
		later := noon.Add(hour)
		if r := w.record("news", later, mention("2605.00001", 9), mention("2605.00002", 300)); r != (paper.Recorded{New: 1, Skipped: 1}) {
			w.Errorf("the first mention of a known paper counts as %+v", r)
		}
		p := w.only(later)
		if p.Title != "One" || p.Links.Forum != "https://news.example/2605.00001" || !cmp.Equal(votes(p), []int{1, 9}) ||
			!cmp.Equal(p.Sources, []string{"s", "news"}) || !p.Listed[1].Said.Equal(noon.Add(-hour)) {
			w.Errorf("now it is %+v", p)
		}
		if !p.Sighted.Equal(before.Sighted) || p.Seq != before.Seq || w.horizon(later) != before.Seq {
			w.Errorf("a mention makes a paper new: sighted %v, number %d", p.Sighted, p.Seq)
		}
		if r := w.record("news", later.Add(hour), mention("2605.00001", 12)); r != (paper.Recorded{Known: 1}) {
			w.Errorf("the same mention again counts as %+v", r)
		}
	}},
	{"a mention keeps no old paper among the candidates", func(w *world) {
		w.begin("s", "news")
		w.record("s", noon, listed("2605.00001", "One", 1))
		late := noon.Add(30 * day)
		w.record("news", late, paper.Listing{ID: "2605.00001", Authority: paper.Mention, Signals: paper.Signals{Votes: paper.Known(9)}})
		if got := w.candidates(late); len(got) != 0 {
			w.Errorf("candidates are %+v", got)
		}
	}},
	{"a source that falls silent on a field takes nothing back", func(w *world) {
		l := listed("2605.01234", "One", 1)
		l.Code, l.Brief = "https://example.org/c", "short"
		w.record("s", noon, l)
		w.record("s", noon.Add(hour), paper.Listing{ID: "2605.01234", Title: "One, revised"})
		p := w.only(noon.Add(hour))
		if p.Title != "One, revised" || p.Links.Code == "" || p.Brief == "" || p.Summary == "" || len(p.Authors) == 0 {
			w.Errorf("now it is %+v", p)
		}
	}},
	{"each fetch adds a reading, and one of the same moment replaces it", func(w *world) {
		w.record("s", noon, listed("2605.01234", "One", 1))
		w.record("s", noon.Add(hour), listed("2605.01234", "One", 5))
		w.record("s", noon.Add(hour), listed("2605.01234", "One", 4))
		w.record("s", noon.Add(2*hour), paper.Listing{ID: "2605.01234", Title: "One"})
		if got := votes(w.only(noon.Add(day))); !cmp.Equal(got, []int{1, 4}) {
			w.Errorf("votes were %v", got)
		}
		if got := votes(w.only(noon)); !cmp.Equal(got, []int{1}) {
			w.Errorf("at noon votes were %v", got)
		}
	}},
	{"recording a batch again brings nothing new", func(w *world) {
		batch := []paper.Listing{listed("2605.00001", "One", 1), listed("2605.00002", "Two", 1)}
		first := w.record("s", noon, batch...)
		again := w.record("s", noon, batch...)
		if first != (paper.Recorded{New: 2}) || again != (paper.Recorded{Known: 2}) {
			w.Errorf("first %+v, again %+v", first, again)
		}
		if p := w.candidates(noon)[0]; p.Seq != 1 || !p.Sighted.Equal(noon) {
			w.Errorf("sighted %s as number %d", p.Sighted, p.Seq)
		}
	}},
	{"two listings of one paper in a batch are one, with the larger votes", func(w *world) {
		got := w.record("s", noon, listed("2605.00001v1", "One", 7), listed("2605.00001v2", "Other", 5))
		if got != (paper.Recorded{New: 1}) {
			w.Errorf("recorded %+v", got)
		}
		if p := w.only(noon); p.Title != "One" || !cmp.Equal(votes(p), []int{7}) {
			w.Errorf("it is %q with votes %v", p.Title, votes(p))
		}
	}},
	{"hostile text and dates stop nothing", func(w *world) {
		l := listed("http://example.org/\x00';--", "a\x00b \xff <script>", 1)
		l.Summary, l.Authors = strings.Repeat("x", 1<<20), []string{"\xff\n", ""}
		l.Published, l.Listed = time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(-5, 1, 1, 0, 0, 0, 0, time.UTC)
		for range 2 {
			w.record("'; DROP TABLE papers; --", noon, l)
		}
		if p := w.only(noon); p.Title != l.Title || p.Summary != l.Summary || len(p.Authors) != 2 {
			w.Errorf("it is %q by %q", p.Title, p.Authors)
		}
	}},
	{"a listing without a title is skipped and stops nothing", func(w *world) {
		got := w.record("s", noon, paper.Listing{ID: "2605.00001", Title: " \n"}, listed("2605.00002", "Two", 1))
		if got != (paper.Recorded{New: 1, Skipped: 1}) {
			w.Errorf("recorded %+v", got)
		}
	}},
	{"a revision of a paper never listed is skipped", func(w *world) {
		l := listed("2305.00001", "Old", 1)
		l.Revision = true
		if got := w.record("arxiv", noon, l); got != (paper.Recorded{Skipped: 1}) {
			w.Errorf("recorded %+v", got)
		}
		if got := w.candidates(noon); len(got) != 0 {
			w.Errorf("candidates are %v", titles(got))
		}
	}},
	{"a revision brings its text, and makes no paper new again", func(w *world) {
		w.begin("arxiv", "huggingface")
		w.record("huggingface", noon.Add(-10*day), listed("2605.00001", "x2 Faster", 1))
		l := listed("2605.00001", `$\times$2 Faster`, 0)
		l.Revision, l.Authority = true, paper.Origin
		if got := w.record("arxiv", noon, l); got != (paper.Recorded{Known: 1}) {
			w.Errorf("recorded %+v", got)
		}
		if got := w.candidates(noon); len(got) != 0 {
			w.Errorf("candidates are %v", titles(got))
		}
		if p := w.only(noon.Add(-9 * day)); p.Title != l.Title || p.Seq == 0 || !p.Sighted.Equal(noon.Add(-10*day)) {
			w.Errorf("it is %q, number %d, sighted %s", p.Title, p.Seq, p.Sighted)
		}
	}},
	{"a first fetch makes only its last two days new", func(w *world) {
		ages := map[string]time.Duration{"old": 5 * day, "late": 49 * hour, "young": 47 * hour, "ahead": -day}
		var batch []paper.Listing
		for title, age := range ages {
			l := listed("id-"+title, title, 1)
			l.Listed = noon.Add(-age)
			batch = append(batch, l)
		}
		w.record("feed", noon, append(batch, listed("id-undated", "undated", 1))...)
		for _, p := range w.candidates(noon) {
			isNew := p.Title == "young" || p.Title == "ahead" || p.Title == "undated"
			sighted := noon
			if !isNew {
				sighted = noon.Add(-ages[p.Title])
			}
			if (p.Seq > 0) != isNew || !p.Sighted.Equal(sighted) {
				w.Errorf("%s: number %d, sighted %s", p.Title, p.Seq, p.Sighted)
			}
		}
		if got := len(w.candidates(noon)); got != 5 {
			w.Errorf("%d candidates", got)
		}
	}},
	{"a first fetch that brought nothing leaves the next one the first", func(w *world) {
		w.record("feed", noon.Add(-day))
		l := listed("id", "old", 1)
		l.Listed = noon.Add(-5 * day)
		w.record("feed", noon, l)
		if p := w.only(noon); p.Seq != 0 {
			w.Errorf("number %d", p.Seq)
		}
	}},
	{"later fetches make all new that was missed", func(w *world) {
		w.begin("feed")
		l := listed("id", "missed", 1)
		l.Listed = noon.Add(-5 * day)
		w.record("feed", noon, l)
		if p := w.only(noon); p.Seq == 0 || !p.Sighted.Equal(noon) {
			w.Errorf("number %d, sighted %s", p.Seq, p.Sighted)
		}
	}},
	{"a feed whose addresses all changed lists nothing new", func(w *world) {
		var before, after []paper.Listing
		for i := range 10 {
			title := fmt.Sprintf("Paper %d of the feed", i)
			before = append(before, listed(fmt.Sprintf("http://old.example/%d", i), title, 1))
			moved := listed(fmt.Sprintf("https://new.example/p/%d", i+3), title, 1)
			moved.Listed = noon.Add(-10 * day)
			after = append(after, moved)
		}
		w.record("feed", noon.Add(-10*day), before...)
		extra := listed("https://new.example/p/new", "A new one", 1)
		extra.Listed = noon
		old := listed("https://new.example/p/old", "An old one that the feed forgot", 1)
		old.Listed = noon.Add(-10 * day)
		if got := w.record("feed", noon, append(after, extra, old)...); got != (paper.Recorded{Known: 10, New: 2}) {
			w.Errorf("recorded %+v", got)
		}
		if p := w.only(noon); p.Title != "A new one" || p.Seq == 0 {
			w.Errorf("%q is new", p.Title)
		}
		// From now on the new addresses are known.
		if got := w.record("feed", noon.Add(hour), after...); got != (paper.Recorded{Known: 10}) {
			w.Errorf("recorded %+v", got)
		}
	}},
	{"a day of all new papers is new, though one title comes again", func(w *world) {
		w.record("arxiv", noon.Add(-day), listed("2605.00001", "Editorial", 1), listed("2605.00002", "Two", 1))
		got := w.record("arxiv", noon, listed("2605.00003", "Editorial", 1), listed("2605.00004", "Four", 1), listed("2605.00005", "Five", 1))
		if got != (paper.Recorded{New: 3}) || len(w.candidates(noon)) != 5 {
			w.Errorf("recorded %+v, candidates %v", got, titles(w.candidates(noon)))
		}
	}},
	{"a known title under a new arXiv id or DOI is another paper", func(w *world) {
		w.record("arxiv", noon.Add(-day), listed("2605.00001", "Editorial", 1), listed("10.1234/a", "Foreword", 1))
		got := w.record("arxiv", noon, listed("2605.00002", "Editorial", 1), listed("10.1234/b", "Foreword", 1))
		if got != (paper.Recorded{New: 2}) || len(w.candidates(noon)) != 4 {
			w.Errorf("recorded %+v, candidates %v", got, titles(w.candidates(noon)))
		}
	}},
	{"the memo is the last recorded one, and empty before", func(w *world) {
		for _, want := range []string{"", "one", "two"} {
			got, err := w.Memo(w.Context(), "s")
			w.ok(err)
			if got != want {
				w.Errorf("memo %q, want %q", got, want)
			}
			next := map[string]string{"": "one", "one": "two", "two": ""}[want]
			_, err = w.Record(w.Context(), "s", paper.Batch{Memo: next}, noon)
			w.ok(err)
		}
	}},
	{"sources tell how they fared", func(w *world) {
		w.ok(w.Mark(w.Context(), "broken", "broken", "503", noon))
		w.record("good", noon, listed("2605.00001", "One", 1))
		w.record("good", noon.Add(day), listed("2605.00001", "One", 1))
		w.ok(w.Mark(w.Context(), "good", "quiet", "nothing new", noon.Add(day)))
		got, err := w.Sources(w.Context())
		w.ok(err)
		want := []store.SourceRecord{
			{Name: "broken", Status: "broken", Reason: "503", LastFetch: noon},
			{Name: "good", Status: "quiet", Reason: "nothing new", First: noon, LastFetch: noon.Add(day), LastNew: noon},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			w.Error(diff)
		}
	}},
	{"a source that failed first still has its first fetch before it", func(w *world) {
		w.ok(w.Mark(w.Context(), "feed", "broken", "503", noon.Add(-day)))
		l := listed("id", "old", 1)
		l.Listed = noon.Add(-5 * day)
		w.record("feed", noon, l)
		if p := w.only(noon); p.Seq != 0 {
			w.Errorf("number %d", p.Seq)
		}
	}},
}

// votes are a paper's readings of votes, oldest first.
func votes(p *paper.Paper) []int {
	var all []int
	for _, r := range p.Readings {
		all = append(all, r.Votes.N)
	}
	return all
}

var candidateTests = []test{
	{"the window opens after its beginning and ends with now", func(w *world) {
		w.begin("s")
		w.record("s", noon.Add(-7*day), listed("2605.00001", "too old", 1))
		w.record("s", noon.Add(-7*day+time.Nanosecond), listed("2605.00002", "just in", 1))
		w.record("s", noon, listed("2605.00003", "of now", 1))
		w.record("s", noon.Add(time.Nanosecond), listed("2605.00004", "of later", 1))
		if got := titles(w.candidates(noon)); !cmp.Equal(got, []string{"just in", "of now"}) {
			w.Errorf("candidates are %v", got)
		}
	}},
	{"a second source makes a paper a candidate again, with all its past", func(w *world) {
		w.begin("arxiv", "huggingface")
		w.record("arxiv", noon.Add(-20*day), listed("2605.00001", "One", 1))
		w.record("huggingface", noon, listed("2605.00001", "One", 9))
		p := w.only(noon)
		if !p.Sighted.Equal(noon) || !cmp.Equal(p.Sources, []string{"arxiv", "huggingface"}) || !cmp.Equal(votes(p), []int{1, 9}) {
			w.Errorf("sighted %s in %v with votes %v", p.Sighted, p.Sources, votes(p))
		}
	}},
	{"what is known later does not show at an earlier now", func(w *world) {
		w.begin("arxiv", "huggingface")
		w.record("arxiv", noon, listed("2605.00001", "One", 1))
		w.record("huggingface", noon.Add(day), listed("2605.00001", "One", 9))
		if p := w.only(noon); len(p.Sources) != 1 || len(p.Readings) != 1 || !p.Sighted.Equal(noon) {
			w.Errorf("at noon it is %+v", p)
		}
	}},
	{"the horizon is the newest number", func(w *world) {
		w.record("s", noon, listed("2605.00001", "One", 1), listed("2605.00002", "Two", 1))
		if got := w.horizon(noon); got != 2 {
			w.Errorf("horizon is %d", got)
		}
	}},
	{"the horizon stays below what is sighted later but numbered earlier", func(w *world) {
		w.begin("s", "t") // numbers 1 and 2
		w.record("s", noon.Add(hour), listed("2605.00001", "of later", 1))
		w.record("t", noon, listed("2605.00002", "of now", 1))
		if got := w.horizon(noon); got != 2 {
			w.Errorf("horizon is %d: the paper of later would never be new", got)
		}
		if got := w.horizon(noon.Add(hour)); got != 4 {
			w.Errorf("an hour later it is %d", got)
		}
	}},
	{"an empty catalogue has no candidates", func(w *world) {
		if got := w.candidates(noon); len(got) != 0 || w.horizon(noon) != 0 {
			w.Errorf("candidates are %v", titles(got))
		}
	}},
	{"papers are found by key, however many, and unknown keys left out", func(w *world) {
		var batch []paper.Listing
		for i := range 1100 {
			batch = append(batch, listed(fmt.Sprintf("2605.%05d", i), fmt.Sprint("Paper ", i), i))
		}
		w.record("s", noon, batch...)
		keys := []paper.Key{-1, 999999}
		for _, p := range w.candidates(noon) {
			keys = append(keys, p.Key, p.Key)
		}
		got, err := w.Papers(w.Context(), keys)
		w.ok(err)
		if len(got) != 1100 {
			w.Errorf("%d papers", len(got))
		}
		for key, p := range got {
			if p.Key != key {
				w.Errorf("key %d finds paper %d", key, p.Key)
			}
		}
	}},
	{"no keys are no papers", func(w *world) {
		got, err := w.Papers(w.Context(), nil)
		w.ok(err)
		if len(got) != 0 {
			w.Errorf("found %v", got)
		}
	}},
}

func (w *world) horizon(now time.Time) int64 {
	w.Helper()
	c, err := w.Candidates(w.Context(), now, 7*day)
	w.ok(err)
	return c.Horizon
}

func TestErrorsComeThrough(t *testing.T) {
	s := openFile(t, t.TempDir()+"/paperboy.db")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	// A failed look-up that read as 'not known yet' would mail everything.
	if _, err := s.Memo(t.Context(), "s"); err == nil {
		t.Error("a closed database knows a memo")
	}
	if _, err := s.Candidates(t.Context(), noon, day); err == nil {
		t.Error("a closed database has candidates")
	}
	if _, err := s.Due(t.Context(), noon, 0, 1); err == nil {
		t.Error("a closed database knows who is due")
	}
	if _, err := holds(t.Context(), s, 1, 1); err == nil {
		t.Error("a closed database knows claims")
	}
	if _, err := s.Reader(t.Context(), 1); err == nil || errors.Is(err, errNoReader) {
		t.Errorf("a closed database says %v", err)
	}
}
