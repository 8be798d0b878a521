package inbox

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"paperboy/internal/letter"
	"paperboy/internal/subscription"
)

// Readers keeps what came back and carries out what readers mail. Each method
// takes the same mail twice without harm.
type Readers interface {
	Bounce(ctx context.Context, b letter.Bounce) (suppressed bool, err error)
	LeaveByMail(ctx context.Context, key string, id int64, now time.Time) error
	Confirm(ctx context.Context, reader, ticket int64, now time.Time) (subscription.Reader, error)
	AskByMail(ctx context.Context, key string, q subscription.Request, host string, now time.Time) error
	AskLink(ctx context.Context, folded, host string, expires, now time.Time) error
}

// Options are the parts and settings of a Handler.
type Options struct {
	Readers   Readers
	Mailboxes subscription.Mailboxes
	Links     subscription.Links       // whose links to leave are found in complaints
	Subscribe string                   // the address to which one writes to subscribe; empty: none
	Own       []string                 // further addresses that are ours: mail from them is never answered
	Admits    func(folded string) bool // who may subscribe
	Defaults  subscription.Settings    // of a new reader
	Host      string                   // names our messages
	Wake      func()                   // called when mail was asked for, or a letter may be due
	// Aside keeps a mail that the handling broke on, for people to look at; nil:
	// such a mail is an error.
	Aside func(key string, raw []byte) error
	Now   func() time.Time // nil: time.Now
	Log   *slog.Logger
}

// Handler draws the conclusions of mails. It is safe for concurrent use.
type Handler struct {
	Options
	asking *rate.Limiter
}

// Whoever forges senders can have us mail at most so many strangers at once,
// and this often from then on.
const (
	askAtOnce = 100
	askEvery  = 10 * time.Second
)

// ErrBusy is for a wish to subscribe that has to wait: the mail is to be
// delivered again later.
var ErrBusy = errors.New("too many ask to subscribe by mail; try again later")

// New returns a Handler.
func New(o Options) *Handler {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Aside == nil {
		o.Aside = func(string, []byte) error { return errors.New("there is no place to keep a mail aside") }
	}
	if o.Wake == nil {
		o.Wake = func() {}
	}
	return &Handler{Options: o, asking: rate.NewLimiter(rate.Every(askEvery), askAtOnce)}
}

// Mail is one mail with what is known of its envelope.
type Mail struct {
	From string // envelope sender; "" where it is null, or where only the header tells
	To   string // envelope recipient; "" where only the header tells
	Null bool   // the envelope sender is known to be null
	Raw  []byte // its first MaxMail bytes at least
}

// Takes reports whether mail to this address is for the inbox: one of the
// sealed addresses, also one whose time is over, or a plain one.
func (h *Handler) Takes(address string) bool {
	if h.is(address, h.Subscribe) || h.is(address, h.Mailboxes.Address) {
		return true
	}
	_, err := h.Mailboxes.Token(address, h.Now())
	return err == nil || errors.Is(err, subscription.ErrExpired)
}

func (h *Handler) is(address, ours string) bool {
	return ours != "" && strings.EqualFold(address, ours)
}

// Handle draws the conclusion of a mail. It reports whether the mail was for
// the inbox: one that was not may be for people. An error is the store's, or
// ErrBusy: the mail is to be handled again. A mail that the handling breaks on
// is kept aside and counts as handled.
func (h *Handler) Handle(ctx context.Context, m Mail) (ours bool, err error) {
	m.Raw = m.Raw[:min(len(m.Raw), MaxMail)]
	key := keyOf(m)
	defer func() {
		if p := recover(); p != nil {
			h.Log.ErrorContext(ctx, "a mail could not be handled and is kept aside", "mail", key, "error", fmt.Sprintf("panic: %v", p))
			ours, err = true, h.Aside(key, m.Raw)
		}
	}()
	one := h.read(m)
	one.key = key
	return one.handle(ctx)
}

// incoming is a mail as it was understood.
type incoming struct {
	*Handler
	key     string
	message message
	report  Report
	to      []string           // whom it is for, the envelope first
	token   subscription.Token // of the first sealed address among them
	err     error              // of that token: nil, expired, or forged where there is none
}

func (h *Handler) read(m Mail) *incoming {
	one := &incoming{Handler: h, message: parseMessage(m.Raw)}
	one.report = classify(one.message)
	if m.Null {
		one.report.Automatic = true
	}
	one.to = recipients(m.To, one.message.header)
	one.err = subscription.ErrForged
	for _, to := range one.to {
		t, err := h.Mailboxes.Token(to, h.Now())
		if err == nil || errors.Is(err, subscription.ErrExpired) {
			one.token, one.err = t, err
			break
		}
	}
	return one
}

// recipients are whom a mail is for. Where the envelope is not known, the
// fields say it that mail servers leave at delivery, then the sender's own.
func recipients(envelope string, h header) (all []string) {
	if envelope != "" {
		return []string{strings.Trim(strings.ToLower(envelope), "<>")}
	}
	for _, name := range []string{"x-original-to", "delivered-to", "x-delivered-to", "envelope-to", "x-envelope-to", "to", "cc"} {
		for _, f := range h {
			if f.name != name {
				continue
			}
			for _, a := range splitAddresses(f.value) {
				if !slices.Contains(all, a) && len(all) < 100 {
					all = append(all, a)
				}
			}
		}
	}
	return all
}

func (one *incoming) handle(ctx context.Context) (ours bool, err error) {
	switch kind := one.report.Kind(); kind {
	case Hard, Soft, Delayed, Complaint, OptOut:
		return one.cameBack(ctx, kind)
	}
	switch {
	case one.err == nil && one.token.Purpose == subscription.Leave:
		// Mail programs leave on their user's word with mails that they mark as
		// automatic.
		return true, one.leave(ctx, one.token.Reader)
	case one.err == nil && one.token.Purpose == subscription.Confirm:
		return true, one.confirm(ctx)
	case one.err == nil || errors.Is(one.err, subscription.ErrExpired):
		one.ignore(ctx, "an answer that needs none")
		return true, nil
	case slices.ContainsFunc(one.to, func(to string) bool { return one.is(to, one.Subscribe) }):
		return one.subscribe(ctx)
	}
	if one.report.Automatic {
		one.ignore(ctx, "an automatic mail")
		return true, nil
	}
	return false, nil
}

func (one *incoming) ignore(ctx context.Context, why string) {
	one.Log.InfoContext(ctx, "mail ignored", "why", why, "kind", string(one.report.Kind()), "reader", one.token.Reader)
}

// cameBack handles what came back for a letter. Whose it is says the address
// that it came to, else any sealed address in it; one that has none finds
// nobody.
func (one *incoming) cameBack(ctx context.Context, kind Kind) (bool, error) {
	t := one.token
	if one.err != nil || t.Purpose == subscription.Confirm {
		var found bool
		if t, found = one.within(); !found {
			one.Log.WarnContext(ctx, "a mail came back that is about no letter of ours", "kind", string(kind))
			return true, nil
		}
	}
	if kind == OptOut {
		return true, one.leave(ctx, t.Reader)
	}
	if t.Purpose != subscription.Bounce && kind != Complaint {
		one.ignore(ctx, "a bounce of no letter")
		return true, nil
	}
	v := one.report.About("")
	b := letter.Bounce{
		Key: one.key, Reader: t.Reader, At: one.Now(), Kind: letter.BounceKind(kind),
		Status: v.Status, Code: v.Code, Text: letter.WithoutAddresses(v.Text),
	}
	if t.Purpose == subscription.Bounce {
		b.Letter = t.Ticket
	}
	suppressed, err := one.Readers.Bounce(ctx, b)
	if err != nil {
		return true, err
	}
	one.Log.InfoContext(ctx, "came back", "kind", string(kind), "reader", b.Reader, "letter", b.Letter,
		"status", b.Status, "code", b.Code, "suppressed", suppressed)
	return true, nil
}

// leaveLink finds the links to leave that stand in letters.
var leaveLink = regexp.MustCompile(`/` + string(subscription.Leave) + `/([A-Za-z0-9_-]{20,80})`)

// within finds the sealed address, or the link to leave, in the copy of our
// letter. Where it names several readers, none is meant.
func (one *incoming) within() (subscription.Token, bool) {
	var found []subscription.Token
	for _, text := range one.message.texts() {
		for _, a := range address.FindAllString(text, 1000) {
			if t, err := one.Mailboxes.Token(a, one.Now()); err == nil && t.Purpose != subscription.Confirm {
				found = append(found, t)
			}
		}
		for _, m := range leaveLink.FindAllStringSubmatch(text, 1000) {
			if t, err := one.Links.Sealer.Open(m[1], subscription.Leave, one.Now()); err == nil {
				found = append(found, t)
			}
		}
	}
	if len(found) == 0 || slices.ContainsFunc(found, func(t subscription.Token) bool { return t.Reader != found[0].Reader }) {
		return subscription.Token{}, false
	}
	if i := slices.IndexFunc(found, func(t subscription.Token) bool { return t.Purpose == subscription.Bounce }); i >= 0 {
		return found[i], true
	}
	return found[0], true
}

// leave ends a subscription. Whoever has a letter can: that is what its link
// does too.
func (one *incoming) leave(ctx context.Context, reader int64) error {
	key := one.key
	if one.message.header.get("message-id") == "" && one.message.header.get("date") == "" {
		key = "" // nothing tells it from a later one, which must not be lost
	}
	err := one.Readers.LeaveByMail(ctx, key, reader, one.Now())
	if errors.Is(err, subscription.ErrNoReader) {
		return nil
	}
	if err == nil {
		one.Log.InfoContext(ctx, "left by mail", "reader", reader)
	}
	return err
}

// confirm takes a person's reply as the answer to a confirmation mail.
func (one *incoming) confirm(ctx context.Context) error {
	if one.report.Automatic || one.fromUs() {
		one.ignore(ctx, "an automatic mail does not confirm")
		return nil
	}
	_, err := one.Readers.Confirm(ctx, one.token.Reader, one.token.Ticket, one.Now())
	switch {
	case errors.Is(err, subscription.ErrStale), errors.Is(err, subscription.ErrNoReader):
		one.ignore(ctx, "it answers a request that is no longer open")
		return nil
	case err != nil:
		return err
	}
	one.Log.InfoContext(ctx, "confirmed by mail", "reader", one.token.Reader)
	one.Wake()
	return nil
}

// fromUs reports a mail that we sent ourselves.
func (one *incoming) fromUs() bool {
	from := mailbox(one.message.header.get("from"))
	if from == "" || one.Takes(from) {
		return true
	}
	return slices.ContainsFunc(one.Own, func(own string) bool { return one.is(from, own) })
}

// keyOf names a mail by what stays the same when it is delivered again: what
// servers add on the way, they add before the first field of its own.
func keyOf(m Mail) string {
	h, body := parseHeader(m.Raw)
	sum := sha256.New()
	fmt.Fprintf(sum, "%s\x00", strings.ToLower(m.To))
	for _, name := range []string{"message-id", "date", "from", "to", "subject"} {
		fmt.Fprintf(sum, "%s\x00", h.get(name))
	}
	sum.Write([]byte(strings.ReplaceAll(string(body), "\r\n", "\n")))
	return hex.EncodeToString(sum.Sum(nil)[:16])
}
