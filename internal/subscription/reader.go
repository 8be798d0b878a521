// Package subscription owns who reads: the rules for addresses, the states of
// a reader and the ways between them, the rhythm that gives each reader's
// slots, and the sealed links that let a reader act without a password.
package subscription

import "time"

// State of a reader.
type State string

const (
	Pending    State = "pending" // asked, not yet confirmed; expires
	Active     State = "active"
	Paused     State = "paused"
	Left       State = "left"
	Suppressed State = "suppressed" // the address does not exist, or its owner complained
)

// Rhythm is when a reader's letters are due.
type Rhythm struct {
	Hour     int    // 0–23, in Zone
	Zone     string // IANA name, e.g. Europe/Berlin
	Weekly   bool
	Weekday  time.Weekday // when Weekly
	Weekends bool         // when daily: also on Saturday and Sunday
}

// Reader is a subscriber.
type Reader struct {
	ID       int64
	Address  string // as typed
	Folded   string // as compared
	State    State
	Keywords string
	Rhythm   Rhythm
	Papers   int // papers per letter; 0: the configured number
	Language string
	// PausedUntil ends a pause by itself; zero: until the reader resumes.
	PausedUntil time.Time
	Consent     Consent
	// Ticket numbers the reader's requests; a sealed confirmation names the
	// ticket it answers, so that an older one no longer works.
	Ticket int64
	// Voided is the last ticket whose links open nothing any more: they went to
	// an address that the reader has given up.
	Voided int64
	// Times of each state; zero where it never was.
	Created, Confirmed, LeftAt, SuppressedAt time.Time
	NextDue                                  time.Time // when the loop looks at this reader next
	// Since is when the rhythm began to run: the last confirmation, resumption
	// or change of rhythm. Slots before it are not owed.
	Since   time.Time
	LeftWhy string // why the reader left; empty: not told
	// Welcome: the first letter since the last confirmation is still owed.
	Welcome bool
}

// Consent is how and when a reader agreed to get mail.
type Consent struct {
	At      time.Time
	Wording string // what the reader agreed to, as it was shown
	How     string // e.g. form, command line, import
}

// Settings are what a reader may change.
type Settings struct {
	Keywords string
	Rhythm   Rhythm
	Papers   int
}
