package listing

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"paperboy/internal/paper"
	"paperboy/internal/peers"
	"paperboy/internal/peers/upstream"
)

// item renders an item of a list.
func item(id string) string {
	return fmt.Sprintf(`{"paper":{"id":%q,"title":"Paper %[1]s","submittedOnDailyAt":"2026-06-30T00:00:00.000Z"}}`, id)
}

func list(ids ...string) []byte {
	var items []string
	for _, id := range ids {
		items = append(items, item(id))
	}
	return []byte("[" + strings.Join(items, ",") + "]")
}

var tuesday = date("2026-06-30T16:00:00Z")

func TestHuggingFaceReadsBothLevels(t *testing.T) {
	body := `[{"title":"outer","numComments":3,"publishedAt":"2026-06-23T20:00:00Z","thumbnail":5,
		"organization":{"name":"thu","fullname":"Tsinghua"},
		"paper":{"id":"2606.26740","title":"A $2times$ thing","summary":"Sum\nmary","upvotes":12,"githubStars":7,
		"publishedAt":"2026-06-25T00:00:00.000Z","submittedOnDailyAt":"2026-06-30T00:00:00.000Z",
		"authors":[{"name":"Ann Lee"},{"name":"Cy Fu","hidden":true},{"name":"Bo\u0000b"}],"githubRepo":"https://github.com/a/b",
		"projectPage":"javascript:alert(1)","ai_summary":"Short."}}]`
	s := upstream.New(t, upstream.Options{Day: tuesday, HuggingFace: map[string][]byte{"2026-06-30": []byte(body)}})
	b, err := NewHuggingFace(testClient(), s.URL+"/", 1).Fetch(t.Context(), tuesday, "")
	if err != nil {
		t.Fatal(err)
	}
	want := []paper.Listing{{
		Source: "huggingface", ID: "2606.26740", Title: "A $2times$ thing", Summary: "Sum\nmary",
		Authors: []string{"Ann Lee", "Cy Fu", "Bob"}, Markup: paper.TeX, Authority: paper.Lossy,
		Published: date("2026-06-25T00:00:00Z"), Listed: date("2026-06-30T00:00:00Z"),
		Discussion: s.URL + "/papers/2606.26740", Code: "https://github.com/a/b",
		Organization: "Tsinghua", Brief: "Short.",
		Signals: paper.Signals{Votes: paper.Known(12), Comments: paper.Known(3), Stars: paper.Known(7)},
	}}
	if diff := cmp.Diff(want, b.Listings); diff != "" {
		t.Error(diff)
	}
	if b.Quiet != "" || b.Stale != "" {
		t.Errorf("quiet %q, stale %q, want neither", b.Quiet, b.Stale)
	}
}

func TestHuggingFaceAsksForWholeDays(t *testing.T) {
	many := make([]string, 230)
	for i := range many {
		many[i] = fmt.Sprintf("2606.%05d", i)
	}
	s := upstream.New(t, upstream.Options{Day: tuesday, HuggingFace: map[string][]byte{
		"2026-06-30": list(many...), "2026-06-29": list(many[:50]...),
	}})
	b, err := NewHuggingFace(testClient(), s.URL, 2).Fetch(t.Context(), tuesday, "")
	if err != nil || len(b.Listings) != 230 {
		t.Fatalf("%d listings, %v, want 230", len(b.Listings), err)
	}
	var asked []string
	for _, r := range s.Requests("/api/daily_papers") {
		asked = append(asked, r.Query.Encode())
	}
	want := []string{
		"date=2026-06-30&limit=100&p=0", "date=2026-06-30&limit=100&p=1", "date=2026-06-30&limit=100&p=2",
		"date=2026-06-29&limit=100&p=0",
	}
	if diff := cmp.Diff(want, asked); diff != "" {
		t.Error(diff)
	}
}

func TestHuggingFaceSimpleServers(t *testing.T) {
	many := make([]string, 150)
	for i := range many {
		many[i] = fmt.Sprintf("2606.%05d", i)
	}
	t.Run("a server that ignores the page does not loop or double", func(t *testing.T) {
		n := 0
		url := serve(t, func(w http.ResponseWriter, _ *http.Request) { n++; _, _ = w.Write(list(many...)) })
		b, err := NewHuggingFace(testClient(), url, 1).Fetch(t.Context(), tuesday, "")
		if err != nil || len(b.Listings) != 150 || n != 2 {
			t.Errorf("%d listings in %d requests, %v", len(b.Listings), n, err)
		}
	})
	t.Run("an endless list ends", func(t *testing.T) {
		n := 0
		url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			n++
			page := make([]string, 100)
			for i := range page {
				page[i] = fmt.Sprintf("%d.%d", n, i)
			}
			_, _ = w.Write(list(page...))
		})
		if _, err := NewHuggingFace(testClient(), url, 1).Fetch(t.Context(), tuesday, ""); err != nil || n != maxPages {
			t.Errorf("%d requests, %v, want %d", n, err, maxPages)
		}
	})
	t.Run("a date it does not know is that date's error", func(t *testing.T) {
		url := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Get("date") != "2026-06-30" {
				http.NotFound(w, r)
				return
			}
			_, _ = w.Write(list("2606.00001"))
		})
		b, err := NewHuggingFace(testClient(), url, 3).Fetch(t.Context(), tuesday, "")
		wantError(t, err, "huggingface", "day 2026-06-29", "day 2026-06-28", "404")
		if len(b.Listings) != 1 || b.Memo == "" {
			t.Errorf("%d listings, memo %q: the good day is lost", len(b.Listings), b.Memo)
		}
	})
}

func TestHuggingFaceBadItemsAndAnswers(t *testing.T) {
	good := item("2606.00001")
	deep := strings.Repeat("[", 20_000)
	tests := []struct {
		name, body string
		listings   int
		want       []string
	}{
		{"an item without an id", `[{"paper":{"title":"T"}},` + good + `]`, 1, []string{"item 0", "id is missing"}},
		{"an item without a title", `[` + good + `,{"paper":{"id":"2606.2"}}]`, 1, []string{"item 1", "2606.2", "title is missing"}},
		{"an item that is null", `[null,` + good + `]`, 1, []string{"item 0", "id is missing"}},
		{"an item that is a number", `[5,` + good + `]`, 1, []string{"item 0"}},
		{"an item whose paper is a list", `[{"paper":[]},` + good + `]`, 1, []string{"item 0"}},
		{"an item of 2 MB", `[{"paper":{"id":"a","title":"` + strings.Repeat("x", 2<<20) + `"}},` + good + `]`, 1, []string{"longer than"}},
		{"odd types of keys that may be absent", `[{"numComments":"many","organization":7,"paper":{"id":"2606.1","title":"T","upvotes":null,"authors":"me","githubStars":-4,"publishedAt":"soon"}}]`, 1, nil},
		{"a list cut short", `[` + good + `,{"paper":`, 0, []string{"item 1", "at byte"}},
		{"a page of HTML", `<!DOCTYPE html><title>Sorry</title>`, 0, []string{"expected a JSON list", "Sorry"}},
		{"an object for a list", `{"error":"x"}`, 0, []string{"expected a JSON list"}},
		{"nothing", ``, 0, []string{"expected a JSON list"}},
		{"deep nesting", deep, 0, []string{"item 0"}},
		{"too many items", "[" + strings.Repeat("{},", 5000) + "{}]", 0, []string{"more than 2000 items"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b, err := NewHuggingFace(testClient(), serve(t, says(tt.body)), 1).Fetch(t.Context(), tuesday, "")
			if tt.want == nil && err != nil {
				t.Error(err)
			}
			if tt.want != nil {
				wantError(t, err, append(tt.want, "day 2026-06-30")...)
				if len(err.Error()) > 2000 {
					t.Errorf("the error is %d bytes long", len(err.Error()))
				}
			}
			if len(b.Listings) != tt.listings {
				t.Errorf("%d listings, want %d", len(b.Listings), tt.listings)
			}
		})
	}
}

func TestHuggingFaceSaysHowTheDayIs(t *testing.T) {
	lists := map[string][]byte{
		"2026-06-26": list("2606.1", "2606.2"), "2026-06-29": list("2606.3", "2606.4"), "2026-06-30": list("2606.5"),
	}
	s := upstream.New(t, upstream.Options{HuggingFace: lists})
	source, memo := NewHuggingFace(testClient(), s.URL, 7), ""
	steps := []struct {
		name, now, quiet, stale string
		change                  func()
	}{
		{"Friday brings papers", "2026-06-26T16:00:00Z", "", "", nil},
		{"Friday again brings none", "2026-06-26T18:00:00Z", "nothing new since the last reading", "", nil},
		{"Saturday has no list", "2026-06-27T16:00:00Z", "no list on a Saturday", "", nil},
		{"Monday before the list", "2026-06-29T00:10:00Z", "no list yet for 2026-06-29", "", func() { lists["2026-06-29"] = []byte("[]") }},
		{"Friday's list under Monday's date", "2026-06-29T09:00:00Z", "", "the list of 2026-06-29 is that of 2026-06-26 again",
			func() { lists["2026-06-29"] = list("2606.2", "2606.1") }},
		{"still Friday's list", "2026-06-29T10:00:00Z", "", "the list of 2026-06-29 is that of 2026-06-26 again", nil},
		{"Monday's own list", "2026-06-29T16:00:00Z", "", "", func() { lists["2026-06-29"] = list("2606.3") }},
		{"the list has grown", "2026-06-29T20:00:00Z", "", "", func() { lists["2026-06-29"] = list("2606.3", "2606.4") }},
		{"Tuesday brings papers", "2026-06-30T16:00:00Z", "", "", nil},
	}
	for _, step := range steps {
		if step.change != nil {
			step.change()
		}
		now := date(step.now)
		s.SetDay(now)
		b, err := source.Fetch(t.Context(), now, memo)
		if err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if b.Quiet != step.quiet || b.Stale != step.stale {
			t.Errorf("%s: quiet %q, stale %q; want %q, %q", step.name, b.Quiet, b.Stale, step.quiet, step.stale)
		}
		memo = b.Memo
	}
}

func TestHuggingFaceReadsVotesAgain(t *testing.T) {
	s := upstream.New(t, upstream.Options{Day: tuesday, HuggingFace: map[string][]byte{"2026-06-24": list("2606.1")}})
	source := NewHuggingFace(testClient(), s.URL, 0)
	b, err := source.Fetch(t.Context(), tuesday, "")
	if err != nil {
		t.Fatal(err)
	}
	again, err := source.Fetch(t.Context(), tuesday, b.Memo)
	if err != nil || !slices.Equal(ids(again.Listings), []string{"2606.1"}) {
		t.Errorf("the day six days ago gives %v, %v", ids(again.Listings), err)
	}
}

func TestHuggingFaceLeavesABusyServerAlone(t *testing.T) {
	n := 0
	url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		n++
		w.Header().Set("Retry-After", "100000")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	source := NewHuggingFace(testClient(), url, 7)
	b, err := source.Fetch(t.Context(), tuesday, "")
	wantError(t, err, "429", "left alone until")
	again, err := source.Fetch(t.Context(), tuesday, b.Memo)
	wantError(t, err, "left alone until")
	if n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
	if again.Memo != b.Memo {
		t.Errorf("the memo changed from %s to %s", b.Memo, again.Memo)
	}
}

func TestHuggingFaceUnreachableIsToldOnce(t *testing.T) {
	b, err := NewHuggingFace(testClient(), "http://127.0.0.1:1", 7).Fetch(t.Context(), tuesday, "")
	wantError(t, err, "day 2026-06-30", "refused")
	if strings.Contains(err.Error(), "2026-06-29") || len(b.Listings) > 0 {
		t.Errorf("it went on: %v", err)
	}
}

func TestHuggingFaceCapturedDays(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(peers.Data(t, "hf"), "*.json"))
	if err != nil || len(files) != 41 {
		t.Fatalf("%d captured days, %v, want 41", len(files), err)
	}
	s := upstream.New(t, upstream.Options{Day: date("2026-07-01T00:00:00Z")})
	for _, f := range files {
		var want []struct {
			Paper struct {
				ID      string
				Upvotes int
			}
		}
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(text, &want); err != nil {
			t.Fatal(err)
		}
		day := strings.TrimSuffix(filepath.Base(f), ".json")
		now := date(day + "T16:00:00Z")
		b, err := NewHuggingFace(testClient(), s.URL, 1).Fetch(t.Context(), now, "")
		if err != nil || len(b.Listings) != len(want) {
			t.Fatalf("%s: %d listings, %v, want %d", day, len(b.Listings), err, len(want))
		}
		for i, l := range b.Listings {
			if l.ID != want[i].Paper.ID || l.Signals.Votes != paper.Known(want[i].Paper.Upvotes) ||
				!l.Signals.Comments.Known || l.Summary == "" || len(l.Authors) == 0 ||
				l.Listed.Format(time.DateOnly) != day || l.Published.IsZero() {
				t.Errorf("%s: item %d reads as %q, %+v, listed %v", day, i, l.ID, l.Signals, l.Listed)
			}
		}
	}
}
