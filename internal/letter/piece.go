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
	return apart(all)
}

// apart puts extents in order, those that overlap as one.
func apart(all []extent) (out []extent) {
	slices.SortFunc(all, func(a, b extent) int { return cmp.Or(a.start-b.start, b.end-a.end) })
	for _, e := range all {
		if n := len(out) - 1; n >= 0 && e.start < out[n].end {
			out[n].end = max(out[n].end, e.end)
		} else {
			out = append(out, e)
		}
	}
	return out
}

// Pieces cuts what is shown of a field of a paper, title or abstract, where its
// look changes. shown is the beginning of the rich text, perhaps with an
// ellipsis behind.
func Pieces(rich paper.Rich, shown string, m interest.Match, field string) []Piece {
	s := newShowing(rich, shown)
	return s.pieces(nil, hitsIn(m, field))
}

// showing is what is shown of a text: the beginning of the rich text, perhaps
// with an ellipsis behind.
type showing struct {
	rich  paper.Rich
	shown string
	kept  int // bytes of it that are the rich text's; negative: it is another text

	// HTML in quoted-printable, without marks, and its bytes before encoding.
	quoted []byte
	raw    int
}

func newShowing(rich paper.Rich, shown string) showing {
	plain, kept := rich.Text(), strings.TrimSuffix(shown, "…")
	switch {
	case strings.HasPrefix(plain, shown): // the ellipsis is the author's
		return showing{rich: rich, shown: shown, kept: len(shown)}
	case strings.HasPrefix(plain, kept):
		return showing{rich: rich, shown: shown, kept: len(kept)}
	}
	return showing{rich: rich, shown: shown, kept: -1}
}

// pieces cuts it where its look changes. Where it is not the beginning of the
// rich text, because the source's text was no harmless one, it is a single piece.
// They are appended to out.
func (s *showing) pieces(out []Piece, hits []extent) []Piece {
	switch {
	case s.shown == "":
		return nil
	case s.kept < 0:
		return append(out, Piece{Text: s.shown})
	}
	plain := len(s.rich) == 1 && s.rich[0].Style == 0
	at := 0
	add := func(to int, hit bool) {
		switch {
		case at >= to:
		case plain:
			out = append(out, Piece{Text: s.rich[0].Plain[at:to], Hit: hit})
		default:
			for _, part := range s.rich.Slice(at, to) {
				out = append(out, Piece{part.Text, hit, part.Style})
			}
		}
		at = max(at, to)
	}
	for _, h := range hits {
		add(min(h.start, s.kept), false)
		add(min(h.end, s.kept), true)
	}
	add(s.kept, false)
	if rest := s.shown[s.kept:]; rest != "" {
		out = append(out, Piece{Text: rest})
	}
	return out
}
