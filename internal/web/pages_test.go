package web_test

import (
	"encoding/json"
	"encoding/xml"
	"flag"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"paperboy/internal/letter"
	"paperboy/internal/paper"
	"paperboy/internal/subscription"
	"paperboy/internal/web"
)

func TestSearchPages(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, s *site) {
		s.many(t, 45)
		a := s.get(base + "/papers?q=widget")
		want(t, "first page", a, 200, "45 papers of 48", "Next page", "Mail me these", "by relevance · heat · date")
		if strings.Count(a.body, "<article") != 20 || strings.Contains(a.text(), "Page before") {
			t.Errorf("the first page has %d papers: %s", strings.Count(a.body, "<article"), a.text())
		}
		if !strings.Contains(a.body, `href="/papers/papers?page=2&amp;q=widget"`) || !strings.Contains(a.body, "\nwidget</textarea>") {
			t.Errorf("no way to the second page, or to a letter: %s", a.body)
		}
		seen := map[string]bool{}
		for page := 1; page <= 3; page++ {
			a := s.get(fmt.Sprintf("%s/papers?q=widget&order=date&page=%d", base, page))
			for _, m := range regexp.MustCompile(`Widget number \d+`).FindAllString(a.text(), -1) {
				seen[m] = true
			}
		}
		if len(seen) != 45 {
			t.Errorf("three pages show %d papers, want 45", len(seen))
		}
		want(t, "the last page", s.get(base+"/papers?q=widget&page=3"), 200, "page 3 of 3", "Page before")
		want(t, "past the end", s.get(base+"/papers?q=widget&page=99"), 200, "45 papers", "Page before")
		want(t, "no number", s.get(base+"/papers?q=widget&page=x&order=y"), 200, "45 papers of 48")
		want(t, "without a search", s.get(base+"/papers"), 200, "All papers", "48 papers", "by heat · date")
		hot := s.get(base + "/papers").text()
		if strings.Index(hot, "Attention for small") > strings.Index(hot, "Robots that learn") {
			t.Error("by heat the hotter does not come first")
		}
		want(t, "where a proxy took the prefix for the page", s.get("https://example.org/papers?q=widget"), 200, "45 papers of 48")
	})
}

func TestAMisspeltSearchOffersWhatWasMeant(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, s *site) {
		s.many(t, 45)
		a := s.get(base + "/papers?order=date&q=" + url.QueryEscape(`title:"widgte number", laundry`))
		want(t, "one word", a, 200, `Did you mean title:"widget number", laundry?`)
		link := regexp.MustCompile(`<a href="([^"]*)">title:&#34;widget`).FindStringSubmatch(a.body)
		if link == nil {
			t.Fatalf("no link: %s", a.body)
		}
		want(t, "where it leads", s.get("https://example.org"+html.UnescapeString(link[1])), 200, "46 papers of 48")
		want(t, "two words", s.get(base+"/papers?q=widgte+nubmer"), 200, "Did you mean widget number?", "Nothing matches")
		for _, q := range []string{"widget", "zebrafish", "", "robots"} {
			if a := s.get(base + "/papers?q=" + q); strings.Contains(a.text(), "Did you mean") {
				t.Errorf("%q: %s", q, a.text())
			}
		}
	})
}

// many records papers that one word finds.
func (s *site) many(t testing.TB, n int) {
	t.Helper()
	var ls []paper.Listing
	for i := range n {
		ls = append(ls, paper.Listing{ID: fmt.Sprintf("2606.%05d", i+1), Title: fmt.Sprintf("Widget number %d", i), Summary: "On widgets."})
	}
	s.record(t, ls)
}

func TestPreviewOfKeywords(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, s *site) {
		s.many(t, 30)
		a := s.get(base + "/preview?keywords=" + url.QueryEscape("widget\nrobots\n-survey\nzebrafish"))
		want(t, "the part of a page", a, 200, "31 papers of the 33", "widget 30", "robots 1", "-survey leaves out 0", "widget is broad: 91 % of all papers", "zebrafish has found nothing yet", "Robots that learn")
		if strings.Contains(a.body, "<html") || !strings.Contains(a.body, "data-say") {
			t.Errorf("not what the script puts in: %s", a.body)
		}
		want(t, "a loose end", s.get(base+"/preview?keywords=(robots"), 200, "Column")
		want(t, "no keywords", s.get(base+"/preview?keywords="), 200, "each day's top papers")

		a = s.post(base+"/preview", "email", "ada@example.org", "keywords", "robots", "hour", "5", "zone", "Asia/Tokyo")
		want(t, "without scripts", a, 200, "1 paper of the 33", "Robots that learn", "05:00, Asia/Tokyo")
		for _, kept := range []string{`value="ada@example.org"`, ">\nrobots</textarea>"} {
			if !strings.Contains(a.body, kept) {
				t.Errorf("what was typed is lost: no %s", kept)
			}
		}
		want(t, "a loose end without scripts", s.post(base+"/preview", "keywords", "(robots"), 400, "Column")
		if got := s.state(t); got != "" || s.woken.Load() > 0 {
			t.Errorf("looking subscribed somebody: %s", got)
		}
	})
}

func TestDaysAndArchive(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, s *site) {
		first := time.Now().UTC()
		time.Sleep(40 * 24 * time.Hour)
		s.record(t, []paper.Listing{{ID: "2606.00001", Title: "Later", Signals: paper.Signals{Votes: paper.Known(3)}}, {ID: "2606.00002", Title: "Latest", Signals: paper.Signals{Votes: paper.Known(9)}}})
		today := time.Now().UTC()
		a := s.get(base + "/" + today.Format(time.DateOnly))
		want(t, "today", a, 200, today.Format("Monday, 2 January 2006"), "2 papers came on this day", "Day before", "Latest")
		if strings.Index(a.text(), "Latest") > strings.Index(a.text(), "Later ") || strings.Contains(a.text(), "Next day") {
			t.Errorf("in which order, and what follows today: %s", a.text())
		}
		before := first.Format(time.DateOnly)
		want(t, "the first day", s.get(base+"/"+before), 200, "3 papers came", "Next day", "Robots that learn")
		want(t, "the archive", s.get(base+"/archive"), 200, first.Format("January 2006"), "3 papers on 1 day", today.Format("January 2006"))
		want(t, "a month", s.get(base+"/archive/"+first.Format("2006-01")), 200, first.Format("Monday, 2 January"), "3 papers", "Next month")
		for name, page := range map[string]string{
			"a day without papers": "/1999-12-31", "tomorrow": "/" + today.AddDate(0, 0, 1).Format(time.DateOnly),
			"no day": "/2026-13-01", "a month without papers": "/archive/1999-01", "no month": "/archive/x",
			"another feed of a day": "/" + before + "/feed.rss", "a feed of no day": "/x/feed.atom",
		} {
			want(t, name, s.get(base+page), 404, "There is no such page")
		}
	})
}

func TestPaperPage(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, s *site) {
		for votes := 40; votes < 70; votes += 10 {
			s.record(t, []paper.Listing{{ID: "2605.00001", Title: "Robots that learn to fold laundry", Summary: "We teach robots to fold $x^Q$ shirts.",
				Authors: []string{"Ada Lovelace", "Bo Ng"}, Categories: []string{"cs.RO"}, Signals: paper.Signals{Votes: paper.Known(votes)}}})
			time.Sleep(24 * time.Hour)
		}
		s.record(t, []paper.Listing{{ID: "2605.00009", Title: "Robots fold laundry again", Summary: "Teach robots to fold shirts.", Signals: paper.Signals{Votes: paper.Known(1)}}})
		page := base + "/paper/1"
		a := s.get(page)
		want(t, "a paper", a, 200, "Robots that learn to fold laundry", "Ada Lovelace and Bo Ng", "60 votes", "cs.RO", "2605.00001", "Similar papers this week", "Robots fold laundry again")
		for _, part := range []string{"<sup>Q</sup>", `<path class="line" d="M6.0 `, `aria-label="Votes over time, up to 60 votes"`, `href="/papers/papers?q=cat%3acs.RO"`} {
			if !strings.Contains(a.body, part) {
				t.Errorf("no %s in %s", part, a.body)
			}
		}
		if a := s.get(base + "/paper/2"); strings.Contains(a.body, "<svg") {
			t.Errorf("one reading is drawn as a curve: %s", a.body)
		}
		for _, no := range []string{"/paper/0", "/paper/99", "/paper/x", "/paper/-1", "/paper/99999999999999999999"} {
			want(t, no, s.get(base+no), 404)
		}
	})
}

func TestAPaperThatBecameAnotherLeadsThere(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, s *site) {
		s.record(t, []paper.Listing{{ID: "x", URL: "https://example.org/x", Title: "Alone", Authors: []string{"Solo Writer"}}})
		key := s.key(t, "Alone")
		s.record(t, []paper.Listing{{ID: "2605.00002", URL: "https://example.org/x", Title: "Attention for small languages", Authors: []string{"Cleo Diaz"}}})
		a := s.get(fmt.Sprintf("%s/paper/%d", base, key))
		if a.status != 301 || a.header.Get("Location") != "/papers/paper/2" {
			t.Errorf("leads to %d %s", a.status, a.header.Get("Location"))
		}
	})
}

func TestFeeds(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, s *site) {
		day := time.Now().UTC().Format(time.DateOnly)
		for _, path := range []string{"/feed", "/feed?q=robots", "/" + day + "/feed"} {
			name, query, _ := strings.Cut(path, "?")
			s.feeds(t, name, query)
		}
		for _, kind := range []string{"atom", "json"} {
			a := s.get(base + "/feed." + kind + "?q=" + url.QueryEscape(`"x`))
			want(t, "a search that can't be read", a, 400, "column 3", "expected")
			if a.header.Get("Content-Type") != "text/plain; charset=utf-8" {
				t.Errorf("it is told as %s", a.header.Get("Content-Type"))
			}
		}
	})
}

// feeds reads the two feeds at a path, which tell of the same papers.
func (s *site) feeds(t *testing.T, path, query string) {
	t.Helper()
	var atom struct {
		XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
		ID      string   `xml:"id"`
		Updated string   `xml:"updated"`
		Entries []struct {
			ID    string `xml:"id"`
			Title string `xml:"title"`
			Link  []struct {
				Rel  string `xml:"rel,attr"`
				Href string `xml:"href,attr"`
			} `xml:"link"`
		} `xml:"entry"`
	}
	a := s.get(base + path + ".atom?" + query)
	if err := xml.Unmarshal([]byte(a.body), &atom); err != nil || a.header.Get("Content-Type") != "application/atom+xml; charset=utf-8" {
		t.Fatalf("%s: %v: %s", path, err, a.body)
	}
	if _, err := time.Parse(time.RFC3339, atom.Updated); err != nil || len(atom.Entries) == 0 || !strings.HasPrefix(atom.ID, base) {
		t.Errorf("%s: %+v", path, atom)
	}
	var feed struct {
		Version string
		URL     string `json:"feed_url"`
		Items   []struct{ ID, URL, Title string }
	}
	j := s.get(base + path + ".json?" + query)
	if err := json.Unmarshal([]byte(j.body), &feed); err != nil || feed.Version != "https://jsonfeed.org/version/1.1" {
		t.Fatalf("%s: %v: %s", path, err, j.body)
	}
	for i, e := range atom.Entries {
		if e.Title != feed.Items[i].Title || e.ID != feed.Items[i].ID || !strings.HasPrefix(e.ID, base+"/paper/") {
			t.Errorf("%s: %+v and %+v", path, e, feed.Items[i])
		}
		want(t, "what the feed leads to", s.get(e.ID), 200, e.Title)
	}
	if query != "" && len(atom.Entries) != 1 {
		t.Errorf("%s: a search's feed holds %d papers", path, len(atom.Entries))
	}
}

func TestWhoHasItIsToldSo(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, s *site) {
		day := "/" + time.Now().UTC().Format(time.DateOnly)
		for _, path := range []string{"/", "/papers", "/papers?q=robots", "/paper/1", day, "/archive", "/feed.atom", "/feed.json", day + "/feed.atom", "/robots.txt", "/sitemap.xml", "/favicon.ico", "/preview?keywords=robots"} {
			first := s.get(base + path)
			tag := first.header.Get("ETag")
			if first.status != 200 || tag == "" || !strings.HasPrefix(first.header.Get("Cache-Control"), "public, max-age=") {
				t.Errorf("%s: %d, tag %q, %q", path, first.status, tag, first.header.Get("Cache-Control"))
			}
			r := httptest.NewRequest(http.MethodGet, base+path, nil)
			r.Header.Set("If-None-Match", tag)
			if again := s.do(r); again.status != 304 || again.body != "" {
				t.Errorf("%s, asked again: %d and %d bytes", path, again.status, len(again.body))
			}
			r.Header.Set("If-None-Match", `"other"`)
			if other := s.do(r); other.status != 200 || other.body != first.body {
				t.Errorf("%s, of another content: %d", path, other.status)
			}
		}
		modified := s.get(base + "/feed.atom").header.Get("Last-Modified")
		r := httptest.NewRequest(http.MethodGet, base+"/feed.atom", nil)
		r.Header.Set("If-Modified-Since", modified)
		if a := s.do(r); modified == "" || a.status != 304 {
			t.Errorf("a feed unchanged since %q: %d", modified, a.status)
		}
		before := s.get(base + "/").header.Get("ETag")
		s.many(t, 1)
		time.Sleep(time.Minute)
		if after := s.get(base + "/").header.Get("ETag"); after == before {
			t.Error("a new paper, and the front page has the same tag")
		}
	})
}

func TestMachinesFindTheirWay(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, s *site) {
		a := s.get("https://example.org/papers/robots.txt")
		want(t, "robots", a, 200, "Sitemap: "+base+"/sitemap.xml", "Disallow: /papers/settings", "Disallow: /papers/mark", "Disallow: /papers/view")
		var m struct {
			URLs []struct {
				Loc string `xml:"loc"`
			} `xml:"url"`
		}
		if err := xml.Unmarshal([]byte(s.get(base+"/sitemap.xml").body), &m); err != nil || len(m.URLs) < 8 {
			t.Fatalf("sitemap: %v, %+v", err, m)
		}
		for _, u := range m.URLs {
			if !strings.HasPrefix(u.Loc, base+"/") {
				t.Errorf("%s is not ours", u.Loc)
			}
			want(t, u.Loc, s.get(u.Loc), 200)
		}
		a = s.get(base + "/papers?q=%22%3Cscript%3E%22")
		for _, part := range []string{
			`<link rel="canonical" href="https://example.org/papers/papers?q=`, `<meta property="og:title" content="&#34;&lt;script&gt;&#34;">`,
			`<meta property="og:image" content="https://example.org/papers/static/preview.`, `<link rel="alternate" type="application/atom+xml" href="/papers/feed.atom?q=`,
		} {
			if !strings.Contains(a.body, part) {
				t.Errorf("no %s in %.1500s", part, a.body)
			}
		}
		image := regexp.MustCompile(`og:image" content="([^"]*)"`).FindStringSubmatch(a.body)[1]
		if p := s.get(image); p.status != 200 || p.header.Get("Content-Type") != "image/png" || p.header.Get("Cross-Origin-Resource-Policy") != "cross-origin" {
			t.Errorf("the picture beside a link: %d, %v", p.status, p.header)
		}
		for _, personal := range []string{base + "/link", s.links.Leave(s.add(t, "ada@example.org", "x"))} {
			if a := s.get(personal); strings.Contains(a.body, "og:") || strings.Contains(a.body, "canonical") {
				t.Errorf("%s is told to those who link", personal)
			}
		}
	})
}

func TestMarks(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, s *site) {
		id := s.add(t, "ada@example.org", "robots fold\nlaundry")
		page := s.links.Mark(id, 1)
		want(t, "the page", s.get(page), 200, "Robots that learn", "More like this", "Papers by Ada Lovelace", "Papers by Bo Ng", "All that matches robots", "All that matches laundry")
		for _, said := range [][]string{{"more", ""}, {"paper", ""}, {"author", "Bo Ng"}, {"keyword", "laundry"}, {"less", ""}} {
			if a := s.post(page, "opinion", said[0], "text", said[1]); a.status != 303 {
				t.Errorf("saying %v: %d %s", said, a.status, a.text())
			}
		}
		a := s.get(page + "?done=yes")
		want(t, "afterwards", a, 200, "Noted.", "Less like this ✓", "Muted")
		if strings.Contains(a.text(), "More like this ✓") {
			t.Error("more and less at once")
		}
		settings := s.links.Settings(id)
		want(t, "the reader's page", s.get(settings), 200, "Muted: papers by Bo Ng", "Muted: all that matches laundry", "Less like Robots that learn", "Muted: Robots that learn")
		marks, err := s.store.Marks(t.Context(), id)
		if err != nil || len(marks) != 4 {
			t.Fatalf("marks %v, %v", marks, err)
		}
		for i, m := range marks {
			target := []string{settings + "/unmark", page}[i%2]
			want(t, "taking back", s.post(target, "undo", fmt.Sprint(m.ID)), 303)
		}
		want(t, "then", s.get(settings+"?done=unmarked"), 200, "Taken back.", "Nothing yet.")
		want(t, "muting what was typed", s.post(settings+"/mute", "keyword", " quantum "), 303)
		want(t, "then", s.get(settings), 200, "all that matches quantum")
		for typed, says := range map[string]string{
			"": "Please name", "-robots": "Please name", "(robots": "expected", strings.Repeat("x", 300): "too long",
		} {
			want(t, "muting "+shown(typed), s.post(settings+"/mute", "keyword", typed), 400, says)
		}
	})
}

func shown(s string) string { return fmt.Sprintf("%.20q", s) }

func TestMarksOfWhatIsNotThere(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, s *site) {
		id, other := s.add(t, "ada@example.org", "robots"), s.add(t, "bob@example.org", "x")
		page := s.links.Mark(id, 1)
		before := s.state(t)
		for name, fields := range map[string][]string{
			"somebody else's name":      {"opinion", "author", "text", "Emmy Noether"},
			"a keyword of nobody":       {"opinion", "keyword", "text", "attention"},
			"an unknown opinion":        {"opinion", "hate"},
			"nothing":                   nil,
			"taking back what is no id": {"undo", "x"},
		} {
			want(t, name, s.post(page, fields...), 400, "did not arrive whole")
		}
		if after := s.state(t); after != before {
			t.Errorf("something was kept: %s", after)
		}
		s.post(page, "opinion", "more")
		marks, err := s.store.Marks(t.Context(), id)
		if err != nil || len(marks) != 1 {
			t.Fatalf("%v, %v", marks, err)
		}
		s.post(s.links.Settings(other)+"/unmark", "undo", fmt.Sprint(marks[0].ID))
		if marks, _ := s.store.Marks(t.Context(), id); len(marks) != 1 {
			t.Error("another reader took it back")
		}
		want(t, "an unknown paper", s.get(s.links.Mark(id, 99)), 200, "no longer known here")
		want(t, "saying something of it", s.post(s.links.Mark(id, 99), "opinion", "more"), 400)
		want(t, "a link to leave", s.get(base+"/mark/"+strings.TrimPrefix(s.links.Leave(id), base+"/leave/")), 404)
		s.post(s.links.Leave(id))
		want(t, "after leaving", s.post(page, "opinion", "less"), 200, "You have left")
	})
}

func TestALetterInTheBrowser(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, s *site) {
		id := s.add(t, "ada@example.org", "robots\nattention")
		letters := s.letters(t, id)
		page := s.links.View(id, letters)
		a := s.get(page)
		want(t, "a letter", a, 200, "for robots and attention", "31 matched in all", "Get one by your own keywords")
		for _, own := range []string{"ada@", "/settings/", "/leave/", "/mark/", "/account/"} {
			if strings.Contains(a.body, own) {
				t.Errorf("it holds its reader's own %s", own)
			}
		}
		if a.header.Get("Cache-Control") != "no-store" || !strings.Contains(a.header.Get("X-Robots-Tag"), "noindex") {
			t.Errorf("it may be kept or indexed: %v", a.header)
		}
		path := strings.TrimPrefix(page, "https://example.org")
		if settings := s.get(s.links.Settings(id)); !strings.Contains(settings.body, `href="`+path+`"`) || !strings.Contains(settings.text(), "a quiet day") {
			t.Errorf("the reader's page does not lead to it: %s", settings.text())
		}
		want(t, "another reader's letter", s.get(s.links.View(s.add(t, "bob@example.org", "x"), letters)), 410)
		s.post("/papers/link", "email", "ada@example.org")
		all, err := s.store.Letters(t.Context(), id, 1)
		if err != nil || all[0].Kind != letter.Access {
			t.Fatal(err, all)
		}
		want(t, "a mail that is no letter", s.get(s.links.View(id, all[0].ID)), 404)
	})
}

func TestPauseUntilADay(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, s *site) {
		id := s.add(t, "ada@example.org", "robots")
		settings := s.links.Settings(id)
		now := time.Now()
		berlin, err := time.LoadLocation("Europe/Berlin")
		if err != nil {
			t.Fatal(err)
		}
		for until, want := range map[string]time.Time{
			now.AddDate(0, 0, 20).Format(time.DateOnly): time.Date(now.Year(), now.Month(), now.Day()+20, 0, 0, 0, 0, berlin),
			now.AddDate(9, 0, 0).Format(time.DateOnly):  now.AddDate(0, 0, 364),
		} {
			s.post(settings+"/pause", "until", until)
			if r := s.reader(t, "ada@example.org"); r.State != subscription.Paused || !r.PausedUntil.Equal(want) {
				t.Errorf("until %s: %s until %v, want %v", until, r.State, r.PausedUntil, want)
			}
		}
		want(t, "no day", s.post(settings+"/pause", "until", "tomorrow"), 400)
		want(t, "a day gone by", s.post(settings+"/pause", "until", now.AddDate(0, 0, -2).Format(time.DateOnly)), 400)
		want(t, "today", s.post(settings+"/pause", "until", now.Format(time.DateOnly)), 400)
	})
}

func TestWhyOneLeft(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, s *site) {
		id := s.add(t, "ada@example.org", "robots")
		leave := s.links.Leave(id)
		want(t, "before leaving", s.post(leave+"/why", "why", "too often"), 303)
		if got := s.reader(t, "ada@example.org"); got.LeftWhy != "" || got.State != subscription.Active {
			t.Errorf("it left a reader %s: %q", got.State, got.LeftWhy)
		}
		want(t, "leaving", s.post(leave), 200, "Sorry to see you go", "Would you say why?")
		want(t, "saying why", s.post(leave+"/why", "why", "too often", "words", " <b>every</b> day "), 200, "Thank you")
		if got := s.reader(t, "ada@example.org").LeftWhy; got != "too often: <b>every</b> day" {
			t.Errorf("kept %q", got)
		}
		s.post(leave+"/why", "words", strings.Repeat("é", 5000))
		if got := s.reader(t, "ada@example.org").LeftWhy; len([]rune(got)) != 1000 {
			t.Errorf("kept %d characters", len([]rune(got)))
		}
		want(t, "nothing", s.post(leave+"/why"), 200, "Thank you")
		want(t, "from another site", s.foreign(strings.TrimPrefix(leave, "https://example.org")+"/why"), 403)
	})
}

// TestEveryPageIsSmall measures pages in bytes, with the longest that people
// and sources can put on them.
func TestEveryPageIsSmall(t *testing.T) {
	inBubble(t, func(o *web.Options) { o.Papers = 100 }, func(t *testing.T, s *site) {
		pages := s.inhabited(t)
		var ls []paper.Listing
		for i := range 25 {
			l := paper.Listing{ID: fmt.Sprintf("2607.%05d", i+1), Title: strings.Repeat("Lengthy & <long> ", 60), Summary: strings.Repeat("Very long words about robots, and $x^Q$ of them. ", 20), Signals: paper.Signals{Votes: paper.Known(9000 - i)}}
			for a := range 12 {
				l.Authors = append(l.Authors, strings.Repeat(fmt.Sprintf("Author & Number %d ", a), 5))
			}
			ls = append(ls, l)
		}
		huge := &ls[0]
		huge.Title, huge.Summary = "Huge "+huge.Title, strings.Repeat(huge.Summary, 20)
		for a := range 3000 {
			huge.Authors = append(huge.Authors, fmt.Sprintf("Author Number %d", a))
		}
		s.record(t, ls)
		id := s.reader(t, "ada@example.org").ID
		long := "robots OR laundry\n" + strings.Repeat(`-"`+strings.Repeat("<&>", 40)+"x\"\n", 14)
		if err := s.store.Change(t.Context(), id, subscription.Settings{Keywords: long, Rhythm: subscription.Rhythm{Zone: "UTC"}}, time.Now()); err != nil {
			t.Fatal(err)
		}
		for i := range 200 {
			m := subscription.Mark{Opinion: subscription.MuteKeyword, Text: fmt.Sprint(strings.Repeat("&", 180), i)}
			if err := s.store.Remember(t.Context(), id, m, time.Now()); err != nil {
				t.Fatal(err)
			}
		}
		key := s.key(t, ls[0].Title)
		pages = append(pages,
			sheet{name: "a long paper", url: fmt.Sprintf("%s/paper/%d", base, key)}, sheet{name: "marks of it", url: s.links.Mark(id, key)},
			sheet{name: "a long search", url: base + "/papers?q=" + url.QueryEscape(long)},
			sheet{name: "what it brings", url: base + "/preview?keywords=" + url.QueryEscape(long)})
		for _, p := range pages {
			a := s.get(p.url)
			if len(a.body) > 100_000 || a.status >= 500 {
				t.Errorf("%s: %d, %d bytes", p.name, a.status, len(a.body))
			}
			for _, foreign := range regexp.MustCompile(`(?:src|<link[^>]* href)="([^"]*)"`).FindAllStringSubmatch(a.body, -1) {
				if u := html.UnescapeString(foreign[1]); !strings.HasPrefix(u, "/papers/") && !strings.HasPrefix(u, base) {
					t.Errorf("%s loads %s", p.name, u)
				}
			}
			if strings.Contains(a.body, " style=") || strings.Contains(a.body, "<style") || regexp.MustCompile(`<script>|\son[a-z]+="`).MatchString(a.body) {
				t.Errorf("%s has styles or scripts inside", p.name)
			}
		}
	})
}

// tags of static files change with their content, which is no golden page's
// business.
var tags = regexp.MustCompile(`(static/[a-z]+)\.[0-9a-f]{12}`)

func TestGoldenPages(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, s *site) {
		for _, p := range s.inhabited(t) {
			switch p.name {
			case "front", "search", "paper", "month", "mark", "view", "settings":
				golden(t, p.name+".html", tags.ReplaceAllString(s.get(p.url).body, "$1.TAG"))
			}
		}
		golden(t, "preview.html", s.get(base+"/preview?keywords=robot%0Azebrafish").body)
		golden(t, "feed.atom", tags.ReplaceAllString(s.get(base+"/feed.atom?q=laundry").body, "$1.TAG"))
		golden(t, "feed.json", tags.ReplaceAllString(s.get(base+"/feed.json?q=laundry").body, "$1.TAG"))
	})
}

var update = flag.Bool("update", false, "write the golden pages anew")

// golden compares a text with a file below testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got, -update writes it anew):\n%s", name, diff)
	}
}
