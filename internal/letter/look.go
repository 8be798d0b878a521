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

// append writes pieces as the template "piece" would.
func (l *looks) append(b []byte, ps []Piece) []byte {
	for i := range ps {
		p := &ps[i]
		a := l.of(p.Hit, p.style)
		b = append(b, a.before...)
		b = appendEscaped(b, p.Text)
		b = append(b, a.after...)
	}
	return b
}

// appendEscaped appends text escaped as html/template does.
func appendEscaped(b []byte, text string) []byte {
	begin := 0
	for i := range len(text) {
		if escaped := escapes[text[i]]; escaped != "" {
			b = append(append(b, text[begin:i]...), escaped...)
			begin = i + 1
		}
	}
	return append(b, text[begin:]...)
}

var escapes = [256]string{'&': "&amp;", '<': "&lt;", '>': "&gt;", '"': "&#34;", '\'': "&#39;", '+': "&#43;", 0: "\uFFFD"}
