package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"time"

	"paperboy/internal/edition"
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
		for _, source := range a.sources {
			what, err := checkSource(ctx, source)
			r.line("source "+source.Name(), what, err)
		}
		what, err := c.checkMail(ctx)
		r.line("mail", what, err)
		a.checkInbox(ctx, &r)
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

// checkMail opens a connection to the mail server, or to the folder.
func (c *config) checkMail(ctx context.Context) (string, error) {
	open, err := c.opener()
	if err != nil {
		return "", err
	}
	conn, err := open(ctx)
	if err != nil {
		return "", err
	}
	if c.Mail.SMTP == nil {
		return "letters go to the folder " + c.Mail.Folder, conn.Close()
	}
	return fmt.Sprintf("%s takes letters from %s", c.Mail.SMTP.Host, c.Mail.From), errors.Join(conn.Close())
}
