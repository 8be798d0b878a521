package paper

import (
	"cmp"
	"html"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Merge makes one paper of all its listings. Each text is that of the highest
// authority that has it, among equals of the earliest sighting. The order of
// the arguments doesn't matter, and they are left as they are.
func Merge(key Key, names []Name, sightings []Sighting, readings []Reading) *Paper {
	ranked := slices.SortedFunc(slices.Values(sightings), byAuthority)
	p := &Paper{
		Key:       key,
		Names:     byStrength(slices.Compact(slices.Sorted(slices.Values(names)))),
		Published: published(ranked),
		Readings:  slices.SortedStableFunc(slices.Values(readings), byTime),
	}
	p.Sources, p.Listed = sources(sightings)
	if len(ranked) > 0 {
		p.Markup = ranked[0].Markup
	}
	for _, s := range ranked {
		p.fill(s.Listing)
		if s.Authority == Mention {
			continue
		}
		if s.At.After(p.Sighted) {
			p.Sighted = s.At
		}
		p.Seq = max(p.Seq, s.Seq)
	}
	p.ownPages()
	return p
}

// fill takes from a listing what those of higher rank left empty.
func (p *Paper) fill(l Listing) {
	text := func(s string) string {
		if l.Authority == Lossy && l.Markup == TeX {
			s = mend(s)
		}
		return remark(s, l.Markup, p.Markup)
	}
	first(&p.Title, text(l.Title))
	first(&p.Summary, text(l.Summary))
	if len(p.Authors) == 0 {
		for _, a := range l.Authors {
			p.Authors = append(p.Authors, text(a))
		}
	}
	for _, c := range l.Categories {
		if !slices.Contains(p.Categories, c) {
			p.Categories = append(p.Categories, c)
		}
	}
	first(&p.Organization, l.Organization)
	first(&p.Brief, l.Brief)
	first(&p.Links.Abstract, link(l.URL))
	first(&p.Links.PDF, link(l.PDF))
	if l.Authority == Mention {
		first(&p.Links.Forum, link(l.Discussion))
	} else {
		first(&p.Links.Discussion, link(l.Discussion))
	}
	first(&p.Links.Code, link(l.Code))
	first(&p.Links.Project, link(l.Project))
}

func first(have *string, s string) {
	if *have == "" && strings.TrimSpace(s) != "" {
		*have = s
	}
}

// remark writes a text of one markup in another, so that Text reads both alike.
func remark(s string, from, to Markup) string {
	switch {
	case from == HTML && to == TeX:
		return stripHTML(s)
	case from == TeX && to == HTML:
		return html.EscapeString(s)
	}
	return s
}

// ownPages links to arXiv where the paper is known there, whatever page a
// listing gave; a DOI leads to the paper where no listing gives an address.
func (p *Paper) ownPages() {
	for _, n := range p.Names {
		if id, ok := n.ArXiv(); ok {
			p.Links.Abstract = "https://arxiv.org/abs/" + id
			p.Links.PDF = "https://arxiv.org/pdf/" + id
			return
		}
	}
	for _, n := range p.Names {
		if id, ok := strings.CutPrefix(string(n), doiName); ok {
			u := url.URL{Scheme: "https", Host: "doi.org", Path: "/" + id}
			first(&p.Links.Abstract, u.String())
		}
	}
}

func byAuthority(a, b Sighting) int {
	return cmp.Or(cmp.Compare(b.Authority, a.Authority), bySighting(a, b))
}

func bySighting(a, b Sighting) int {
	return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Seq, b.Seq),
		cmp.Compare(a.Source, b.Source), cmp.Compare(a.ID, b.ID))
}

func byTime(a, b Reading) int {
	return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Source, b.Source))
}

// published returns the earliest date that the highest authority knows.
func published(ranked []Sighting) time.Time {
	var date time.Time
	var from Authority
	for _, s := range ranked {
		switch {
		case s.Published.IsZero():
		case date.IsZero():
			date, from = s.Published, s.Authority
		case s.Authority == from && s.Published.Before(date):
			date = s.Published
		}
	}
	return date
}

// sources returns the sources in the order of first sighting, and when each
// of them listed the paper.
func sources(sightings []Sighting) (names []string, listed []Listed) {
	for _, s := range slices.SortedFunc(slices.Values(sightings), bySighting) {
		if !slices.Contains(names, s.Source) {
			names = append(names, s.Source)
			listed = append(listed, Listed{Said: s.Listed, Seen: s.At})
		}
	}
	return names, listed
}
