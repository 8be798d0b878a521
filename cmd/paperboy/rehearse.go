package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"paperboy/internal/digest"
	"paperboy/internal/edition"
	"paperboy/internal/letter"
	"paperboy/internal/listing"
)

// sinkArgument makes rehearse the mail server of another rehearsal.
const sinkArgument = "sink"

// stages of a rehearsal, in their order. A later one needs those before it.
var stages = []string{"match", "enqueue", "send"}

// rehearsal is what the flags ask for.
type rehearsal struct {
	config, papers, smtp, stages, format, heat string
	readers, connections                       int
}

func rehearseCommand(f *flag.FlagSet) func(context.Context, []string, streams) error {
	var r rehearsal
	f.IntVar(&r.readers, "readers", 0, "this many readers, `N`")
	f.StringVar(&r.papers, "papers", "1000", "this many invented papers, `N`, or those of a file of the file source")
	f.StringVar(&r.smtp, "smtp", "", "send to the mail server at `HOST:PORT`; without it, to one of its own that takes all and keeps none")
	f.IntVar(&r.connections, "connections", 0, "`C` connections at once; without it, as configured")
	f.StringVar(&r.stages, "stages", strings.Join(stages, ","), "report on these `STAGES`, and do no more than they need")
	f.StringVar(&r.format, "format", "text", "text or json")
	f.StringVar(&r.heat, "heat", "", "no round, but how good the order by heat would have been, by the archived readings in the folder `DIR`")
	f.StringVar(&r.config, "config", "", "take site, templates and mail settings from the configuration `FILE`; without it, the defaults")
	return func(ctx context.Context, args []string, s streams) error {
		if slices.Equal(args, []string{sinkArgument}) {
			return runSink(ctx, s.in, s.out)
		}
		if err := errors.Join(noArguments(args), r.check()); err != nil {
			return usageError{err}
		}
		if r.heat != "" {
			return rehearseHeat(r.heat, r.format, s.out)
		}
		return r.run(ctx, s)
	}
}

// check refuses what can't be rehearsed.
func (r *rehearsal) check() error {
	var faults []error
	fault := func(bad bool, format string, args ...any) {
		if bad {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	fault(r.readers < 1 && r.heat == "", "--readers: say how many, 1 or more")
	fault(r.readers != 0 && r.heat != "", "--heat takes no --readers: it makes no round")
	fault(r.connections < 0, "--connections %d is negative", r.connections)
	fault(r.format != "text" && r.format != "json", "--format %q is not text or json", r.format)
	if n, err := strconv.Atoi(r.papers); err == nil {
		fault(n < 1, "--papers %d is less than 1", n)
	}
	for stage := range strings.SplitSeq(r.stages, ",") {
		fault(!slices.Contains(stages, stage), "--stages: %q is not one of %s", stage, strings.Join(stages, ", "))
	}
	if r.smtp != "" {
		_, _, err := splitAddress(r.smtp)
		fault(err != nil, "--smtp: %w", err)
	}
	return errors.Join(faults...)
}

// reaches reports whether a stage, or one that needs it, is asked for.
func (r *rehearsal) reaches(stage string) bool {
	for _, s := range stages[slices.Index(stages, stage):] {
		if r.reports(s) {
			return true
		}
	}
	return false
}

func (r *rehearsal) reports(stage string) bool {
	return slices.Contains(strings.Split(r.stages, ","), stage)
}

func splitAddress(address string) (host string, port int, err error) {
	host, service, err := net.SplitHostPort(address)
	if err != nil {
		return "", 0, err
	}
	port, err = strconv.Atoi(service)
	return host, port, err
}

// run rehearses in a scratch folder that is removed at the end.
func (r *rehearsal) run(ctx context.Context, s streams) (err error) {
	dir, err := os.MkdirTemp("", "paperboy-rehearsal-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	c, err := r.configured(dir)
	if err != nil {
		return err
	}
	var own *childSink
	if r.smtp == "" && r.reaches("send") {
		if own, err = startSink(ctx, s.err); err != nil {
			return err
		}
		defer own.in.Close() // it ends the sink, also where the round failed
		if err := serverAt(c, own.addr); err != nil {
			return err
		}
	}
	out, err := r.round(ctx, c, s)
	if err != nil {
		return err
	}
	if own != nil {
		took, err := own.stop()
		if err != nil {
			return fmt.Errorf("mail server of the rehearsal: %w", err)
		}
		if took.Letters != int64(out.Letters) {
			return fmt.Errorf("%d letters sent, but %d arrived", out.Letters, took.Letters)
		}
	}
	if out.DatabaseBytes, err = folderBytes(dir); err != nil {
		return err
	}
	return out.write(s.out, r.format)
}

// configured is the configuration of the rehearsal: the operator's, but for
// where the readers, the papers and the letters are.
func (r *rehearsal) configured(dir string) (_ *config, err error) {
	c := defaults()
	if r.config != "" {
		if c, err = loadConfig(r.config); err != nil {
			return nil, err
		}
	}
	c.Database = "sqlite:" + filepath.Join(dir, "rehearsal.db")
	c.Mail.Folder = filepath.Join(dir, "mail") // stays empty
	c.Sources = nil
	c.Mail.Limits = limitsConfig{} // what is measured is how fast it could be
	c.Mail.Connections = cmp.Or(r.connections, c.Mail.Connections)
	if r.smtp == "" {
		return c, nil
	}
	return c, serverAt(c, r.smtp)
}

// serverAt makes the server at an address the one that gets the letters.
func serverAt(c *config, address string) error {
	host, port, err := splitAddress(address)
	c.Mail.SMTP = smtpConfigs{{Host: host, Port: port}}
	return err
}

func (r *rehearsal) source() edition.Source {
	if n, err := strconv.Atoi(r.papers); err == nil {
		return rehearsalPapers{n}
	}
	return listing.NewFile("rehearsal", r.papers)
}

// round fills the database and runs the stages over it.
func (r *rehearsal) round(ctx context.Context, c *config, s streams) (out rehearsed, err error) {
	a, err := open(ctx, c, newLog(s.err), nil)
	if err != nil {
		return out, err
	}
	defer a.close()
	a.sources = []edition.Source{r.source()}
	e, err := a.edition()
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, e.Close(context.WithoutCancel(ctx))) }()
	stage := &watched{Store: e.Store, dry: !r.reaches("enqueue"), matched: map[int]int{}}
	e.Store = stage
	weighed := weigh(e)
	now := time.Now().UTC()
	out.Readers = r.readers
	if err := r.fill(ctx, a, e, now, s, &out); err != nil {
		return out, err
	}
	if err := r.enqueue(ctx, e, stage, now, s, &out); err != nil {
		return out, err
	}
	if r.reaches("send") {
		if err := r.send(ctx, e, now, s, &out); err != nil {
			return out, err
		}
		out.BytesPerLetter = weighed.Load() / int64(max(out.Letters, 1))
	}
	out.PeakRSSBytes = peakRSS()
	return out, nil
}

// fill records the papers and makes readers of them.
func (r *rehearsal) fill(ctx context.Context, a *app, e *edition.Edition, now time.Time, s streams, out *rehearsed) error {
	defer progress(s.err, "making papers and readers")()
	if err := edition.AllBroken(e.Pull(ctx, now)); err != nil {
		return err
	}
	known, err := a.store.Candidates(ctx, now, digest.Reach)
	if err != nil {
		return err
	}
	crowd, err := newCrowd(known.Papers, a.defaultSettings().Rhythm)
	if err != nil {
		return err
	}
	_, err = a.store.Import(ctx, crowd.readers(r.readers), now)
	out.Papers, out.Keywords = len(known.Papers), len(crowd.drawn)
	return err
}

// enqueue matches and writes. Where a round does both at once, what the writing
// hides of the matching counts as writing: the two add up to the time that
// passed.
func (r *rehearsal) enqueue(ctx context.Context, e *edition.Edition, w *watched, now time.Time, s streams, out *rehearsed) error {
	defer progress(s.err, "matching")()
	begun := time.Now()
	report, err := e.Enqueue(ctx, now)
	whole := time.Since(begun)
	switch {
	case err != nil:
		return err
	case report.Failed > 0:
		return fmt.Errorf("%s could not be served", count(report.Failed, "reader"))
	}
	out.Letters, out.Matched = report.Letters, w.middle()
	if r.reports("match") {
		out.add("match", whole-w.writing, r.readers)
	}
	if r.reports("enqueue") {
		out.add("enqueue", w.writing, report.Letters+report.Quiet)
	}
	return nil
}

func (r *rehearsal) send(ctx context.Context, e *edition.Edition, now time.Time, s streams, out *rehearsed) error {
	defer progress(s.err, "sending")()
	begun := time.Now()
	report, err := e.Send(ctx, now)
	if err != nil {
		return err
	}
	if report.Delivered != out.Letters {
		return fmt.Errorf("only %d of %d letters were delivered: %d to be tried again, %d failed",
			report.Delivered, out.Letters, report.Retrying, report.Failed)
	}
	if r.reports("send") {
		out.add("send", time.Since(begun), report.Delivered)
	}
	return nil
}

// watched is a store that measures how long enqueueing writes, and counts the
// letters by how many papers matched. A dry one does not write: what is left is
// the matching.
type watched struct {
	edition.Store
	dry     bool
	writing time.Duration
	matched map[int]int
}

func (w *watched) Enqueue(ctx context.Context, entries []digest.Entry, now time.Time) (int, error) {
	for _, e := range entries {
		if e.Letter != nil {
			w.matched[e.Letter.Matched]++
		}
	}
	if w.dry {
		return len(entries), nil
	}
	begun := time.Now()
	defer func() { w.writing += time.Since(begun) }()
	return w.Store.Enqueue(ctx, entries, now)
}

// middle is how many papers matched for the reader in the middle.
func (w *watched) middle() int {
	left := 0
	for _, letters := range w.matched {
		left += letters
	}
	for _, n := range slices.Sorted(maps.Keys(w.matched)) {
		if left -= 2 * w.matched[n]; left <= 0 {
			return n
		}
	}
	return 0
}

// weigh counts the bytes of the letters that e sends.
func weigh(e *edition.Edition) *atomic.Int64 {
	var bytes atomic.Int64
	open := e.Open
	e.Open = func(ctx context.Context) (edition.Conn, error) {
		conn, err := open(ctx)
		return weighed{conn, &bytes}, err
	}
	return &bytes
}

type weighed struct {
	edition.Conn
	bytes *atomic.Int64
}

func (w weighed) Send(ctx context.Context, e letter.Envelope) letter.Reply {
	w.bytes.Add(int64(len(e.Data)))
	return w.Conn.Send(ctx, e)
}
