package letter

import (
	"cmp"
	"slices"
	"strings"

	"paperboy/internal/interest"
	"paperboy/internal/paper"
)

// Piece is a part of a title or summary that looks the same throughout.
type Piece struct {
	Text  string
	Hit   bool // a reader's keyword matched here
	style paper.Style
}

// Italic reports whether the piece is set in italics.
func (p Piece) Italic() bool { return p.style&paper.Italic != 0 }

// Raised reports whether the piece is a power.
func (p Piece) Raised() bool { return p.style&paper.Raised != 0 }

// Lowered reports whether the piece is an index.
func (p Piece) Lowered() bool { return p.style&paper.Lowered != 0 }

// extent is where something stands in a text, in bytes.
type extent struct{ start, end int }

// hitsIn are the places of a match in one field, in order and apart from one
// another.
func hitsIn(m interest.Match, field string) []extent {
	var all []extent
	for _, h := range m.Hits {
		if h.Field == field {
			all = append(all, extent{h.Start, h.End})
		}
	}
	slices.SortFunc(all, func(a, b extent) int { return cmp.Or(a.start-b.start, b.end-a.end) })
	var apart []extent
	for _, e := range all {
		if n := len(apart) - 1; n >= 0 && e.start < apart[n].end {
			apart[n].end = max(apart[n].end, e.end)
		} else {
			apart = append(apart, e)
		}
	}
	return apart
}

// Pieces cuts what is shown of a field of a paper, title or abstract, where its
// look changes. shown is the beginning of the rich text, perhaps with an
// ellipsis behind.
func Pieces(rich paper.Rich, shown string, m interest.Match, field string) []Piece {
	return pieces(rich, shown, hitsIn(m, field))
}

// pieces cuts what is shown of a text where its look changes. shown is the
// beginning of the rich text, perhaps with an ellipsis behind; where it is not,
// because the source's text was no harmless one, it is a single piece.
func pieces(rich paper.Rich, shown string, hits []extent) []Piece {
	if shown == "" {
		return nil
	}
	var plain strings.Builder
	for _, s := range rich {
		plain.WriteString(s.Plain)
	}
	kept := strings.TrimSuffix(shown, "…")
	if !strings.HasPrefix(plain.String(), kept) {
		return []Piece{{Text: shown}}
	}
	if strings.HasPrefix(plain.String(), shown) {
		kept = shown // the ellipsis is the author's
	}
	var out []Piece
	at := 0
	add := func(to int, hit bool) {
		for _, s := range rich.Slice(at, to) {
			out = append(out, Piece{s.Text, hit, s.Style})
		}
		at = max(at, to)
	}
	for _, h := range hits {
		add(min(h.start, len(kept)), false)
		add(min(h.end, len(kept)), true)
	}
	add(len(kept), false)
	if rest := shown[len(kept):]; rest != "" {
		out = append(out, Piece{Text: rest})
	}
	return out
}
