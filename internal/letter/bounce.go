package letter

import "time"

// BounceKind is what came back for a letter.
type BounceKind string

const (
	HardBounce BounceKind = "hard"      // nobody is there
	SoftBounce BounceKind = "soft"      // not delivered this time
	Delay      BounceKind = "delayed"   // not delivered yet; counts for nothing
	Complaint  BounceKind = "complaint" // its recipient calls it spam
)

// Bounce is one mail that came back for a letter.
type Bounce struct {
	Key    string // names the mail, so that it counts once
	Letter int64
	Reader int64
	At     time.Time
	Kind   BounceKind
	Status string // enhanced code (RFC 3463), or empty
	Code   int    // of the SMTP reply, or 0
	Text   string // the reason in the mail's words
}
