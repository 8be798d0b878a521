package web

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"paperboy/internal/heat"
	"paperboy/internal/interest"
	"paperboy/internal/letter"
	"paperboy/internal/paper"
)

// paperPage is all that is known of one paper.
type paperPage struct {
	Card     letter.Card
	Heading  []letter.Piece
	Authors  []string // as many as a page can name
	Unnamed  int      // how many follow them
	Abstract []letter.Piece
	Brief    string // the source's own short text
	Facts    paperFacts
	Curve    *curve
	Similar  []card
}

// paperFacts are what stands beside a paper's text.
type paperFacts struct {
	Published  time.Time
	Day        string // path of the day it came; empty: it is not kept
	Came       time.Time
	Categories []string
	Sources    []string
	DOI, ArXiv string
}

const (
	similarShown = 5
	// Some papers have thousands of authors, and some feeds whole articles.
	mostNamed       = 300
	longestAbstract = 12_000 // bytes
)

func (s *server) showPaper(w http.ResponseWriter, r *http.Request) error {
	key, err := strconv.ParseInt(r.PathValue("key"), 10, 64)
	if err != nil || key < 1 {
		return errNotFound
	}
	known, err := s.Catalogue.Papers(r.Context(), []paper.Key{paper.Key(key)})
	if err != nil {
		return err
	}
	p := known[paper.Key(key)]
	if p == nil {
		return errNotFound
	}
	if p.Key != paper.Key(key) { // it turned out to be another one
		http.Redirect(w, r, s.prefix+paperPath(p.Key), http.StatusMovedPermanently)
		return nil
	}
	hot, err := s.trends.get(r.Context(), s.Now())
	if err != nil {
		return err
	}
	page := s.paperPage(p, hot.trends[p.Key])
	if page.Similar, err = s.similarTo(r, p); err != nil {
		return err
	}
	h := s.headOf(paperPath(p.Key), page.Card.Title, page.Card.Summary)
	return s.publish(w, r, "paper", h, page, briefly)
}

func (s *server) paperPage(p *paper.Paper, trend heat.Trend) paperPage {
	now := s.Now()
	c := letter.NewCard(p, nil, now).Trending(trend.Rising, trend.Leading())
	page := paperPage{
		Card: c, Heading: typeset(p.RichTitle(), longestTitle), Authors: p.PlainAuthors(),
		Abstract: typeset(p.RichSummary(), longestAbstract), Curve: newCurve(p.Readings, now),
		Facts: paperFacts{
			Published: p.Published, Came: p.Sighted, Categories: p.Categories, Sources: p.Sources,
			Day: dayPath(p.Sighted.UTC()),
		},
	}
	if n := len(page.Authors); n > mostNamed {
		page.Authors, page.Unnamed = page.Authors[:mostNamed], n-mostNamed
	}
	if c.Brief {
		page.Brief = c.Summary
	}
	page.Facts.ArXiv, page.Facts.DOI = identifiers(p.Names)
	return page
}

// identifiers are the names under which a paper is cited.
func identifiers(names []paper.Name) (arXiv, doi string) {
	for _, n := range names {
		if id, ok := n.ArXiv(); ok {
			arXiv = id
		} else if id, ok := n.DOI(); ok {
			doi = id
		}
	}
	return arXiv, doi
}

// similarTo returns the papers of this week that speak of the same things.
func (s *server) similarTo(r *http.Request, p *paper.Paper) ([]card, error) {
	near, err := s.trends.similar(r.Context(), p, similarShown, s.Now())
	if err != nil {
		return nil, err
	}
	var out []card
	for _, other := range near {
		out = append(out, newCard(other, interest.Match{}, heat.Trend{}, s.Now()))
	}
	return slices.Clip(out), nil
}
