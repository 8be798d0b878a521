package edition

import (
	"context"
	"errors"
	"fmt"
	"time"

	"paperboy/internal/letter"
	"paperboy/internal/paper"
	"paperboy/internal/subscription"
)

// claimAtOnce is how many letters a process claims in one go: enough to keep
// its connections busy, few enough to free quickly when it dies.
const claimAtOnce = 200

// parcel is a claimed letter with what composing it needs.
type parcel struct {
	letter.Letter
	reader subscription.Reader
	known  bool // the reader is still there
	papers map[paper.Key]*paper.Paper
}

// feed claims letters until none is left to try, and puts them into the queue.
// The next ones are claimed while the last are being sent.
func (s *sending) feed(ctx context.Context, queue chan<- parcel) error {
	defer close(queue)
	stock := stock{store: s.Store}
	for {
		letters, err := s.Store.Claim(ctx, s.owner, s.clock(), claimAtOnce)
		if err != nil {
			return fmt.Errorf("claim letters: %w", err)
		}
		if len(letters) == 0 {
			return nil
		}
		parcels, err := s.pack(ctx, &stock, letters)
		if err != nil {
			return errors.Join(err, s.release(ctx, parcels...))
		}
		for i, p := range parcels {
			select {
			case queue <- p:
			case <-ctx.Done():
				return s.release(ctx, parcels[i:]...)
			}
		}
	}
}

// pack loads what letters are about, in one query of each kind for all of
// them. The error is the store's, and no letter's own.
func (s *sending) pack(ctx context.Context, stock *stock, letters []letter.Letter) ([]parcel, error) {
	parcels := make([]parcel, len(letters))
	var ids []int64
	var keys []paper.Key
	for i, l := range letters {
		parcels[i].Letter = l
		ids = append(ids, l.Reader)
		for _, pick := range l.Picks {
			keys = append(keys, pick.Paper)
		}
	}
	readers, err := s.Store.Recipients(ctx, ids)
	if err != nil {
		return parcels, err
	}
	if err := stock.fetch(ctx, keys); err != nil {
		return parcels, err
	}
	for i := range parcels {
		p := &parcels[i]
		p.reader, p.known = readers[p.Letter.Reader]
		p.papers = make(map[paper.Key]*paper.Paper, len(p.Picks))
		for _, pick := range p.Picks {
			if one := stock.papers[pick.Paper]; one != nil {
				p.papers[pick.Paper] = one
			}
		}
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
