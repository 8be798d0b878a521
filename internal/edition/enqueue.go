package edition

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"paperboy/internal/digest"
	"paperboy/internal/heat"
	"paperboy/internal/interest"
	"paperboy/internal/letter"
	"paperboy/internal/subscription"
)

// page is how many readers are looked at in one transaction.
const page = 100

// EnqueueReport counts what enqueueing did.
type EnqueueReport struct {
	Letters int // letters made
	Quiet   int // slots with nothing to say
	Failed  int // readers who could not be served; their errors are logged
}

// Enqueue makes the letters that readers are owed at now. A reader who can't
// be served is logged and counted, and looked at again at the next slot.
func (e *Edition) Enqueue(ctx context.Context, now time.Time) (EnqueueReport, error) {
	var r EnqueueReport
	if _, err := e.Store.Expire(ctx, now); err != nil {
		return r, fmt.Errorf("expire requests: %w", err)
	}
	var desk *desk
	for after := int64(0); ; {
		due, err := e.Store.Due(ctx, now, after, page)
		if err != nil || len(due) == 0 {
			return r, err
		}
		after = due[len(due)-1].Reader.ID
		if desk == nil {
			if desk, err = e.openDesk(ctx, now); err != nil {
				return r, err
			}
		}
		if err := e.enqueuePage(ctx, desk, due, &r); err != nil {
			return r, err
		}
	}
}

func (e *Edition) enqueuePage(ctx context.Context, d *desk, due []digest.Due, r *EnqueueReport) error {
	entries := make([]digest.Entry, 0, len(due))
	for _, one := range due {
		entry, err := d.plan(one)
		if err != nil {
			r.Failed++
			e.Log.ErrorContext(ctx, "reader can't be served", "reader", one.Reader.ID, "error", err)
			entry = digest.Entry{Reader: one.Reader, NextDue: d.now.Add(24 * time.Hour)}
		}
		entries = append(entries, entry)
	}
	if _, err := e.Store.Enqueue(ctx, entries, d.now); err != nil {
		return fmt.Errorf("enqueue: %w", err)
	}
	for _, entry := range entries {
		switch {
		case entry.Letter == nil:
		case entry.Letter.State == letter.Quiet:
			r.Quiet++
		default:
			r.Letters++
		}
	}
	return nil
}

// desk holds what one round's letters are chosen from.
type desk struct {
	now        time.Time
	candidates []digest.Candidate
	horizon    int64
	papers     int
	host       string
	interests  map[string]parsed // equal keywords are parsed once
}

type parsed struct {
	interest interest.Interest
	err      error
}

func (e *Edition) openDesk(ctx context.Context, now time.Time) (*desk, error) {
	cat, err := e.Store.Candidates(ctx, now, digest.Reach)
	if err != nil {
		return nil, fmt.Errorf("load candidates: %w", err)
	}
	d := &desk{now: now, horizon: cat.Horizon, papers: e.Papers, host: e.MailHost, interests: map[string]parsed{}}
	d.candidates = make([]digest.Candidate, len(cat.Papers))
	trends := heat.Of(cat.Papers, now)
	for i, p := range cat.Papers {
		d.candidates[i] = digest.Candidate{Paper: p, Doc: interest.Read(p), Trend: trends[i]}
	}
	return d, nil
}

// plan decides what one reader is owed now: a letter, a quiet slot, or nothing
// until the next slot. A panic is this reader's error.
func (d *desk) plan(due digest.Due) (entry digest.Entry, err error) {
	defer recovered(&err)
	entry.Reader = due.Reader
	slot, owed, err := owedSlot(due, d.now)
	if err != nil {
		return entry, err
	}
	last := due.LastMade
	if owed {
		entry.Supersedes = due.Supersedes
		if entry.Letter, err = d.write(due, slot, cmp.Or(due.Reader.Papers, d.papers)); err != nil {
			return entry, err
		}
		if entry.Letter.State != letter.Quiet {
			last = d.now
		}
	}
	entry.NextDue, err = nextSlot(due.Reader.Rhythm, last, d.now)
	return entry, err
}

// nextSlot is the first slot after now that is half a rhythm or more after the
// last letter.
func nextSlot(r subscription.Rhythm, last, now time.Time) (time.Time, error) {
	if free := last.Add(r.Period()/2 - 1); free.After(now) {
		return r.Next(free)
	}
	return r.Next(now)
}

// owedSlot returns the slot that a reader is owed a letter for. The first slot
// after a confirmation is the confirmation itself; later ones follow the
// rhythm, only the latest counts, and none comes within half a rhythm of the
// letter before, so that a moved hour or zone never brings two at once.
func owedSlot(due digest.Due, now time.Time) (time.Time, bool, error) {
	r := due.Reader
	slot, err := r.Rhythm.Due(now)
	if err != nil {
		return slot, false, err
	}
	if confirmed := earlier(r.Confirmed, now); r.Welcome && slot.Before(confirmed) {
		slot = confirmed
	}
	// A round may be run for a day gone by: what is later than it has no say.
	tooOld := r.Since.Before(now) && slot.Before(r.Since)
	switch {
	case !slot.After(due.LastSlot),
		tooOld && !r.Welcome,
		now.Sub(due.LastMade) < r.Rhythm.Period()/2:
		return slot, false, nil
	}
	return slot, true, nil
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// write chooses at most limit papers for one reader's slot; 0 is no limit.
func (d *desk) write(due digest.Due, slot time.Time, limit int) (*letter.Letter, error) {
	r := due.Reader
	want, err := d.parse(r.Keywords)
	if err != nil {
		return nil, fmt.Errorf("keywords: %w", err)
	}
	h := due.History
	if !h.First {
		// Keywords that no longer parse passed nothing over.
		if h.Keywords, err = d.parse(due.Keywords); err != nil {
			h.Horizon = 0
		}
	}
	chosen := digest.Select(d.candidates, want, h, limit, d.now)
	l := &letter.Letter{
		Kind: letter.Digest, Reader: r.ID, Address: r.Address,
		Slot: slot, Made: d.now, State: letter.Queued,
		MessageID: letter.NewMessageID(letter.Digest, r.ID, slot, d.host),
		Picks:     picks(chosen), Matched: chosen.Matched,
		Keywords: r.Keywords, Horizon: d.horizon,
	}
	if len(l.Picks) == 0 {
		l.State = letter.Quiet
	}
	return l, nil
}

func picks(s digest.Selection) []letter.Pick {
	out := make([]letter.Pick, len(s.Picks))
	for i, p := range s.Picks {
		out[i] = letter.Pick{
			Paper: p.Paper.Key, Heat: p.Heat, Rising: p.Rising, Leads: p.Leading(), Reasons: letter.Reasons(p.Match),
		}
	}
	return out
}

func (d *desk) parse(keywords string) (interest.Interest, error) {
	p, ok := d.interests[keywords]
	if !ok {
		p.interest, p.err = interest.Parse(keywords)
		d.interests[keywords] = p
	}
	return p.interest, p.err
}
