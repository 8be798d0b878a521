package post

import (
	"bytes"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"paperboy/internal/letter"
)

const unsubscribe = "<https://papers.example.org/daily/leave/AQAAAAAAAAABeJx1kE9LxDAQxb9KyXmRJE3T1pt4EQQvHr2EbDKtwTYpSVZdlv3uTlpdFPQ2_N78eTNnYqMzhtwQRlgFJwhTT-6J8x_OnzwhD0_mNUQP2dyUYVEmm4KyZgBiTHoIzE2CR8tcT>"

// sample is a message with a bit of everything.
func sample() letter.Message {
	return letter.Message{
		From:    letter.Address{Name: "Paperboy", Address: "papers@example.org"},
		ReplyTo: "desk@example.org",
		To:      "reader@example.com",
		Subject: "12 May: “Scaling laws for α-diffusion” and 9 more",
		ID:      "digest.7.20260512@example.org",
		Date:    time.Date(2026, 5, 12, 7, 0, 0, 0, time.FixedZone("", 2*3600)),
		Headers: []letter.Header{
			{Name: "List-Unsubscribe", Value: unsubscribe},
			{Name: "List-Unsubscribe-Post", Value: "List-Unsubscribe=One-Click"},
			{Name: "List-Id", Value: "Die tägliche Zeitung <daily.example.org>"},
			{Name: "Auto-Submitted", Value: "auto-generated"},
		},
		Text: "Good morning,\n\n.a line that begins with a dot\nα = β\n",
		HTML: "<p>Good morning,</p>\n<p>" + strings.Repeat("α = β; ", 40) + "</p>\n",
	}
}

func TestBuildGolden(t *testing.T) {
	got, err := Build(sample())
	if err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join("testdata", "sample.eml")
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s is no longer what is built (-want +got):\n%s", golden, diff)
	}
	again, err := Build(sample())
	if err != nil || !bytes.Equal(got, again) {
		t.Errorf("two builds of one message differ (error %v)", err)
	}
}

func quotedPart(t testing.TB, s string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := quotedprintable.NewWriter(&b)
	if _, err := w.Write([]byte(s)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// The parts that come encoded make the same message as those that go-mail
// encodes.
func TestEncodedPartsMakeTheSameMessage(t *testing.T) {
	plain, encoded := sample(), sample()
	encoded.Encoded = letter.NewEncoded(quotedPart(t, plain.Text), quotedPart(t, plain.HTML))
	encoded.Text, encoded.HTML = "", ""
	var headers []mail.Header
	var bodies []map[string]string
	for _, m := range []letter.Message{plain, encoded} {
		raw, err := Build(m)
		if err != nil {
			t.Fatal(err)
		}
		msg, body := parts(t, raw)
		delete(msg.Header, "Content-Type") // has the boundary
		headers, bodies = append(headers, msg.Header), append(bodies, body)
	}
	if diff := cmp.Diff(bodies[0], bodies[1]); diff != "" {
		t.Errorf("parts (-by go-mail +encoded before):\n%s", diff)
	}
	if diff := cmp.Diff(headers[0], headers[1]); diff != "" {
		t.Errorf("header (-by go-mail +encoded before):\n%s", diff)
	}
	between := new(header)
	if between.part(strings.Repeat("x", len("=_")+40), "text/html; charset=UTF-8"); len(between.out) != letter.Between {
		t.Errorf("%d bytes stand between the parts, and %d are left free", len(between.out), letter.Between)
	}
	encoded.Headers = append(encoded.Headers, letter.Header{Name: "X-Long", Value: strings.Repeat("long ", letter.HeadRoom)})
	raw, err := Build(encoded)
	if err != nil {
		t.Fatal(err)
	}
	if _, body := parts(t, raw); !maps.Equal(body, bodies[0]) {
		t.Errorf("behind a header that the room before it does not hold: %.200q", body)
	}
	encoded.Subject = "a\r\nBcc: all@example.org"
	if _, err := Build(encoded); err == nil {
		t.Error("a subject of two lines was built")
	}
}

// parts reads a built message back with other code than built it.
func parts(t testing.TB, raw []byte) (*mail.Message, map[string]string) {
	t.Helper()
	msg, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	kind, params, err := mime.ParseMediaType(msg.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	if kind == "text/plain" {
		text, err := io.ReadAll(quotedprintable.NewReader(msg.Body))
		if err != nil {
			t.Fatal(err)
		}
		return msg, map[string]string{kind: string(text)}
	}
	bodies := map[string]string{}
	for r := multipart.NewReader(msg.Body, params["boundary"]); ; {
		part, err := r.NextPart() // undoes quoted-printable
		if err == io.EOF {
			return msg, bodies
		}
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(part)
		if err != nil {
			t.Fatal(err)
		}
		bodies[part.Header.Get("Content-Type")] = string(body)
	}
}

func TestBuildReadsBack(t *testing.T) {
	m := sample()
	m.From.Name = "Zeitungsjunge, der “schnelle” — Ausgabe für die Universität Köln und alle ihre Institute"
	raw, err := Build(m)
	if err != nil {
		t.Fatal(err)
	}
	msg, bodies := parts(t, raw)
	crlf := func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }
	wantBodies := map[string]string{"text/plain; charset=UTF-8": crlf(m.Text), "text/html; charset=UTF-8": crlf(m.HTML)}
	if diff := cmp.Diff(wantBodies, bodies); diff != "" {
		t.Errorf("bodies (-want +got):\n%s", diff)
	}
	from, err := msg.Header.AddressList("From")
	if err != nil || len(from) != 1 || from[0].Name != m.From.Name || from[0].Address != m.From.Address {
		t.Errorf("From reads back as %v, error %v", from, err)
	}
	date, err := msg.Header.Date()
	if err != nil || !date.Equal(m.Date) {
		t.Errorf("Date reads back as %v, error %v", date, err)
	}
	decoded := map[string]string{}
	for name := range msg.Header {
		value, err := new(mime.WordDecoder).DecodeHeader(msg.Header.Get(name))
		if err != nil {
			t.Fatal(err)
		}
		decoded[name] = value
	}
	for name, want := range map[string]string{
		"Subject": m.Subject, "To": "<reader@example.com>", "Reply-To": "<desk@example.org>",
		"Message-Id": "<digest.7.20260512@example.org>", "List-Unsubscribe": unsubscribe,
		"List-Id": "Die tägliche Zeitung <daily.example.org>", "Mime-Version": "1.0",
	} {
		if decoded[name] != want {
			t.Errorf("%s reads back as %q, want %q", name, decoded[name], want)
		}
	}
	for _, name := range []string{"User-Agent", "X-Mailer", "Return-Path"} {
		if msg.Header.Get(name) != "" {
			t.Errorf("%s is written", name)
		}
	}
}

func TestBuildOneLineFields(t *testing.T) {
	m := sample()
	m.ID = "digest." + strings.Repeat("long-", 15) + "@example.org"
	raw, err := Build(m)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"Message-ID: <" + m.ID + ">\r\n", "List-Unsubscribe: " + unsubscribe + "\r\n"} {
		if !bytes.Contains(raw, []byte("\r\n"+line)) {
			t.Errorf("%q is broken over lines", line)
		}
	}
}

func TestBuildKeepsOrder(t *testing.T) {
	raw, err := Build(sample())
	if err != nil {
		t.Fatal(err)
	}
	place := -1
	for _, name := range []string{"List-Unsubscribe:", "List-Unsubscribe-Post:", "List-Id:", "Auto-Submitted:"} {
		at := bytes.Index(raw, []byte("\r\n"+name))
		if at <= place {
			t.Errorf("%s stands at %d, after %d: not the order given", name, at, place)
		}
		place = at
	}
}

func TestBuildTextAlone(t *testing.T) {
	m := sample()
	m.HTML = ""
	raw, err := Build(m)
	if err != nil {
		t.Fatal(err)
	}
	msg, bodies := parts(t, raw)
	if diff := cmp.Diff(map[string]string{"text/plain": strings.ReplaceAll(m.Text, "\n", "\r\n")}, bodies); diff != "" {
		t.Errorf("body (-want +got):\n%s", diff)
	}
	if got := msg.Header.Get("Content-Transfer-Encoding"); got != "quoted-printable" {
		t.Errorf("encoded as %q", got)
	}
}

func TestBuildSubjects(t *testing.T) {
	for name, subject := range map[string]string{
		"plain":                            "Ten papers for Tuesday",
		"200 characters beyond ASCII":      strings.Repeat("Ünïcödé ", 25),
		"200 characters of three bytes":    strings.Repeat("論文", 100),
		"reads like an encoded word":       "=?utf-8?q?not_what_it_seems?=",
		"a word longer than a line may be": strings.Repeat("x", 3000),
		"longer than a line":               strings.Repeat("plain words ", 30) + "end",
		"several spaces":                   "a  b   c",
		"empty":                            "",
	} {
		t.Run(name, func(t *testing.T) {
			m := sample()
			m.Subject = subject
			raw, err := Build(m)
			if err != nil {
				t.Fatal(err)
			}
			checkLines(t, raw)
			msg, _ := parts(t, raw)
			got, err := new(mime.WordDecoder).DecodeHeader(msg.Header.Get("Subject"))
			if err != nil || strings.TrimSpace(got) != strings.TrimSpace(subject) {
				t.Errorf("reads back as %q, error %v", got, err)
			}
		})
	}
}

// checkLines holds what servers may insist on: CRLF and nothing else, ASCII,
// and lines that are not too long.
func checkLines(t testing.TB, raw []byte) {
	t.Helper()
	if !bytes.HasSuffix(raw, []byte("\r\n")) {
		t.Errorf("the message ends in the middle of a line: %q", raw[max(0, len(raw)-20):])
	}
	head, _, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	for i, line := range strings.Split(string(raw), "\r\n") {
		if strings.ContainsAny(line, "\r\n") {
			t.Errorf("line %d has a lone CR or LF: %q", i+1, line)
		}
		most := 78
		if i <= bytes.Count(head, []byte("\r\n")) {
			most = 998
		}
		if len(line) > most || !isASCII(line) {
			t.Errorf("line %d of %d characters, no more than %d, or not ASCII: %.100q", i+1, len(line), most, line)
		}
		if strings.Contains(line, wordOpen) && len(line) > foldAt {
			t.Errorf("line %d has encoded words and %d characters: %q", i+1, len(line), line)
		}
	}
}

func TestBuildRefuses(t *testing.T) {
	cases := map[string]struct {
		change func(*letter.Message)
		want   string // in the error
	}{
		"a second field by a line break in the subject": {func(m *letter.Message) { m.Subject = "Hi\r\nBcc: all@example.org" }, `"Subject"`},
		"a lone LF in the subject":                      {func(m *letter.Message) { m.Subject = "Hi\nBcc: all@example.org" }, `"Subject"`},
		"a line break in the sender's name":             {func(m *letter.Message) { m.From.Name = "A\r\nBcc: all@example.org" }, `"From"`},
		"a line break in the sender":                    {func(m *letter.Message) { m.From.Address = "a@example.org\r\nBcc: b@example.org" }, `"From"`},
		"a line break in the recipient":                 {func(m *letter.Message) { m.To = "a@example.org\r\nBcc: b@example.org" }, `"To"`},
		"two recipients":                                {func(m *letter.Message) { m.To = "a@example.org, b@example.org" }, `"To"`},
		"a recipient closed early":                      {func(m *letter.Message) { m.To = "a@example.org>, <b@example.org" }, `"To"`},
		"no recipient":                                  {func(m *letter.Message) { m.To = "" }, `"To"`},
		"a line break in Reply-To":                      {func(m *letter.Message) { m.ReplyTo = "a@example.org\n" }, `"Reply-To"`},
		"a line break in the Message-ID":                {func(m *letter.Message) { m.ID = "a\r\n@example.org" }, `"Message-ID"`},
		"a Message-ID in brackets":                      {func(m *letter.Message) { m.ID = "<a@example.org>" }, `"Message-ID"`},
		"a Message-ID with two @":                       {func(m *letter.Message) { m.ID = "a@b@example.org" }, `"Message-ID"`},
		"no Message-ID":                                 {func(m *letter.Message) { m.ID = "" }, `"Message-ID"`},
		"no date":                                       {func(m *letter.Message) { m.Date = time.Time{} }, `"Date"`},
		"no text":                                       {func(m *letter.Message) { m.Text = "" }, "no text"},
		"a line break in a further value":               {further("List-Id", "a\r\nBcc: b@example.org"), `"List-Id"`},
		"a line break in a further name":                {further("X: y\r\nBcc", "b@example.org"), "X: y"},
		"a further field without value":                 {further("List-Id", " "), `"List-Id"`},
		"a second From":                                 {further("from", "b@example.org"), `"from"`},
		"a Bcc":                                         {further("BCC", "b@example.org"), `"BCC"`},
		"a URL that is not ASCII":                       {further("List-Unsubscribe", "<https://example.org/ä>"), `"List-Unsubscribe"`},
		"a URL longer than a line may be":               {further("List-Unsubscribe", "<https://example.org/"+strings.Repeat("a", 1000)+">"), `"List-Unsubscribe"`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			m := sample()
			c.change(&m)
			raw, err := Build(m)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one that names %s", err, c.want)
			}
			if raw != nil {
				t.Errorf("and yet it built %q", raw)
			}
		})
	}
}

func further(name, value string) func(*letter.Message) {
	return func(m *letter.Message) { m.Headers = append(m.Headers, letter.Header{Name: name, Value: value}) }
}

func TestBuildAddresses(t *testing.T) {
	for name, c := range map[string]struct{ address, want string }{
		"a domain beyond ASCII":         {"leser@zeitung-köln.example", "<leser@xn--zeitung-kln-zfb.example>"},
		"a quoted part before the @":    {`"a b"@example.org`, `<"a b"@example.org>`},
		"an address literal":            {"root@[192.0.2.1]", "<root@[192.0.2.1]>"},
		"upper case as the reader's is": {"Ada.L@Example.ORG", "<Ada.L@Example.ORG>"},
	} {
		t.Run(name, func(t *testing.T) {
			m := sample()
			m.To = c.address
			raw, err := Build(m)
			if err != nil {
				t.Fatal(err)
			}
			msg, _ := parts(t, raw)
			if got := msg.Header.Get("To"); got != c.want {
				t.Errorf("To is %q, want %q", got, c.want)
			}
		})
	}
}

func TestBoundaryAvoidsText(t *testing.T) {
	id := "a@example.org"
	first := boundary(id, "", "")
	second := boundary(id, "text --"+first, "")
	if third := boundary(id, first, second); third == first || third == second {
		t.Errorf("boundary %s stands in a part", third)
	}
}

func TestBuildAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := sample()
		m.Subject = rapid.String().Draw(t, "subject")
		m.From.Name = rapid.String().Draw(t, "name")
		m.Text = "x" + rapid.String().Draw(t, "text")
		m.HTML = rapid.String().Draw(t, "html")
		raw, err := Build(m)
		if err != nil {
			if control(m.Subject) < 0 && control(m.From.Name) < 0 {
				t.Fatal(err)
			}
			return
		}
		msg, err := mail.ReadMessage(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		want := len(m.Headers) + 8
		if len(msg.Header) != want && len(msg.Header) != want+1 { // + Content-Transfer-Encoding without HTML
			t.Errorf("%d header fields instead of %d: %v", len(msg.Header), want, msg.Header)
		}
		subject, err := new(mime.WordDecoder).DecodeHeader(msg.Header.Get("Subject"))
		if err != nil || strings.TrimSpace(subject) != strings.TrimSpace(m.Subject) {
			t.Errorf("subject reads back as %q, error %v", subject, err)
		}
		from, err := msg.Header.AddressList("From")
		if err != nil || from[0].Address != m.From.Address || strings.TrimSpace(from[0].Name) != strings.TrimSpace(m.From.Name) {
			t.Errorf("From reads back as %v, error %v", from, err)
		}
	})
}
