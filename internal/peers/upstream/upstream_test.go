package upstream

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestAnnounced(t *testing.T) {
	for submitted, want := range map[string]string{
		"2026-06-22T17:59:00Z": "2026-06-23", // Monday, a minute before closing
		"2026-06-22T18:01:00Z": "2026-06-24",
		"2026-06-25T12:00:00Z": "2026-06-26", // Thursday: in Friday's feed
		"2026-06-26T12:00:00Z": "2026-06-29", // Friday: announced on Sunday
		"2026-06-27T12:00:00Z": "2026-06-30", // Saturday: with Monday's
	} {
		at, err := time.Parse(time.RFC3339, submitted)
		if err != nil {
			t.Fatal(err)
		}
		if got := Announced(at); got != want {
			t.Errorf("submitted %s: announced %s, want %s", submitted, got, want)
		}
	}
}

func TestServerKnowsTheDay(t *testing.T) {
	at := time.Date(2026, 6, 22, 12, 0, 0, 0, time.UTC)
	s := New(t, Options{
		Day:         at,
		HuggingFace: map[string][]byte{"2026-06-23": []byte(`[{"paper":{"id":"2606.1"}}]`)},
		ArXiv:       []Paper{{ID: "2606.1", Title: "a < b", Categories: []string{"cs.AI"}, Published: at, Updated: at}},
	})
	get := func(path string) string {
		t.Helper()
		resp, err := http.Get(s.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.Status + "\n" + string(body)
	}
	const (
		papers  = "/api/daily_papers?date=2026-06-23&limit=100&p=0"
		rss     = "/rss/cs.AI+cs.CL"
		harvest = "/oai?verb=ListRecords&metadataPrefix=arXiv&set=cs:cs:AI&from=2026-06-22"
	)
	for _, path := range []string{papers, rss, harvest} {
		if strings.Contains(get(path), "2606.1") {
			t.Errorf("%s tells on Monday of Tuesday", path)
		}
	}
	s.SetDay(at.AddDate(0, 0, 1))
	for _, path := range []string{papers, rss, harvest} {
		if !strings.Contains(get(path), "2606.1") {
			t.Errorf("%s does not know that it is Tuesday", path)
		}
	}
	s.Fail("/rss", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	if !strings.HasPrefix(get(rss), "418") || strings.HasPrefix(get(papers), "418") {
		t.Error("the wrong part fails")
	}
	if n := len(s.Requests("/rss")); n != 3 {
		t.Errorf("%d requests of the feed noted, want 3", n)
	}
}
