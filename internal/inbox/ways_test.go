package inbox_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
	"github.com/emersion/go-smtp"

	"paperboy/internal/inbox"
	"paperboy/internal/subscription"
)

// serve runs the handler's listener until the test ends and returns its
// address.
func serve(t *testing.T, h *inbox.Handler, lmtp bool) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- h.Serve(ctx, l, lmtp) }()
	t.Cleanup(func() {
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return l.Addr().String()
}

// dial opens a conversation of either protocol.
func dial(t *testing.T, addr string, lmtp bool) *smtp.Client {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	c := smtp.NewClient(conn)
	if lmtp {
		c = smtp.NewClientLMTP(conn)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.Hello("mail.example.org"); err != nil {
		t.Fatal(err)
	}
	return c
}

func code(err error) int {
	var reply *smtp.SMTPError
	if errors.As(err, &reply) {
		return reply.Code
	}
	return 0
}

func TestListenerTakesWhatIsOursAndNoMore(t *testing.T) {
	for name, lmtp := range map[string]bool{"LMTP": true, "SMTP": false} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			reader, id := w.subscriber("ana@example.net")
			path := w.options.Mailboxes.Bounce(reader, id)
			c := dial(t, serve(t, w.Handler, lmtp), lmtp)
			w.ok(c.Mail("", nil))
			for _, nobody := range []string{"x@papers.example", "bounces+aaaa@papers.example"} {
				if err := c.Rcpt(nobody, nil); code(err) != 550 {
					t.Errorf("%s: %v", nobody, err)
				}
			}
			w.ok(c.Rcpt(strings.ToUpper(path), nil))
			data, err := c.Data()
			w.ok(err)
			_, err = data.Write(bounceMail("ana@example.net", "5.1.1", gone, "Subject: x"))
			w.ok(errors.Join(err, data.Close()))
			if got := w.state("ana@example.net"); got != subscription.Suppressed {
				t.Errorf("accepted, and the reader is %s; log:\n%s", got, w.log)
			}
		})
	}
}

func TestListenerRefusesForNowWhatItCantRecord(t *testing.T) {
	for name, lmtp := range map[string]bool{"LMTP": true, "SMTP": false} {
		w := newWorld(t)
		reader, id := w.subscriber("ana@example.net")
		o := w.options
		o.Readers = broken{Readers: w.Store}
		c := dial(t, serve(t, inbox.New(o), lmtp), lmtp)
		w.ok(c.Mail("", nil))
		w.ok(c.Rcpt(w.options.Mailboxes.Bounce(reader, id), nil))
		data, err := c.Data()
		w.ok(err)
		_, err = data.Write(bounceMail("ana@example.net", "5.1.1", gone, "Subject: x"))
		w.ok(err)
		if err := data.Close(); !strings.Contains(err.Error(), "try again") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A mail of many megabytes, the original whole behind the report, is read by its
// beginning.
func TestListenerReadsTheBeginningOfAHugeMail(t *testing.T) {
	w := newWorld(t)
	reader, id := w.subscriber("ana@example.net")
	c := dial(t, serve(t, w.Handler, true), true)
	w.ok(c.Mail("", nil))
	w.ok(c.Rcpt(w.options.Mailboxes.Bounce(reader, id), nil))
	data, err := c.Data()
	w.ok(err)
	_, err = data.Write(bounceMail("ana@example.net", "5.1.1", gone, "Subject: x"))
	w.ok(err)
	_, err = io.Copy(data, io.LimitReader(repeat("a line of a letter that came back whole\r\n"), 6<<20))
	w.ok(errors.Join(err, data.Close()))
	if got := w.state("ana@example.net"); got != subscription.Suppressed {
		t.Errorf("the reader is %s", got)
	}
}

type repeat string

func (r repeat) Read(p []byte) (n int, err error) {
	for n < len(p) {
		n += copy(p[n:], r)
	}
	return n, nil
}

func TestMaildir(t *testing.T) {
	w := newWorld(t)
	reader, id := w.subscriber("ana@example.net")
	dir := t.TempDir()
	d := inbox.Maildir{Path: dir, Handler: w.Handler}
	if err := d.Poll(t.Context()); err == nil || !strings.Contains(err.Error(), "maildir") {
		t.Errorf("a folder that is no maildir: %v", err)
	}
	for _, sub := range []string{"new", "cur", "tmp"} {
		w.ok(os.Mkdir(filepath.Join(dir, sub), 0o700))
	}
	put := func(name string, raw []byte) { w.ok(os.WriteFile(filepath.Join(dir, "new", name), raw, 0o600)) }
	put("1", mail("How are you?", "From: bea@example.net", "To: bounces@papers.example"))
	w.ok(os.Mkdir(filepath.Join(dir, "new", "2"), 0o700)) // no mail at all
	put("3", append([]byte("Delivered-To: "+w.options.Mailboxes.Bounce(reader, id)+"\r\n"), bounceMail("ana@example.net", "5.1.1", gone, "Subject: x")...))
	put("4", []byte{0, 1, 2})
	if n, err := d.Check(t.Context()); err != nil || n != 3 {
		t.Errorf("waiting %d, %v", n, err)
	}
	w.ok(d.Poll(t.Context()))
	if got := w.state("ana@example.net"); got != subscription.Suppressed {
		t.Errorf("the reader is %s", got)
	}
	if n, err := d.Check(t.Context()); err != nil || n != 0 {
		t.Errorf("still waiting %d, %v", n, err)
	}
	left, err := filepath.Glob(filepath.Join(dir, "cur", "*"))
	w.ok(err)
	if len(left) != 2 || !strings.HasSuffix(left[0], "1:2,S") {
		t.Errorf("left for people: %v", left)
	}
}

func TestMaildirKeepsWhatCantBeHandledNow(t *testing.T) {
	w := newWorld(t)
	one, first := w.subscriber("ana@example.net")
	dir := t.TempDir()
	for _, sub := range []string{"new", "cur"} {
		w.ok(os.Mkdir(filepath.Join(dir, sub), 0o700))
	}
	bounced := append([]byte("Delivered-To: "+w.options.Mailboxes.Bounce(one, first)+"\n"), bounceMail("ana@example.net", "5.1.1", gone, "Subject: x")...)
	w.ok(os.WriteFile(filepath.Join(dir, "new", "1"), bounced, 0o600))
	w.ok(os.WriteFile(filepath.Join(dir, "new", "2"), mail("", "Delivered-To: "+w.options.Mailboxes.Leave(one), "From: ana@example.net"), 0o600))
	o := w.options
	o.Readers = broken{Readers: w.Store}
	d := inbox.Maildir{Path: dir, Handler: inbox.New(o)}
	if err := d.Poll(t.Context()); err == nil || !strings.Contains(err.Error(), "mail 1") {
		t.Errorf("the failure is told as %v", err)
	}
	if n, _ := d.Check(t.Context()); n != 1 || w.state("ana@example.net") != subscription.Left {
		t.Errorf("%d wait, and the one behind it was not handled: %s", n, w.state("ana@example.net"))
	}
}

// mailServer is an IMAP server in memory.
func mailServer(t *testing.T) (port int, user *imapmemserver.User) {
	t.Helper()
	memory := imapmemserver.New()
	user = imapmemserver.NewUser("bounces", "secret")
	if err := user.Create("INBOX", nil); err != nil {
		t.Fatal(err)
	}
	memory.AddUser(user)
	s := imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return memory.NewSession(), nil, nil
		},
		Caps:         imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapUIDPlus: {}},
		InsecureAuth: true,
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close() })
	return l.Addr().(*net.TCPAddr).Port, user
}

func TestIMAP(t *testing.T) {
	w := newWorld(t)
	reader, id := w.subscriber("ana@example.net")
	port, user := mailServer(t)
	add := func(raw []byte) {
		t.Helper()
		_, err := user.Append("INBOX", literal{strings.NewReader(string(raw)), int64(len(raw))}, &imap.AppendOptions{})
		w.ok(err)
	}
	add(mail("How are you?", "From: bea@example.net", "To: bounces@papers.example"))
	add([]byte("Delivered-To: " + w.options.Mailboxes.Bounce(reader, id) + "\r\n" + string(bounceMail("ana@example.net", "5.1.1", gone, "Subject: x"))))
	box := &inbox.IMAP{Host: "127.0.0.1", Port: port, TLS: "none", Username: "bounces", Password: "secret", Folder: "INBOX", Handler: w.Handler}
	if n, err := box.Check(t.Context()); err != nil || n != 2 {
		t.Fatalf("waiting %d, %v", n, err)
	}
	for range 2 {
		w.ok(box.Poll(t.Context()))
	}
	if got := w.state("ana@example.net"); got != subscription.Suppressed {
		t.Errorf("the reader is %s; log:\n%s", got, w.log)
	}
	status, err := user.Status("INBOX", &imap.StatusOptions{NumMessages: true, NumUnseen: true})
	w.ok(err)
	if *status.NumMessages != 1 || *status.NumUnseen != 0 {
		t.Errorf("%d mails are left, %d of them unseen", *status.NumMessages, *status.NumUnseen)
	}
	box.Password = "wrong"
	if err := box.Poll(t.Context()); err == nil || strings.Contains(err.Error(), "wrong") {
		t.Errorf("with a wrong password: %v", err)
	}
}

func TestIMAPMailsThatWaitHoldUpNoOthers(t *testing.T) {
	w := newWorld(t)
	reader, id := w.subscriber("ana@example.net")
	port, user := mailServer(t)
	add := func(raw []byte) {
		t.Helper()
		_, err := user.Append("INBOX", literal{bytes.NewReader(raw), int64(len(raw))}, &imap.AppendOptions{})
		w.ok(err)
	}
	waits := append([]byte("Delivered-To: "+w.options.Mailboxes.Bounce(reader, id)+"\r\n"), bounceMail("ana@example.net", "5.1.1", gone, "Subject: x")...)
	for range 1100 {
		add(waits)
	}
	add(mail("", "Delivered-To: "+w.options.Mailboxes.Leave(reader), "From: ana@example.net"))
	o := w.options
	o.Readers = broken{Readers: w.Store}
	o.Log = slog.New(slog.DiscardHandler)
	box := &inbox.IMAP{Host: "127.0.0.1", Port: port, TLS: "none", Username: "bounces", Password: "secret", Folder: "INBOX", Handler: inbox.New(o)}
	for range 2 {
		if err := box.Poll(t.Context()); err == nil || !strings.Contains(err.Error(), " more") || strings.Count(err.Error(), "\n") > 5 {
			t.Errorf("that mails wait is told as %v", err)
		}
	}
	if got := w.state("ana@example.net"); got != subscription.Left {
		t.Errorf("the reader is %s", got)
	}
	status, err := user.Status("INBOX", &imap.StatusOptions{NumUnseen: true})
	w.ok(err)
	if *status.NumUnseen != 1100 {
		t.Errorf("%d mails wait, want 1100", *status.NumUnseen)
	}
}

type literal struct {
	io.Reader
	size int64
}

func (l literal) Size() int64 { return l.size }

func TestWatchGoesOnAfterTroubleAndTellsItOnce(t *testing.T) {
	w := newWorld(t)
	ctx, stop := context.WithCancel(t.Context())
	looks := 0
	inbox.Watch(ctx, w.options.Log, "a mailbox", time.Millisecond, func(context.Context) error {
		if looks++; looks == 5 {
			stop()
		}
		return errors.New("no line")
	})
	if n := strings.Count(w.log.String(), "no line"); looks != 5 || n != 1 {
		t.Errorf("looked %d times, told %d times", looks, n)
	}
}
