package edition

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/robfig/cron/v3"
)

// Schedule says when the loop wakes, as cron expressions of five fields in UTC.
// Neither decides who gets a letter when: that is the readers' slots.
type Schedule struct {
	Pull string // when sources are read
	Wake string // when the loop looks for what is due and what can be tried again
}

// CheckCron says why cron can't read an expression; nil: it can.
func CheckCron(spec string) error {
	_, err := parseCron(spec)
	return err
}

// parseCron keeps cron's parser from panicking on zones such as "TZ=UTC".
func parseCron(spec string) (_ cron.Schedule, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("not a cron expression: %v", p)
		}
	}()
	return cron.ParseStandard(spec)
}

// Loop is an Edition that runs by itself.
type Loop struct {
	*Edition
	wake chan struct{}
	held *time.Timer // wakes the loop when letters that were held back may go
}

// NewLoop returns a loop over e.
func NewLoop(e *Edition) *Loop { return &Loop{Edition: e, wake: make(chan struct{}, 1)} }

// Wake makes the loop look at once, as when a reader has just confirmed. It
// never blocks.
func (l *Loop) Wake() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// firstPull is how long new letters wait for the first pull, so that they hold
// what was listed while the loop did not run. A source that hangs must not hold
// up the others' papers longer.
const firstPull = 20 * time.Second

// pruneEvery is how often what has grown too old is removed.
const pruneEvery = 24 * time.Hour

// Run pulls and sends until ctx is done. It begins at once, so that whatever
// was missed while it did not run is caught up. Letters that are queued go out
// while the first pull is still reading; new ones wait for it, a while.
func (l *Loop) Run(ctx context.Context, s Schedule) error {
	pull := make(chan struct{}, 1)
	pull <- struct{}{}
	ticks, err := l.schedule(s, pull)
	if err != nil {
		return err
	}
	var pulled sync.WaitGroup
	ready := make(chan struct{})
	open := sync.OnceFunc(func() { close(ready) })
	pulled.Go(func() { l.pullOn(ctx, pull, open) })
	pulled.Go(func() { l.index(ctx) })
	grace := time.AfterFunc(firstPull, func() { open(); l.Wake() })
	defer grace.Stop()
	defer pulled.Wait()

	ticks.Start()
	defer func() { <-ticks.Stop().Done() }()
	l.held = time.AfterFunc(0, l.Wake)
	defer l.held.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-l.wake:
			l.look(ctx, ready)
		}
	}
}

// schedule lets cron ring the two bells. In this order of the chain a job that
// panics is free to run again; in the other, cron v3 never runs it again.
func (l *Loop) schedule(s Schedule, pull chan<- struct{}) (*cron.Cron, error) {
	if err := errors.Join(CheckCron(s.Pull), CheckCron(s.Wake)); err != nil {
		return nil, err
	}
	log := cron.DiscardLogger
	c := cron.New(cron.WithLocation(time.UTC),
		cron.WithChain(cron.SkipIfStillRunning(log), cron.Recover(log)))
	ring := func() {
		select {
		case pull <- struct{}{}:
		default:
		}
	}
	if _, err := c.AddFunc(s.Pull, ring); err != nil {
		return nil, err
	}
	if _, err := c.AddFunc(s.Wake, l.Wake); err != nil {
		return nil, err
	}
	return c, nil
}

func (l *Loop) pullOn(ctx context.Context, bell <-chan struct{}, ready func()) {
	var pruned time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case <-bell:
			l.Pull(ctx, time.Now())
			ready()
			l.Wake()
			if time.Since(pruned) >= pruneEvery {
				pruned = time.Now()
				l.prune(ctx, pruned)
				l.index(ctx)
			}
		}
	}
}

// index takes papers into the search that recording them has not: those that
// were there before it.
func (l *Loop) index(ctx context.Context) {
	switch taken, err := l.Store.Index(ctx); {
	case err != nil && ctx.Err() == nil:
		l.Log.ErrorContext(ctx, "indexing failed", "error", err)
	case taken > 0:
		l.Log.InfoContext(ctx, "indexed papers for the search", "papers", taken)
	}
}

func (l *Loop) prune(ctx context.Context, now time.Time) {
	switch gone, err := l.Store.Prune(ctx, now); {
	case err != nil && ctx.Err() == nil:
		l.Log.ErrorContext(ctx, "pruning failed", "error", err)
	case gone > 0:
		l.Log.InfoContext(ctx, "pruned what is too old", "rows", gone)
	}
}

func (l *Loop) look(ctx context.Context, ready <-chan struct{}) {
	select {
	case <-ready:
		if _, err := l.Enqueue(ctx, time.Now()); err != nil && ctx.Err() == nil {
			l.Log.ErrorContext(ctx, "enqueueing failed", "error", err)
		}
	default:
	}
	now := time.Now()
	report, err := l.Send(ctx, now)
	if err != nil && ctx.Err() == nil {
		l.Log.ErrorContext(ctx, "sending failed", "error", err)
	}
	if report.Delivered+report.Retrying+report.Failed > 0 {
		l.Log.InfoContext(ctx, "letters sent", "delivered", report.Delivered, "retrying", report.Retrying,
			"failed", report.Failed, "took", time.Since(now).Round(time.Millisecond))
	}
	if !report.Next.IsZero() {
		l.held.Reset(report.Next.Sub(now))
	}
}
