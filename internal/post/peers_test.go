package post

import (
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"paperboy/internal/letter"
	"paperboy/internal/peers"
)

func plainConfig(t *testing.T, addr string) Config {
	t.Helper()
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	return Config{Host: host, Port: n, TLS: "none"}
}

// TestPostfixSink sends 200 letters over four connections at once.
func TestPostfixSink(t *testing.T) {
	sink := peers.SMTPSink(t)
	s, err := NewSMTP(plainConfig(t, sink.Addr))
	if err != nil {
		t.Fatal(err)
	}
	const each, conns = 50, 4
	var sending sync.WaitGroup
	for n := range conns {
		sending.Go(func() {
			conn, err := s.Open(t.Context())
			if err != nil {
				t.Error(err)
				return
			}
			for i := range each {
				if got := conn.Send(t.Context(), envelope(fmt.Sprintf("reader%d@example.com", n*each+i))); got.Code != 250 {
					t.Errorf("connection %d, letter %d: %+v", n, i, got)
				}
			}
			if err := conn.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	sending.Wait()
	letters := strings.Join(sink.Letters(t), "\n")
	for i := range each * conns {
		if n := strings.Count(letters, fmt.Sprintf("Subject: to reader%d@example.com\n", i)); n != 1 {
			t.Errorf("letter %d arrived %d times", i, n)
		}
	}
}

// A mail server that is strict with commands ahead of their time takes letters
// each of which is told with the one before and begun ahead.
func TestPostfixTakesLettersInARow(t *testing.T) {
	sink := peers.SMTPSink(t)
	config := plainConfig(t, peers.Postfix(t, map[string]string{"example.com": "smtp:[" + strings.Replace(sink.Addr, ":", "]:", 1)}))
	config.Hello = "paperboy.example"
	conn := mustOpen(t, config)
	mails := make([]letter.Envelope, 30)
	for i := range mails {
		mails[i] = envelope(fmt.Sprintf("reader%d@example.com", i))
		mails[i].Data = append(mails[i].Data, strings.Repeat("a line of the letter\r\n", 1500)...)
		if i > 0 {
			mails[i-1].Next = &mails[i]
		}
	}
	for i, e := range mails {
		conn.Begin(t.Context(), e)
		if got := conn.Send(t.Context(), e); got.Code != 250 {
			t.Errorf("letter %d: %+v", i, got)
		}
	}
	if err := conn.Close(); err != nil {
		t.Error(err)
	}
	arrived := func() int { return strings.Count(strings.Join(sink.Letters(t), "\n"), "Subject: to reader") }
	for range 200 {
		if arrived() == len(mails) {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if n := arrived(); n != len(mails) {
		t.Errorf("%d letters arrived, want %d", n, len(mails))
	}
}

func TestMailpitReadsTheLetter(t *testing.T) {
	mailpit := peers.Mailpit(t)
	conn := mustOpen(t, plainConfig(t, mailpit.SMTPAddr))
	m := sample()
	data, err := Build(m)
	if err != nil {
		t.Fatal(err)
	}
	if got := conn.Send(t.Context(), letter.Envelope{From: "bounces@example.org", To: m.To, Data: data}); got.Code != 250 {
		t.Fatalf("reply %+v", got)
	}
	listed := mailpit.Messages(t)
	if len(listed) != 1 {
		t.Fatalf("%d messages, want 1", len(listed))
	}
	got := mailpit.Message(t, listed[0].ID)
	got.ID, got.Created, got.Date = "", m.Date, got.Date.UTC()
	got.Text, got.HTML = strings.ReplaceAll(got.Text, "\r\n", "\n"), strings.ReplaceAll(got.HTML, "\r\n", "\n")
	want := peers.MailpitMessage{
		MessageID: m.ID, Subject: m.Subject, From: peers.MailpitAddress(m.From), ReturnPath: "bounces@example.org",
		To: []peers.MailpitAddress{{Address: m.To}}, ReplyTo: []peers.MailpitAddress{{Address: m.ReplyTo}},
		Created: m.Date, Date: m.Date.UTC(), Text: m.Text, HTML: m.HTML,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("read by Mailpit (-want +got):\n%s", diff)
	}
	headers := mailpit.Headers(t, listed[0].ID)
	if diff := cmp.Diff([]string{unsubscribe}, headers["List-Unsubscribe"]); diff != "" {
		t.Errorf("List-Unsubscribe (-want +got):\n%s", diff)
	}
	if raw := mailpit.Raw(t, listed[0].ID); !strings.HasSuffix(string(raw), string(data)) {
		t.Errorf("not the bytes that were sent: %q", raw)
	}
	if supported, warnings := mailpit.HTMLCheck(t, listed[0].ID); supported != 100 || len(warnings) != 0 {
		t.Errorf("paragraphs of text are supported to %v %%: %v", supported, warnings)
	}
	mailpit.DeleteAll(t)
	if left := mailpit.Messages(t); len(left) != 0 {
		t.Errorf("%d messages left", len(left))
	}
}
