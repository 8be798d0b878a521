package edition

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"paperboy/internal/letter"
	"paperboy/internal/paper"
	"paperboy/internal/subscription"
)

// subject is what a letter is about: its reader, and the papers it picked.
type subject struct {
	reader subscription.Reader
	papers map[paper.Key]*paper.Paper
}

// subject loads what composing needs. Its errors are the store's, and no
// letter's own.
func (s *sending) subject(ctx context.Context, l letter.Letter) (subject, error) {
	r, err := s.Store.Reader(ctx, l.Reader)
	if err != nil {
		return subject{}, err
	}
	keys := make([]paper.Key, len(l.Picks))
	for i, p := range l.Picks {
		keys[i] = p.Paper
	}
	papers, err := s.Store.Papers(ctx, keys)
	return subject{reader: r, papers: papers}, err
}

// envelope composes and builds the mail of a letter. A panic on the way is that
// letter's error, and no other's.
func (e *Edition) envelope(l letter.Letter, about subject) (_ letter.Envelope, err error) {
	defer recovered(&err)
	m, err := e.compose(l, about)
	if err != nil {
		return letter.Envelope{}, err
	}
	data, err := e.Build(m)
	if err != nil {
		return letter.Envelope{}, err
	}
	return letter.Envelope{From: cmp.Or(m.ReturnPath, m.From.Address), To: l.Address, Data: data}, nil
}

func (e *Edition) compose(l letter.Letter, about subject) (letter.Message, error) {
	r := about.reader
	zone, err := time.LoadLocation(r.Rhythm.Zone)
	if err != nil {
		return letter.Message{}, fmt.Errorf("zone of the reader: %w", err)
	}
	if l.Kind == letter.Digest {
		return e.Composer.Digest(l, letter.DigestInput{
			Location: zone, Papers: about.papers, Weekly: r.Rhythm.Weekly,
			First: l.Slot.Equal(r.Confirmed),
			Links: letter.Links{Settings: e.Links.Settings(r.ID), Leave: e.Links.Leave(r.ID)},
		})
	}
	in := letter.NoticeInput{Location: zone, Known: r.State == subscription.Active || r.State == subscription.Paused}
	if in.Link, in.Expires, err = e.noticeLink(l); err != nil {
		return letter.Message{}, err
	}
	return e.Composer.Notice(l, in)
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
