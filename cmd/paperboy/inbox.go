package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"os"
	"strings"
	"sync"
	"time"

	"paperboy/internal/inbox"
	"paperboy/internal/subscription"
	"paperboy/internal/web"
)

// inboxConfig says where mails about letters come back to, and how they come
// in. Any number of the ways may be used at once; `receive` always works.
type inboxConfig struct {
	Address   string      `yaml:"address"`
	Subscribe string      `yaml:"subscribe"`
	Listen    string      `yaml:"listen"`
	Protocol  string      `yaml:"protocol"`
	Maildir   string      `yaml:"maildir"`
	IMAP      *imapConfig `yaml:"imap"`
	Interval  seconds     `yaml:"interval"`
	Aside     string      `yaml:"aside"`
}

type imapConfig struct {
	Host         string `yaml:"host"`
	Port         int    `yaml:"port"`
	TLS          string `yaml:"tls"`
	Username     string `yaml:"username"`
	PasswordFile string `yaml:"password_file"`
	Folder       string `yaml:"folder"`
	CAFile       string `yaml:"ca_file"`
}

// fill puts the defaults where the file says nothing.
func (c *inboxConfig) fill() {
	if c.Protocol == "" {
		c.Protocol = "lmtp"
	}
	if c.Interval == 0 {
		c.Interval = seconds(time.Minute)
	}
	if c.Aside == "" {
		c.Aside = "inbox-aside"
	}
	if m := c.IMAP; m != nil {
		if m.TLS == "" {
			m.TLS = "tls"
		}
		if m.Folder == "" {
			m.Folder = "INBOX"
		}
	}
}

func (c *config) validateInbox(f *faultList) {
	in := c.Inbox
	if in == nil {
		return
	}
	in.fill()
	if f.check(in.Address != "", "inbox.address", "is missing: bounces come back to it"); in.Address != "" {
		f.plainAddress("inbox.address", in.Address)
		local, _, _ := strings.Cut(in.Address, "@")
		f.check(len(local) <= subscription.MaxMailboxLocal && !strings.Contains(local, "+"), "inbox.address",
			fmt.Sprintf("%q must have at most %d characters and no + before its @, so that a token fits behind them", in.Address, subscription.MaxMailboxLocal))
	}
	if in.Subscribe != "" {
		f.plainAddress("inbox.subscribe", in.Subscribe)
	}
	if in.Listen != "" {
		if _, _, err := net.SplitHostPort(in.Listen); err != nil {
			f.add("inbox.listen", "%q is no address and port, such as 127.0.0.1:2424", in.Listen)
		}
	}
	f.check(in.Protocol == "lmtp" || in.Protocol == "smtp", "inbox.protocol", fmt.Sprintf("%q is not lmtp or smtp", in.Protocol))
	f.check(time.Duration(in.Interval) >= time.Second, "inbox.interval", fmt.Sprintf("%v is less than a second", time.Duration(in.Interval)))
	if m := in.IMAP; m != nil {
		f.check(m.Host != "", "inbox.imap.host", "is missing")
		f.check(m.Username != "", "inbox.imap.username", "is missing")
		f.check(m.Port >= 0 && m.Port <= 65535, "inbox.imap.port", fmt.Sprintf("%d is not a port", m.Port))
		f.check(m.TLS == "tls" || m.TLS == "starttls" || m.TLS == "none", "inbox.imap.tls", fmt.Sprintf("%q is not tls, starttls or none", m.TLS))
	}
}

func (f *faultList) plainAddress(key, value string) {
	_, _, err := subscription.ParseAddress(value)
	var bad *subscription.AddressError
	if errors.As(err, &bad) {
		f.add(key, "%q %s", value, bad.Reason)
	}
}

// mailboxes are the sealed addresses in letters; without an inbox there are
// none.
func (a *app) mailboxes() subscription.Mailboxes {
	if a.Inbox == nil {
		return subscription.Mailboxes{}
	}
	return subscription.Mailboxes{Address: a.Inbox.Address, Sealer: a.links.Sealer}
}

// handler draws the conclusions of mails that come back; wake is called where
// something waits to be sent.
func (a *app) handler(wake func()) (*inbox.Handler, error) {
	admits, err := web.SignUp{Mode: a.Signup.Mode, Domains: a.Signup.Domains}.Admitter()
	if err != nil {
		return nil, err
	}
	own := []string{a.site.From.Address}
	if to, err := mail.ParseAddress(a.Mail.ReplyTo); err == nil {
		own = append(own, to.Address)
	}
	return inbox.New(inbox.Options{
		Readers: a.store, Mailboxes: a.mailboxes(), Links: a.links,
		Subscribe: a.Inbox.Subscribe, Own: own, Admits: admits, Defaults: a.defaultSettings(),
		Host: mailHost(a.site.From.Address), Wake: wake, Aside: inbox.Folder(a.path(a.Inbox.Aside)), Log: a.log,
	}), nil
}

// way is a mailbox that is looked into.
type way struct {
	name  string
	poll  func(context.Context) error
	check func(context.Context) (waiting int, err error)
}

// ways are the mailboxes that the configuration names.
func (a *app) ways(h *inbox.Handler) ([]way, error) {
	var all []way
	if a.Inbox.Maildir != "" {
		d := inbox.Maildir{Path: a.path(a.Inbox.Maildir), Handler: h}
		all = append(all, way{"maildir " + a.Inbox.Maildir, d.Poll, d.Check})
	}
	if m := a.Inbox.IMAP; m != nil {
		box, err := a.imap(m, h)
		if err != nil {
			return nil, err
		}
		all = append(all, way{"imap " + m.Host, box.Poll, box.Check})
	}
	return all, nil
}

func (a *app) imap(m *imapConfig, h *inbox.Handler) (*inbox.IMAP, error) {
	box := &inbox.IMAP{
		Host: m.Host, Port: m.Port, TLS: m.TLS, Username: m.Username, Folder: m.Folder, Handler: h,
		Password: os.Getenv("PAPERBOY_IMAP_PASSWORD"),
	}
	if m.PasswordFile != "" {
		b, err := os.ReadFile(a.path(m.PasswordFile))
		if err != nil {
			return nil, fmt.Errorf("inbox.imap.password_file: %w", err)
		}
		box.Password = strings.TrimRight(string(b), "\r\n")
	}
	if m.CAFile != "" {
		roots, err := a.certificates("inbox.imap.ca_file", m.CAFile)
		if err != nil {
			return nil, err
		}
		box.Config = &tls.Config{RootCAs: roots}
	}
	return box, nil
}

// withInbox runs work, and beside it all ways in which mail comes back.
func (a *app) withInbox(wake func(), work func(context.Context) error) (func(context.Context) error, error) {
	if a.Inbox == nil {
		return work, nil
	}
	h, err := a.handler(wake)
	if err != nil {
		return nil, err
	}
	ways, err := a.ways(h)
	if err != nil {
		return nil, err
	}
	var listener net.Listener
	if a.Inbox.Listen != "" {
		if listener, err = net.Listen("tcp", a.Inbox.Listen); err != nil {
			return nil, fmt.Errorf("inbox.listen: %w", err)
		}
		a.log.Info("taking mail", "listen", listener.Addr().String(), "protocol", a.Inbox.Protocol)
	}
	return func(ctx context.Context) error {
		ctx, cancel := context.WithCancelCause(ctx)
		var all sync.WaitGroup
		for _, w := range ways {
			all.Go(func() { inbox.Watch(ctx, a.log, w.name, time.Duration(a.Inbox.Interval), w.poll) })
		}
		if listener != nil {
			all.Go(func() {
				if err := h.Serve(ctx, listener, a.Inbox.Protocol == "lmtp"); err != nil {
					cancel(fmt.Errorf("inbox: %w", err))
				}
			})
		}
		err := work(ctx)
		if cause := context.Cause(ctx); err == nil && !errors.Is(cause, context.Canceled) {
			err = cause
		}
		cancel(nil)
		all.Wait()
		return err
	}, nil
}

// checkInbox looks at each way in, and reports it.
func (a *app) checkInbox(ctx context.Context, r *checks) {
	if a.Inbox == nil {
		return
	}
	h, err := a.handler(nil)
	if err != nil {
		r.line("inbox", "", err)
		return
	}
	r.line("inbox", "mails come back to "+a.Inbox.Address+", with a token behind + before the @", nil)
	if a.Inbox.Subscribe != "" {
		r.line("inbox", "who writes to "+a.Inbox.Subscribe+" is asked to confirm", nil)
	}
	if a.Inbox.Listen != "" {
		r.line("inbox "+a.Inbox.Protocol, "serve listens at "+a.Inbox.Listen, nil)
	}
	ways, err := a.ways(h)
	if err != nil {
		r.line("inbox", "", err)
		return
	}
	for _, w := range ways {
		n, err := w.check(ctx)
		r.line("inbox "+w.name, count(n, "mail")+" waiting", err)
	}
}
