package digest

import (
	"errors"
	"slices"
	"time"

	"paperboy/internal/letter"
	"paperboy/internal/paper"
	"paperboy/internal/subscription"
)

// Due is a reader whose next slot may have come, with what they already had.
type Due struct {
	Reader   subscription.Reader
	History  History
	Muted    []subscription.Mark
	LastSlot time.Time // the newest slot that has a letter, dead ones too
	LastMade time.Time // when the newest living letter that holds papers was made
	// Supersedes are the letters still waiting to be sent that the next one
	// takes the place of.
	Supersedes []int64
	// Had is what may be kept in short from now on; nil: no more than is.
	Had *Had
	// Err: what this reader had can't be read, and they can't be served.
	Err error
}

// Claim is a letter that a process holds, to send it.
type Claim struct {
	letter.Letter
	// To is who gets it, with what composing it takes: id, state, zone, whether
	// they are weekly, when they confirmed, left and were suppressed.
	To subscription.Reader
}

// Entry is what enqueueing writes for one reader.
type Entry struct {
	Reader     subscription.Reader // as Due gave it
	Letter     *letter.Letter      // nil: nothing owed before NextDue
	NextDue    time.Time
	Supersedes []int64
	Had        *Had // nil: it stays as it is
}

// Ledger adds up what a reader had.
type Ledger struct {
	due  Due
	had  Had  // what it began with
	open bool // what becomes of one of the letters so far is not decided
}

// NewLedger begins with what is known in short.
func NewLedger(r subscription.Reader, had Had) *Ledger {
	return &Ledger{had: had, due: Due{
		Reader: r, LastSlot: had.Slot, LastMade: had.Made,
		History: History{First: true, Sent: had.Sent, Floor: had.Floor},
	}}
}

// Reader returns the id of the ledger's reader.
func (l *Ledger) Reader() int64 { return l.due.Reader.ID }

// Fail notes that one of the letters can't be read.
func (l *Ledger) Fail(err error) { l.due.Err = errors.Join(l.due.Err, err) }

// Add adds a letter. They come in the order of their slots, which is that of
// their making; held says that a process has begun to send it.
func (l *Ledger) Add(one letter.Letter, held bool) {
	switch {
	case one.State.Dead():
	case one.State == letter.Queued && !held && !one.Unknown:
		l.open = true
		l.due.Supersedes = append(l.due.Supersedes, one.ID)
	default:
		l.open = l.open || one.State == letter.Queued
		l.add(one)
	}
	l.due.LastSlot = one.Slot
}

// add adds a living letter. Those before it may be kept in short if all of them
// are decided; of this one more is still needed.
func (l *Ledger) add(one letter.Letter) {
	d := &l.due
	if !l.open && d.LastSlot.After(l.had.Slot) {
		d.Had = &Had{Slot: d.LastSlot, Made: d.LastMade, Sent: d.History.Sent, Floor: l.had.Floor, Era: l.had.Era}
	}
	for _, p := range one.Picks {
		d.History.Sent = append(d.History.Sent, p.Paper)
	}
	if one.State != letter.Quiet {
		d.LastMade = one.Made
	}
	if !d.Reader.Welcome {
		h := &d.History
		h.First, h.Horizon, h.At, h.Keywords = false, one.Horizon, one.Made, one.Keywords
	}
}

// Due returns the sum.
func (l *Ledger) Due() Due {
	d := l.due
	d.History.Sent = inOrder(d.History.Sent)
	if d.Had != nil {
		had := *d.Had
		had.Sent = inOrder(had.Sent)
		d.Had = &had
	}
	return d
}

func inOrder(keys []paper.Key) []paper.Key {
	return slices.Compact(slices.Sorted(slices.Values(keys)))
}
