package edition

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"paperboy/internal/digest"
	"paperboy/internal/heat"
	"paperboy/internal/interest"
	"paperboy/internal/letter"
	"paperboy/internal/paper"
	"paperboy/internal/subscription"
)

// page is how many readers are looked at in one transaction: enough for its
// cost to vanish, few enough for others who write not to wait.
const page = 1000

// EnqueueReport counts what enqueueing did.
type EnqueueReport struct {
	Letters int // letters made
	Quiet   int // slots with nothing to say
	Failed  int // readers who could not be served; their errors are logged
}

// Enqueue makes the letters that readers are owed at now. A reader who can't
// be served is logged and counted, and looked at again at the next slot.
//
// It goes page by page. While one page is being written the next is chosen for
// and the one after it read: what has no letter yet after a crash is found by
// the next call.
func (e *Edition) Enqueue(ctx context.Context, now time.Time) (EnqueueReport, error) {
	var r EnqueueReport
	if _, err := e.Store.Expire(ctx, now); err != nil {
		return r, fmt.Errorf("expire requests: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	pages, plans := make(chan duePage), make(chan plan)
	go e.look(ctx, now, pages)
	go e.plan(ctx, now, pages, plans)
	for p := range plans {
		if p.err == nil {
			p.err = e.enqueue(ctx, p, now, &r)
		}
		if p.err != nil {
			cancel()
			for range plans { // until look and plan have ended
			}
			return r, p.err
		}
	}
	return r, nil
}

// duePage is a page of readers who may be owed a letter.
type duePage struct {
	due []digest.Due
	err error // there are no more pages
}

// look sends the pages of due readers, and ends after the first error. All of
// them must be taken.
func (e *Edition) look(ctx context.Context, now time.Time, pages chan<- duePage) {
	defer close(pages)
	for after := int64(0); ; {
		due, err := e.Store.Due(ctx, now, after, e.page)
		if err == nil && len(due) == 0 {
			return
		}
		pages <- duePage{due, err}
		if err != nil || len(due) < e.page {
			return
		}
		after = due[len(due)-1].Reader.ID
	}
}

// plan is what a page of readers is owed.
type plan struct {
	entries []digest.Entry
	failed  int
	err     error // no plan after this one counts
}

// plan sends a plan for each page. All of them must be taken.
func (e *Edition) plan(ctx context.Context, now time.Time, pages <-chan duePage, plans chan<- plan) {
	defer close(plans)
	var desk *desk
	for page := range pages {
		var p plan
		err := page.err
		if err == nil && desk == nil {
			desk, err = e.openDesk(ctx, now)
		}
		if err == nil {
			p, err = e.planPage(ctx, desk, page.due)
		}
		p.err = err
		plans <- p
	}
}

func (e *Edition) planPage(ctx context.Context, d *desk, due []digest.Due) (plan, error) {
	p := plan{entries: make([]digest.Entry, 0, len(due))}
	for _, one := range due {
		entry, err := d.plan(one)
		if errors.Is(err, digest.ErrFloor) {
			one, err = e.Store.DueOf(ctx, one.Reader.ID, d.now)
			if errors.Is(err, subscription.ErrNoReader) {
				continue // deleted since
			}
			if err != nil {
				return p, fmt.Errorf("all that a reader had: %w", err)
			}
			entry, err = d.plan(one)
		}
		if err != nil {
			p.failed++
			e.Log.ErrorContext(ctx, "reader can't be served", "reader", one.Reader.ID, "error", err)
			entry = digest.Entry{Reader: one.Reader, NextDue: d.now.Add(24 * time.Hour)}
		}
		p.entries = append(p.entries, entry)
	}
	return p, nil
}

// enqueue writes what a page of readers is owed.
func (e *Edition) enqueue(ctx context.Context, p plan, now time.Time, r *EnqueueReport) error {
	if _, err := e.Store.Enqueue(ctx, p.entries, now); err != nil {
		return fmt.Errorf("enqueue: %w", err)
	}
	r.Failed += p.failed
	for _, entry := range p.entries {
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
	now       time.Time
	table     *digest.Table
	catalogue []*paper.Paper
	horizon   int64
	papers    int
	host      string
}

func (e *Edition) openDesk(ctx context.Context, now time.Time) (*desk, error) {
	cat, err := e.Store.Candidates(ctx, now, digest.Reach)
	if err != nil {
		return nil, fmt.Errorf("load candidates: %w", err)
	}
	candidates := make([]digest.Candidate, len(cat.Papers))
	trends := heat.Of(cat.Papers, now)
	for i, p := range cat.Papers {
		candidates[i] = digest.Candidate{Paper: p, Doc: interest.Read(p), Trend: trends[i]}
	}
	return &desk{
		now: now, table: digest.NewTable(candidates, now), catalogue: cat.Papers,
		horizon: cat.Horizon, papers: e.Papers, host: e.MailHost,
	}, nil
}

// plan decides what one reader is owed now: a letter, a quiet slot, or nothing
// until the next slot. A panic is this reader's error.
func (d *desk) plan(due digest.Due) (entry digest.Entry, err error) {
	defer recovered(&err)
	entry.Reader = due.Reader
	if due.Err != nil {
		return entry, due.Err
	}
	if due.Had != nil {
		had := d.table.Shorten(*due.Had)
		entry.Had = &had
	}
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
	if confirmed := earlier(r.Confirmed, now); r.Welcome && confirmed.After(due.LastSlot) {
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
	chosen, err := d.table.Select(r.Keywords, due.History, digest.NewMutes(due.Muted), limit)
	if err != nil {
		return nil, err
	}
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
