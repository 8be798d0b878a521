package subscription

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"slices"
	"strings"
	"sync"
	"time"

	"paperboy/internal/paper"
)

// Purpose is what a sealed link is good for. A link for one purpose opens no
// other.
type Purpose string

const (
	Confirm Purpose = "confirm" // subscribe, or come back
	Leave   Purpose = "leave"
	Manage  Purpose = "settings" // keywords, hour, rhythm, pause
	Account Purpose = "account"  // export, deletion, change of address
	Move    Purpose = "move"     // confirm a new address
	Bounce  Purpose = "bounce"   // the return path of one letter, which the ticket names
	Marking Purpose = "mark"     // mute, more or less like this: of one paper
	View    Purpose = "view"     // read one letter in the browser
)

// purposes gives each purpose its byte in a token; new ones go to the end.
var purposes = []Purpose{Confirm, Leave, Manage, Account, Move, Bounce, Marking, View}

var (
	// ErrForged: the token was not sealed by us for this purpose.
	ErrForged = errors.New("this link is not valid")
	// ErrExpired: the token was good once.
	ErrExpired = errors.New("this link has expired")
)

// Token is what a sealed link says.
type Token struct {
	Purpose Purpose
	Reader  int64
	Ticket  int64     // the request it answers, the paper or the letter it is about; 0: none
	Expires time.Time // to the second; zero: never
}

const (
	version = 1
	macSize = 16 // of SHA-256's 32 bytes: 128 bits can't be guessed, and links stay short
	minKey  = 16
	// maxToken bounds what is decoded: a longer text is none of ours.
	maxToken = 80
)

// Sealer seals and opens tokens. It is safe for concurrent use.
type Sealer struct {
	keys  [][]byte
	first sync.Pool // presses of the first key: a letter has a dozen links
}

// NewSealer returns a sealer whose first key seals and whose keys all open, so
// that a key can be replaced while links made with the old one still work.
func NewSealer(keys ...[]byte) (*Sealer, error) {
	if len(keys) == 0 {
		return nil, errors.New("sealing links: no key")
	}
	s := &Sealer{}
	for i, key := range keys {
		if len(key) < minKey {
			return nil, fmt.Errorf("sealing links: key %d has %d bytes, at least %d are needed", i+1, len(key), minKey)
		}
		s.keys = append(s.keys, slices.Clone(key))
	}
	s.first.New = func() any { return &press{Hash: hmac.New(sha256.New, s.keys[0])} }
	return s, nil
}

// press is a hash begun with a key, and room for what it seals.
type press struct {
	hash.Hash
	raw []byte
}

// Seal returns the token as text for a URL. Equal tokens seal to equal text.
func (s *Sealer) Seal(t Token) string { return string(s.appendSealed(nil, t)) }

func (s *Sealer) appendSealed(dst []byte, t Token) []byte {
	p := s.first.Get().(*press)
	defer s.first.Put(p)
	p.Reset()
	p.raw = appendSum(t.append(p.raw[:0]), p)
	return base64.RawURLEncoding.AppendEncode(dst, p.raw)
}

// Open reads a sealed token. The error is ErrForged for one that was not
// sealed for this purpose, and ErrExpired with the token for one whose time is
// over.
func (s *Sealer) Open(token string, want Purpose, now time.Time) (Token, error) {
	if len(token) > maxToken {
		return Token{}, ErrForged
	}
	// Strict: else the bits that pad the last character could be flipped.
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || strings.ContainsAny(token, "\r\n") || len(raw) <= macSize {
		return Token{}, ErrForged
	}
	body, sum := raw[:len(raw)-macSize], raw[len(raw)-macSize:]
	if !s.sealed(body, sum) {
		return Token{}, ErrForged
	}
	t, ok := decode(body)
	if !ok || t.Purpose != want {
		return Token{}, ErrForged
	}
	if !t.Expires.IsZero() && now.After(t.Expires) {
		return t, ErrExpired
	}
	return t, nil
}

func (s *Sealer) sealed(body, sum []byte) bool {
	return slices.ContainsFunc(s.keys, func(key []byte) bool { return hmac.Equal(mac(key, body), sum) })
}

func mac(key, body []byte) []byte {
	return appendSum(slices.Clip(body), hmac.New(sha256.New, key))[len(body):]
}

// label keeps what is signed here apart from whatever else the same key may
// come to sign.
var label = []byte("paperboy link\x00")

// appendSum appends the signature of a token's body to it.
func appendSum(body []byte, h hash.Hash) []byte {
	h.Write(label)
	h.Write(body)
	return h.Sum(body)[:len(body)+macSize]
}

func decode(body []byte) (Token, bool) {
	if len(body) < 2 || body[0] != version || int(body[1]) >= len(purposes) {
		return Token{}, false
	}
	t := Token{Purpose: purposes[body[1]]}
	var numbers [3]int64
	rest := body[2:]
	for i := range numbers {
		n, size := binary.Uvarint(rest)
		if size <= 0 {
			return Token{}, false
		}
		numbers[i], rest = int64(n), rest[size:]
	}
	t.Reader, t.Ticket = numbers[0], numbers[1]
	if numbers[2] != 0 {
		t.Expires = time.Unix(numbers[2], 0).UTC()
	}
	return t, len(rest) == 0
}

// Links makes the sealed links that stand in letters.
type Links struct {
	Base   string // where the site is, e.g. https://example.org/papers
	Sealer *Sealer
}

// Confirm links to the confirmation of a request to subscribe.
func (l Links) Confirm(reader, ticket int64, expires time.Time) string {
	return l.link(Token{Confirm, reader, ticket, expires})
}

// Leave links to the page, and the one-click target, that ends a subscription.
func (l Links) Leave(reader int64) string {
	return l.link(Token{Purpose: Leave, Reader: reader})
}

// Settings links to a reader's keywords, hour, rhythm and pause.
func (l Links) Settings(reader int64) string {
	return l.link(Token{Purpose: Manage, Reader: reader})
}

// Account links to export, deletion and change of address.
func (l Links) Account(reader, ticket int64, expires time.Time) string {
	return l.link(Token{Account, reader, ticket, expires})
}

// Move links to the confirmation of a new address.
func (l Links) Move(reader, ticket int64, expires time.Time) string {
	return l.link(Token{Move, reader, ticket, expires})
}

// Mark links to the page on which a reader says what they think of a paper, or
// mutes it, its authors or what it matched. The fragments #more, #less and
// #mute lead to its parts.
func (l Links) Mark(reader int64, p paper.Key) string {
	return l.link(Token{Purpose: Marking, Reader: reader, Ticket: int64(p)})
}

// View links to a letter as a page. Who is given this link can read the letter
// and do nothing else.
func (l Links) View(reader, letter int64) string {
	return l.link(Token{Purpose: View, Reader: reader, Ticket: letter})
}

func (l Links) link(t Token) string {
	var room [200]byte
	b := append(append(room[:0], strings.TrimRight(l.Base, "/")...), '/')
	b = append(append(b, t.Purpose...), '/')
	return string(l.Sealer.appendSealed(b, t))
}
