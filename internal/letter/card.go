package letter

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"paperboy/internal/heat"
	"paperboy/internal/interest"
	"paperboy/internal/paper"
)

// Longest texts of a card, in characters. What is longer is cut at a word.
const (
	longestTitle   = 300
	longestSummary = 320
	longestName    = 80
	longestMatch   = 60
	longestLink    = 1000 // bytes; a longer link is left out, a cut one leads nowhere
)

// Card is a paper as people see it, in letters and on pages: plain text of
// bounded length, one line each, harmless whatever the source gave. It is data;
// the words around it stand in the templates.
type Card struct {
	Key          paper.Key
	Title        string
	URL          string   // the first of Links; empty if the paper has none
	Authors      []string // the first few
	MoreAuthors  int      // how many follow them
	Organization string
	Summary      string    // the first sentences
	Brief        bool      // Summary is the short text that the source had made, not the abstract's beginning
	Links        []Link    // each page once
	Votes        int       // of all sources; 0: none, or not told
	Comments     int       // likewise
	Stars        int       // of the code's repository
	Trend        string    // the votes of the last days as a small drawing; empty where there is none to see
	Rising       bool      // more votes came within the last day than was to be expected
	Leads        string    // the category of which it is the hottest this week; empty: none
	Matched      []Matched // why it is here
	Published    time.Time // the paper's own date; may be zero
	Days         int       // whole days since it was first sighted
	Sources      []string
}

// Link is one page of a paper.
type Link struct {
	Kind string // abstract, pdf, discussion, forum, code or project
	URL  string // http or https
}

// Matched are the matches in one field of a paper.
type Matched struct {
	Field string   // title, abstract, author, cat or source
	Texts []string // the words as they stand in the paper, without repeats
}

// NewCard makes the card of a paper with the counts as they were at now.
func NewCard(p *paper.Paper, reasons []Reason, now time.Time) Card {
	c, _, _ := NewRichCard(p, reasons, now)
	return c
}

// NewRichCard also returns the texts of which the card's title and summary are
// the beginning.
func NewRichCard(p *paper.Paper, reasons []Reason, now time.Time) (c Card, title, summary paper.Rich) {
	signals := heat.Signals(p.Readings, now)
	title = p.RichTitle()
	c = Card{
		Key:          p.Key,
		Title:        short(longestTitle, clean(title.Text())),
		Organization: short(longestName, clean(p.Organization)),
		Summary:      firstSentences(longestSummary, clean(p.Brief)),
		Links:        links(p.Links),
		Votes:        signals.Votes.N,
		Comments:     signals.Comments.N,
		Stars:        signals.Stars.N,
		Trend:        trend(p.Readings, now),
		Matched:      matched(reasons),
		Published:    p.Published,
		Days:         days(p.Sighted, now),
		Sources:      slices.Clone(p.Sources),
	}
	c.Authors, c.MoreAuthors = authors(p.PlainAuthors())
	summary = paper.Rich{{Plain: c.Summary, Text: c.Summary}}
	if c.Brief = c.Summary != ""; !c.Brief {
		summary = p.RichSummary()
		c.Summary = firstSentences(longestSummary, clean(summary.Text()))
	}
	if len(c.Links) > 0 {
		c.URL = c.Links[0].URL
	}
	return c, title, summary
}

// days are the whole days from a time, if it is known, up to now.
func days(from, now time.Time) int {
	if from.IsZero() {
		return 0
	}
	return max(0, int(now.Sub(from)/(24*time.Hour)))
}

// Counted reports whether anything is said of what others make of the paper.
func (c Card) Counted() bool {
	return c.Votes > 0 || c.Comments > 0 || c.Stars > 0 || c.Rising || c.Leads != "" || c.Days >= 2
}

// Why reports whether there is anything to say of why the paper is here.
func (c Card) Why() bool { return len(c.Matched) > 0 || c.Counted() }

// Trending is the card of a paper that rises, or leads a category.
func (c Card) Trending(rising bool, leads string) Card {
	c.Rising, c.Leads = rising, short(longestMatch, clean(leads))
	return c
}

// Both reports whether there is something to say of either.
func (c Card) Both() bool { return len(c.Matched) > 0 && c.Counted() }

// authors keeps all of up to four names, else the first three: 'and one more'
// would take the room of the one.
func authors(names []string) (first []string, more int) {
	for _, name := range names {
		if name = clean(name); name != "" {
			first = append(first, short(longestName, name))
		}
	}
	if len(first) > 4 {
		more = len(first) - 3
		first = slices.Clip(first[:3])
	}
	return first, more
}

// links keeps the pages that a reader can safely follow, each once: some
// sources give the abstract as the project's page too.
func links(l paper.Links) []Link {
	var out []Link
	for _, link := range []Link{
		{"abstract", l.Abstract}, {"pdf", l.PDF}, {"discussion", l.Discussion},
		{"forum", l.Forum}, {"code", l.Code}, {"project", l.Project},
	} {
		link.URL = webLink(link.URL)
		known := slices.ContainsFunc(out, func(o Link) bool { return o.URL == link.URL })
		if link.URL != "" && !known {
			out = append(out, link)
		}
	}
	return out
}

// webLink returns the link as it may stand in a mail, or nothing: only http
// and https lead to a page.
func webLink(s string) string {
	u, err := url.Parse(strings.TrimSpace(s))
	if err != nil || u.Host == "" || u.User != nil || (u.Scheme != "http" && u.Scheme != "https") {
		return ""
	}
	if s = u.String(); len(s) > longestLink || clean(s) != s || strings.ContainsAny(s, " <>\"") {
		return ""
	}
	return s
}

// fields is the order in which matches are named: the strongest first.
var fields = []string{"title", "abstract", "author", "cat", "source"}

func matched(reasons []Reason) []Matched {
	var out []Matched
	for _, field := range fields {
		var texts []string
		for _, r := range reasons {
			if r.Field != field {
				continue
			}
			text := shown(r)
			repeat := slices.ContainsFunc(texts, func(t string) bool { return strings.EqualFold(t, text) })
			if text != "" && !repeat {
				texts = append(texts, text)
			}
		}
		if len(texts) > 0 {
			out = append(out, Matched{Field: field, Texts: texts})
		}
	}
	return out
}

// shown is what a letter quotes of a match: the paper's words, or the reader's
// where the paper's are not given.
func shown(r Reason) string {
	text := clean(r.Text)
	if text == "" {
		text = clean(r.Term)
	}
	return short(longestMatch, text)
}

// mostReasons bounds the reasons kept with a pick: they are what the outbox
// stores of a letter, and nobody reads a fifth.
const mostReasons = 4

// Reasons are the matches worth telling a reader: each of their terms once, in
// the strongest field it was found in, the first four. They come in the order
// title, abstract, author, category, source.
func Reasons(m interest.Match) []Reason {
	var out []Reason
	for _, field := range fields {
		for _, hit := range m.Hits {
			told := slices.ContainsFunc(out, func(r Reason) bool { return r.Term == hit.Term })
			if hit.Field != field || told {
				continue
			}
			if len(out) == mostReasons {
				return out
			}
			out = append(out, Reason{Term: hit.Term, Field: hit.Field, Text: short(longestMatch, clean(hit.Text))})
		}
	}
	return out
}
