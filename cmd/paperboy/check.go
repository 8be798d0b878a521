package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net"
	"time"

	"paperboy/internal/edition"
	"paperboy/internal/letter"
	"paperboy/internal/post"
)

func checkCommand(f *flag.FlagSet) func(context.Context, []string, streams) error {
	config := configFlag(f)
	return func(ctx context.Context, args []string, s streams) error {
		if err := noArguments(args); err != nil {
			return err
		}
		defer progress(s.err, "checking")()
		r := checks{out: s.out}
		c, err := loadConfig(*config)
		if r.line("configuration", *config, err); err != nil {
			return r.verdict()
		}
		a, err := open(ctx, c, newLog(io.Discard), s.in)
		if err != nil {
			r.line("start", "", err)
			return r.verdict()
		}
		r.line("database", c.Database, nil)
		defer a.close()
		_, err = a.pages(func() {}, time.Now)
		r.line("templates", "letters and pages can be shown", err)
		for _, source := range a.sources {
			what, err := checkSource(ctx, source)
			r.line("source "+source.Name(), what, err)
		}
		c.checkMail(ctx, &r)
		a.checkInbox(ctx, &r)
		a.checkSending(ctx, &r)
		c.checkDKIM(ctx, &r, mailHost(a.site.From.Address), net.DefaultResolver.LookupTXT)
		return r.verdict()
	}
}

// checks prints a line for each part and remembers the ones that failed.
type checks struct {
	out    io.Writer
	failed int
}

func (c *checks) line(part, what string, err error) {
	if err != nil {
		c.failed++
		fmt.Fprintf(c.out, "failed  %s: %v\n", part, err)
		return
	}
	fmt.Fprintf(c.out, "ok      %s: %s\n", part, what)
}

// warn prints what works and is hardly meant.
func (c *checks) warn(part, what string) { fmt.Fprintf(c.out, "warning %s: %s\n", part, what) }

func (c *checks) verdict() error {
	if c.failed > 0 {
		return fmt.Errorf("%s failed", count(c.failed, "part"))
	}
	return nil
}

// checkSource reads a source as a first pull would, and records nothing.
func checkSource(ctx context.Context, source edition.Source) (string, error) {
	batch, err := source.Fetch(ctx, time.Now().UTC(), "")
	switch listed := "lists " + count(len(batch.Listings), "paper"); {
	case err != nil && len(batch.Listings) > 0:
		return listed + "; the rest could not be read: " + err.Error(), nil
	case err != nil:
		return "", err
	case len(batch.Listings) > 0:
		return listed, nil
	case batch.Quiet != "":
		return "quiet: " + batch.Quiet, nil
	case batch.Stale != "":
		return "stale: " + batch.Stale, nil
	}
	return "lists nothing", nil
}

// checkMail opens a connection to each mail server, or to the folder.
func (c *config) checkMail(ctx context.Context, r *checks) {
	servers, err := c.servers()
	if err != nil {
		r.line("mail", "", err)
		return
	}
	for i, server := range servers {
		what := fmt.Sprintf("%s takes letters from %s", c.Mail.SMTP[i].Host, c.Mail.From)
		r.line("mail", what, tryOpen(ctx, server))
	}
	if len(servers) > 0 {
		return
	}
	folder, err := post.NewFolder(c.path(c.Mail.Folder))
	if err == nil {
		err = tryOpen(ctx, folder)
	}
	r.line("mail", "letters go to the folder "+c.Mail.Folder, err)
}

// checkSending tells what the mail server said against us last, and which places
// take less mail from us, or none. A sending that was stopped is a fault that
// somebody has to see to; a place that waits is news.
func (a *app) checkSending(ctx context.Context, r *checks) {
	why, stopped, err := a.store.Stopped(ctx)
	if stopped {
		err = fmt.Errorf("was stopped at %s: %w; it goes on as soon as a letter is taken",
			why.At.Format(time.RFC3339), &letter.Fault{Reply: why.Reply})
	}
	if err != nil {
		r.line("sending", "", err)
	}
	now := time.Now()
	places, err := a.store.PausedPlaces(ctx, now)
	if err != nil {
		r.line("paused places", "", err)
	}
	for _, p := range places {
		if p.Until.After(now) {
			r.line("mail to "+p.Domain, fmt.Sprintf("is paused until %s: %s", p.Until.Format(time.RFC3339), letter.WithoutAddresses(p.Reason)), nil)
		}
	}
}

func tryOpen(ctx context.Context, o post.Opener) error {
	conn, err := o.Open(ctx)
	if err != nil {
		return err
	}
	return conn.Close()
}
