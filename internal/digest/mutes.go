package digest

import (
	"errors"
	"slices"
	"strings"

	"paperboy/internal/interest"
	"paperboy/internal/paper"
	"paperboy/internal/subscription"
)

// Mutes are what a reader wants to be spared. The zero value mutes nothing.
// It is read-only, and goroutines may share it.
type Mutes struct {
	papers   map[paper.Key]struct{}
	authors  map[string]struct{} // as paper.FoldName writes them
	keywords []interest.Interest
}

// NewMutes reads a reader's marks; those that mute nothing are left out, and
// so is a keyword that can't be read any more.
func NewMutes(marks []subscription.Mark) Mutes {
	m := Mutes{papers: map[paper.Key]struct{}{}, authors: map[string]struct{}{}}
	for _, mark := range marks {
		switch mark.Opinion {
		case subscription.MutePaper:
			m.papers[mark.Paper] = struct{}{}
		case subscription.MuteAuthor:
			if name := paper.FoldName(mark.Text); name != "" {
				m.authors[name] = struct{}{}
			}
		case subscription.MuteKeyword:
			if i, err := ParseMute(mark.Text); err == nil {
				m.keywords = append(m.keywords, i)
			}
		}
	}
	return m
}

func (m Mutes) none() bool { return len(m.papers)+len(m.authors)+len(m.keywords) == 0 }

// Hide reports whether the reader is to be spared the paper: it is muted
// itself, one of its authors is, or a muted keyword matches it.
func (m Mutes) Hide(c Candidate) bool {
	if _, muted := m.papers[c.Paper.Key]; muted {
		return true
	}
	if len(m.authors) > 0 && slices.ContainsFunc(c.Doc.Authors, m.author) {
		return true
	}
	return slices.ContainsFunc(m.keywords, func(i interest.Interest) bool { return i.Matches(c.Doc) })
}

func (m Mutes) author(name string) bool {
	_, muted := m.authors[paper.FoldName(name)]
	return muted
}

// ErrMutesAll is for a keyword that says only what a paper must not hold:
// muted, it would leave next to nothing.
var ErrMutesAll = errors.New("a muted keyword must name what it is about")

// nothing is a paper without a word: what matches it asks for none.
var nothing = interest.Read(&paper.Paper{})

// ParseMute reads a keyword to be muted. The error is one of interest.Parse,
// or ErrMutesAll.
func ParseMute(keyword string) (interest.Interest, error) {
	i, err := interest.Parse(strings.TrimSpace(keyword))
	if err == nil && i.Matches(nothing) {
		err = ErrMutesAll
	}
	return i, err
}
