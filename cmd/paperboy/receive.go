package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"

	"paperboy/internal/inbox"
)

// Exit codes of a command that a mail server pipes mail into (sysexits.h).
const (
	noUser   = 67 // there is no such mailbox: the server refuses the mail
	tempFail = 75 // the server keeps the mail and tries again
)

// receiveCommand handles one mail on standard input, for pipes of a mail
// server. Whatever goes wrong here, the mail must not be lost by it: the server
// is told to try again.
func receiveCommand(f *flag.FlagSet) func(context.Context, []string, streams) error {
	config := configFlag(f)
	to := f.String("to", "", "the envelope recipient, an `ADDRESS`; by default what Postfix says in ORIGINAL_RECIPIENT, else the mail's header")
	from := f.String("from", "", "the envelope sender; by default what Postfix says in SENDER")
	return func(ctx context.Context, args []string, s streams) error {
		if err := noArguments(args); err != nil {
			return err
		}
		m := inbox.Mail{
			To:   cmp.Or(*to, os.Getenv("ORIGINAL_RECIPIENT"), os.Getenv("RECIPIENT")),
			From: cmp.Or(*from, os.Getenv("SENDER")),
		}
		if sender, told := os.LookupEnv("SENDER"); told && m.From == sender {
			m.Null = sender == "" || sender == "MAILER-DAEMON"
		}
		var err error
		if m.Raw, err = inbox.ReadMail(s.in); err != nil {
			return exitError{tempFail, fmt.Errorf("read the mail: %w", err)}
		}
		a, err := openConfigured(ctx, *config, s)
		if err != nil {
			return exitError{tempFail, err}
		}
		defer a.close()
		return a.receive(ctx, m)
	}
}

func (a *app) receive(ctx context.Context, m inbox.Mail) error {
	if a.Inbox == nil {
		return exitError{tempFail, errors.New("the configuration has no inbox")}
	}
	h, err := a.handler(nil)
	if err != nil {
		return exitError{tempFail, err}
	}
	if m.To != "" && !h.Takes(m.To) {
		return exitError{noUser, errors.New("there is no such mailbox")}
	}
	ours, err := h.Handle(ctx, m)
	switch {
	case err != nil:
		return exitError{tempFail, err}
	case !ours:
		a.log.Warn("a mail that says nothing to the inbox was taken and dropped")
	}
	return nil
}
