package digest

import (
	"time"

	"paperboy/internal/letter"
	"paperboy/internal/subscription"
)

// Due is a reader whose next slot may have come, with what they already had.
type Due struct {
	Reader   subscription.Reader
	History  History   // its Keywords are left to be parsed from Keywords
	Keywords string    // the reader's keywords at the last living letter
	LastSlot time.Time // the newest slot that has a letter, dead ones too
	LastMade time.Time // when the newest living letter that holds papers was made
	// Supersedes are the letters still waiting to be sent that the next one
	// takes the place of.
	Supersedes []int64
}

// Entry is what enqueueing writes for one reader.
type Entry struct {
	Reader     subscription.Reader // as Due gave it
	Letter     *letter.Letter      // nil: nothing owed before NextDue
	NextDue    time.Time
	Supersedes []int64
}
