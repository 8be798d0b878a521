package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"paperboy/internal/edition"
	"paperboy/internal/letter"
)

func runCommand(f *flag.FlagSet) func(context.Context, []string, streams) error {
	config, now := configFlag(f), nowFlag(f)
	dry := f.Bool("dry-run", false, "show what would be sent; record and send nothing")
	return func(ctx context.Context, args []string, s streams) error {
		if err := noArguments(args); err != nil {
			return err
		}
		at, err := now.recorded()
		if err != nil && !*dry {
			return err
		}
		a, err := openConfigured(ctx, *config, s)
		if err != nil {
			return err
		}
		defer a.close()
		defer progress(s.err, "one round")()
		if *dry {
			return a.dryRun(ctx, now.orNow(), s.out)
		}
		return a.runOnce(ctx, at, s)
	}
}

func (a *app) runOnce(ctx context.Context, now time.Time, s streams) error {
	e, err := a.edition()
	if err != nil {
		return err
	}
	began := time.Now()
	clock := func() time.Time { return now.Add(time.Since(began)) }
	report, err := e.Round(ctx, now)
	if err == nil {
		err = sendHeld(ctx, e, &report.Sent, clock)
	}
	if err == nil {
		err = sendOrphans(ctx, e, &report.Sent, clock, s.err)
	}
	printReport(s.out, report)
	if ctx.Err() == nil { // else the next round does it
		// A round for a day to come removes nothing that is not old today.
		_, pruneErr := a.store.Prune(ctx, slices.MinFunc([]time.Time{now, time.Now()}, time.Time.Compare))
		_, indexErr := a.store.Index(ctx)
		err = errors.Join(err, pruneErr, indexErr)
	}
	ctx = context.WithoutCancel(ctx)
	census, censusErr := a.store.Census(ctx)
	if n := census.Letters[letter.Queued]; n > 0 {
		fmt.Fprintf(s.out, "waiting to be sent: %s\n", count(n, "letter"))
	}
	return errors.Join(err, censusErr, e.Close(ctx))
}

// heldFor is how long a single round waits for the next letter that limits
// hold back. What has to wait longer, for a day's ceiling perhaps, is left to a
// later round.
const heldFor = 15 * time.Minute

// sendHeld goes on sending while limits let a letter go soon.
func sendHeld(ctx context.Context, e *edition.Edition, sent *edition.SendReport, clock func() time.Time) error {
	for !sent.Next.IsZero() {
		wait := sent.Next.Sub(clock())
		if wait > heldFor {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
		if err := sendMore(ctx, e, sent, clock()); err != nil {
			return err
		}
	}
	return nil
}

// sendOrphans sends the letters that a process which died holds, once it counts
// as dead.
func sendOrphans(ctx context.Context, e *edition.Edition, sent *edition.SendReport, clock func() time.Time, told io.Writer) error {
	dead, err := e.AwaitOthers(ctx, func(letters int, most time.Duration) {
		fmt.Fprintf(told, "paperboy run: another process has %s to send; waiting for a sign of life from it, %s at most\n",
			count(letters, "letter"), most.Round(time.Second))
	})
	if err != nil || !dead {
		return err
	}
	if err := sendMore(ctx, e, sent, clock()); err != nil {
		return err
	}
	return sendHeld(ctx, e, sent, clock)
}

// sendMore sends what can be sent now, and adds it to what was.
func sendMore(ctx context.Context, e *edition.Edition, sent *edition.SendReport, now time.Time) error {
	more, err := e.Send(ctx, now)
	sent.Delivered += more.Delivered
	sent.Retrying += more.Retrying
	sent.Failed += more.Failed
	sent.Next = more.Next
	return err
}

// dryRun makes a whole round on a copy of the database, into no mail server.
func (a *app) dryRun(ctx context.Context, now time.Time, out io.Writer) error {
	dir, err := os.MkdirTemp("", "paperboy-dry-run-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	copied := filepath.Join(dir, "copy.db")
	if err := a.store.CopyTo(ctx, copied); err != nil {
		return err
	}
	c := *a.config
	c.Database = "sqlite:" + copied
	c.Mail.Limits = limitsConfig{} // what is not sent need not be spaced
	dry, err := open(ctx, &c, a.log, nil)
	if err != nil {
		return err
	}
	defer dry.close()
	dry.sources = a.sources // read through the real database's limiter
	e, err := dry.edition()
	if err != nil {
		return err
	}
	shown := &shownLetters{out: out}
	e.Open = func(context.Context) (edition.Conn, error) { return discard{}, nil }
	e.Build = shown.build
	report, err := e.Round(ctx, now)
	printSources(out, report.Sources)
	fmt.Fprintf(out, "would send %s\n", count(report.Sent.Delivered, "letter"))
	return err
}

// shownLetters prints each letter that would be built.
type shownLetters struct {
	mu  sync.Mutex
	out io.Writer
}

func (s *shownLetters) build(m letter.Message) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err := fmt.Fprintf(s.out, "would send to %s: %s\n", m.To, m.Subject)
	return nil, err
}

// discard takes every letter and delivers none.
type discard struct{}

func (discard) Begin(context.Context, letter.Envelope) {}

func (discard) Send(context.Context, letter.Envelope) letter.Reply {
	return letter.Reply{Stage: letter.StageDot, Host: "dry run", Code: 250}
}

func (discard) Close() error { return nil }

func printReport(w io.Writer, r edition.Report) {
	printSources(w, r.Sources)
	fmt.Fprintf(w, "letters: %d made, %s quiet", r.Enqueued.Letters, count(r.Enqueued.Quiet, "slot"))
	if r.Enqueued.Failed > 0 {
		fmt.Fprintf(w, ", %s could not be served", count(r.Enqueued.Failed, "reader"))
	}
	fmt.Fprintf(w, "\nsent: %d delivered", r.Sent.Delivered)
	if r.Sent.Retrying > 0 {
		fmt.Fprintf(w, ", %d to be tried again", r.Sent.Retrying)
	}
	if r.Sent.Failed > 0 {
		fmt.Fprintf(w, ", %d failed", r.Sent.Failed)
	}
	fmt.Fprintln(w)
}

func printSources(w io.Writer, rs []edition.SourceReport) {
	for _, r := range rs {
		fmt.Fprintf(w, "source %s: %s", r.Source, r.Status)
		if r.New > 0 {
			fmt.Fprintf(w, ", %s", count(r.New, "paper"))
		}
		if r.Reason != "" {
			fmt.Fprintf(w, ": %s", r.Reason)
		}
		fmt.Fprintln(w)
	}
}

func pullCommand(f *flag.FlagSet) func(context.Context, []string, streams) error {
	config, now := configFlag(f), nowFlag(f)
	return func(ctx context.Context, args []string, s streams) error {
		if err := noArguments(args); err != nil {
			return err
		}
		at, err := now.recorded()
		if err != nil {
			return err
		}
		a, err := openConfigured(ctx, *config, s)
		if err != nil {
			return err
		}
		defer a.close()
		defer progress(s.err, "reading the sources")()
		return a.pull(ctx, at, s.out)
	}
}

func (a *app) pull(ctx context.Context, now time.Time, out io.Writer) error {
	e, err := a.edition()
	if err != nil {
		return err
	}
	reports := e.Pull(ctx, now)
	printSources(out, reports)
	return edition.AllBroken(reports)
}

// count is a number of things, in the right number.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
