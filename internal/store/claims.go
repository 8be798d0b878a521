package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"paperboy/internal/digest"
	"paperboy/internal/letter"
)

// ErrLost: this process was taken for dead, and others have its letters.
var ErrLost = errors.New("this process was taken for dead")

// Join makes a process an owner of claims and returns the owner's id.
func (s *Store) Join(ctx context.Context, host string, pid int, now time.Time) (owner int64, err error) {
	const query = `INSERT INTO owners (host, pid, beat) VALUES ($1, $2, $3) RETURNING id`
	err = s.write(ctx, func(t *tx) error { return t.one(query, []any{host, pid, stamp(now)}, &owner) })
	if err != nil {
		return 0, fmt.Errorf("join as process %d of %s: %w", pid, host, err)
	}
	return owner, nil
}

// aboutOwner says which owner an error is about.
func aboutOwner(owner int64, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("owner %d: %w", owner, err)
}

// Beat says that the owner lives. The error is ErrLost if it was reaped.
func (s *Store) Beat(ctx context.Context, owner int64, now time.Time) error {
	return aboutOwner(owner, s.write(ctx, func(t *tx) error {
		n, err := t.exec(`UPDATE owners SET beat = $2 WHERE id = $1`, owner, stamp(now))
		if err == nil && n == 0 {
			err = ErrLost
		}
		return err
	}))
}

// Part ends an owner and frees its claims.
func (s *Store) Part(ctx context.Context, owner int64) error {
	return aboutOwner(owner, s.write(ctx, func(t *tx) error {
		_, err := t.bury(owner)
		return err
	}))
}

// bury removes an owner and returns how many claims that freed.
func (t *tx) bury(owner int64) (freed int, err error) {
	if freed, err = t.exec(`UPDATE letters SET owner = NULL WHERE owner = $1`, owner); err != nil {
		return 0, err
	}
	_, err = t.exec(`DELETE FROM owners WHERE id = $1`, owner)
	return freed, err
}

// Reap frees the claims of owners that are gone and returns how many: those
// whose heartbeat is older than staleBefore, or a day ahead of now, as a wrong
// clock leaves it, and at once those of this host that alive does not know.
func (s *Store) Reap(ctx context.Context, owner int64, alive func(pid int) bool, host string, staleBefore, now time.Time) (int, error) {
	freed := 0
	err := s.write(ctx, func(t *tx) error {
		const others = `SELECT id, host, pid, beat FROM owners WHERE id <> $1`
		all, err := collect(t, others, []any{owner}, func(scan func(...any) error, o *sender) error {
			return scan(&o.id, &o.host, &o.pid, moment{&o.beat})
		})
		if err != nil {
			return err
		}
		for _, o := range all {
			stale := o.beat.Before(staleBefore) || o.beat.After(now.Add(day))
			if !stale && (o.host != host || alive(o.pid)) {
				continue
			}
			n, err := t.bury(o.id)
			if err != nil {
				return aboutOwner(o.id, err)
			}
			freed += n
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("free the claims of dead processes: %w", err)
	}
	return freed, nil
}

// sender is a row of owners.
type sender struct {
	id   int64
	host string
	pid  int
	beat time.Time
}

// Holders returns the owners of claims but for one.
func (s *Store) Holders(ctx context.Context, except int64) (all []letter.Holder, err error) {
	const query = `
		SELECT owners.id, owners.beat, COUNT(*) FROM letters JOIN owners ON owners.id = letters.owner
		WHERE letters.owner IS NOT NULL AND letters.owner <> $1
		GROUP BY owners.id, owners.beat ORDER BY owners.id`
	err = s.read(ctx, func(t *tx) (err error) {
		all, err = collect(t, query, []any{except}, func(scan func(...any) error, h *letter.Holder) error {
			return scan(&h.Owner, moment{&h.Beat}, &h.Letters)
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("who holds letters: %w", err)
	}
	return all, nil
}

// wanted is the condition on which a queued letter still goes out: that of a
// reader who left or paused meanwhile does not. Notices are dropped with the
// request that they answer.
const wanted = `(kind <> 'digest' OR EXISTS (
	SELECT 1 FROM readers WHERE readers.id = letters.reader AND readers.state = 'active'))`

// Waiting reports whether there may be letters to claim at now: free ones, or
// ones whose owner may turn out to be dead. It writes nothing, so that a loop
// with nothing to do leaves the disk alone.
func (s *Store) Waiting(ctx context.Context, now time.Time) (waiting bool, err error) {
	const query = `
		SELECT 1 FROM letters
		WHERE state = 'queued' AND owner IS NULL AND (retry IS NULL OR retry <= $1)
		UNION ALL
		SELECT 1 FROM letters WHERE owner IS NOT NULL
		LIMIT 1`
	err = s.read(ctx, func(t *tx) (err error) {
		waiting, err = t.find(query, []any{stamp(now)}, new(int))
		return err
	})
	if err != nil {
		return false, fmt.Errorf("look for letters to send: %w", err)
	}
	return waiting, nil
}

// Claim makes the owner the only one to send at most limit queued letters, and
// returns them with their readers. It chooses those never tried first, so that
// what is refused again and again holds up nobody, and notices before digests,
// the oldest first; of those chosen, notices come first in any case.
func (s *Store) Claim(ctx context.Context, owner int64, now time.Time, limit int) ([]digest.Claim, error) {
	// What another process may change stands twice: where engines let two claims
	// choose the same rows, the second finds them taken when it comes to write.
	// Whether a letter is still wanted, its turn asks once more.
	const free = `state = 'queued' AND owner IS NULL AND (retry IS NULL OR retry <= $2)`
	const query = `
		UPDATE letters SET owner = $1
		WHERE id IN (SELECT id FROM letters WHERE ` + free + ` AND (expires IS NULL OR expires > $2) AND ` + wanted + `
				ORDER BY (retry IS NOT NULL), (kind = 'digest'), made, id LIMIT $3)
			AND ` + free + `
		RETURNING id`
	var claims []digest.Claim
	err := s.write(ctx, func(t *tx) error {
		known, err := t.find(`SELECT 1 FROM owners WHERE id = $1`, []any{owner}, new(int))
		if err != nil {
			return err
		}
		if !known {
			return ErrLost
		}
		ids, err := collect(t, query, []any{owner, stamp(now), limit}, func(scan func(...any) error, id *any) error { return scan(id) })
		if err == nil {
			claims, err = t.claims(ids)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("claim letters: %w", aboutOwner(owner, err))
	}
	return claims, nil
}

// claims returns letters with their readers, in the order of sending.
func (t *tx) claims(ids []any) ([]digest.Claim, error) {
	all := make([]digest.Claim, 0, len(ids))
	var into []any
	for some := range slices.Chunk(ids, atOnce) {
		query := `
			SELECT ` + letterKey + `readers.address` + letterContent + `,
				readers.id, readers.state, readers.zone, readers.weekly, readers.confirmed, readers.gone, readers.suppressed
			FROM letters JOIN readers ON readers.id = letters.reader WHERE letters.id IN (` + places(1, len(some)) + `)`
		err := t.each(query, some, func(scan func(...any) error) error {
			all = append(all, digest.Claim{})
			one := &all[len(all)-1]
			r := &one.To
			return scanLetter(func(columns ...any) error {
				into = append(append(into[:0], columns...), &r.ID, &r.State, &r.Rhythm.Zone, truth{&r.Rhythm.Weekly},
					moment{&r.Confirmed}, moment{&r.LeftAt}, moment{&r.SuppressedAt})
				return scan(into...)
			}, &one.Letter)
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(all, inOrder)
	return all, nil
}

func inOrder(a, b digest.Claim) int {
	isDigest := func(c digest.Claim) int { return flag(c.Kind == letter.Digest) }
	return cmp.Or(cmp.Compare(isDigest(a), isDigest(b)), a.Made.Compare(b.Made), cmp.Compare(a.ID, b.ID))
}

// Release gives back claims on letters that were not tried.
func (s *Store) Release(ctx context.Context, owner int64, ids []int64) error {
	err := s.write(ctx, func(t *tx) error {
		for _, id := range ids {
			if _, err := t.exec(`UPDATE letters SET owner = NULL WHERE id = $1 AND owner = $2`, id, owner); err != nil {
				return fmt.Errorf("letter %d: %w", id, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("release claims: %w", aboutOwner(owner, err))
	}
	return nil
}
