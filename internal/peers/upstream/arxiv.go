package upstream

import (
	"cmp"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"hash/fnv"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"paperboy/internal/peers"
)

// Paper is a paper of arXiv's, with the times of its first submission and of
// its last version.
type Paper struct {
	ID         string    `json:"id"` // without a version
	Title      string    `json:"title"`
	Abstract   string    `json:"abstract"`
	Authors    []string  `json:"authors"`
	Categories []string  `json:"categories"` // the first is the primary one
	Published  time.Time `json:"published"`
	Updated    time.Time `json:"updated"`
}

// capturedPapers reads the captured papers, in the order of their ids.
func capturedPapers(t testing.TB) []Paper {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(peers.Data(t, "arxiv", "days"), "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	var papers []Paper
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var day struct{ Papers []Paper }
		if err := json.Unmarshal(text, &day); err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		papers = append(papers, day.Papers...)
	}
	slices.SortFunc(papers, func(a, b Paper) int { return cmp.Compare(a.ID, b.ID) })
	return slices.CompactFunc(papers, func(a, b Paper) bool { return a.ID == b.ID })
}

// Eastern returns US Eastern time, by which arXiv works.
func Eastern() *time.Location {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		panic(err)
	}
	return zone
}

func weekend(t time.Time) bool { return t.Weekday() == time.Saturday || t.Weekday() == time.Sunday }

// Announced returns the day (YYYY-MM-DD) whose feed holds what was submitted
// at a moment: submissions close at 14:00 US Eastern from Monday to Friday and
// are in the feed of the next weekday.
func Announced(submitted time.Time) string {
	t := submitted.In(Eastern())
	closing := time.Date(t.Year(), t.Month(), t.Day(), 14, 0, 0, 0, t.Location())
	for closing.Before(t) || weekend(closing) {
		closing = closing.AddDate(0, 0, 1)
	}
	feed := closing.AddDate(0, 0, 1)
	for weekend(feed) {
		feed = feed.AddDate(0, 0, 1)
	}
	return feed.Format(time.DateOnly)
}

// announcement is a paper in a day's feed.
type announcement struct {
	Paper
	Kind    string
	Version int
}

// batch returns the announcements of a day's feed for some categories.
func (s *Server) batch(day string, categories []string) []announcement {
	var out []announcement
	for _, p := range s.papers {
		if !slices.ContainsFunc(p.Categories, func(c string) bool { return slices.Contains(categories, c) }) {
			continue
		}
		a := announcement{p, "new", 1}
		if Announced(p.Published) != day {
			if !p.revised() || Announced(p.Updated) != day {
				continue
			}
			a.Kind, a.Version = "replace", 2
		}
		if !slices.Contains(categories, p.Categories[0]) {
			a.Kind = map[string]string{"new": "cross", "replace": "replace-cross"}[a.Kind]
		}
		out = append(out, a)
	}
	return out
}

func (p Paper) revised() bool { return p.Updated.After(p.Published) }

// feed answers as rss.arxiv.org: the batch of the day held, under today's
// date, and 304 where the reader has it.
func (s *Server) feed(w http.ResponseWriter, r *http.Request, today, held time.Time) {
	categories := strings.Split(strings.TrimPrefix(r.URL.Path, "/rss/"), "+")
	var batch []announcement
	if day := held.In(Eastern()); !weekend(today.In(Eastern())) {
		batch = s.batch(day.Format(time.DateOnly), categories)
	}
	page := renderFeed(strings.Join(categories, "+"), batch, today.In(Eastern()))
	tag := fnv.New64a()
	fmt.Fprint(tag, page)
	etag := fmt.Sprintf(`"%x"`, tag.Sum64())
	w.Header().Set("ETag", etag)
	w.Header().Set("Content-Type", "application/rss+xml")
	if r.Header.Get("If-None-Match") == etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	fmt.Fprint(w, page)
}

func renderFeed(name string, batch []announcement, today time.Time) string {
	var b strings.Builder
	date := time.Date(today.Year(), today.Month(), today.Day(), 0, 0, 0, 0, today.Location()).Format(time.RFC1123Z)
	fmt.Fprintf(&b, `<?xml version='1.0' encoding='UTF-8'?>
<rss xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom" version="2.0">
<channel><title>%[1]s updates on arXiv.org</title><link>http://rss.arxiv.org/rss/%[1]s</link>
<description>%[1]s updates on the arXiv.org e-print archive.</description>
<language>en-us</language><lastBuildDate>%[2]s</lastBuildDate><pubDate>%[2]s</pubDate>
<skipDays><day>Saturday</day><day>Sunday</day></skipDays>
`, escape(name), date)
	for _, a := range batch {
		fmt.Fprintf(&b, "<item><title>%s</title><link>https://arxiv.org/abs/%s</link>\n", escape(a.Title), a.ID)
		fmt.Fprintf(&b, "<description>arXiv:%sv%d Announce Type: %s \nAbstract: %s</description>\n",
			a.ID, a.Version, a.Kind, escape(a.Abstract))
		fmt.Fprintf(&b, "<guid isPermaLink=\"false\">oai:arXiv.org:%sv%d</guid>\n", a.ID, a.Version)
		for _, c := range a.Categories {
			fmt.Fprintf(&b, "<category>%s</category>", escape(c))
		}
		fmt.Fprintf(&b, "<pubDate>%s</pubDate><arxiv:announce_type>%s</arxiv:announce_type>", date, a.Kind)
		fmt.Fprintf(&b, "<dc:creator>%s</dc:creator></item>\n", escape(strings.Join(a.Authors, ", ")))
	}
	b.WriteString("</channel></rss>\n")
	return b.String()
}

func escape(s string) string {
	var b strings.Builder
	if err := xml.EscapeText(&b, []byte(s)); err != nil {
		panic(err) // a strings.Builder takes everything
	}
	return b.String()
}
