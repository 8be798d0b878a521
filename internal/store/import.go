package store

import (
	"context"
	"fmt"
	"iter"
	"time"

	"paperboy/internal/subscription"
)

// importAtOnce is how many readers one transaction of Import adds.
const importAtOnce = 1000

// Import makes many addresses active readers, as Add does with one, and
// returns how many it added: an address that is known already stays as it is.
// It holds no more than one transaction's readers at a time; after an error
// the transactions before it stay.
func (s *Store) Import(ctx context.Context, readers iter.Seq[subscription.Reader], now time.Time) (added int, err error) {
	some := make([]subscription.Reader, 0, importAtOnce)
	flush := func() error {
		n, err := s.importSome(ctx, some, now)
		added, some = added+n, some[:0]
		return err
	}
	for r := range readers {
		if some = append(some, r); len(some) == importAtOnce {
			if err := flush(); err != nil {
				return added, err
			}
		}
	}
	return added, flush()
}

func (s *Store) importSome(ctx context.Context, some []subscription.Reader, now time.Time) (added int, err error) {
	const query = `
		INSERT INTO readers (address, folded, keywords, hour, zone, weekly, weekday, weekends, papers, language,
			consent_at, consent_wording, consent_how, created, confirmed, since, state, welcome)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14, $14, 'active', 1)
		ON CONFLICT (folded) DO NOTHING`
	err = s.write(ctx, func(t *tx) error {
		for _, r := range some {
			n, err := t.exec(query, append(requestArgs(requestOf(r, now)), stamp(now))...)
			if err != nil {
				return err
			}
			added += n
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("import %d readers: %w", len(some), err)
	}
	return added, nil
}
