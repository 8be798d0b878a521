package edition

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"paperboy/internal/paper"
)

// Status is what a source said at one pull.
type Status string

const (
	Fresh  Status = "new"    // papers that it had not listed before
	Quiet  Status = "quiet"  // nothing new, as on a weekend or a holiday
	Stale  Status = "stale"  // the batch before under today's date
	Broken Status = "broken" // it could not be read
)

// SourceReport is the outcome of pulling one source.
type SourceReport struct {
	Source string
	Status Status
	Reason string // why it is not Fresh; beside Fresh, what could not be read
	paper.Recorded
	Err error // what could not be read, also beside Fresh
}

// AllBroken returns the joined reasons if there are sources and each is broken.
func AllBroken(rs []SourceReport) error {
	errs := make([]error, 0, len(rs))
	for _, r := range rs {
		if r.Status != Broken {
			return nil
		}
		errs = append(errs, fmt.Errorf("source %s: %w", r.Source, r.Err))
	}
	return errors.Join(errs...)
}

// Pull reads all sources side by side and records what they list. The trouble
// of one stands in its report and stops no other.
func (e *Edition) Pull(ctx context.Context, now time.Time) []SourceReport {
	reports := make([]SourceReport, len(e.Sources))
	var wg sync.WaitGroup
	for i, source := range e.Sources {
		wg.Go(func() { reports[i] = e.pullOne(ctx, source, now) })
	}
	wg.Wait()
	return reports
}

func (e *Edition) pullOne(ctx context.Context, source Source, now time.Time) SourceReport {
	r := e.fetchAndRecord(ctx, source, now)
	r.Source = source.Name()
	if err := e.Store.Mark(ctx, r.Source, string(r.Status), r.Reason, now); err != nil {
		r.Err = errors.Join(r.Err, err)
	}
	log := e.Log.With("source", r.Source, "status", string(r.Status), "new", r.New)
	if r.Err != nil {
		log.WarnContext(ctx, "pulled", "error", r.Err)
	} else {
		log.InfoContext(ctx, "pulled", "reason", r.Reason)
	}
	return r
}

func (e *Edition) fetchAndRecord(ctx context.Context, source Source, now time.Time) SourceReport {
	memo, err := e.Store.Memo(ctx, source.Name())
	if err != nil {
		return broken(err)
	}
	// The memo counts also where nothing could be read: it may hold until when
	// the source wants to be left alone.
	batch, fetchErr := fetch(ctx, source, now, memo)
	recorded, err := e.Store.Record(ctx, source.Name(), batch, now)
	if err != nil {
		return broken(errors.Join(fetchErr, err))
	}
	if fetchErr != nil && len(batch.Listings) == 0 && batch.Quiet == "" {
		return broken(fetchErr)
	}
	r := SourceReport{Recorded: recorded, Err: fetchErr}
	r.Status, r.Reason = verdict(batch, recorded)
	if fetchErr != nil {
		r.Reason = fetchErr.Error()
	}
	return r
}

// fetch turns a panic in one source into that source's error.
func fetch(ctx context.Context, source Source, now time.Time, memo string) (b paper.Batch, err error) {
	defer func() {
		if p := recover(); p != nil {
			b, err = paper.Batch{Memo: memo}, fmt.Errorf("fetch panicked: %v", p)
		}
	}()
	return source.Fetch(ctx, now, memo)
}

func broken(err error) SourceReport {
	return SourceReport{Status: Broken, Reason: err.Error(), Err: err}
}

func verdict(b paper.Batch, r paper.Recorded) (Status, string) {
	switch {
	case r.New > 0:
		return Fresh, ""
	case b.Stale != "":
		return Stale, b.Stale
	case b.Quiet != "":
		return Quiet, b.Quiet
	case len(b.Listings) == 0:
		return Quiet, "it lists nothing"
	}
	return Quiet, "it lists nothing that was not there before"
}
