package inbox_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"paperboy/internal/digest"
	"paperboy/internal/inbox"
	"paperboy/internal/letter"
	"paperboy/internal/store"
	"paperboy/internal/subscription"
)

var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// world is an inbox over a real database.
type world struct {
	*testing.T
	*store.Store
	*inbox.Handler
	options inbox.Options
	now     time.Time
	log     *lockedBuffer
	aside   map[string]string
	woken   int
}

func newWorld(t *testing.T) *world {
	t.Helper()
	s, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "paperboy.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	sealer, err := subscription.NewSealer([]byte("a key of thirty-two bytes or so."))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{T: t, Store: s, now: noon, log: &lockedBuffer{}, aside: map[string]string{}}
	w.options = inbox.Options{
		Readers: s, Mailboxes: subscription.Mailboxes{Address: "bounces@papers.example", Sealer: sealer},
		Links:     subscription.Links{Base: "https://papers.example", Sealer: sealer},
		Subscribe: "subscribe@papers.example", Own: []string{"paperboy@papers.example"},
		Admits:   func(folded string) bool { return !strings.HasSuffix(folded, "@barred.example") },
		Defaults: subscription.Settings{Rhythm: subscription.Rhythm{Hour: 7, Zone: "UTC", Weekends: true}},
		Host:     "papers.example", Wake: func() { w.woken++ },
		Aside: func(key string, raw []byte) error { w.aside[key] = string(raw); return nil },
		Now:   func() time.Time { return w.now },
		Log:   slog.New(slog.NewTextHandler(w.log, nil)),
	}
	w.Handler = inbox.New(w.options)
	return w
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// reader is a subscriber who was sent a letter, and the letter's number.
func (w *world) subscriber(address string) (reader, letterID int64) {
	w.Helper()
	id, err := w.Add(w.Context(), subscription.Reader{Address: address, Folded: address, Keywords: "x", Rhythm: w.options.Defaults.Rhythm}, w.now)
	w.ok(err)
	r, err := w.Store.Reader(w.Context(), id)
	w.ok(err)
	_, err = w.Enqueue(w.Context(), []digest.Entry{{Reader: r, NextDue: w.now.Add(24 * time.Hour), Letter: &letter.Letter{
		Kind: letter.Digest, Reader: id, Slot: w.now, Made: w.now, State: letter.Queued, MessageID: "m" + fmt.Sprint(id) + "@papers.example",
	}}}, w.now)
	w.ok(err)
	ls, err := w.Letters(w.Context(), id, 1)
	w.ok(err)
	return id, ls[0].ID
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) take(m inbox.Mail) bool {
	w.Helper()
	ours, err := w.Handle(w.Context(), m)
	w.ok(err)
	return ours
}

func (w *world) state(address string) subscription.State {
	w.Helper()
	r, err := w.ReaderByAddress(w.Context(), address)
	if errors.Is(err, subscription.ErrNoReader) {
		return ""
	}
	w.ok(err)
	return r.State
}

// mail builds one from header lines and a body.
func mail(body string, header ...string) []byte {
	return []byte(strings.ReplaceAll(strings.Join(header, "\n")+"\n\n"+body, "\n", "\r\n"))
}

// bounceMail is a report as Postfix writes it.
func bounceMail(recipient, status, reply, original string) []byte {
	return mail(`This is a MIME-encapsulated message.

--cut
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.

<`+recipient+`>: host mx.example.net[192.0.2.1] said: `+reply+` (in reply to RCPT TO command)

--cut
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.org

Final-Recipient: rfc822; `+recipient+`
Action: failed
Status: `+status+`
Diagnostic-Code: smtp; `+reply+`

--cut
Content-Type: text/rfc822-headers

`+original+`

--cut--
`, "From: Mail Delivery System <MAILER-DAEMON@mail.example.org>", "Subject: Undelivered Mail Returned to Sender",
		"Auto-Submitted: auto-replied", "MIME-Version: 1.0", `Content-Type: multipart/report; report-type=delivery-status; boundary="cut"`)
}

// broken is a Readers that fails, or panics.
type broken struct {
	inbox.Readers
	panics bool
}

func (b broken) Bounce(context.Context, letter.Bounce) (bool, error) {
	if b.panics {
		panic("out of luck")
	}
	return false, errors.New("the disk is full")
}
