package inbox_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"paperboy/internal/inbox"
	"paperboy/internal/letter"
	"paperboy/internal/subscription"
)

const gone = "550 5.1.1 <ana@example.net>: User unknown"

func TestABounceFindsItsReader(t *testing.T) {
	for name, send := range map[string]func(w *world, path string) inbox.Mail{
		"by the envelope": func(_ *world, path string) inbox.Mail {
			return inbox.Mail{To: path, Null: true, Raw: bounceMail("ana@example.net", "5.1.1", gone, "Subject: x")}
		},
		"in capitals, from a system that folds case": func(_ *world, path string) inbox.Mail {
			return inbox.Mail{To: strings.ToUpper(path), Null: true, Raw: bounceMail("ana@example.net", "5.1.1", gone, "Subject: x")}
		},
		"by what the server left in the header": func(_ *world, path string) inbox.Mail {
			return inbox.Mail{Raw: append([]byte("Delivered-To: "+path+"\r\n"), bounceMail("ana@example.net", "5.1.1", gone, "Subject: x")...)}
		},
		"by the letter's copy, sent to the wrong address": func(_ *world, path string) inbox.Mail {
			return inbox.Mail{To: "paperboy@papers.example", Null: true, Raw: bounceMail("ana@example.net", "5.1.1", gone, "Return-Path: <"+path+">")}
		},
		"though a forwarder names another recipient": func(_ *world, path string) inbox.Mail {
			return inbox.Mail{To: path, Null: true, Raw: bounceMail("elsewhere@example.com", "5.1.1", gone, "Subject: x")}
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			reader, id := w.subscriber("ana@example.net")
			m := send(w, w.options.Mailboxes.Bounce(reader, id))
			for range 2 { // a crash before it was removed
				if !w.take(m) {
					t.Error("not ours")
				}
			}
			if got := w.state("ana@example.net"); got != subscription.Suppressed {
				t.Errorf("the reader is %s; log:\n%s", got, w.log)
			}
			all, err := w.Bounces(t.Context(), reader, 10)
			w.ok(err)
			if len(all) != 1 || all[0].Letter != id || all[0].Kind != letter.HardBounce || all[0].Status != "5.1.1" || all[0].Code != 550 ||
				!strings.Contains(all[0].Text, "User unknown") {
				t.Errorf("the history is %+v", all)
			}
		})
	}
}

func TestAForgedBounceFindsNobody(t *testing.T) {
	w := newWorld(t)
	reader, id := w.subscriber("ana@example.net")
	w.subscriber("bea@example.net")
	good := w.options.Mailboxes.Bounce(reader, id)
	other, err := subscription.NewSealer([]byte("another key of enough bytes, too"))
	w.ok(err)
	for name, to := range map[string]string{
		"no token":        "bounces@papers.example",
		"another key's":   subscription.Mailboxes{Address: "bounces@papers.example", Sealer: other}.Bounce(reader, id),
		"one letter less": strings.Replace(good, "+"+good[8:9], "+", 1),
		"the plain From":  "paperboy@papers.example",
	} {
		raw := bounceMail("ana@example.net", "5.1.1", gone, "Message-ID: <m1@papers.example>\nTo: ana@example.net\nReturn-Path: <"+to+">")
		if w.take(inbox.Mail{To: to, Null: true, Raw: raw}); w.state("ana@example.net") != subscription.Active {
			t.Fatalf("%s: suppressed", name)
		}
	}
	both := bounceMail("ana@example.net", "5.1.1", gone, "X: "+good+"\nY: "+w.options.Mailboxes.Bounce(reader+1, id+1))
	if w.take(inbox.Mail{To: "bounces@papers.example", Null: true, Raw: both}); w.state("ana@example.net") != subscription.Active {
		t.Error("a mail that names two letters suppressed one of their readers")
	}
}

func TestSoftBouncesAndVacationsSuppressNobody(t *testing.T) {
	w := newWorld(t)
	reader, id := w.subscriber("ana@example.net")
	path := w.options.Mailboxes.Bounce(reader, id)
	w.take(inbox.Mail{To: path, Null: true, Raw: bounceMail("ana@example.net", "5.2.2", "552 5.2.2 Mailbox full", "Subject: x")})
	w.take(inbox.Mail{To: path, Raw: mail("I am away until Monday.", "From: Ana <ana@example.net>", "Subject: Out of office", "Auto-Submitted: auto-replied")})
	all, err := w.Bounces(t.Context(), reader, 10)
	w.ok(err)
	if w.state("ana@example.net") != subscription.Active || len(all) != 1 || all[0].Kind != letter.SoftBounce {
		t.Errorf("%s, %+v", w.state("ana@example.net"), all)
	}
}

const report = `--cut
Content-Type: text/plain

This is an email abuse report for an email message received from 192.0.2.1.

--cut
Content-Type: message/feedback-report

Feedback-Type: %s
User-Agent: Provider/1.0
Version: 1
Original-Rcpt-To: redacted@example.net

--cut
Content-Type: message/rfc822

From: paperboy@papers.example
Subject: A letter
List-Unsubscribe: <%s>
Content-Transfer-Encoding: base64

YQ==
--cut--
`

func TestComplaints(t *testing.T) {
	for kind, want := range map[string]subscription.State{
		"abuse": subscription.Suppressed, "fraud": subscription.Suppressed,
		"opt-out": subscription.Left, "auth-failure": subscription.Active, "not-spam": subscription.Active,
	} {
		w := newWorld(t)
		reader, _ := w.subscriber("ana@example.net")
		raw := mail(fmt.Sprintf(report, kind, w.options.Links.Leave(reader)), "From: fbl@provider.example", "Subject: FW: A letter",
			`Content-Type: multipart/report; report-type=feedback-report; boundary=cut`)
		if w.take(inbox.Mail{To: "bounces@papers.example", Raw: raw}); w.state("ana@example.net") != want {
			t.Errorf("after %s the reader is %s, not %s; log:\n%s", kind, w.state("ana@example.net"), want, w.log)
		}
	}
}

func TestLeavingByMail(t *testing.T) {
	for name, header := range map[string]string{
		"typed":              "Subject: unsubscribe",
		"by a mail program":  "Auto-Submitted: auto-replied",
		"by a list's manner": "Precedence: bulk",
	} {
		w := newWorld(t)
		reader, _ := w.subscriber("ana@example.net")
		raw := mail("", "From: ana@example.net", header)
		if w.take(inbox.Mail{To: w.options.Mailboxes.Leave(reader), Raw: raw}); w.state("ana@example.net") != subscription.Left {
			t.Errorf("%s: the reader is %s", name, w.state("ana@example.net"))
		}
	}
}

// Mail servers deliver a mail again when an answer got lost, some after days.
func TestALeaveThatIsDeliveredAgainEndsNoNewSubscription(t *testing.T) {
	w := newWorld(t)
	reader, _ := w.subscriber("ana@example.net")
	to := w.options.Mailboxes.Leave(reader)
	leave := func(want subscription.State, header ...string) {
		t.Helper()
		w.take(inbox.Mail{To: to, Raw: mail("", append(header, "From: ana@example.net")...)})
		if got := w.state("ana@example.net"); got != want {
			t.Errorf("after %q the reader is %s, want %s", header, got, want)
		}
		if want == subscription.Left {
			_, err := w.Add(t.Context(), subscription.Reader{Address: "ana@example.net", Folded: "ana@example.net", Rhythm: w.options.Defaults.Rhythm}, w.now)
			w.ok(err)
		}
	}
	leave(subscription.Left, "Message-ID: <1@example.net>")
	leave(subscription.Active, "Received: from x by y", "Message-ID: <1@example.net>")
	leave(subscription.Left, "Message-ID: <2@example.net>")
	leave(subscription.Left)
	leave(subscription.Left)
}

// Nobody but a From says who wrote: it must end no subscription, and who meant
// it must not be asked to subscribe.
func TestLeavingByTheWrongAddressMailsTheLink(t *testing.T) {
	for _, c := range []struct{ subject, body string }{
		{"unsubscribe", ""}, {"Please unsubscribe me!", "Thanks, Ana"}, {"Re: 3 new papers", "stop\n-- \nAna"}, {"", "Hello,\n\nplease unsubscribe me from this list.\n\nAna"},
	} {
		w := newWorld(t)
		reader, _ := w.subscriber("ana@example.net")
		for _, from := range []string{"ana@example.net", "stranger@example.net"} {
			raw := mail(c.body, "From: "+from, "Subject: "+c.subject)
			w.take(inbox.Mail{To: "subscribe@papers.example", Raw: raw})
		}
		ls, err := w.Letters(t.Context(), reader, 10)
		w.ok(err)
		if w.state("ana@example.net") != subscription.Active || w.state("stranger@example.net") != "" || len(ls) != 2 || ls[0].Kind != letter.Access {
			t.Errorf("%q: %s, the stranger %q, letters %+v", c, w.state("ana@example.net"), w.state("stranger@example.net"), ls)
		}
	}
}

// A mail that we sent, and that no recipient took, must not make its reader
// leave or confirm.
func TestABounceIsNoCommand(t *testing.T) {
	w := newWorld(t)
	reader, _ := w.subscriber("ana@example.net")
	raw := bounceMail("ana@example.net", "4.4.1", "connection timed out", "Subject: x")
	if w.take(inbox.Mail{To: w.options.Mailboxes.Leave(reader), Null: true, Raw: raw}); w.state("ana@example.net") != subscription.Active {
		t.Errorf("the reader is %s", w.state("ana@example.net"))
	}
}

func TestSubscribingByMail(t *testing.T) {
	for _, c := range []struct{ name, subject, body, want string }{
		{"keywords in the subject", "diffusion, \"language model\"", "", `diffusion, "language model"`},
		{"behind the word", "Subscribe: diffusion", "hello", "diffusion"},
		{"keywords in the body", "subscribe", "diffusion policy\ncat:cs.CL\n", "diffusion policy\ncat:cs.CL"},
		{"without the signature", "", "diffusion\n-- \nAna (she) \"x", "diffusion"},
		{"without what is quoted", "hello", "> something\ndiffusion\n\nOn Monday, Bea wrote:\n> y", "diffusion"},
		{"an encoded subject", "=?utf-8?q?diff=C3=BCsion?=", "", "diffüsion"},
		{"no keywords", "Subscribe", "", ""},
		{"what is no keyword language", "diffusion (and other", "", "diffusion and other"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			raw := mail(c.body, "From: Ana Example <Ana@example.net>", "Message-ID: <1@example.net>", "Subject: "+c.subject)
			for range 2 {
				w.take(inbox.Mail{From: "ana@example.net", To: "Subscribe@Papers.example", Raw: raw})
			}
			r, err := w.ReaderByAddress(t.Context(), "ana@example.net")
			w.ok(err)
			ls, err := w.Letters(t.Context(), r.ID, 10)
			w.ok(err)
			if len(ls) != 1 || ls[0].Kind != letter.Confirmation || r.State != subscription.Pending || r.Keywords != c.want || w.woken == 0 {
				t.Errorf("%+v, %d letters, keywords %q", r, len(ls), r.Keywords)
			}
			if r.Consent.How != "mail" || r.Rhythm != w.options.Defaults.Rhythm {
				t.Errorf("consent %+v, rhythm %+v", r.Consent, r.Rhythm)
			}
		})
	}
}

// machines are the marks of mails that no person wrote.
var machines = map[string][]string{
	"RFC 3834":               {"Auto-Submitted: auto-replied"},
	"generated":              {"Auto-Submitted: auto-generated (x)"},
	"precedence":             {"Precedence: bulk"},
	"a list":                 {"List-Id: <x.example>"},
	"Exchange":               {"X-Auto-Response-Suppress: All"},
	"an old autoresponder":   {"X-Autoreply: yes"},
	"a vacation by subject":  {"Subject: Automatic reply: Confirm your subscription"},
	"in German":              {"Subject: Abwesenheitsnotiz"},
	"in French":              {"Subject: =?utf-8?q?R=C3=A9ponse_automatique?="},
	"a null sender":          {"Return-Path: <>"},
	"a daemon":               {"From: MAILER-DAEMON@example.net"},
	"nobody who answers":     {"From: no-reply@example.net"},
	"us":                     {"From: paperboy@papers.example"},
	"our own sealed address": {"From: bounces@papers.example"},
	"no sender":              {"From: "},
}

func TestMachinesNeitherConfirmNorSubscribe(t *testing.T) {
	w := newWorld(t)
	q := subscription.Request{Address: "ana@example.net", Folded: "ana@example.net", Settings: w.options.Defaults, Expires: noon.Add(time.Hour)}
	w.ok(w.Ask(t.Context(), q, "papers.example", noon))
	r, err := w.ReaderByAddress(t.Context(), "ana@example.net")
	w.ok(err)
	confirm := w.options.Mailboxes.Confirm(r.ID, r.Ticket, noon.Add(time.Hour))
	for name, marks := range machines {
		before := w.woken
		header := append(marks, "From: Bea <bea@example.net>", "Subject: Re: Confirm your subscription")
		body := "> Confirm your subscription"
		for _, to := range []string{confirm, "subscribe@papers.example"} {
			w.take(inbox.Mail{To: to, Raw: mail(body, header...)})
		}
		if w.woken != before {
			t.Errorf("taken for a person: %s", name)
		}
	}
	plain := mail("I am out of the office with limited access to email.", "From: bea@example.net", "Subject: Re: Confirm your subscription")
	w.take(inbox.Mail{To: confirm, Raw: plain})
	w.take(inbox.Mail{To: confirm, Null: true, Raw: mail("yes", "From: ana@example.net", "Subject: Re: Confirm")})
	if w.state("ana@example.net") != subscription.Pending || w.woken != 0 {
		t.Errorf("a machine confirmed: %s; woken %d times\n%s", w.state("ana@example.net"), w.woken, w.log)
	}
	for _, address := range []string{"bea@example.net", "paperboy@papers.example", "mailer-daemon@example.net", "no-reply@example.net"} {
		if got := w.state(address); got != "" {
			t.Errorf("%s is %s", address, got)
		}
	}
}

func TestAReplyConfirms(t *testing.T) {
	w := newWorld(t)
	raw := mail("diffusion", "From: ana@example.net", "Subject: subscribe")
	w.take(inbox.Mail{To: "subscribe@papers.example", Raw: raw})
	r, err := w.ReaderByAddress(t.Context(), "ana@example.net")
	w.ok(err)
	to := w.options.Mailboxes.Confirm(r.ID, r.Ticket, noon.Add(subscription.ConfirmWithin))
	reply := mail("> Somebody asked\n", "From: Ana <ana@example.net>", "To: paperboy <"+to+">", "Subject: Re: Confirm your subscription")
	for range 2 {
		w.take(inbox.Mail{Raw: reply}) // as from a mailbox, without an envelope
	}
	if got := w.state("ana@example.net"); got != subscription.Active {
		t.Errorf("the reader is %s; log:\n%s", got, w.log)
	}
	w.now = noon.Add(subscription.ConfirmWithin + time.Hour)
	w.ok(w.Leave(t.Context(), r.ID, w.now))
	if w.take(inbox.Mail{Raw: reply}); w.state("ana@example.net") != subscription.Left {
		t.Error("an old reply brought back who left")
	}
}

// The answer to a wish is a mail to its sender or silence: what else is said
// would tell a stranger who reads.
func TestWhoCantSubscribeIsToldNothing(t *testing.T) {
	w := newWorld(t)
	ask := func(i int, from string) {
		raw := mail(fmt.Sprint("word", i), "From: "+from, fmt.Sprintf("Message-ID: <%d@example.net>", i))
		w.take(inbox.Mail{To: "subscribe@papers.example", Raw: raw})
	}
	ask(0, "x@barred.example")
	if got := w.state("x@barred.example"); got != "" {
		t.Errorf("who is not admitted is %s", got)
	}
	for i := range 10 {
		ask(i, "ana@example.net")
	}
	r, err := w.ReaderByAddress(t.Context(), "ana@example.net")
	w.ok(err)
	ls, err := w.Letters(t.Context(), r.ID, 100)
	w.ok(err)
	if len(ls) != 3 {
		t.Errorf("%d mails to one address in a day", len(ls))
	}
}

func TestAFloodOfForgedWishesWaits(t *testing.T) {
	w := newWorld(t)
	mailed := 0
	for i := range 150 {
		raw := mail("word", fmt.Sprintf("From: r%d@example.net", i), fmt.Sprintf("Message-ID: <%d@example.net>", i))
		_, err := w.Handle(t.Context(), inbox.Mail{To: "subscribe@papers.example", Raw: raw})
		if err == nil {
			mailed++
		} else if !errors.Is(err, inbox.ErrBusy) {
			t.Fatal(err)
		}
	}
	if mailed != 100 {
		t.Errorf("%d strangers were mailed at once", mailed)
	}
}

func TestWhatIsNotOursIsLeftToPeople(t *testing.T) {
	w := newWorld(t)
	if w.take(inbox.Mail{Raw: mail("How are you?", "From: ana@example.net", "To: bounces@papers.example", "Subject: Hello")}) {
		t.Error("a person's mail is taken for ours")
	}
	if !w.Takes("BOUNCES@papers.example") || !w.Takes(w.options.Mailboxes.Leave(5)) || w.Takes("bounces+abc@papers.example") || w.Takes("x@papers.example") {
		t.Error("takes the wrong addresses")
	}
}

func TestTroubleIsToldOrKeptAside(t *testing.T) {
	w := newWorld(t)
	reader, id := w.subscriber("ana@example.net")
	m := inbox.Mail{To: w.options.Mailboxes.Bounce(reader, id), Null: true, Raw: bounceMail("ana@example.net", "5.1.1", gone, "Subject: x")}
	o := w.options
	o.Readers = broken{Readers: w.Store}
	if _, err := inbox.New(o).Handle(t.Context(), m); err == nil || !strings.Contains(err.Error(), "disk") {
		t.Errorf("a full disk is told as %v", err)
	}
	o.Readers = broken{Readers: w.Store, panics: true}
	ours, err := inbox.New(o).Handle(t.Context(), m)
	if err != nil || !ours || len(w.aside) != 1 || !strings.Contains(w.log.String(), "kept aside") {
		t.Errorf("%v, %v, aside %d, log:\n%s", ours, err, len(w.aside), w.log)
	}
}

func TestLogsHoldNoAddress(t *testing.T) {
	w := newWorld(t)
	reader, id := w.subscriber("ana@example.net")
	w.take(inbox.Mail{To: w.options.Mailboxes.Bounce(reader, id), Null: true, Raw: bounceMail("ana@example.net", "5.1.1", gone, "Subject: x")})
	w.take(inbox.Mail{To: "subscribe@papers.example", Raw: mail("x", "From: bea@example.net")})
	w.take(inbox.Mail{To: "subscribe@papers.example", Raw: mail("x", "From: cid@example.net", "Precedence: bulk")})
	if strings.Contains(w.log.String(), "example.net") || !strings.Contains(w.log.String(), "reader=") {
		t.Errorf("log:\n%s", w.log)
	}
}
