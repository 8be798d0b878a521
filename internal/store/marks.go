package store

import (
	"context"
	"fmt"
	"time"

	"paperboy/internal/paper"
	"paperboy/internal/subscription"
)

// maxMarks bounds what is kept of one reader: a link that was passed on must
// not fill the disk.
const maxMarks = 1000

// opposites are opinions of which the newer takes the place of the older.
var opposites = map[subscription.Opinion]subscription.Opinion{
	subscription.More: subscription.Less,
	subscription.Less: subscription.More,
}

// Remember keeps what a reader says of a paper, an author or a keyword; said
// again, it counts as of now. text is the author or the keyword, of a paper
// what it is called. The error is ErrTooManyMarks where the reader said too
// much already.
func (s *Store) Remember(ctx context.Context, reader int64, m subscription.Mark, now time.Time) error {
	return s.change(ctx, reader, func(t *tx, _ subscription.Reader) error {
		name := m.Text
		if m.Opinion.OfPaper() {
			name = ""
			root, err := t.roots(`id = $1`, m.Paper)
			if err != nil {
				return err
			}
			m.Paper = root.of(m.Paper)
			for _, o := range []subscription.Opinion{m.Opinion, opposites[m.Opinion]} {
				if err := t.forget(reader, o, m.Paper); err != nil {
					return err
				}
			}
		}
		var marks int
		if err := t.one(`SELECT COUNT(*) FROM marks WHERE reader = $1`, []any{reader}, &marks); err != nil {
			return err
		}
		if marks >= maxMarks {
			return subscription.ErrTooManyMarks
		}
		const query = `
			INSERT INTO marks (reader, kind, paper, text, shown, at) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (reader, kind, paper, text) DO UPDATE SET shown = excluded.shown, at = excluded.at`
		_, err := t.exec(query, reader, m.Opinion, m.Paper, name, m.Text, stamp(now))
		return err
	})
}

// forget removes an opinion of a paper, under whatever key it was given.
func (t *tx) forget(reader int64, o subscription.Opinion, p paper.Key) error {
	const query = `
		DELETE FROM marks WHERE reader = $1 AND kind = $2
			AND (paper = $3 OR paper IN (SELECT id FROM papers WHERE merged_into = $3))`
	_, err := t.exec(query, reader, o, p)
	return err
}

// Forget takes back one of a reader's marks. It may be gone already.
func (s *Store) Forget(ctx context.Context, reader, mark int64) error {
	return s.change(ctx, reader, func(t *tx, _ subscription.Reader) error {
		_, err := t.exec(`DELETE FROM marks WHERE reader = $1 AND id = $2`, reader, mark)
		return err
	})
}

// markColumns name a paper that was merged since by what it became.
const markColumns = `marks.id, marks.kind,
	COALESCE((SELECT papers.merged_into FROM papers WHERE papers.id = marks.paper), marks.paper),
	marks.shown, marks.at`

// Marks returns what a reader said, newest first.
func (s *Store) Marks(ctx context.Context, reader int64) ([]subscription.Mark, error) {
	var all []subscription.Mark
	err := s.read(ctx, func(t *tx) (err error) {
		all, err = t.marks(reader)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("marks of %w", aboutReader(reader, err))
	}
	return all, nil
}

func (t *tx) marks(reader int64) ([]subscription.Mark, error) {
	const query = `SELECT ` + markColumns + ` FROM marks WHERE reader = $1 ORDER BY at DESC, id DESC`
	return collect(t, query, []any{reader}, func(scan func(...any) error, m *subscription.Mark) error {
		return scan(&m.ID, &m.Opinion, &m.Paper, &m.Text, moment{&m.At})
	})
}

// mutes returns what the readers with ids from first to last have muted, by
// reader. Readers who muted nothing are not in it.
func (t *tx) mutes(first, last int64) (map[int64][]subscription.Mark, error) {
	const query = `SELECT marks.reader, ` + markColumns + ` FROM marks
		WHERE reader >= $1 AND reader <= $2 AND kind IN ('paper', 'author', 'keyword') ORDER BY marks.id`
	mutes := map[int64][]subscription.Mark{}
	return mutes, t.each(query, []any{first, last}, func(scan func(...any) error) error {
		var reader int64
		var m subscription.Mark
		err := scan(&reader, &m.ID, &m.Opinion, &m.Paper, &m.Text, moment{&m.At})
		mutes[reader] = append(mutes[reader], m)
		return err
	})
}
