package paper

import "time"

// Batch is what one fetch of a source brought.
type Batch struct {
	Listings []Listing
	// Memo is the source's own note for its next fetch (validators, the ids of
	// this batch). It is kept in the transaction that records the listings, so
	// that a crash between the two can't lose them.
	Memo string
	// Stale and Quiet say why there is nothing new: the batch before under
	// today's date, or a weekend, a holiday, an empty feed. Empty otherwise.
	Stale, Quiet string
}

// Recorded counts what recording a batch did.
type Recorded struct {
	New     int // first sightings of a paper in the source
	Known   int // sightings that were there already
	Skipped int // revisions and mentions of papers that were never listed
}

// Catalogue is all papers that a letter can pick at one moment.
type Catalogue struct {
	Papers  []*Paper
	Horizon int64 // the newest sighting number
}

// Order is how what a search finds is ordered.
type Order string

// The orders; where papers are equal in it, the newer sighting comes first,
// then the larger key.
const (
	ByRelevance Order = "relevance" // how well they match
	ByHeat      Order = "heat"      // how much they trend
	ByDate      Order = "date"      // newest sighting first
)

// Search says which of the papers that match are asked for.
type Search struct {
	Order         Order
	Heat          map[Key]float64 // for ByHeat; papers that are not in it come last
	Since         time.Time       // only papers sighted after it; zero: all
	Offset, Limit int
}

// Found is what a search found.
type Found struct {
	Papers    []*Paper // Limit of them from Offset on
	Total     int      // how many match
	Of        int      // how many were searched
	Unindexed int      // how many could not be searched yet
}
