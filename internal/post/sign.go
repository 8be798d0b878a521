package post

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/emersion/go-msgauth/dkim"
)

// Key signs for a domain. The public half stands in the DNS at Name.
type Key struct {
	Domain, Selector string
	crypto.Signer    // *rsa.PrivateKey or ed25519.PrivateKey
}

// Name is where the public half is looked up (RFC 6376, section 3.6.2.1).
func (k Key) Name() string { return k.Selector + "._domainkey." + k.Domain }

// Algorithm is "rsa" or "ed25519", as the k= tag has it.
func (k Key) Algorithm() string {
	if _, ok := k.Public().(ed25519.PublicKey); ok {
		return "ed25519"
	}
	return "rsa"
}

// Record is the text of the DNS record that verifies what the key signs (RFC
// 6376, section 3.6.1; RFC 8463, section 4).
func (k Key) Record() (string, error) {
	public, ok := k.Public().(ed25519.PublicKey)
	if !ok {
		var err error
		if public, err = x509.MarshalPKIXPublicKey(k.Public()); err != nil {
			return "", fmt.Errorf("public half of %s: %w", k.Name(), err)
		}
	}
	return "v=DKIM1; k=" + k.Algorithm() + "; p=" + base64.StdEncoding.EncodeToString(public), nil
}

// NewKey makes a key: RSA of 2048 bits, which every mailbox provider verifies,
// or Ed25519, which some do not yet.
func NewKey(algorithm string) (crypto.Signer, error) {
	switch algorithm {
	case "rsa":
		return rsa.GenerateKey(rand.Reader, 2048)
	case "ed25519":
		_, key, err := ed25519.GenerateKey(rand.Reader)
		return key, err
	}
	return nil, fmt.Errorf("%q is neither rsa nor ed25519", algorithm)
}

// EncodeKey writes a private key as PEM (PKCS #8).
func EncodeKey(key crypto.Signer) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

// ParseKey reads a private key from PEM: PKCS #8, or RSA's own PKCS #1, as
// opendkim-genkey and older OpenSSL write it. An error has nothing of the key.
func ParseKey(data []byte) (crypto.Signer, error) {
	block, _ := pem.Decode(data)
	if block == nil {
		return nil, errors.New("it holds no key in PEM, which begins with -----BEGIN")
	}
	if block.Type == "RSA PRIVATE KEY" {
		key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
		if err != nil {
			return nil, errors.New("its RSA key can't be read")
		}
		return fit(key)
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("its block %q holds no private key that can be read without a passphrase", block.Type)
	}
	return fit(key)
}

// fit takes the keys that DKIM knows (RFC 8301, RFC 8463).
func fit(key any) (crypto.Signer, error) {
	switch key := key.(type) {
	case ed25519.PrivateKey:
		return key, nil
	case *rsa.PrivateKey:
		if bits := key.N.BitLen(); bits < 1024 || bits > 4096 {
			return nil, fmt.Errorf("its RSA key has %d bits, and verifiers take 1024 to 4096", bits)
		}
		return key, nil
	}
	return nil, fmt.Errorf("its key is a %T, and DKIM knows RSA and Ed25519", key)
}

// Signer signs messages with DKIM (RFC 6376), once with each of its keys. The
// zero Signer has none and leaves messages as they are. It may be used by
// several goroutines at once.
type Signer struct{ keys []Key }

// NewSigner returns a signer with these keys.
func NewSigner(keys ...Key) (*Signer, error) {
	seen := map[string]bool{}
	for _, k := range keys {
		name := strings.ToLower(k.Name())
		switch {
		case !hostName(k.Domain) || !strings.Contains(k.Domain, "."):
			return nil, fmt.Errorf("dkim: %q is no domain in ASCII, such as example.org", k.Domain)
		case !hostName(k.Selector):
			return nil, fmt.Errorf("dkim: %q is no selector, such as paperboy1", k.Selector)
		case seen[name]:
			return nil, fmt.Errorf("dkim: two keys for %s", name)
		}
		seen[name] = true
	}
	return &Signer{keys}, nil
}

// signed are the fields that a signature covers where they occur.
var signed = []string{
	"From", "To", "Subject", "Date", "Message-ID", "Reply-To", "MIME-Version", "Content-Type",
	"Content-Transfer-Encoding", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "Auto-Submitted",
}

// sealed are those that nobody may add to on the way without breaking the
// signature: they are named once more than they occur (RFC 6376, section 8.15),
// also where there are none.
var sealed = []string{
	"From", "To", "Subject", "Date", "Reply-To", "Content-Type", "List-Unsubscribe", "List-Unsubscribe-Post",
}

// Sign returns the message with a DKIM-Signature field of each key before it,
// in relaxed canonical form. The message is as Build returns it.
func (s *Signer) Sign(message []byte) ([]byte, error) {
	if s == nil || len(s.keys) == 0 {
		return message, nil
	}
	fields := append(present(message, signed), sealed...)
	signers := make([]*dkim.Signer, len(s.keys))
	inputs := make([]io.Writer, len(s.keys))
	for i, k := range s.keys {
		signer, err := dkim.NewSigner(&dkim.SignOptions{
			Domain: k.Domain, Selector: k.Selector, Signer: k.Signer, HeaderKeys: fields,
			HeaderCanonicalization: dkim.CanonicalizationRelaxed, BodyCanonicalization: dkim.CanonicalizationRelaxed,
		})
		if err != nil {
			return nil, fmt.Errorf("sign as %s: %w", k.Name(), err)
		}
		signers[i], inputs[i] = signer, signer
	}
	_, writing := io.MultiWriter(inputs...).Write(message)
	out := make([]byte, 0, len(message)+len(signers)*1024)
	for i, signer := range signers {
		if err := errors.Join(writing, signer.Close()); err != nil {
			return nil, fmt.Errorf("sign as %s: %w", s.keys[i].Name(), err)
		}
		out = append(out, signer.Signature()...)
	}
	return append(out, message...), nil
}

// present returns the names of those fields that the message has.
func present(message []byte, names []string) []string {
	head, _, _ := bytes.Cut(message, []byte("\r\n\r\n"))
	has := map[string]bool{}
	for line := range bytes.Lines(head) {
		if name, _, ok := bytes.Cut(line, []byte(":")); ok {
			has[strings.ToLower(string(name))] = true
		}
	}
	var out []string
	for _, name := range names {
		if has[strings.ToLower(name)] {
			out = append(out, name)
		}
	}
	return out
}
