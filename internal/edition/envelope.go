package edition

import (
	"cmp"
	"fmt"
	"sync"
	"time"

	"paperboy/internal/letter"
	"paperboy/internal/paper"
	"paperboy/internal/subscription"
)

// envelope composes and builds the mail of a letter, in room, where it is good
// until the next one. A panic on the way is that letter's error, and no other's.
func (e *Edition) envelope(p *parcel, room *letter.Encoded) (_ letter.Envelope, err error) {
	defer recovered(&err)
	m, err := e.compose(p, room)
	if err != nil {
		return letter.Envelope{}, err
	}
	m.ReturnPath = e.Mailboxes.Bounce(p.Letter.Reader, p.Letter.ID)
	data, err := e.Build(m)
	if err != nil {
		return letter.Envelope{}, err
	}
	return letter.Envelope{From: cmp.Or(m.ReturnPath, m.From.Address), To: p.Address, Data: data, OnWire: m.Encoded != nil}, nil
}

func (e *Edition) compose(p *parcel, room *letter.Encoded) (letter.Message, error) {
	l, r := p.Letter, &p.To
	if l.Damage != nil {
		return letter.Message{}, l.Damage
	}
	zone, err := e.zones.load(r.Rhythm.Zone)
	if err != nil {
		return letter.Message{}, fmt.Errorf("zone of the reader: %w", err)
	}
	if l.Kind == letter.Digest {
		return e.Composer.Encoded(l, letter.DigestInput{
			Location: zone, Papers: p.papers, Weekly: r.Rhythm.Weekly,
			First: l.Slot.Equal(r.Confirmed),
			Links: letter.Links{
				Settings: e.Links.Settings(r.ID), Leave: e.Links.Leave(r.ID), Mail: e.Mailboxes.Leave(r.ID),
				View: e.Links.View(r.ID, l.ID),
				Mark: func(k paper.Key) string { return e.Links.Mark(r.ID, k) },
			},
		}, room)
	}
	in := letter.NoticeInput{
		Location: zone, Known: r.State == subscription.Active || r.State == subscription.Paused,
		Back: r.State == subscription.Pending && !r.LeftAt.IsZero() && !r.LeftAt.Before(r.SuppressedAt),
	}
	if in.Link, in.Expires, err = e.noticeLink(l); err != nil {
		return letter.Message{}, err
	}
	if l.Kind == letter.Confirmation {
		in.ReplyTo = e.Mailboxes.Confirm(l.Reader, l.Ticket, in.Expires)
	}
	return e.Composer.Notice(l, in)
}

// zones keeps the time zones that were loaded: the system reads a file for each.
type zones struct{ byName sync.Map }

func (z *zones) load(name string) (*time.Location, error) {
	if known, ok := z.byName.Load(name); ok {
		return known.(*time.Location), nil
	}
	zone, err := time.LoadLocation(name)
	if err == nil {
		z.byName.Store(name, zone)
	}
	return zone, err
}

// noticeLink seals the link that a notice carries, for as long as the request
// that it answers is good.
func (e *Edition) noticeLink(l letter.Letter) (link string, expires time.Time, err error) {
	confirm := l.Made.Add(subscription.ConfirmWithin)
	access := l.Made.Add(subscription.AccessFor)
	switch l.Kind {
	case letter.Confirmation:
		return e.Links.Confirm(l.Reader, l.Ticket, confirm), confirm, nil
	case letter.Access:
		return e.Links.Account(l.Reader, l.Ticket, access), access, nil
	case letter.Move:
		return e.Links.Move(l.Reader, l.Ticket, confirm), confirm, nil
	}
	return "", time.Time{}, fmt.Errorf("letter %d: unknown kind %q", l.ID, l.Kind)
}

// recovered turns a panic into an error.
func recovered(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("panic: %v", p)
	}
}
