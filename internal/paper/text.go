package paper

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// Text returns a source's text as a person reads it: one line of plain Unicode.
func Text(s string, m Markup) string {
	if m == HTML {
		s = stripHTML(s)
	}
	return norm.NFC.String(strings.Join(strings.Fields(strings.ToValidUTF8(s, "\uFFFD")), " "))
}

func stripHTML(s string) string { return s }

// PlainTitle returns the title as text.
func (p *Paper) PlainTitle() string { return Text(p.Title, p.Markup) }

// PlainSummary returns the summary as text.
func (p *Paper) PlainSummary() string { return Text(p.Summary, p.Markup) }

// PlainAuthors returns the authors' names as text.
func (p *Paper) PlainAuthors() []string {
	names := make([]string, 0, len(p.Authors))
	for _, a := range p.Authors {
		if name := Text(a, p.Markup); name != "" {
			names = append(names, name)
		}
	}
	return names
}
