package subscription

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"slices"
	"strings"
	"time"
)

// Mailboxes makes the sealed addresses that mails come back to: the return
// path of a letter, where a reply confirms, where a mail leaves. They are
// Address with "+" and a token behind its local part (RFC 5233). Without an
// address there are none.
type Mailboxes struct {
	Address string // e.g. bounces@example.org; its local part has at most MaxMailboxLocal characters
	Sealer  *Sealer
}

// MaxMailboxLocal is how long the local part of the plain address can be, so
// that with a token behind it it still fits the 64 octets of RFC 5321.
const MaxMailboxLocal = 20

const (
	// mailMACSize is shorter than a link's: a guess costs a mail, and local
	// parts are short.
	mailMACSize = 12
	mailLabel   = "paperboy mail\x00"
)

// mailEncoding survives systems that fold the case of local parts.
var mailEncoding = base32.StdEncoding.WithPadding(base32.NoPadding)

// Bounce is the return path of a letter.
func (m Mailboxes) Bounce(reader, letter int64) string {
	return m.seal(Token{Purpose: Bounce, Reader: reader, Ticket: letter})
}

// Confirm is where a reply confirms a request to subscribe.
func (m Mailboxes) Confirm(reader, ticket int64, expires time.Time) string {
	return m.seal(Token{Confirm, reader, ticket, expires})
}

// Leave is where a mail ends a subscription.
func (m Mailboxes) Leave(reader int64) string {
	return m.seal(Token{Purpose: Leave, Reader: reader})
}

func (m Mailboxes) seal(t Token) string {
	local, domain, ok := strings.Cut(m.Address, "@")
	if !ok {
		return ""
	}
	body := t.append(nil)
	sum := mailMAC(m.Sealer.keys[0], body)
	return local + "+" + strings.ToLower(mailEncoding.EncodeToString(append(body, sum...))) + "@" + domain
}

// Token reads one of the sealed addresses, in any case. The error is ErrForged
// for one that is not ours, and ErrExpired, with the token, for one whose time
// is over.
func (m Mailboxes) Token(address string, now time.Time) (Token, error) {
	local, domain, _ := strings.Cut(strings.ToLower(m.Address), "@")
	text, ok := strings.CutPrefix(strings.ToLower(address), local+"+")
	text, ours := strings.CutSuffix(text, "@"+domain)
	if !ok || !ours || domain == "" || len(text) > 64 {
		return Token{}, ErrForged
	}
	raw, err := mailEncoding.DecodeString(strings.ToUpper(text))
	if err != nil || len(raw) <= mailMACSize || !strings.EqualFold(mailEncoding.EncodeToString(raw), text) {
		return Token{}, ErrForged
	}
	body, sum := raw[:len(raw)-mailMACSize], raw[len(raw)-mailMACSize:]
	sealed := slices.ContainsFunc(m.Sealer.keys, func(key []byte) bool { return hmac.Equal(mailMAC(key, body), sum) })
	t, whole := decode(body)
	switch {
	case !sealed || !whole:
		return Token{}, ErrForged
	case !t.Expires.IsZero() && now.After(t.Expires):
		return t, ErrExpired
	}
	return t, nil
}

// mailMAC signs an address. The label keeps it apart from links.
func mailMAC(key, body []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(mailLabel))
	h.Write(body)
	return h.Sum(nil)[:mailMACSize]
}

// append appends the token as bytes, before it is signed.
func (t Token) append(body []byte) []byte {
	body = append(body, version, byte(slices.Index(purposes, t.Purpose)))
	body = binary.AppendUvarint(body, uint64(t.Reader))
	body = binary.AppendUvarint(body, uint64(t.Ticket))
	var expires int64
	if !t.Expires.IsZero() {
		expires = t.Expires.Unix()
	}
	return binary.AppendUvarint(body, uint64(expires))
}
