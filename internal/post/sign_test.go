package post

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-msgauth/dkim"

	"paperboy/internal/letter"
	"paperboy/internal/peers"
)

var madeKeys sync.Map // RSA keys take a while to make

func madeKey(t testing.TB, algorithm string) crypto.Signer {
	t.Helper()
	if key, ok := madeKeys.Load(algorithm); ok {
		return key.(crypto.Signer)
	}
	key, err := NewKey(algorithm)
	if err != nil {
		t.Fatal(err)
	}
	madeKeys.Store(algorithm, key)
	return key
}

// both are one key of each kind, and the DNS that verifies them.
func both(t testing.TB) (*Signer, map[string]string) {
	t.Helper()
	keys := []Key{
		{"example.org", "r1", madeKey(t, "rsa")},
		{"example.org", "e1", madeKey(t, "ed25519")},
	}
	records := map[string]string{}
	for _, k := range keys {
		record, err := k.Record()
		if err != nil {
			t.Fatal(err)
		}
		records[k.Name()] = record
	}
	s, err := NewSigner(keys...)
	if err != nil {
		t.Fatal(err)
	}
	return s, records
}

// signedSample is a letter as most go out, its parts encoded before.
func signedSample(t testing.TB) (built, out []byte, records map[string]string) {
	t.Helper()
	m := sample()
	m.Encoded = letter.NewEncoded(quotedPart(t, m.Text), quotedPart(t, m.HTML))
	m.Text, m.HTML = "", ""
	built, err := Build(m)
	if err != nil {
		t.Fatal(err)
	}
	s, records := both(t)
	if out, err = s.Sign(built); err != nil {
		t.Fatal(err)
	}
	return built, out, records
}

// verdicts are the errors of a message's signatures, in their order.
func verdicts(t testing.TB, message []byte, records map[string]string) []error {
	t.Helper()
	found, err := dkim.VerifyWithOptions(bytes.NewReader(message), &dkim.VerifyOptions{
		LookupTXT: func(name string) ([]string, error) {
			if text, ok := records[name]; ok {
				return []string{text}, nil
			}
			return nil, errors.New("no such record: " + name)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	out := make([]error, len(found))
	for i, v := range found {
		out[i] = v.Err
	}
	return out
}

func TestBothSignaturesVerify(t *testing.T) {
	built, out, records := signedSample(t)
	if !bytes.HasSuffix(out, built) {
		t.Fatal("signing changed the message")
	}
	got := verdicts(t, out, records)
	if len(got) != 2 || got[0] != nil || got[1] != nil {
		t.Errorf("verdicts: %v", got)
	}
	head, _, _ := bytes.Cut(out, []byte("\r\n\r\n"))
	for line := range bytes.Lines(head) {
		if len(line) > longest {
			t.Errorf("a header line of %d bytes", len(line))
		}
	}
}

// Relays re-fold fields and trim white space: relaxed signatures stand that.
func TestASignatureStandsWhatRelaysDo(t *testing.T) {
	_, out, records := signedSample(t)
	out = bytes.Replace(out, []byte("Subject: "), []byte("subject:   \r\n\t"), 1)
	out = append([]byte("Received: from here by there\r\n"), out...)
	out = append(out, "\r\n\r\n"...)
	for i, err := range verdicts(t, out, records) {
		if err != nil {
			t.Errorf("signature %d: %v", i, err)
		}
	}
}

func TestASignatureBreaksWhere(t *testing.T) {
	for name, forge := range map[string]func(string) string{
		"the leave link is another": func(m string) string {
			return strings.Replace(m, "papers.example.org/daily/leave", "evil.example/leave", 1)
		},
		"one-click is taken out":          func(m string) string { return strings.Replace(m, "\nList-Unsubscribe-Post", "\nX-Was", 1) },
		"a second From stands before":     func(m string) string { return "From: boss@example.org\r\n" + m },
		"a second leave link is added":    func(m string) string { return "List-Unsubscribe: <https://evil.example/>\r\n" + m },
		"a second Subject stands before":  func(m string) string { return "Subject: You won\r\n" + m },
		"a second content type is added":  func(m string) string { return "Content-Type: text/html\r\n" + m },
		"the text has one letter changed": func(m string) string { return strings.Replace(m, "Good morning", "Good evening", 1) },
		"somebody appends to it":          func(m string) string { return m + "and more\r\n" },
	} {
		t.Run(name, func(t *testing.T) {
			_, out, records := signedSample(t)
			forged := forge(string(out))
			if forged == string(out) {
				t.Fatal("nothing was changed")
			}
			for i, err := range verdicts(t, []byte(forged), records) {
				if err == nil {
					t.Errorf("signature %d still verifies", i)
				}
			}
		})
	}
}

// A notice has no List fields; none can be added to it all the same.
func TestANoticeIsSignedToo(t *testing.T) {
	m := sample()
	m.Headers, m.HTML, m.ReplyTo = nil, "", ""
	built, err := Build(m)
	if err != nil {
		t.Fatal(err)
	}
	s, records := both(t)
	out, err := s.Sign(built)
	if err != nil {
		t.Fatal(err)
	}
	for i, err := range verdicts(t, out, records) {
		if err != nil {
			t.Errorf("signature %d: %v", i, err)
		}
	}
	forged := append([]byte("Reply-To: evil@example.com\r\n"), out...)
	for i, err := range verdicts(t, forged, records) {
		if err == nil {
			t.Errorf("signature %d verifies with a Reply-To that was added", i)
		}
	}
}

func TestIndependentVerifiersAgree(t *testing.T) {
	_, out, records := signedSample(t)
	const rsa, ed25519 = "r1._domainkey.example.org pass", "e1._domainkey.example.org pass"
	t.Run("Mail::DKIM", func(t *testing.T) {
		if got := peers.MailDKIM(t, out, records); !slices.Equal(got, []string{rsa}) {
			t.Errorf("got %q", got)
		}
		forged := bytes.Replace(out, []byte("daily/leave"), []byte("daily/other"), 1)
		if got := peers.MailDKIM(t, forged, records); len(got) != 1 || strings.HasSuffix(got[0], " pass") {
			t.Errorf("of a forged letter: %q", got)
		}
	})
	t.Run("dkimpy", func(t *testing.T) {
		if got := peers.DKIMPy(t, out, records); !slices.Equal(got, []string{rsa, ed25519}) {
			t.Errorf("got %q", got)
		}
		forged := bytes.Replace(out, []byte("daily/leave"), []byte("daily/other"), 1)
		for _, line := range peers.DKIMPy(t, forged, records) {
			if strings.HasSuffix(line, " pass") {
				t.Errorf("of a forged letter: %q", line)
			}
		}
	})
}

func TestNoKeysLeaveTheMessageAlone(t *testing.T) {
	for _, s := range []*Signer{nil, {}} {
		if got, err := s.Sign([]byte("Subject: x\r\n\r\n")); err != nil || string(got) != "Subject: x\r\n\r\n" {
			t.Errorf("%q, %v", got, err)
		}
	}
}

func TestNewSignerRefuses(t *testing.T) {
	key := madeKey(t, "ed25519")
	for name, keys := range map[string][]Key{
		"no domain":                  {{"", "s", key}},
		"a domain with a space":      {{"example .org", "s", key}},
		"a tag in the domain":        {{"example.org; l=0", "s", key}},
		"no selector":                {{"example.org", "", key}},
		"one name twice":             {{"example.org", "s", key}, {"Example.org", "S", key}},
		"a domain with no dot in it": {{"localhost", "s", key}},
	} {
		if _, err := NewSigner(keys...); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

func TestKeysSurviveTheirFile(t *testing.T) {
	for _, algorithm := range []string{"rsa", "ed25519"} {
		key := madeKey(t, algorithm)
		file, err := EncodeKey(key)
		if err != nil {
			t.Fatal(err)
		}
		got, err := ParseKey(file)
		if err != nil || !got.Public().(interface{ Equal(crypto.PublicKey) bool }).Equal(key.Public()) {
			t.Errorf("%s: %v", algorithm, err)
		}
	}
	old := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(madeKey(t, "rsa").(*rsa.PrivateKey))})
	if _, err := ParseKey(old); err != nil {
		t.Errorf("a key in opendkim-genkey's form: %v", err)
	}
}

func TestParseKeyRefuses(t *testing.T) {
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	wrong, err := EncodeKey(curve)
	if err != nil {
		t.Fatal(err)
	}
	for want, file := range map[string]string{
		"no key in PEM":          "-----BEGIN nothing",
		"DKIM knows RSA":         string(wrong),
		"can't be read":          "-----BEGIN RSA PRIVATE KEY-----\nc2VjcmV0\n-----END RSA PRIVATE KEY-----\n",
		`"CERTIFICATE" holds no`: "-----BEGIN CERTIFICATE-----\nc2VjcmV0\n-----END CERTIFICATE-----\n",
	} {
		_, err := ParseKey([]byte(file))
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "c2Vj") {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
}

func BenchmarkSign(b *testing.B) {
	m := sample()
	m.HTML = strings.Repeat("<p>A paragraph about papers, some 40 KB of them.</p>\n", 750)
	built, err := Build(m)
	if err != nil {
		b.Fatal(err)
	}
	for _, algorithm := range []string{"rsa", "ed25519"} {
		b.Run(algorithm, func(b *testing.B) {
			s, err := NewSigner(Key{"example.org", "s", madeKey(b, algorithm)})
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(len(built)))
			b.RunParallel(func(p *testing.PB) {
				for p.Next() {
					if _, err := s.Sign(built); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
	b.Run("rsa alone", func(b *testing.B) {
		key, digest := madeKey(b, "rsa"), make([]byte, 32)
		b.RunParallel(func(p *testing.PB) {
			for p.Next() {
				if _, err := key.Sign(rand.Reader, digest, crypto.SHA256); err != nil {
					b.Error(err)
				}
			}
		})
	})
}
