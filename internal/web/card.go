package web

import (
	"cmp"
	"html"
	"html/template"
	"slices"
	"strings"
	"time"

	"paperboy/internal/interest"
	"paperboy/internal/letter"
	"paperboy/internal/paper"
)

// card is a paper as pages show it: a letter's card, with its texts set as
// their mathematics wants it and the words that matched marked.
type card struct {
	letter.Card
	Heading template.HTML
	Text    template.HTML // the first sentences; empty where there are none
}

// newCard makes the card of a paper that matched so.
func newCard(p *paper.Paper, m interest.Match, now time.Time) card {
	c := card{Card: letter.NewCard(p, letter.Reasons(m), now)}
	c.Heading = typeset(c.Title, p.RichTitle(), places(m, "title"))
	c.Text = typeset(c.Summary, p.RichSummary(), places(m, "abstract"))
	return c
}

// place is a part of a plain text, in bytes.
type place struct{ start, end int }

// places are where a field matched, in their order and none inside another.
func places(m interest.Match, field string) []place {
	var all, out []place
	for _, h := range m.Hits {
		if h.Field == field && h.Start < h.End {
			all = append(all, place{h.Start, h.End})
		}
	}
	slices.SortFunc(all, func(a, b place) int { return cmp.Or(a.start-b.start, b.end-a.end) })
	end := 0
	for _, p := range all {
		if p.start >= end {
			out = append(out, p)
			end = p.end
		}
	}
	return out
}

// typeset writes the part of a rich text that is shown, with its places
// marked. Where what is shown is another text, cut or tidied, it is plain.
func typeset(shown string, rich paper.Rich, marks []place) template.HTML {
	var plain strings.Builder
	for _, s := range rich {
		plain.WriteString(s.Plain)
	}
	kept := strings.TrimSuffix(shown, "…")
	if !strings.HasPrefix(plain.String(), kept) {
		return template.HTML(html.EscapeString(shown))
	}
	var b strings.Builder
	at := 0
	for _, s := range rich.Slice(0, len(kept)) {
		writeSpan(&b, s, at, marks)
		at += len(s.Plain)
	}
	b.WriteString(shown[len(kept):])
	return template.HTML(b.String())
}

// writeSpan writes a span that begins at a byte of the plain text. One with a
// style is marked whole.
func writeSpan(b *strings.Builder, s paper.Span, at int, marks []place) {
	if s.Style != 0 {
		end := at + len(s.Plain)
		touched := slices.ContainsFunc(marks, func(m place) bool { return m.start < end && m.end > at })
		writeMarked(b, styled(s), touched)
		return
	}
	done := 0
	for _, m := range marks {
		from, to := max(m.start-at, done), min(m.end-at, len(s.Plain))
		if from >= to {
			continue
		}
		b.WriteString(html.EscapeString(s.Plain[done:from]))
		writeMarked(b, html.EscapeString(s.Plain[from:to]), true)
		done = to
	}
	b.WriteString(html.EscapeString(s.Plain[done:]))
}

func writeMarked(b *strings.Builder, safe string, marked bool) {
	if marked {
		safe = "<mark>" + safe + "</mark>"
	}
	b.WriteString(safe)
}

func styled(s paper.Span) string {
	out := html.EscapeString(s.Text)
	for _, tag := range []struct {
		style paper.Style
		name  string
	}{{paper.Italic, "i"}, {paper.Raised, "sup"}, {paper.Lowered, "sub"}} {
		if s.Style&tag.style != 0 {
			out = "<" + tag.name + ">" + out + "</" + tag.name + ">"
		}
	}
	return out
}

// full is a rich text, without marks, of at most so many bytes.
func full(r paper.Rich, most int) template.HTML {
	var b strings.Builder
	for _, s := range r {
		if most -= len(s.Plain); most < 0 {
			s.Plain = strings.ToValidUTF8(s.Plain[:most+len(s.Plain)], "") + "…"
			s.Text, s.Style = s.Plain, 0
			writeSpan(&b, s, 0, nil)
			break
		}
		writeSpan(&b, s, 0, nil)
	}
	return template.HTML(b.String())
}
