package paper

import (
	"strings"
	"unicode/utf8"
)

// Style is how a part of a text is set beyond what Unicode can say.
type Style uint8

const (
	Italic  Style = 1 << iota
	Raised        // a power that Unicode has not raised: x^Q
	Lowered       // an index that Unicode has not lowered: L_∞
)

// Span is a part of a text in one style.
type Span struct {
	Plain string // as it stands in the plain text: ^(5/4)
	Text  string // as it reads in its style: 5/4
	Style Style
}

// Rich is a text with its styles. Its spans' Plain, joined, is the plain text,
// so that a place in the one is a place in the other.
type Rich []Span

// RichText is Text that keeps italics, and the powers and indices that plain
// Unicode can only write as x^Q and L_∞.
func RichText(s string, m Markup) Rich {
	if isPlain(s) {
		return plainly(s)
	}
	read := source(s, m)
	text := typeset(read, false)
	if !strings.ContainsAny(s, `\$^_<`) {
		return plainly(text)
	}
	marked := typeset(read, true)
	if bare(marked) != text {
		return plainly(text) // the marks stood in the way of typesetting
	}
	return spans(marked)
}

func plainly(text string) Rich {
	if text == "" {
		return nil
	}
	return Rich{{Plain: text, Text: text}}
}

// Text returns the plain text, what Text says of the same source.
func (r Rich) Text() string {
	if len(r) == 1 {
		return r[0].Plain
	}
	var b strings.Builder
	for _, s := range r {
		b.WriteString(s.Plain)
	}
	return b.String()
}

// RichTitle returns the title with its styles.
func (p *Paper) RichTitle() Rich { return RichText(p.Title, p.Markup) }

// RichSummary returns the summary with its styles.
func (p *Paper) RichSummary() Rich { return RichText(p.Summary, p.Markup) }

// Slice returns the part between two bytes of the plain text. A power or index
// goes whole or not at all, with the part in which it begins.
func (r Rich) Slice(from, to int) Rich {
	var out Rich
	at := 0
	for _, s := range r {
		begin, end := at, at+len(s.Plain)
		at = end
		switch {
		case end <= from || begin >= to || from >= to:
		case s.Style&(Raised|Lowered) != 0:
			if begin >= from {
				out = append(out, s)
			}
		default:
			s.Plain = s.Plain[max(from-begin, 0) : min(to, end)-begin]
			s.Text = s.Plain
			out = append(out, s)
		}
	}
	return out
}

// The marks with which typesetting hands on what Unicode can't say. They are
// private characters, which no text that comes in keeps.
const (
	markItalic  = '\uE000'
	markRaised  = '\uE001'
	markLowered = '\uE002'
	markEnd     = '\uE003'
)

func isMark(r rune) bool { return r >= markItalic && r <= markEnd }

// bare returns s without marks.
func bare(s string) string {
	if !strings.Contains(s, "\uE000"[:2]) { // all marks begin with these bytes
		return s
	}
	return strings.Map(func(r rune) rune {
		if isMark(r) {
			return -1
		}
		return r
	}, s)
}

// mark puts s between marks, if this run wants any.
func (p *tex) mark(begin rune, s string) string {
	if !p.rich || s == "" {
		return s
	}
	return string(begin) + s + string(markEnd)
}

var styleOf = map[rune]Style{markItalic: Italic, markRaised: Raised, markLowered: Lowered}

// spans reads a text with marks. What hangs on a power is part of the power.
func spans(marked string) Rich {
	var out Rich
	var open []Style
	begin := 0
	flush := func(end int) {
		if text := marked[begin:end]; text != "" {
			out = out.add(text, styled(open))
		}
	}
	for i, r := range marked {
		if !isMark(r) {
			continue
		}
		flush(i)
		begin = i + utf8.RuneLen(r)
		if r != markEnd {
			open = append(open, styleOf[r])
		} else if len(open) > 0 {
			open = open[:len(open)-1]
		}
	}
	flush(len(marked))
	for i := range out {
		out[i].Text = out[i].read()
	}
	return out
}

// styled is the style inside these: of powers and indices the outermost holds.
func styled(open []Style) (all Style) {
	for _, s := range open {
		if s == Italic || all&(Raised|Lowered) == 0 {
			all |= s
		}
	}
	return all
}

// add appends text, to the last span where the style is the same.
func (r Rich) add(text string, style Style) Rich {
	if n := len(r) - 1; n >= 0 && (r[n].Style == style || style&r[n].Style&(Raised|Lowered) != 0) {
		r[n].Plain += text
		return r
	}
	return append(r, Span{Plain: text, Style: style})
}

// read returns the text without the signs that plain text needs for its style.
func (s Span) read() string {
	if s.Style&(Raised|Lowered) == 0 {
		return s.Plain
	}
	text := s.Plain[1:] // ^ or _
	if inner, ok := strings.CutPrefix(text, "("); ok && bracketed(text) {
		return strings.TrimSuffix(inner, ")")
	}
	return text
}
