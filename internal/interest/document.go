package interest

import (
	"strings"

	"paperboy/internal/paper"
)

// Document is a paper as keywords see it: its plain texts, analysed once. It
// is read-only, and goroutines may share it.
type Document struct {
	Title, Summary string
	Authors        []string
	Categories     []string
	Sources        []string

	text  index // title and summary
	names index // authors, one entry each
	// Folded Categories and Sources.
	categories, sources []string
}

// Read analyses a paper.
func Read(p *paper.Paper) *Document {
	return newDocument(p.PlainTitle(), p.PlainSummary(), p.PlainAuthors(), p.Categories, p.Sources)
}

func newDocument(title, summary string, authors, categories, sources []string) *Document {
	d := &Document{
		Title: title, Summary: summary, Authors: authors, Categories: categories, Sources: sources,
		categories: foldAll(categories), sources: foldAll(sources),
	}
	g := spareIndexes.Get().(*growingIndex)
	g.add(inTitle, title)
	g.add(inAbstract, summary)
	d.text = g.sorted()
	for i, a := range authors {
		g.addName(i, a)
	}
	d.names = g.sorted()
	spareIndexes.Put(g)
	return d
}

func foldAll(entries []string) []string {
	folded := make([]string, len(entries))
	for i, e := range entries {
		folded[i] = fold(strings.TrimSpace(e))
	}
	return folded
}
