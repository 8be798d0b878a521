package main

import (
	"bytes"
	"context"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"paperboy/internal/post"
)

// signing is a configuration with an Ed25519 key of the domain in a file, and
// the text of the key's record.
func signing(t *testing.T, domain string) (*config, string) {
	t.Helper()
	signer, err := post.NewKey("ed25519")
	if err != nil {
		t.Fatal(err)
	}
	key := post.Key{Domain: domain, Selector: "s1", Signer: signer}
	path := filepath.Join(t.TempDir(), "key.pem")
	if err := writeKey(path, key); err != nil {
		t.Fatal(err)
	}
	c := defaults()
	c.Mail.DKIM = []dkimConfig{{Domain: domain, Selector: "s1", KeyFile: path}}
	record, err := key.Record()
	if err != nil {
		t.Fatal(err)
	}
	return c, record
}

func TestCheckSaysWhatIsWrongWithAKey(t *testing.T) {
	for name, tt := range map[string]struct {
		domain string
		answer func(record string) ([]string, error)
		want   []string
	}{
		"nothing": {"example.org", func(r string) ([]string, error) { return []string{r}, nil },
			[]string{"ok      dkim s1 of example.org (ed25519): aligns with mail.from; its record is published"}},
		"nothing: white space in the record": {"example.org", func(r string) ([]string, error) { return []string{strings.Replace(r, "p=", "p = ", 1)}, nil },
			[]string{"ok "}},
		"nothing: the parent domain signs": {"org.example.org", func(r string) ([]string, error) { return []string{r}, nil },
			[]string{"aligns with mail.from"}},
		"the domain is another's": {"example.com", func(r string) ([]string, error) { return []string{r}, nil },
			[]string{"warning dkim s1 of example.com (ed25519): does not align with mail.from: DMARC for mail.example.org", "ok      dkim s1 of example.com (ed25519): its record is published"}},
		"it is not published": {"example.org", func(string) ([]string, error) { return nil, &net.DNSError{IsNotFound: true} },
			[]string{"failed", "has no record", `s1._domainkey.example.org. IN TXT ( "v=DKIM1; k=ed25519; p=`}},
		"an older key is published": {"example.org", func(string) ([]string, error) { return []string{"v=DKIM1; p=abcd"}, nil },
			[]string{"failed", "another key"}},
		"the DNS does not answer": {"example.org", func(string) ([]string, error) { return nil, &net.DNSError{Err: "timeout", IsTimeout: true} },
			[]string{"ok ", "could not be looked up: timeout"}},
	} {
		t.Run(name, func(t *testing.T) {
			c, record := signing(t, tt.domain)
			var out bytes.Buffer
			c.checkDKIM(t.Context(), &checks{out: &out}, "mail.example.org", func(_ context.Context, name string) ([]string, error) {
				if name != "s1._domainkey."+tt.domain {
					t.Errorf("looked up %s", name)
				}
				return tt.answer(record)
			})
			for _, want := range tt.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("lacks %q:\n%s", want, out.String())
				}
			}
		})
	}
}

// Two customers of one registry are not one organisation.
func TestAlignmentStopsAtPublicSuffixes(t *testing.T) {
	for _, tt := range []struct {
		signing, from string
		want          bool
	}{
		{"example.org", "example.org", true},
		{"example.org", "mail.EXAMPLE.org", true},
		{"mail.example.co.uk", "example.co.uk", true},
		{"other.co.uk", "example.co.uk", false},
		{"co.uk", "example.co.uk", false},
		{"example.org", "notexample.org", false},
		{"xn--bcher-kva.example", "post.bücher.example", true},
	} {
		if got := aligns(tt.signing, tt.from); got != tt.want {
			t.Errorf("%s for %s: %v", tt.signing, tt.from, got)
		}
	}
}

func TestAKeyIsForItsOwnerOnly(t *testing.T) {
	c, _ := signing(t, "example.org")
	info, err := os.Stat(c.Mail.DKIM[0].KeyFile)
	if err != nil || info.Mode().Perm() != fs.FileMode(0o600) {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}
