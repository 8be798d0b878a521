package subscription

import (
	"errors"
	"time"

	"paperboy/internal/paper"
)

// Opinion is what a reader says of a paper, an author or a keyword.
type Opinion string

const (
	MutePaper   Opinion = "paper"   // never again
	MuteAuthor  Opinion = "author"  // no paper of theirs
	MuteKeyword Opinion = "keyword" // no paper that it matches
	More        Opinion = "more"    // more papers like this one
	Less        Opinion = "less"    // fewer papers like this one
)

// OfPaper reports whether the opinion is of a paper, rather than of a name or
// a word.
func (o Opinion) OfPaper() bool { return o == MutePaper || o == More || o == Less }

// Mutes reports whether the opinion keeps papers out of letters.
func (o Opinion) Mutes() bool { return o == MutePaper || o == MuteAuthor || o == MuteKeyword }

// Mark is one opinion that a reader gave.
type Mark struct {
	ID      int64
	Opinion Opinion
	Paper   paper.Key // 0: it is not of a paper
	Text    string    // the author or the keyword; of a paper, its title then
	At      time.Time
}

// ErrTooManyMarks: the reader has as many marks as are kept.
var ErrTooManyMarks = errors.New("too many marks")
