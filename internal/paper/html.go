package paper

import (
	"regexp"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Elements that separate words, and elements whose content is no text.
var (
	blocks = set(`address article aside blockquote br center dd details div dl dt
		fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr img li main
		nav ol option p pre section summary table tbody td tfoot th thead title tr ul
		jats:p jats:title jats:sec jats:list-item`)
	silent = set("script style template noscript iframe object svg head")
	// Elements that the tokenizer's own table lacks.
	foreign = set(`acronym big mrow msup msub mfrac msqrt mtable mtr mtd mover munder
		msubsup semantics mspace mstyle`)
)

var tagName = regexp.MustCompile(`</?[A-Za-z][A-Za-z0-9:-]*`)

// stripHTML takes the markup away and leaves the text, in which TeX may stand.
// Powers and indices are handed on as TeX. A tag that HTML doesn't have is
// text: people write <think>, and a<b.
func stripHTML(s string) string {
	s = tagName.ReplaceAllStringFunc(s, func(tag string) string {
		if known(strings.ToLower(strings.TrimLeft(tag, "</"))) {
			return tag
		}
		return "&lt;" + tag[1:]
	})
	t := stripper{z: html.NewTokenizer(strings.NewReader(s))}
	for t.next() {
	}
	return t.out.String() + strings.Repeat("}", t.shifted)
}

func known(name string) bool {
	return atom.Lookup([]byte(name)) != 0 || foreign[name] ||
		strings.HasPrefix(name, "jats:") || strings.HasPrefix(name, "mml:")
}

// stripper collects the text of a document.
type stripper struct {
	z       *html.Tokenizer
	out     strings.Builder
	hidden  string // inside this element, whose content is no text
	shifted int    // open powers and indices
}

// next reads one token and reports whether there are more.
func (t *stripper) next() bool {
	kind := t.z.Next()
	raw := string(t.z.Raw())
	switch kind {
	case html.ErrorToken:
		if t.hidden == "" {
			t.out.WriteString(html.UnescapeString(raw))
		}
		return false
	case html.TextToken:
		if t.hidden == "" {
			t.out.Write(t.z.Text())
		}
	case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
		t.tag(kind, raw)
	}
	return true
}

func (t *stripper) tag(kind html.TokenType, raw string) {
	tag, attributes := t.z.TagName()
	name := string(tag)
	switch {
	case t.hidden != "":
		if kind == html.EndTagToken && name == t.hidden {
			t.hidden = ""
		}
	case silent[name]:
		if kind == html.StartTagToken {
			t.hidden = name
		}
	case attributes && len(name) == 1 && !strings.Contains(raw, "="):
		t.out.WriteString(html.UnescapeString(raw)) // x<a and b>c
	case blocks[name]:
		t.out.WriteByte(' ')
	case kind == html.StartTagToken && shifts[name] != "":
		t.out.WriteString(shifts[name])
		t.shifted++
	case kind == html.EndTagToken && shifts[name] != "" && t.shifted > 0:
		t.out.WriteByte('}')
		t.shifted--
	}
}

// shifts are the elements that raise, lower or slant their content.
var shifts = map[string]string{
	"sup": `\textsuperscript{`, "jats:sup": `\textsuperscript{`,
	"sub": `\textsubscript{`, "jats:sub": `\textsubscript{`,
	"i": `\emph{`, "em": `\emph{`, "jats:italic": `\emph{`,
}
