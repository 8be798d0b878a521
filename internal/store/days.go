package store

import (
	"context"
	"fmt"
	"time"

	"paperboy/internal/letter"
	"paperboy/internal/paper"
	"paperboy/internal/subscription"
)

// A listing came on the day on which it was first seen; what a source's first
// fetch filled in, on the day on which the source says that it listed it.

// Day returns the papers that came on a day of UTC, in any source, as they are
// known at now, in the order of their keys.
func (s *Store) Day(ctx context.Context, date, now time.Time) ([]*paper.Paper, error) {
	const came = `
		SELECT paper FROM listings WHERE sighted >= $1 AND sighted < $2 AND (seq <> 0 OR listed IS NULL)
		UNION SELECT paper FROM listings WHERE seq = 0 AND listed IS NOT NULL AND listed >= $1 AND listed < $2`
	var papers []*paper.Paper
	err := s.read(ctx, func(t *tx) (err error) {
		papers, err = t.papers(now, came, stamp(date), stamp(date.Add(day)))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("papers of %s: %w", date.Format(time.DateOnly), err)
	}
	return papers, nil
}

// Days returns the days up to now on which papers came, newest first.
func (s *Store) Days(ctx context.Context, now time.Time) ([]paper.Day, error) {
	const query = `
		SELECT came, COUNT(DISTINCT paper) FROM (
			SELECT paper, SUBSTR(CASE WHEN seq = 0 AND listed IS NOT NULL THEN listed ELSE sighted END, 1, 10) AS came
			FROM listings) AS coming
		WHERE came <= $1 GROUP BY came ORDER BY came DESC`
	var days []paper.Day
	err := s.read(ctx, func(t *tx) (err error) {
		days, err = collect(t, query, []any{now.UTC().Format(time.DateOnly)}, func(scan func(...any) error, d *paper.Day) error {
			var date string
			if err := scan(&date, &d.Papers); err != nil {
				return err
			}
			d.Date, err = time.Parse(time.DateOnly, date)
			return err
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("days: %w", err)
	}
	return days, nil
}

// Letter returns one of a reader's letters. The error is ErrNoReader where it
// is not theirs, or gone.
func (s *Store) Letter(ctx context.Context, reader, id int64) (letter.Letter, error) {
	const query = `SELECT ` + letterColumns + ` FROM letters WHERE reader = $1 AND id = $2`
	var found []letter.Letter
	err := s.read(ctx, func(t *tx) (err error) {
		found, err = collect(t, query, []any{reader, id}, scanLetter)
		return err
	})
	if err == nil && len(found) == 0 {
		err = subscription.ErrNoReader
	}
	if err != nil {
		return letter.Letter{}, fmt.Errorf("letter %d of %w", id, aboutReader(reader, err))
	}
	return found[0], nil
}
