// Package paper owns what a research paper is: its identity across sources,
// the merging of its listings, and its text as a person reads it. It knows
// nothing of where listings come from or where papers are kept.
package paper

import "time"

// Key is a paper's small integer key in the catalogue.
type Key int64

// Authority ranks the sources of a paper's text: where a paper is known from
// several listings, the text of the highest authority is shown.
type Authority int

const (
	// Mention is the authority of a listing without any text: its source only
	// points at papers that others list, brings signals and pages to those, and
	// makes none.
	Mention Authority = iota - 1
	// Lossy text has lost its TeX on the way (Hugging Face strips '$' and '\').
	Lossy
	// Copied text was passed on as the author wrote it.
	Copied
	// Origin text comes from where the paper was published.
	Origin
)

// Markup says how to read a listing's title, summary and names.
type Markup int

const (
	TeX  Markup = iota // plain text with TeX in it, as arXiv has it
	HTML               // HTML, as feeds have it; TeX may stand inside
)

// Listing is one sighting of a paper in one source. All texts are kept as the
// source gave them; Text turns them into what is shown.
type Listing struct {
	Source     string // the source's configured name
	ID         string // what the source calls the paper: an arXiv id, a DOI, a guid
	DOI        string
	URL        string // the paper's page
	Title      string
	Summary    string
	Authors    []string
	Categories []string
	Markup     Markup
	Authority  Authority

	Published time.Time // the paper's own date; zero if the source has none
	Listed    time.Time // when the source listed it; zero if it does not say
	Revision  bool      // announces a new version of an older paper, not a new paper

	PDF, Discussion, Code, Project string // further pages, empty if none
	Organization                   string
	Brief                          string // a short summary made by the source (Hugging Face's ai_summary)

	Signals Signals
}

// Count is a number that a source may not tell; the zero Count is unknown.
type Count struct {
	N     int
	Known bool
}

// Known returns the known count n.
func Known(n int) Count { return Count{N: n, Known: true} }

// Signals are a source's signs of attention for a paper at one moment.
type Signals struct {
	Votes, Comments, Stars Count
}

// Any reports whether the source told any of the counts.
func (s Signals) Any() bool { return s.Votes.Known || s.Comments.Known || s.Stars.Known }

// Reading is what one source's signals were at one moment.
type Reading struct {
	Source string
	At     time.Time
	Signals
}

// Links are the pages of a paper, empty where there is none.
type Links struct {
	Abstract, PDF, Discussion, Code, Project string
	Forum                                    string // a discussion at a source that only mentions the paper
}

// Paper is the work itself, merged from all its listings. Its texts are as the
// most authoritative listing gave them, in that listing's markup.
type Paper struct {
	Key          Key
	Names        []Name
	Title        string
	Summary      string
	Authors      []string
	Markup       Markup
	Categories   []string // of all listings, without repeats
	Organization string
	Brief        string
	Published    time.Time
	Links        Links

	Sources []string // the sources that list it, in the order of first sighting
	Listed  []Listed // when each of Sources listed it
	// Sighted is the newest first sighting of the paper in any source: it stays
	// a candidate for seven days from then.
	Sighted time.Time
	// Seq numbers that sighting in the catalogue's order; 0 where it does not
	// count as new (a source's first fetch brings its whole past).
	Seq      int64
	Readings []Reading // oldest first
}

// Listed is when a source began to list a paper.
type Listed struct {
	Said time.Time // by its own word; zero if it gives none
	Seen time.Time // the catalogue's first sighting there
}

// Sighting is a listing with the moment at which the catalogue first met it.
type Sighting struct {
	Listing
	At  time.Time
	Seq int64 // position in the catalogue's order; 0 where it does not count as new
}
