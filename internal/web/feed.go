package web

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"net/http"
	"strconv"
	"time"

	"paperboy/internal/interest"
	"paperboy/internal/letter"
	"paperboy/internal/paper"
)

// feed is a list of papers as feeds have it.
type feed struct {
	title   string
	page    string // public URLs
	self    string
	papers  []*paper.Paper
	updated time.Time
}

// perFeed is how many papers a feed holds.
const perFeed = 50

// showFeed answers with the newest papers, of a search where one is asked for.
func (s *server) showFeed(kind string) handle {
	return func(w http.ResponseWriter, r *http.Request) error {
		a := readSearch(r.URL.Query())
		want, err := interest.Parse(a.query)
		if err != nil { // a program asks: it gets a line, and no page
			personal(w)
			http.Error(w, "q can't be read as keywords: "+err.Error(), http.StatusBadRequest)
			return nil
		}
		got, err := s.Catalogue.Search(r.Context(), want, paper.Search{Order: paper.ByDate, Limit: perFeed}, s.Now())
		if err != nil {
			return err
		}
		f := feed{
			title: s.Site.Name, papers: got.Papers,
			page: s.public(a.path(paper.ByDate, 1)), self: s.public(query("/feed."+kind, "q", a.query)),
		}
		if a.query != "" {
			f.title += ": " + shorten(a.query)
		}
		return s.writeFeed(w, r, kind, f)
	}
}

// showDayFeed answers with the papers of a day, in the order of its page.
func (s *server) showDayFeed(w http.ResponseWriter, r *http.Request) error {
	kind, known := map[string]string{"feed.atom": "atom", "feed.json": "json"}[r.PathValue("feed")]
	if !known {
		return errNotFound
	}
	all, at, err := s.day(r)
	if err != nil {
		return err
	}
	papers, _, err := s.letterOf(r.Context(), all[at].Date)
	if err != nil {
		return err
	}
	path := dayPath(all[at].Date)
	return s.writeFeed(w, r, kind, feed{
		title: s.Site.Name + ", " + all[at].Date.Format("2 January 2006"), papers: papers,
		page: s.public(path), self: s.public(path + "/feed." + kind),
	})
}

func (s *server) writeFeed(w http.ResponseWriter, r *http.Request, kind string, f feed) error {
	for _, p := range f.papers {
		if p.Sighted.After(f.updated) {
			f.updated = p.Sighted
		}
	}
	write, media := s.atom, "application/atom+xml; charset=utf-8"
	if kind == "json" {
		write, media = s.jsonFeed, "application/feed+json; charset=utf-8"
	}
	body, err := write(f)
	if err != nil {
		return err
	}
	// Readers on other sites' pages may read feeds: there is nothing to hide.
	w.Header().Set("Access-Control-Allow-Origin", "*")
	w.Header().Set("Cross-Origin-Resource-Policy", "cross-origin")
	return serve(w, r, media, body, f.updated, longer)
}

// The Atom Syndication Format, RFC 4287.
type (
	atomFeed struct {
		XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
		ID      string      `xml:"id"`
		Title   string      `xml:"title"`
		Updated string      `xml:"updated"`
		Links   []atomLink  `xml:"link"`
		Author  atomAuthor  `xml:"author"`
		Icon    string      `xml:"icon"`
		Entries []atomEntry `xml:"entry"`
	}
	atomLink struct {
		Rel  string `xml:"rel,attr"`
		Type string `xml:"type,attr,omitempty"`
		Href string `xml:"href,attr"`
	}
	atomAuthor struct {
		Name string `xml:"name"`
	}
	atomEntry struct {
		ID         string         `xml:"id"`
		Title      string         `xml:"title"`
		Updated    string         `xml:"updated"`
		Published  string         `xml:"published,omitempty"`
		Links      []atomLink     `xml:"link"`
		Authors    []atomAuthor   `xml:"author"`
		Categories []atomCategory `xml:"category"`
		Summary    string         `xml:"summary,omitempty"`
	}
	atomCategory struct {
		Term string `xml:"term,attr"`
	}
)

// moment writes a time as feeds want it (RFC 3339); the zero time is empty.
func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func (s *server) atom(f feed) ([]byte, error) {
	out := atomFeed{
		ID: f.self, Title: f.title, Updated: f.updated.UTC().Format(time.RFC3339), Author: atomAuthor{s.Site.Name},
		Icon: s.public(s.static.path("icon.png")),
		Links: []atomLink{
			{"self", "application/atom+xml", f.self}, {"alternate", "text/html", f.page},
		},
	}
	for _, p := range f.papers {
		out.Entries = append(out.Entries, s.atomEntry(p))
	}
	var b bytes.Buffer
	b.WriteString(xml.Header)
	e := xml.NewEncoder(&b)
	e.Indent("", " ")
	err := e.Encode(out)
	return b.Bytes(), err
}

func (s *server) atomEntry(p *paper.Paper) atomEntry {
	e := atomEntry{
		ID: s.public(paperPath(p.Key)), Title: p.PlainTitle(), Updated: moment(p.Sighted),
		Published: moment(p.Published), Summary: p.PlainSummary(),
		Links: []atomLink{{"alternate", "text/html", s.public(paperPath(p.Key))}},
	}
	for _, l := range letter.NewCard(p, nil, p.Sighted).Links {
		e.Links = append(e.Links, atomLink{Rel: "related", Href: l.URL})
	}
	for _, name := range p.PlainAuthors() {
		e.Authors = append(e.Authors, atomAuthor{name})
	}
	for _, c := range p.Categories {
		e.Categories = append(e.Categories, atomCategory{c})
	}
	return e
}

// JSON Feed, version 1.1.
type (
	jsonFeed struct {
		Version string     `json:"version"`
		Title   string     `json:"title"`
		Home    string     `json:"home_page_url"`
		Self    string     `json:"feed_url"`
		Icon    string     `json:"icon"`
		Items   []jsonItem `json:"items"`
	}
	jsonItem struct {
		ID        string       `json:"id"`
		URL       string       `json:"url"`
		External  string       `json:"external_url,omitempty"`
		Title     string       `json:"title"`
		Text      string       `json:"content_text"`
		Published string       `json:"date_published,omitempty"`
		Modified  string       `json:"date_modified,omitempty"`
		Authors   []jsonAuthor `json:"authors,omitempty"`
		Tags      []string     `json:"tags,omitempty"`
	}
	jsonAuthor struct {
		Name string `json:"name"`
	}
)

func (s *server) jsonFeed(f feed) ([]byte, error) {
	out := jsonFeed{
		Version: "https://jsonfeed.org/version/1.1", Title: f.title, Home: f.page, Self: f.self,
		Icon: s.public(s.static.path("icon.png")), Items: []jsonItem{},
	}
	for _, p := range f.papers {
		item := jsonItem{
			ID: s.public(paperPath(p.Key)), URL: s.public(paperPath(p.Key)),
			External: letter.NewCard(p, nil, p.Sighted).URL, Title: p.PlainTitle(), Text: p.PlainSummary(),
			Published: moment(p.Published), Modified: moment(p.Sighted), Tags: p.Categories,
		}
		for _, name := range p.PlainAuthors() {
			item.Authors = append(item.Authors, jsonAuthor{name})
		}
		out.Items = append(out.Items, item)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	err := e.Encode(out)
	return b.Bytes(), err
}

// paperPath is the path of a paper's page.
func paperPath(key paper.Key) string { return "/paper/" + strconv.FormatInt(int64(key), 10) }
