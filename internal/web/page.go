package web

import (
	"bytes"
	"fmt"
	"html"
	"html/template"
	"io"
	"io/fs"
	"net/http"
	"strconv"
	"strings"

	"paperboy/internal/letter"
	"paperboy/internal/paper"
)

// pages are the templates, by the name of their page.
type pages map[string]*template.Template

// shared are the templates that all pages build on: the words that letters and
// pages have in common, the frame, and parts of pages.
var shared = []string{"letter/words.tmpl", "page/layout.html.tmpl", "page/parts.html.tmpl"}

// view is what a page's template is given.
type view struct {
	Site siteView
	Page any
	Head head
}

// siteView is the site as every page shows it.
type siteView struct {
	Name            string
	Imprint, Postal []string // lines
	Closed          bool     // nobody can subscribe here
	Domains         []string // if any, the only ones that can
	Papers          int      // per letter
}

func (s *server) siteView() siteView {
	v := siteView{
		Name: s.Site.Name, Imprint: lines(s.Site.Imprint), Postal: lines(s.Site.Postal),
		Closed: s.SignUp.Mode == signUpClosed, Papers: s.Papers,
	}
	if s.SignUp.Mode == signUpDomains {
		v.Domains = s.SignUp.Domains
	}
	return v
}

func lines(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' })
}

// readPages parses all templates and executes each with sample data.
func (s *server) readPages() error {
	base := template.New("page").Option("missingkey=error").Funcs(letter.Funcs()).Funcs(template.FuncMap{
		"static":  s.static.url,
		"to":      func(path string) string { return s.prefix + path },
		"hour":    func(hour int) string { return fmt.Sprintf("%02d:00", hour) },
		"paper":   func(key paper.Key) string { return s.prefix + paperPath(key) },
		"list":    func(items ...any) []any { return items },
		"aday":    aDay,
		"percent": func(share float64) string { return fmt.Sprintf("%.0f %%", 100*share) },
		"sum":     func(a, b int) int { return a + b },
	})
	for _, name := range shared {
		if err := parseInto(base, s.Templates, name); err != nil {
			return err
		}
	}
	s.pages = pages{}
	for name := range samples {
		page, err := base.Clone()
		if err != nil {
			return err
		}
		if err := parseInto(page, s.Templates, "page/"+name+".html.tmpl"); err != nil {
			return err
		}
		s.pages[name] = page
	}
	consent, err := s.readConsent(base)
	if err != nil {
		return err
	}
	s.consent = consent
	return s.rehearse()
}

func parseInto(t *template.Template, templates fs.FS, name string) error {
	text, err := fs.ReadFile(templates, name)
	if err != nil {
		return err
	}
	// The full name, so that an error tells the file.
	_, err = t.New(name).Parse(string(text))
	return err
}

// readConsent renders what who subscribes agrees to, as text for the record.
// It runs on a copy: a template that was executed can't be cloned.
func (s *server) readConsent(base *template.Template) (string, error) {
	t, err := base.Clone()
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, "consent", s.siteView()); err != nil {
		return "", err
	}
	return strings.Join(strings.Fields(html.UnescapeString(b.String())), " "), nil
}

// rehearse renders every page in every shape it can take, so that no branch
// of a template meets its first data when a reader does.
func (s *server) rehearse() error {
	site := s.siteView()
	closed, limited := site, site
	closed.Closed = true
	limited.Domains = []string{"example.org"}
	for name, data := range samples {
		for i, page := range data {
			sites := []siteView{site, closed, limited}
			if i > 0 { // what depends on the site depends on nothing else
				sites = sites[:1]
			}
			for _, site := range sites {
				err := s.pages[name].ExecuteTemplate(io.Discard, "layout", view{Site: site, Page: page, Head: sampleHead})
				if err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// show answers with a page that is this reader's, or this moment's, own.
func (s *server) show(w http.ResponseWriter, status int, name string, page any) error {
	body, err := s.render(name, view{Site: s.siteView(), Page: page})
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	// A reader who went away is no fault of the page.
	_, _ = w.Write(body)
	return nil
}

func (s *server) render(name string, v view) ([]byte, error) {
	var b bytes.Buffer
	err := s.pages[name].ExecuteTemplate(&b, "layout", v)
	return b.Bytes(), err
}

// fragment renders a part of the front page.
func (s *server) fragment(part string, data any) ([]byte, error) {
	var b bytes.Buffer
	err := s.pages["front"].ExecuteTemplate(&b, part, data)
	return b.Bytes(), err
}
