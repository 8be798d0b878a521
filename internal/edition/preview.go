package edition

import (
	"context"
	"fmt"
	"time"

	"paperboy/internal/digest"
	"paperboy/internal/letter"
	"paperboy/internal/paper"
	"paperboy/internal/subscription"
)

// Preview returns the letter that a reader would get if it were made now, with
// at most limit papers (0: all) and the papers that it names. Nothing is
// recorded. A reader without an ID is one who has had nothing yet.
func (e *Edition) Preview(ctx context.Context, r subscription.Reader, limit int, now time.Time) (letter.Letter, map[paper.Key]*paper.Paper, error) {
	due := digest.Due{Reader: r, History: digest.History{First: true}}
	if r.ID != 0 {
		var err error
		if due, err = e.Store.DueOf(ctx, r.ID, now); err != nil {
			return letter.Letter{}, nil, fmt.Errorf("history of reader %d: %w", r.ID, err)
		}
	}
	d, err := e.openDesk(ctx, now)
	if err != nil {
		return letter.Letter{}, nil, err
	}
	l, err := d.write(due, now, limit)
	if err != nil {
		return letter.Letter{}, nil, err
	}
	papers := make(map[paper.Key]*paper.Paper, len(d.catalogue))
	for _, p := range d.catalogue {
		papers[p.Key] = p
	}
	return *l, papers, nil
}
