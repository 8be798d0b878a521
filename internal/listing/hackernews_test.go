package listing

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"paperboy/internal/paper"
)

// story renders a hit.
func story(id int, link string, points, comments int, at string) string {
	return fmt.Sprintf(`{"objectID":"%d","title":"T","url":%q,"points":%d,"num_comments":%d,"created_at":%q,"created_at_i":%d}`,
		id, link, points, comments, at, date(at).Unix())
}

func hits(pages int, all ...string) string {
	return fmt.Sprintf(`{"hits":[%s],"page":0,"nbPages":%d,"hitsPerPage":100,"nbHits":%d}`, strings.Join(all, ","), pages, len(all))
}

func TestHackerNewsMentionsPapers(t *testing.T) {
	url := serve(t, says(hits(1,
		story(41, "https://arxiv.org/abs/2606.26740", 120, 33, "2026-06-29T10:00:00Z"),
		story(42, "https://arxiv.org/pdf/2606.00001v2.pdf", 5, 0, "2026-06-28T10:00:00Z"),
		story(43, "http://www.arxiv.org/html/2606.26740v3", 10, 40, "2026-06-27T10:00:00Z"),
		story(44, "https://arxiv.org/abs/hep-th/9901001", 2, 1, "2026-06-26T10:00:00Z"),
		story(45, "https://arxiv.org/list/cs.AI/recent", 300, 200, "2026-06-26T10:00:00Z"),
		story(46, "https://example.org/why-arxiv.org-is-slow", 300, 200, "2026-06-26T10:00:00Z"),
		`{"objectID":"47","title":"Ask HN: arxiv.org?","url":null,"points":1,"num_comments":null,"created_at_i":1782468000}`,
	)))
	b, err := NewHackerNews(testClient(), url+"/", 7).Fetch(t.Context(), tuesday, "")
	if err != nil {
		t.Fatal(err)
	}
	mention := func(id, story string, points, comments int, at string) paper.Listing {
		return paper.Listing{
			Source: "hackernews", ID: id, Authority: paper.Mention, Listed: date(at),
			Discussion: "https://news.ycombinator.com/item?id=" + story,
			Signals:    paper.Signals{Votes: paper.Known(points), Comments: paper.Known(comments)},
		}
	}
	want := []paper.Listing{
		mention("2606.26740", "43", 130, 73, "2026-06-27T10:00:00Z"), // both stories, the page where more is said
		mention("2606.00001", "42", 5, 0, "2026-06-28T10:00:00Z"),
		mention("hep-th/9901001", "44", 2, 1, "2026-06-26T10:00:00Z"),
	}
	if diff := cmp.Diff(want, b.Listings); diff != "" {
		t.Error(diff)
	}
}

func TestHackerNewsAsksForItsDaysPageByPage(t *testing.T) {
	var asked []string
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.RequestURI())
		n, _ := strconv.Atoi(r.URL.Query().Get("page"))
		_, _ = w.Write([]byte(hits(3, story(100+n, fmt.Sprintf("https://arxiv.org/abs/2606.0000%d", n+1), 1, 1, "2026-06-29T10:00:00Z"))))
	})
	b, err := NewHackerNews(testClient(), url, 3).Fetch(t.Context(), tuesday, "")
	if err != nil || !slices.Equal(ids(b.Listings), []string{"2606.00001", "2606.00002", "2606.00003"}) {
		t.Fatalf("%v, %v", ids(b.Listings), err)
	}
	since := tuesday.Add(-72 * time.Hour).Unix()
	for i, uri := range asked {
		want := fmt.Sprintf("/api/v1/search_by_date?hitsPerPage=100&numericFilters=created_at_i%%3E%d&page=%d&query=arxiv.org&restrictSearchableAttributes=url&tags=story", since, i)
		if uri != want {
			t.Errorf("asked %s, want %s", uri, want)
		}
	}
	if len(asked) != 3 {
		t.Errorf("%d requests, want 3", len(asked))
	}
}

func TestHackerNewsSimpleServers(t *testing.T) {
	good := story(1, "https://arxiv.org/abs/2606.00001", 5, 1, "2026-06-29T10:00:00Z")
	t.Run("a server that ignores the page does not loop or count twice", func(t *testing.T) {
		n := 0
		url := serve(t, func(w http.ResponseWriter, _ *http.Request) { n++; _, _ = w.Write([]byte(hits(9, good))) })
		b, err := NewHackerNews(testClient(), url, 7).Fetch(t.Context(), tuesday, "")
		if err != nil || n != 2 || len(b.Listings) != 1 || b.Listings[0].Signals.Votes.N != 5 {
			t.Errorf("%d requests, %+v, %v", n, b.Listings, err)
		}
	})
	t.Run("an endless list ends", func(t *testing.T) {
		n := 0
		url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			n++
			_, _ = w.Write([]byte(hits(1<<40, story(n, "https://arxiv.org/abs/2606.00001", 1, 1, "2026-06-29T10:00:00Z"))))
		})
		if _, err := NewHackerNews(testClient(), url, 7).Fetch(t.Context(), tuesday, ""); err != nil || n != maxPages {
			t.Errorf("%d requests, %v, want %d", n, err, maxPages)
		}
	})
	t.Run("a server that ignores the filter revives nothing old", func(t *testing.T) {
		url := serve(t, says(hits(1, good, story(2, "https://arxiv.org/abs/2401.00001", 900, 400, "2024-01-29T10:00:00Z"))))
		b, err := NewHackerNews(testClient(), url, 7).Fetch(t.Context(), tuesday, "")
		if err != nil || !slices.Equal(ids(b.Listings), []string{"2606.00001"}) {
			t.Errorf("%v, %v", ids(b.Listings), err)
		}
	})
	t.Run("no story is a quiet week", func(t *testing.T) {
		b, err := NewHackerNews(testClient(), serve(t, says(hits(0))), 0).Fetch(t.Context(), tuesday, "")
		if err != nil || b.Quiet != "no story of the last 7 days links to arXiv" {
			t.Errorf("quiet %q, %v", b.Quiet, err)
		}
	})
	t.Run("a page that fails loses none of those before", func(t *testing.T) {
		url := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Get("page") != "0" {
				http.Error(w, "no", http.StatusBadRequest)
				return
			}
			_, _ = w.Write([]byte(hits(3, good)))
		})
		b, err := NewHackerNews(testClient(), url, 7).Fetch(t.Context(), tuesday, "")
		wantError(t, err, "hackernews", "page 1", "400")
		if len(b.Listings) != 1 {
			t.Errorf("%d listings, want 1", len(b.Listings))
		}
	})
}

func TestHackerNewsBadHitsAndAnswers(t *testing.T) {
	good := story(1, "https://arxiv.org/abs/2606.00001", 5, 1, "2026-06-29T10:00:00Z")
	tests := []struct {
		name, body string
		listings   int
		want       []string
	}{
		{"a hit without a number", hits(1, `{"url":"https://arxiv.org/abs/2606.00002"}`, good), 1, []string{"hit 0", "objectID is missing"}},
		{"a number that would lead elsewhere", hits(1, `{"objectID":"1&goto=//evil.example","url":"https://arxiv.org/abs/2606.00002"}`, good), 1, []string{"hit 0", "objectID is missing"}},
		{"a hit that is null", hits(1, `null`, good), 1, []string{"hit 0"}},
		{"a hit that is a list", hits(1, `[]`, good), 1, []string{"hit 0"}},
		{"a hit of 2 MB", hits(1, `{"objectID":"2","title":"`+strings.Repeat("x", 2<<20)+`"}`, good), 1, []string{"longer than"}},
		{"odd types of keys that may be absent", hits(1, `{"objectID":7,"url":"https://arxiv.org/abs/2606.00002","points":"many","num_comments":-4,"created_at_i":"soon"}`), 1, nil},
		{"a link that is a number", hits(1, `{"objectID":"7","url":5}`, good), 1, nil},
		{"points beyond all counting", hits(1, `{"objectID":"7","url":"https://arxiv.org/abs/2606.00001","points":9223372036854775807,"num_comments":1e400,"created_at_i":9223372036854775807}`, good), 1, nil},
		{"pages that are a text", `{"hits":[` + good + `],"nbPages":"all"}`, 1, nil},
		{"a list cut short", `{"hits":[` + good + `,{"obj`, 0, []string{"page 0"}},
		{"no hits", `{"message":"Invalid Application-ID"}`, 0, []string{"hits: expected a JSON list"}},
		{"a list for an object", `[` + good + `]`, 0, []string{"expected a JSON object"}},
		{"a page of HTML", `<!DOCTYPE html><title>Sorry</title>`, 0, []string{"expected a JSON object", "Sorry"}},
		{"nothing", ``, 0, []string{"expected a JSON object"}},
		{"deep nesting", `{"hits":` + strings.Repeat("[", 20_000), 0, []string{"page 0"}},
		{"too many hits", hits(1, strings.Repeat("{},", 5000)+"{}"), 0, []string{"more than 2000 items"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b, err := NewHackerNews(testClient(), serve(t, says(tt.body)), 7).Fetch(t.Context(), tuesday, "")
			if tt.want == nil && err != nil {
				t.Error(err)
			}
			if tt.want != nil {
				wantError(t, err, append(tt.want, "hackernews")...)
				if len(err.Error()) > 2000 {
					t.Errorf("the error is %d bytes long", len(err.Error()))
				}
			}
			if len(b.Listings) != tt.listings {
				t.Errorf("%d listings, want %d", len(b.Listings), tt.listings)
			}
			for _, l := range b.Listings {
				if s := l.Signals; s.Votes.N < 0 || s.Comments.N < 0 {
					t.Errorf("counts are %+v", s)
				}
			}
		})
	}
}

func TestHackerNewsLeavesABusyServerAlone(t *testing.T) {
	n := 0
	url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		n++
		w.Header().Set("Retry-After", "100000")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	source := NewHackerNews(testClient(), url, 7)
	b, err := source.Fetch(t.Context(), tuesday, "")
	wantError(t, err, "429", "left alone until")
	again, err := source.Fetch(t.Context(), tuesday, b.Memo)
	wantError(t, err, "left alone until")
	if n != 1 || again.Memo != b.Memo {
		t.Errorf("%d requests, memo %s, then %s", n, b.Memo, again.Memo)
	}
}

func FuzzHackerNews(f *testing.F) {
	seed(f, hits(2, story(1, "https://arxiv.org/abs/2606.00001v2", 5, 1, "2026-06-29T10:00:00Z")),
		`{"hits":[null,{},5,{"objectID":3,"url":"http://arxiv.org/pdf/hep-th/9901001"}],"nbPages":-1}`)
	f.Fuzz(func(t *testing.T, doc []byte) {
		_, found, err := readHackerNews(doc)
		if err != nil {
			return
		}
		var all []paper.Listing
		for _, hit := range found {
			if _, l, err := readHackerNewsHit(hit); err == nil && l.ID != "" {
				all = append(all, l)
			}
		}
		for _, l := range merged(all) {
			name, ok := paper.ParseName(l.ID)
			if id, arXiv := name.ArXiv(); !ok || !arXiv || id != l.ID {
				t.Errorf("%q is no arXiv id", l.ID)
			}
			if l.Signals.Votes.N < 0 || l.Signals.Comments.N < 0 || !strings.HasPrefix(l.Discussion, "https://news.ycombinator.com/item?id=") {
				t.Errorf("it reads as %+v", l)
			}
			if _, err := json.Marshal(l.Listed); err != nil {
				t.Error(err)
			}
		}
	})
}
