package web

import (
	"fmt"
	"net/http"
	"net/url"
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
	Page     int // from 1
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
