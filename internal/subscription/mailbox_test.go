package subscription

import (
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestSealedAddressesComeBack(t *testing.T) {
	m := Mailboxes{Address: strings.Repeat("b", MaxMailboxLocal) + "@Example.org", Sealer: sealer(t, keyA)}
	now := time.Date(2026, 5, 1, 7, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		reader := rapid.Int64Range(1, 1<<35-1).Draw(t, "reader")
		letter := rapid.Int64Range(1, 1<<42-1).Draw(t, "letter")
		for want, address := range map[Token]string{
			{Purpose: Bounce, Reader: reader, Ticket: letter}:                                           m.Bounce(reader, letter),
			{Purpose: Leave, Reader: reader}:                                                            m.Leave(reader),
			{Purpose: Confirm, Reader: reader, Ticket: letter % 1000, Expires: now.Add(24 * time.Hour)}: m.Confirm(reader, letter%1000, now.Add(24*time.Hour)),
		} {
			local, _, _ := strings.Cut(address, "@")
			if len(local) > 64 {
				t.Fatalf("a local part of %d octets: %s", len(local), address)
			}
			if _, _, err := ParseAddress(address); err != nil {
				t.Fatal(err)
			}
			for _, form := range []string{address, strings.ToLower(address), strings.ToUpper(address)} {
				if got, err := m.Token(form, now); err != nil || got != want {
					t.Fatalf("%s tells %v, %v; want %v", form, got, err, want)
				}
			}
		}
	})
}

func TestForgedAddressesFindNobody(t *testing.T) {
	m := Mailboxes{Address: "bounces@example.org", Sealer: sealer(t, keyA)}
	now := time.Date(2026, 5, 1, 7, 0, 0, 0, time.UTC)
	good := m.Bounce(5, 7)
	token := strings.TrimSuffix(strings.TrimPrefix(good, "bounces+"), "@example.org")
	link := sealer(t, keyA).Seal(Token{Purpose: Bounce, Reader: 5, Ticket: 7})
	for name, address := range map[string]string{
		"no token":              "bounces@example.org",
		"an empty token":        "bounces+@example.org",
		"another domain":        "bounces+" + token + "@example.net",
		"another mailbox":       "leave+" + token + "@example.org",
		"cut short":             "bounces+" + token[1:] + "@example.org",
		"padded":                "bounces+" + token + "=@example.org",
		"a link's token":        "bounces+" + link + "@example.org",
		"another key's":         Mailboxes{m.Address, sealer(t, keyB)}.Bounce(5, 7),
		"an address in between": good + "@example.org",
		"nothing":               "",
		"absurdly long":         "bounces+" + strings.Repeat("a", 1<<20) + "@example.org",
	} {
		if got, err := m.Token(address, now); !errors.Is(err, ErrForged) || got != (Token{}) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	for i := range token {
		bent := []byte(token)
		if bent[i]++; bent[i] > 'z' || bent[i] == '8' {
			bent[i] = 'a'
		}
		if string(bent) == token {
			continue
		}
		if _, err := m.Token("bounces+"+string(bent)+"@example.org", now); !errors.Is(err, ErrForged) {
			t.Errorf("character %d changed: %v", i, err)
		}
	}
	if got, err := m.Token(m.Confirm(5, 1, now.Add(-time.Second)), now); !errors.Is(err, ErrExpired) || got.Reader != 5 {
		t.Errorf("an old confirmation is %v, %v", got, err)
	}
	if got := (Mailboxes{}).Bounce(1, 2); got != "" {
		t.Errorf("without an address there is %q", got)
	}
	rotated := Mailboxes{m.Address, sealer(t, keyB, keyA)}
	if _, err := rotated.Token(good, now); err != nil {
		t.Errorf("sealed with the key before: %v", err)
	}
}
