package edition

import (
	"context"
	"errors"
	"fmt"
	"time"

	"paperboy/internal/digest"
	"paperboy/internal/letter"
	"paperboy/internal/paper"
)

// claimAtOnce is how many letters a process claims in one go: enough to keep
// its connections busy, few enough to free quickly when it dies.
const claimAtOnce = 200

// parcel is a claimed letter with what composing it needs.
type parcel struct {
	digest.Claim
	place  string                     // of its address
	papers map[paper.Key]*paper.Paper // those of all letters claimed with it
	draft  draft
	// counted is when the warm-up counted it as going out; zero: it did not.
	counted time.Time
}

func newParcel(c digest.Claim) *parcel {
	return &parcel{Claim: c, place: placeOf(c.Address), draft: draft{done: make(chan struct{})}}
}

// feed claims letters until none is left to try, and puts them into the queue.
// The next ones are claimed while the last are being sent.
func (s *sending) feed(ctx context.Context) error {
	defer s.queue.close()
	defer close(s.ahead.in)
	stock := stock{store: s.Store}
	for {
		claims, err := s.Store.Claim(ctx, s.owner, s.clock(), claimAtOnce)
		if err != nil {
			return fmt.Errorf("claim letters: %w", err)
		}
		if len(claims) == 0 {
			return nil
		}
		claims, counted, err := s.admit(ctx, claims)
		if err != nil {
			return err
		}
		parcels, err := s.pack(ctx, &stock, claims, counted)
		if err != nil {
			return errors.Join(err, s.release(ctx, parcels...))
		}
		if err := s.putAll(ctx, parcels); err != nil {
			return err
		}
	}
}

// putAll puts parcels into the queue, and gives back what it does not take.
func (s *sending) putAll(ctx context.Context, parcels []*parcel) error {
	var over []letter.Postponed
	for i, p := range parcels {
		until, put := s.queue.put(ctx, p)
		switch {
		case put:
			s.ahead.add(p)
		case until.IsZero(): // ctx has ended
			return errors.Join(s.unsent(ctx, over), s.release(ctx, parcels[i:]...))
		default:
			over = append(over, letter.Postponed{Letter: p.ID, Until: until, Counted: p.counted})
		}
	}
	return s.unsent(ctx, over)
}

// admit gives back the letters that may not go now, by the limits or because
// their place is paused, and returns the others, with when the warm-up counted
// them.
func (s *sending) admit(ctx context.Context, claims []digest.Claim) (_ []digest.Claim, counted time.Time, err error) {
	in, over := s.queue.admit(claims)
	if s.Limits.WarmUp.On() && len(in) > 0 {
		counted = s.clock()
		late, err := s.warmUp(ctx, in, counted)
		if err != nil {
			s.process.lose()
			return nil, counted, err
		}
		over = append(over, s.queue.refuse(in[len(in)-late:], tomorrow(s.clock()))...)
		in = in[:len(in)-late]
	}
	return in, counted, s.postpone(ctx, over)
}

// warmUp counts letters towards the ceiling of the day of now and returns how many digests
// at their end are too many. Notices come first and always go.
func (s *sending) warmUp(ctx context.Context, letters []digest.Claim, now time.Time) (late int, err error) {
	notices := 0
	for notices < len(letters) && letters[notices].Kind != letter.Digest {
		notices++
	}
	digests := len(letters) - notices
	allowed, err := s.Store.Allow(ctx, now, notices, digests, s.Limits.WarmUp.Ceiling)
	return digests - allowed, err
}

// tomorrow is the beginning of the next day in UTC.
func tomorrow(now time.Time) time.Time {
	return now.UTC().Truncate(24 * time.Hour).Add(24 * time.Hour)
}

// unsent gives back letters that were counted as going out.
func (s *sending) unsent(ctx context.Context, over []letter.Postponed) error {
	if err := s.postpone(ctx, over); err != nil {
		return err
	}
	counted := make([]time.Time, len(over))
	for i, p := range over {
		counted[i] = p.Counted
	}
	return s.uncount(ctx, counted)
}

// uncount takes letters out of the warm-up's counts, each of its own day: a
// sending may last past midnight.
func (s *sending) uncount(ctx context.Context, counted []time.Time) error {
	days := map[time.Time]int{}
	for _, at := range counted {
		if !at.IsZero() {
			days[at.UTC().Truncate(24*time.Hour)]++
		}
	}
	var errs []error
	for day, n := range days {
		errs = append(errs, s.Store.Unused(context.WithoutCancel(ctx), day, n))
	}
	return errors.Join(errs...)
}

// postpone gives back claims until their times, also where ctx has ended.
func (s *sending) postpone(ctx context.Context, over []letter.Postponed) error {
	if len(over) == 0 {
		return nil
	}
	err := s.Store.Postpone(context.WithoutCancel(ctx), s.owner, over)
	if err != nil {
		s.process.lose()
	}
	return err
}

// pack loads what letters are about, in one query for all of them. The error is
// the store's, and no letter's own.
func (s *sending) pack(ctx context.Context, stock *stock, claims []digest.Claim, counted time.Time) ([]*parcel, error) {
	parcels := make([]*parcel, len(claims))
	var keys []paper.Key
	for i, c := range claims {
		parcels[i] = newParcel(c)
		parcels[i].counted = counted
		for _, pick := range c.Picks {
			keys = append(keys, pick.Paper)
		}
	}
	if err := stock.fetch(ctx, keys); err != nil {
		return parcels, err
	}
	papers := stock.these(keys)
	for _, p := range parcels {
		p.papers = papers
	}
	return parcels, nil
}

const (
	// stockRoom is how many papers are kept from one batch of letters to the
	// next, beside those of the batch.
	stockRoom = 2000
	// stockLife is how long they are taken for current.
	stockLife = time.Minute
)

// stock keeps papers that letters of one sending share.
type stock struct {
	store  Catalogue
	papers map[paper.Key]*paper.Paper // nil: there is no such paper
	loaded time.Time
}

// fetch sees to it that these papers are in stock.
func (s *stock) fetch(ctx context.Context, keys []paper.Key) error {
	if now := time.Now(); len(s.papers) > stockRoom || now.Sub(s.loaded) > stockLife {
		s.papers, s.loaded = map[paper.Key]*paper.Paper{}, now
	}
	var missing []paper.Key
	for _, key := range keys {
		if _, ok := s.papers[key]; !ok {
			missing = append(missing, key)
			s.papers[key] = nil
		}
	}
	if len(missing) == 0 {
		return nil
	}
	found, err := s.store.Papers(ctx, missing)
	for key, p := range found {
		s.papers[key] = p
	}
	return err
}

// these are those of the papers that there are.
func (s *stock) these(keys []paper.Key) map[paper.Key]*paper.Paper {
	papers := map[paper.Key]*paper.Paper{}
	for _, key := range keys {
		if p := s.papers[key]; p != nil {
			papers[key] = p
		}
	}
	return papers
}
