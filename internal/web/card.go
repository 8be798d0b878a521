package web

import (
	"strings"
	"time"

	"paperboy/internal/heat"
	"paperboy/internal/interest"
	"paperboy/internal/letter"
	"paperboy/internal/paper"
)

// card is a paper as pages show it: a letter's card, with its texts set as
// their mathematics wants it and the words that matched marked.
type card struct {
	letter.Card
	Heading []letter.Piece
	Text    []letter.Piece // the first sentences
}

// newCard makes the card of a paper that matched so.
func newCard(p *paper.Paper, m interest.Match, trend heat.Trend, now time.Time) card {
	shown, title, summary := letter.NewRichCard(p, letter.Reasons(m), now)
	c := card{Card: shown.Trending(trend.Rising, trend.Leading())}
	c.Heading = letter.Pieces(title, c.Title, m, "title")
	if c.Text = letter.Pieces(summary, c.Summary, m, "abstract"); c.Brief {
		c.Text = []letter.Piece{{Text: c.Summary}}
	}
	return c
}

// typeset is a whole text, of at most so many bytes.
func typeset(r paper.Rich, most int) []letter.Piece {
	shown := r.Text()
	if len(shown) > most {
		shown = strings.ToValidUTF8(shown[:most], "") + "…"
	}
	return letter.Pieces(r, shown, interest.Match{}, "")
}
