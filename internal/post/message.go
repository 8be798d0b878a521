package post

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/textproto"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"paperboy/internal/letter"
)

// Build returns m as RFC 5322 bytes with CRLF line ends: the text alone, or
// text and HTML as multipart/alternative, both quoted-printable UTF-8. Equal
// messages give equal bytes. An error names the header field at fault.
//
// go-mail encodes the parts. Where they come encoded, the message is built in
// the room that comes with them. The header is written here, because go-mail
// sorts the fields and breaks long ones right after the colon, where some
// readers lose a Message-ID.
func Build(m letter.Message) ([]byte, error) {
	if m.Encoded != nil {
		return join(m)
	}
	if m.Text == "" {
		return nil, fmt.Errorf("build message %q: it has no text", m.ID)
	}
	content, body, err := encodeParts(m)
	if err != nil {
		return nil, fmt.Errorf("build message %q: %w", m.ID, err)
	}
	h := new(header)
	h.message(m)
	for _, field := range content {
		h.plain(field.Name, field.Value)
	}
	if h.err != nil {
		return nil, fmt.Errorf("build message %q: %w", m.ID, h.err)
	}
	h.out = append(h.out, "\r\n"...)
	return append(h.out, body...), nil
}

// join builds a message whose parts are encoded already. Nothing in them can
// read like the line between them: "=_" does not occur in quoted-printable.
func join(m letter.Message) ([]byte, error) {
	sum := sha256.Sum256([]byte(m.ID))
	boundary := string(hex.AppendEncode([]byte("=_"), sum[:20]))
	head, between := &header{out: m.Encoded.Head()}, &header{out: make([]byte, 0, letter.Between)}
	head.message(m)
	head.plain("Content-Type", `multipart/alternative; boundary="`+boundary+`"`)
	head.part(boundary, "text/plain; charset=UTF-8")
	between.part(boundary, "text/html; charset=UTF-8")
	if err := cmp.Or(head.err, between.err); err != nil {
		return nil, fmt.Errorf("build message %q: %w", m.ID, err)
	}
	end := []byte("\r\n--" + boundary + "--\r\n")
	return m.Encoded.Join(head.out, between.out, end), nil
}

// part writes what stands before a part that is encoded already.
func (h *header) part(boundary, kind string) {
	h.out = append(append(append(h.out, "\r\n--"...), boundary...), "\r\n"...)
	h.plain("Content-Type", kind)
	h.plain("Content-Transfer-Encoding", "quoted-printable")
	h.out = append(h.out, "\r\n"...)
}

// message writes the fields of m, those about the content apart.
func (h *header) message(m letter.Message) {
	h.mailbox("From", m.From.Name, m.From.Address)
	h.mailbox("To", "", m.To)
	if m.ReplyTo != "" {
		h.mailbox("Reply-To", "", m.ReplyTo)
	}
	h.text("Subject", m.Subject)
	if m.Date.IsZero() {
		h.fail("Date", errors.New("it is not set"))
	}
	h.plain("Date", m.Date.Format(time.RFC1123Z))
	h.messageID(m.ID)
	for _, field := range m.Headers {
		h.further(field.Name, field.Value)
	}
	h.plain("MIME-Version", "1.0")
}

// encodeParts has go-mail encode text and HTML, and returns the fields that
// describe the content with the encoded body.
func encodeParts(m letter.Message) ([]letter.Header, []byte, error) {
	text, html := strings.ToValidUTF8(m.Text, "\uFFFD"), strings.ToValidUTF8(m.HTML, "\uFFFD")
	msg := mail.NewMsg(mail.WithNoDefaultUserAgent(), mail.WithBoundary(boundary(m.ID, text, html)))
	msg.SetDateWithValue(m.Date)
	msg.SetMessageIDWithValue("parts")
	msg.SetBodyString(mail.TypeTextPlain, text)
	if html != "" {
		msg.AddAlternativeString(mail.TypeTextHTML, html)
	}
	var raw bytes.Buffer
	if _, err := msg.WriteTo(&raw); err != nil {
		return nil, nil, err
	}
	head, body, ok := bytes.Cut(raw.Bytes(), []byte("\r\n\r\n"))
	if !ok {
		return nil, nil, errors.New("the encoded message has no body")
	}
	content, err := contentFields(head)
	return content, body, err
}

// contentFields picks the Content fields out of a header block, unfolded.
func contentFields(head []byte) ([]letter.Header, error) {
	var fields []letter.Header
	unfolded := strings.ReplaceAll(string(head), "\r\n ", " ")
	for line := range strings.SplitSeq(unfolded, "\r\n") {
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			return nil, fmt.Errorf("the encoded message has the header line %q", line)
		}
		if strings.HasPrefix(name, "Content-") {
			fields = append(fields, letter.Header{Name: name, Value: strings.TrimSpace(value)})
		}
	}
	return fields, nil
}

// boundary derives the line between the parts from the Message-ID, and from
// itself again as long as a part has it in its text.
func boundary(id, text, html string) string {
	for seed := id; ; {
		sum := sha256.Sum256([]byte(seed))
		seed = hex.EncodeToString(sum[:20])
		if !strings.Contains(text, seed) && !strings.Contains(html, seed) {
			return seed
		}
	}
}

// own are the fields that Build writes itself, and those that only the
// receiving side may write.
var own = map[string]bool{
	"From": true, "To": true, "Reply-To": true, "Subject": true, "Date": true, "Message-Id": true,
	"Mime-Version": true, "Content-Type": true, "Content-Transfer-Encoding": true,
	"Bcc": true, "Return-Path": true, "Received": true,
}

// further writes one of the message's further fields as it was given.
func (h *header) further(name, value string) {
	if own[textproto.CanonicalMIMEHeaderKey(name)] {
		h.fail(name, errors.New("a further field can't be this one"))
		return
	}
	h.structured(name, value)
}
