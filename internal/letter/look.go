package letter

import (
	"errors"
	"strings"

	"paperboy/internal/paper"
)

// looks are what the template "piece" puts around a piece of text, for each
// way that a piece can look: hit or not, and its style. It is asked once, and
// holds for every letter.
type looks [2][paper.Italic | paper.Raised | paper.Lowered + 1]around

func (l *looks) of(hit bool, style paper.Style) *around {
	if hit {
		return &l[1][style]
	}
	return &l[0][style]
}

type around struct{ before, after string }

func (c *Composer) learnLooks() error {
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
			*c.looks.of(hit, style) = around{before, after}
		}
	}
	return nil
}

// html writes pieces as the template "piece" would.
func (l *looks) html(ps []Piece) string {
	var b strings.Builder
	room := 0
	for _, p := range ps {
		a := l.of(p.Hit, p.style)
		room += len(a.before) + len(p.Text) + len(p.Text)/8 + len(a.after)
	}
	b.Grow(room)
	for _, p := range ps {
		a := l.of(p.Hit, p.style)
		b.WriteString(a.before)
		if strings.ContainsAny(p.Text, "&<>\"'+\x00") {
			_, _ = htmlEscaper.WriteString(&b, p.Text) // a Builder takes everything
		} else {
			b.WriteString(p.Text)
		}
		b.WriteString(a.after)
	}
	return b.String()
}

// htmlEscaper escapes text as html/template does.
var htmlEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;", "+", "&#43;", "\x00", "\uFFFD")
