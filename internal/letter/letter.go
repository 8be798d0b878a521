// Package letter owns what a reader is owed for one slot: the letter and its
// states, how it reads as text and HTML, and what a mail server's answer to it
// means. It sends nothing and keeps nothing.
package letter

import (
	"fmt"
	"regexp"
	"time"

	"paperboy/internal/paper"
)

// Kind says what a letter is for. All kinds share one outbox.
type Kind string

const (
	Digest       Kind = "digest"       // the daily or weekly papers
	Confirmation Kind = "confirmation" // asks a new reader to confirm the address
	Access       Kind = "access"       // 'mail me my link': opens export, deletion, change of address
	Move         Kind = "move"         // asks the new address of a reader to confirm the change
)

// State of a letter. A letter in a dead state (Superseded, Failed, Dropped)
// was not delivered, and its papers are candidates again.
type State string

const (
	Queued     State = "queued"
	Sent       State = "sent"
	Quiet      State = "quiet"      // a slot with nothing to say; no mail
	Superseded State = "superseded" // a newer letter took its place before it was sent
	Failed     State = "failed"     // refused for good, or too old
	Dropped    State = "dropped"    // its reader left, paused or was suppressed first
)

// Dead reports whether letters in this state count as never sent.
func (s State) Dead() bool { return s == Superseded || s == Failed || s == Dropped }

// Letter is queue entry and record in one: what to say, never rendered mail.
// Picks, MessageID and Made are fixed when the letter is made, so that equal
// inputs compose to equal bytes.
type Letter struct {
	ID        int64
	Kind      Kind
	Reader    int64
	Address   string    // where it goes, as typed
	Slot      time.Time // the planned delivery; unique per reader and kind
	Made      time.Time // when it was made, and its Date header
	MessageID string    // without angle brackets
	State     State
	Picks     []Pick
	Matched   int    // papers that matched in all, the picks included
	Keywords  string // the reader's keywords when it was made
	// Horizon is the catalogue's newest sighting number when the letter was
	// made: what has a higher number is new to the reader's next letter.
	Horizon int64
	// Ticket numbers the request that a Confirmation, Access or Move answers.
	Ticket   int64
	Attempts int       // delivery attempts so far
	Tried    time.Time // when the first was made; zero: there was none
	Unknown  bool      // one of them ended without an answer to the final dot
	// Damage is why the picks could not be read from the outbox; nil: they were.
	Damage error
}

// Pick is one paper in a letter, with the reasons it is there.
type Pick struct {
	Paper   paper.Key
	Heat    float64
	Rising  bool // see Card, as Leads
	Leads   string
	Reasons []Reason
}

// Reason is one of a reader's terms that a paper matched.
type Reason struct {
	Term  string `json:"term"`  // as the reader wrote it, e.g. `"diffusion policy"`
	Field string `json:"field"` // title, abstract, author, cat or source
	Text  string `json:"text"`  // the words as they stand in the paper
}

// Stage is the point in an SMTP conversation at which it ended (RFC 5321).
type Stage string

const (
	StageConnect Stage = "connect" // dialling, TLS, greeting, EHLO
	StageAuth    Stage = "auth"
	StageMail    Stage = "mail" // MAIL FROM
	StageRcpt    Stage = "rcpt" // RCPT TO
	StageData    Stage = "data" // DATA, before the final dot went out
	StageDot     Stage = "dot"  // after the final dot: its answer, or none
)

// Reply is how one delivery attempt ended. Code 0 means that no reply came.
type Reply struct {
	Stage Stage
	Host  string // the server that was spoken to
	Code  int    // e.g. 250, 451, 550
	Text  string // the reply's text with its enhanced code, or the error's text
}

// Outcome is what a reply means for the letter, its reader and the sending.
type Outcome string

const (
	Delivered   Outcome = "delivered"
	Temporary   Outcome = "temporary"    // try again later
	NoRecipient Outcome = "no-recipient" // the address does not exist: suppress the reader
	SlowDown    Outcome = "slow-down"    // its destination takes no more from us now: pause that, suppress nobody
	Rejected    Outcome = "rejected"     // this letter is refused for good, the reader stays
	RefusesUs   Outcome = "refuses-us"   // policy, authentication, quota: stop sending, suppress nobody
	Unknown     Outcome = "unknown"      // hung up after the final dot: it may have arrived
)

// Attempt is one try at delivering a letter.
type Attempt struct {
	At      time.Time
	Outcome Outcome
	Reply
}

// Settlement ends one claim: the attempt made and what becomes of the letter.
type Settlement struct {
	Letter  int64
	Reader  int64
	Attempt Attempt
	State   State     // Sent, Failed, or Queued for another try
	Retry   time.Time // when Queued: not before
}

// Paused is a place, named by the domain of its addresses, that asked us to
// send it less.
type Paused struct {
	Domain   string
	Until    time.Time
	Requests int    // in a row, with nothing delivered between
	Reason   string // the server's words
}

// Postponed is a letter that is given back untried.
type Postponed struct {
	Letter  int64
	Until   time.Time // not to be claimed before
	Counted time.Time // when it was counted as going out; zero: it was not
}

// Holder is a process that holds claims.
type Holder struct {
	Owner   int64
	Letters int
	Beat    time.Time // its last sign of life
}

// Message is a composed mail before it is put on the wire.
type Message struct {
	From       Address
	ReplyTo    string // empty: none
	To         string
	ReturnPath string // envelope sender; empty: From's address
	Subject    string
	ID         string // Message-ID without angle brackets
	Date       time.Time
	Headers    []Header // further headers, in this order
	Text, HTML string
	Encoded    *Encoded // in place of Text and HTML
}

// Address is a mailbox with a display name.
type Address struct{ Name, Address string }

// Header is one header field.
type Header struct{ Name, Value string }

// Envelope is a built mail with its SMTP sender and recipient.
type Envelope struct {
	From, To string
	Data     []byte // RFC 5322 message with CRLF line ends
	OnWire   bool   // Data has the form that SMTP asks for: see Encoded
	// Next is the mail that follows on the same connection, where that is known:
	// a server can be told whom it is for together with the end of this one.
	Next *Envelope
}

// Fault is an error of the mail server that is no letter's own: it could not
// be reached, or it refused us before any recipient was named.
type Fault struct {
	Reply
	Err error
}

// Error tells what the server said, without the addresses in it: errors are
// logged.
func (f *Fault) Error() string {
	said := WithoutAddresses(f.Text)
	if f.Code != 0 {
		said = fmt.Sprint(f.Code, " ", said)
	}
	return fmt.Sprintf("mail server %s at %s: %s", f.Host, f.Stage, said)
}

var mailbox = regexp.MustCompile(`[^\s<>"']+@[^\s<>"']+`)

// WithoutAddresses returns a text with its mail addresses left out, as logs
// hold none.
func WithoutAddresses(text string) string { return mailbox.ReplaceAllString(text, "(address)") }

func (f *Fault) Unwrap() error { return f.Err }
