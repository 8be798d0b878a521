package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"paperboy/internal/interest"
	"paperboy/internal/paper"
)

// papersPage is a search, or all papers where nothing is searched for.
type papersPage struct {
	Query    string
	Fault    *keywordFault
	Order    paper.Order
	Orders   []orderLink
	Found    found
	Meant    []meantLink // the search with its words spelt as others write them
	Page     int         // from 1
	Pages    int
	Earlier  string // the page before; empty: there is none
	Later    string
	Feed     string // path of the Atom feed
	JSONFeed string
	Form     form // 'mail me these'
}

// orderLink leads to the same search in another order.
type orderLink struct {
	Order   paper.Order
	Path    string
	Current bool
}

// meantLink leads to a search that may have been meant.
type meantLink struct{ Query, Path string }

const (
	perPage = 20
	maxPage = 500
	// maxQuery bounds what is searched for, in bytes.
	maxQuery = 2000
)

// asked is what the parameters of a search ask for.
type asked struct {
	query string
	order paper.Order
	page  int
}

// readSearch reads q, order and page. What can't be meant is as if it were not
// there: links are cut and mistyped.
func readSearch(v url.Values) asked {
	a := asked{query: strings.TrimSpace(v.Get("q")), page: 1}
	if len(a.query) > maxQuery {
		a.query = strings.ToValidUTF8(a.query[:maxQuery], "")
	}
	switch o := paper.Order(v.Get("order")); o {
	case paper.ByRelevance, paper.ByHeat, paper.ByDate:
		a.order = o
	}
	if a.order == "" || a.order == paper.ByRelevance && a.query == "" {
		a.order = paper.ByHeat
	}
	if n, err := strconv.Atoi(v.Get("page")); err == nil && n > 1 {
		a.page = min(n, maxPage)
	}
	return a
}

// path is the address of the search, the usual values left out.
func (a asked) path(order paper.Order, page int) string {
	shown, number := string(order), ""
	if order == paper.ByHeat {
		shown = ""
	}
	if page > 1 {
		number = strconv.Itoa(page)
	}
	return query("/papers", "q", a.query, "order", shown, "page", number)
}

func (s *server) showPapers(w http.ResponseWriter, r *http.Request) error {
	a := readSearch(r.URL.Query())
	page := papersPage{Query: a.query, Order: a.order, Page: a.page, Form: formOf(s.Defaults)}
	if page.Fault = checkKeywords(a.query); page.Fault != nil {
		return s.show(w, http.StatusBadRequest, "papers", page)
	}
	page.Form.Keywords = a.query
	want, err := interest.Parse(a.query)
	if err != nil {
		return err
	}
	page.Found, err = s.find(r.Context(), want, paper.Search{Order: a.order, Offset: (a.page - 1) * perPage, Limit: perPage})
	if err != nil {
		return err
	}
	if page.Meant, err = s.meant(r.Context(), want, a, page.Found.Matched); err != nil {
		return err
	}
	page.Pages = min((page.Found.Matched+perPage-1)/perPage, maxPage)
	page.links(a)
	title, about := "All papers", "Research papers by how much they trend."
	if a.query != "" {
		title = shorten(a.query)
		about = fmt.Sprintf("Research papers that match “%s”.", shorten(a.query))
	}
	h := s.headOf(a.path(a.order, a.page), title, about)
	h.Feed = page.Feed
	return s.publish(w, r, "papers", h, page, briefly)
}

const (
	// fewMatches is up to how many papers a search may have found another word
	// than it meant.
	fewMatches = 10
	mostMeant  = 3
)

// meant looks for misspelt words in a search that found hardly anything: what
// may be meant is all of them put right, then each by itself in its other ways.
// It looks while few others are helped, for a search answers without it too.
func (s *server) meant(ctx context.Context, want interest.Interest, a asked, matched int) ([]meantLink, error) {
	if want.Empty() || a.page > 1 || matched > fewMatches {
		return nil, nil
	}
	select {
	case s.helping <- struct{}{}:
		<-s.helping
	default:
		return nil, nil
	}
	help, err := s.help(ctx, want)
	if err != nil {
		return nil, err
	}
	var wrong []interest.Spelling
	for _, k := range help.Keywords {
		wrong = append(wrong, k.Spelling...)
	}
	return meantLinks(a, wrong), nil
}

func meantLinks(a asked, wrong []interest.Spelling) (all []meantLink) {
	right := a.query
	for _, w := range wrong {
		right = respell(right, w.Word, w.Instead[0])
	}
	queries := []string{right}
	for _, w := range wrong {
		for _, instead := range w.Instead[1:] {
			queries = append(queries, respell(a.query, w.Word, instead))
		}
	}
	for _, q := range queries {
		known := slices.ContainsFunc(all, func(m meantLink) bool { return m.Query == q })
		if len(all) < mostMeant && q != a.query && !known && checkKeywords(q) == nil {
			b := a
			b.query = q
			all = append(all, meantLink{q, b.path(a.order, 1)})
		}
	}
	return all
}

// respell puts another word in the place of a word of a search.
func respell(query, word, instead string) string {
	of := regexp.MustCompile(`(^|[^\pL\pN])` + regexp.QuoteMeta(word) + `([^\pL\pN]|$)`)
	return of.ReplaceAllString(query, "${1}"+instead+"${2}")
}

// links fills in where the page leads.
func (p *papersPage) links(a asked) {
	for _, o := range []paper.Order{paper.ByRelevance, paper.ByHeat, paper.ByDate} {
		if o != paper.ByRelevance || a.query != "" {
			p.Orders = append(p.Orders, orderLink{o, a.path(o, 1), o == a.order})
		}
	}
	if a.page > 1 {
		p.Earlier = a.path(a.order, min(a.page-1, max(p.Pages, 1)))
	}
	if a.page < p.Pages {
		p.Later = a.path(a.order, a.page+1)
	}
	p.Feed, p.JSONFeed = query("/feed.atom", "q", a.query), query("/feed.json", "q", a.query)
}
