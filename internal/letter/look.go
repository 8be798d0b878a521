package letter

import (
	"errors"
	htmltemplate "html/template"
	"strings"

	"paperboy/internal/paper"
)

// looks are what the template "piece" puts around a piece of text, for each
// way that a piece can look. It is asked once, and holds for every letter.
type looks map[look]around

type look struct {
	hit   bool
	style paper.Style
}

type around struct{ before, after string }

func (c *Composer) learnLooks() error {
	c.looks = looks{}
	for _, hit := range []bool{false, true} {
		for style := paper.Style(0); style <= paper.Italic|paper.Raised|paper.Lowered; style++ {
			const text = "the.text.of.the.piece"
			var shown strings.Builder
			if err := c.html.ExecuteTemplate(&shown, "piece", Piece{Text: text, Hit: hit, style: style}); err != nil {
				return err
			}
			before, after, found := strings.Cut(shown.String(), text)
			if !found {
				return errors.New(`the template "piece" does not show its text`)
			}
			c.looks[look{hit, style}] = around{before, after}
		}
	}
	return nil
}

// html writes pieces as the template "piece" would.
func (l looks) html(ps []Piece) htmltemplate.HTML {
	var b strings.Builder
	room := 0
	for _, p := range ps {
		a := l[look{p.Hit, p.style}]
		room += len(a.before) + len(p.Text) + len(p.Text)/8 + len(a.after)
	}
	b.Grow(room)
	for _, p := range ps {
		a := l[look{p.Hit, p.style}]
		b.WriteString(a.before)
		if strings.ContainsAny(p.Text, "&<>\"'+\x00") {
			_, _ = htmlEscaper.WriteString(&b, p.Text) // a Builder takes everything
		} else {
			b.WriteString(p.Text)
		}
		b.WriteString(a.after)
	}
	return htmltemplate.HTML(b.String())
}

// htmlEscaper escapes text as html/template does.
var htmlEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;", "+", "&#43;", "\x00", "\uFFFD")
