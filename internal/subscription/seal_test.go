package subscription

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var (
	keyA = []byte("key-a-key-a-key-a-key-a-key-a-32")
	keyB = []byte("key-b-key-b-key-b-key-b-key-b-32")
)

func sealer(t *testing.T, keys ...[]byte) *Sealer {
	t.Helper()
	s, err := NewSealer(keys...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestEveryFlippedBitIsForged(t *testing.T) {
	s := sealer(t, keyA)
	now := time.Date(2026, 5, 1, 7, 0, 0, 0, time.UTC)
	for _, token := range []Token{
		{Purpose: Leave, Reader: 1},
		{Purpose: Confirm, Reader: 123456789, Ticket: 7, Expires: now.Add(time.Hour)},
	} {
		text := s.Seal(token)
		raw, err := base64.RawURLEncoding.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		for bit := range len(raw) * 8 {
			raw[bit/8] ^= 1 << (bit % 8)
			if got, err := s.Open(base64.RawURLEncoding.EncodeToString(raw), token.Purpose, now); !errors.Is(err, ErrForged) {
				t.Errorf("token bit %d flipped: got %v, %v", bit, got, err)
			}
			raw[bit/8] ^= 1 << (bit % 8)
		}
		for bit := range len(text) * 8 {
			bent := []byte(text)
			bent[bit/8] ^= 1 << (bit % 8)
			if got, err := s.Open(string(bent), token.Purpose, now); !errors.Is(err, ErrForged) {
				t.Errorf("text bit %d flipped to %q: got %v, %v", bit, bent, got, err)
			}
		}
	}
}

func TestOpen(t *testing.T) {
	now := time.Date(2026, 5, 1, 7, 0, 0, 0, time.UTC)
	confirm := Token{Purpose: Confirm, Reader: 5, Ticket: 2, Expires: now}
	text := sealer(t, keyA).Seal(confirm)
	for name, c := range map[string]struct {
		keys [][]byte
		text string
		want Purpose
		now  time.Time
		err  error
	}{
		"good to its last second":             {[][]byte{keyA}, text, Confirm, now, nil},
		"over after it":                       {[][]byte{keyA}, text, Confirm, now.Add(time.Second), ErrExpired},
		"a link to confirm does not leave":    {[][]byte{keyA}, text, Leave, now, ErrForged},
		"an old key still opens":              {[][]byte{keyB, keyA}, text, Confirm, now, nil},
		"a key given up no longer opens":      {[][]byte{keyB}, text, Confirm, now, ErrForged},
		"empty":                               {[][]byte{keyA}, "", Confirm, now, ErrForged},
		"cut short":                           {[][]byte{keyA}, text[:len(text)-1], Confirm, now, ErrForged},
		"something behind it":                 {[][]byte{keyA}, text + "A", Confirm, now, ErrForged},
		"a line break that base64 would skip": {[][]byte{keyA}, text[:5] + "\n" + text[5:], Confirm, now, ErrForged},
		"padding":                             {[][]byte{keyA}, text + "=", Confirm, now, ErrForged},
		"absurdly long":                       {[][]byte{keyA}, strings.Repeat("A", 1<<20), Confirm, now, ErrForged},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := sealer(t, c.keys...).Open(c.text, c.want, c.now)
			if !errors.Is(err, c.err) {
				t.Fatalf("got %v, %v; want error %v", got, err, c.err)
			}
			if err == nil && got != confirm {
				t.Errorf("got %v, want %v", got, confirm)
			}
			if errors.Is(err, ErrForged) && got != (Token{}) {
				t.Errorf("a forged token tells %v", got)
			}
		})
	}
}

func TestSealedTokensComeBack(t *testing.T) {
	s := sealer(t, keyA)
	rapid.Check(t, func(t *rapid.T) {
		token := Token{
			Purpose: rapid.SampledFrom(purposes).Draw(t, "purpose"),
			Reader:  rapid.Int64Min(1).Draw(t, "reader"),
			Ticket:  rapid.Int64Min(0).Draw(t, "ticket"),
		}
		if unix := rapid.Int64Range(0, 1<<40).Draw(t, "expires"); unix > 0 {
			token.Expires = time.Unix(unix, 0).UTC()
		}
		text := s.Seal(token)
		if text != s.Seal(token) {
			t.Fatal("sealing twice gives two texts: a letter composed again would differ")
		}
		if got, err := s.Open(text, token.Purpose, time.Time{}); err != nil || got != token {
			t.Fatalf("sealed %v, opened %v, %v", token, got, err)
		}
		if len(text) > maxToken || strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			t.Fatalf("not fit for a URL: %q", text)
		}
	})
}

func TestNewSealerRefusesWeakKeys(t *testing.T) {
	for name, keys := range map[string][][]byte{
		"no key":          nil,
		"an empty key":    {{}},
		"a short old key": {keyA, []byte("short")},
	} {
		if _, err := NewSealer(keys...); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestLinks(t *testing.T) {
	now := time.Date(2026, 5, 1, 7, 0, 0, 0, time.UTC)
	for _, base := range []string{"https://example.org/papers", "https://example.org/papers/"} {
		l := Links{Base: base, Sealer: sealer(t, keyA)}
		for purpose, link := range map[Purpose]string{
			Confirm: l.Confirm(1, 2, now),
			Leave:   l.Leave(1),
			Manage:  l.Settings(1),
			Account: l.Account(1, 2, now),
			Move:    l.Move(1, 2, now),
			Marking: l.Mark(1, 123456),
			View:    l.View(1, 123456789),
		} {
			token, ok := strings.CutPrefix(link, "https://example.org/papers/"+string(purpose)+"/")
			if !ok {
				t.Errorf("%s: %s does not stand below the site's prefix", purpose, link)
			}
			if _, err := l.Sealer.Open(token, purpose, now); err != nil {
				t.Errorf("%s: %v", purpose, err)
			}
			if len(link) > len(base)+60 {
				t.Errorf("%s: %d characters are too long to survive a mail: %s", purpose, len(link), link)
			}
		}
	}
}

func TestStates(t *testing.T) {
	for _, c := range []struct {
		name     string
		from, to State
		possible bool
	}{
		{"confirming", Pending, Active, true},
		{"coming back needs a confirmation", Left, Active, false},
		{"coming back goes through pending", Left, Pending, true},
		{"a suppressed reader can come back", Suppressed, Pending, true},
		{"but not without confirming", Suppressed, Active, false},
		{"an unconfirmed reader has nothing to pause", Pending, Paused, false},
		{"leaving from a pause", Paused, Left, true},
		{"an active reader stays active when asking again", Active, Pending, false},
		{"an unknown state leads nowhere", State("?"), Active, false},
	} {
		if got := c.from.Can(c.to); got != c.possible {
			t.Errorf("%s: %s → %s is %v", c.name, c.from, c.to, got)
		}
	}
}
