package subscription

import (
	"errors"
	"time"
)

var (
	// ErrNoReader: there is no such reader.
	ErrNoReader = errors.New("no such reader")
	// ErrStale: the link answers an older request, one already used, or one
	// whose time is over.
	ErrStale = errors.New("this request is no longer open")
	// ErrTooMany: too many mails were asked for this address.
	ErrTooMany = errors.New("too many mails were asked for this address")
	// ErrTaken: the address belongs to another reader.
	ErrTaken = errors.New("another reader has this address")
)

// How long mailed links stay good. Links to leave or to change the settings
// never end: letters are kept, and read late.
const (
	ConfirmWithin = 7 * 24 * time.Hour // Confirm and Move
	AccessFor     = time.Hour          // Account
)

// Request is somebody's wish to subscribe, or to come back.
type Request struct {
	Address  string // as typed, from ParseAddress
	Folded   string // as compared, from ParseAddress
	Settings Settings
	Language string
	Consent  Consent
	Expires  time.Time // the request is forgotten then
}
