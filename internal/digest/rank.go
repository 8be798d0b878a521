package digest

// Rank is a paper's place in a letter, the highest first:
//
//	rank = (1 + heat) · (1 + score/(score + 2))
//
// heat is in votes (package heat), score says how well the paper matches
// (package interest): a word in the abstract scores 1, a phrase of two words
// in the title 5. Where no source counts anything the match alone decides; the
// best possible match at most doubles what attention gives. So a selection can
// look at papers by falling heat and stop where Bound is below what it has.
func Rank(heat, score float64) float64 { return (1 + heat) * (1 + score/(score+2)) }

// Bound is above the rank of every paper of this heat, however well it matches.
func Bound(heat float64) float64 { return 2 * (1 + heat) }
