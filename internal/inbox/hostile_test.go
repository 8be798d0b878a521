package inbox

import (
	"fmt"
	"strings"
	"testing"
)

// What strangers send is read in bounded time and space, and says nothing.
func TestHostileMails(t *testing.T) {
	line := "the quick brown user unknown mailbox 550 5.1.1 a@b.example\n"
	for name, raw := range map[string]string{
		"40 MB":                    "Subject: x\n\n" + strings.Repeat(line, 40<<20/len(line)),
		"nested 10,000 deep":       nested(10_000),
		"a header bomb":            strings.Repeat("X-Header: y\n", 90_000) + "\nbody",
		"one endless field":        "Subject: " + strings.Repeat("a", 2<<20),
		"one endless folded field": "Subject: a\n" + strings.Repeat(" b\n", 300_000),
		"many parts":               "Content-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\n\nuser unknown\n", 60_000),
		"many recipients":          "From: MAILER-DAEMON@x\nSubject: failure notice\n\n" + recipientsOf(20_000),
		"a status of many blocks":  "Content-Type: message/delivery-status\n\n" + strings.Repeat("Final-Recipient: rfc822; a@b.example\nAction: failed\n\n", 20_000),
		"unknown charset":          "Content-Type: text/plain; charset=klingon\n\n\xff\xfe",
		"a type in no charset":     "Content-Type: /;\x86\xd6BoundArY=",
		"broken base64":            "Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n====YQ=!!",
		"broken utf-16":            "Content-Type: text/plain; charset=utf-16\n\nabc",
		"nothing":                  "",
		"zeros":                    strings.Repeat("\x00", 1<<20),
		"line ends only":           strings.Repeat("\r\n", 1<<19),
		"unclosed HTML":            "Content-Type: text/html\n\n" + strings.Repeat("<div ", 200_000),
		"json bomb":                "\n" + strings.Repeat(`{"Message":`, 90_000),
	} {
		t.Run(name, func(t *testing.T) {
			r := Classify([]byte(raw))
			if len(r.Verdicts) == 0 || len(r.Verdicts) > maxParts {
				t.Errorf("%d verdicts", len(r.Verdicts))
			}
			for _, v := range r.Verdicts {
				if len(v.Text) > maxReason+len("…") {
					t.Errorf("a reason of %d bytes", len(v.Text))
				}
			}
		})
	}
}

func nested(depth int) string {
	var b strings.Builder
	for i := range depth {
		fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i)
	}
	return b.String() + "\nuser unknown"
}

func recipientsOf(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "<a%d@b.example>: user unknown\n", i)
	}
	return b.String()
}

// A report that a reader could be lost by must come from the mail's own words,
// not from those of the letter that it repeats: papers write about bounces.
func TestTheLetterThatCameBackSaysNothing(t *testing.T) {
	for name, raw := range map[string]string{
		"in a part": "From: MAILER-DAEMON@x\nSubject: Undelivered\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n" +
			"--b\n\n<a@b.example>: mailbox is full\n\n--b\nContent-Type: message/rfc822\n\nSubject: x\n\n550 5.1.1 user unknown\n--b--\n",
		"in the text": "From: MAILER-DAEMON@x\nSubject: Undelivered\n\n<a@b.example>: mailbox is full\n\n" +
			"--- Below this line is a copy of the message.\n\nReceived: from x\n\n550 5.1.1 user unknown in RCPT TO\n",
	} {
		if got := Classify([]byte(raw)).Verdicts; len(got) != 1 || got[0].Kind != Soft {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func FuzzClassify(f *testing.F) {
	f.Add([]byte("From: MAILER-DAEMON@x\nSubject: failure notice\n\n<a@b.example>:\n550 5.1.1 user unknown\n"))
	f.Add([]byte("Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nx\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nFinal-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.1.1\n--b--\n"))
	f.Add([]byte("Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\n--b--\n"))
	f.Add([]byte("Content-Type: text/html; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\n<p>=E9"))
	f.Add([]byte("Subject: =?utf-8?q?x?=\nAuto-Submitted: auto-replied\n\nI am away"))
	f.Add([]byte("Content-Type: multipart/mixed;\x86\xd6 Boundary=b\n\n--b\n\nuser unknown\n--b--\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		r := Classify(raw)
		if len(r.Verdicts) == 0 {
			t.Fatal("no verdict")
		}
		for _, v := range r.Verdicts {
			if v.Kind == "" || len(v.Text) > maxReason+len("…") || strings.ContainsAny(v.Text, "\r\n") {
				t.Fatalf("verdict %+v", v)
			}
		}
		_, _ = parseMessage(raw).keywords()
		_ = keyOf(Mail{Raw: raw})
	})
}
