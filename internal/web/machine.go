package web

import (
	"bytes"
	"encoding/xml"
	"net/http"
	"time"

	"paperboy/internal/paper"
)

// personalPaths hold pages of readers, which no search engine has business with.
var personalPaths = []string{"account", "confirm", "leave", "link", "mark", "move", "preview", "settings", "subscribe", "view"}

// showRobots answers with what crawlers may visit (RFC 9309). They ask for it
// at the root of the host; where the site lies below a path, its operator
// leads them here.
func (s *server) showRobots(w http.ResponseWriter, r *http.Request) error {
	var b bytes.Buffer
	b.WriteString("User-agent: *\n")
	for _, p := range personalPaths {
		b.WriteString("Disallow: " + s.prefix + "/" + p + "\n")
	}
	b.WriteString("\nSitemap: " + s.public("/sitemap.xml") + "\n")
	return serve(w, r, "text/plain; charset=utf-8", b.Bytes(), time.Time{}, longer)
}

// siteMap is a list of pages for crawlers, as sitemaps.org has it.
type siteMap struct {
	XMLName xml.Name  `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
	Pages   []mapPage `xml:"url"`
}

type mapPage struct {
	URL     string `xml:"loc"`
	Changed string `xml:"lastmod,omitempty"`
}

// mostMapped is how many papers the map names, the hottest of this week; days
// and months lead to all others.
const mostMapped = 1000

func (s *server) showSiteMap(w http.ResponseWriter, r *http.Request) error {
	days, err := s.days.of(r.Context(), s.Catalogue, s.Now())
	if err != nil {
		return err
	}
	hot, err := s.trends.get(r.Context(), s.Now())
	if err != nil {
		return err
	}
	m := siteMap{Pages: []mapPage{{URL: s.public("/")}, {URL: s.public("/papers")}, {URL: s.public("/archive")}}}
	for _, month := range months(days) {
		m.Pages = append(m.Pages, mapPage{URL: s.public(month.Path)})
	}
	for _, d := range days {
		m.Pages = append(m.Pages, mapPage{URL: s.public(dayPath(d.Date))})
	}
	for _, c := range hot.papers[:min(len(hot.papers), mostMapped)] {
		m.Pages = append(m.Pages, mapPage{s.public(paperPath(c.Paper.Key)), moment(lastRead(c.Paper))})
	}
	body, err := xml.MarshalIndent(m, "", " ")
	if err != nil {
		return err
	}
	return serve(w, r, "application/xml; charset=utf-8", append([]byte(xml.Header), body...), time.Time{}, longer)
}

// lastRead is when a paper's page last changed.
func lastRead(p *paper.Paper) time.Time {
	if n := len(p.Readings); n > 0 {
		return p.Readings[n-1].At
	}
	return p.Sighted
}

// showFavicon serves those who ask for the icon where browsers once did.
func (s *server) showFavicon(w http.ResponseWriter, r *http.Request) error {
	return serve(w, r, "image/png", s.static.content("icon.png"), time.Time{}, 24*time.Hour)
}
