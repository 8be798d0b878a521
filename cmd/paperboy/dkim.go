package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"net"
	"os"
	"slices"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"

	"paperboy/internal/post"
)

func dkimCommand(f *flag.FlagSet) func(context.Context, []string, streams) error {
	domain := f.String("domain", "", "the `DOMAIN` that signs, which is mail.from's or one above it")
	selector := f.String("selector", "", "the key's name `S` in that domain, such as paperboy1; a new key takes a new name")
	algorithm := f.String("algorithm", "rsa", "rsa (2048 bits) or ed25519, which not all providers verify: use it beside rsa")
	out := f.String("out", "", "the `FILE` that the private key is written to; it must not exist")
	return func(_ context.Context, args []string, s streams) error {
		if err := noArguments(args); err != nil {
			return err
		}
		for _, needed := range []struct{ flag, value string }{{"domain", *domain}, {"selector", *selector}, {"out", *out}} {
			if needed.value == "" {
				return misuse("--%s is missing", needed.flag)
			}
		}
		signer, err := post.NewKey(*algorithm)
		if err != nil {
			return misuse("--algorithm: %v", err)
		}
		key := post.Key{Domain: *domain, Selector: *selector, Signer: signer}
		if _, err := post.NewSigner(key); err != nil {
			return misuse("%v", err)
		}
		record, err := key.Record()
		if err != nil {
			return err
		}
		if err := writeKey(*out, key); err != nil {
			return err
		}
		fmt.Fprintf(s.out, "%s\n", zoneLine(key.Name(), record))
		fmt.Fprintf(s.err, "The private key is in %s. Put the record above into the zone of %s, then sign with it:\n\n"+
			"mail:\n  dkim:\n    - domain: %s\n      selector: %s\n      key_file: %s\n", *out, *domain, *domain, *selector, *out)
		return nil
	}
}

// writeKey writes a new file that only its owner may read. A key that is there
// already may be in use, and is left alone.
func writeKey(path string, key post.Key) error {
	data, err := post.EncodeKey(key.Signer)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s exists already, and may hold a key in use: name another file", path)
	}
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	return errors.Join(err, file.Sync(), file.Close())
}

// zoneLine is a TXT record as zone files have it: in strings of 255 bytes at
// most (RFC 1035, section 3.3), which resolvers put together again.
func zoneLine(name, text string) string {
	var parts []string
	for part := range slices.Chunk([]byte(text), 255) {
		parts = append(parts, `"`+string(part)+`"`)
	}
	return name + ". IN TXT ( " + strings.Join(parts, " ") + " )"
}

// dkimKeys reads the keys that the configuration names.
func (c *config) dkimKeys() ([]post.Key, error) {
	keys := make([]post.Key, 0, len(c.Mail.DKIM))
	for i, k := range c.Mail.DKIM {
		data, err := os.ReadFile(c.path(k.KeyFile))
		if err != nil {
			return nil, fmt.Errorf("mail.dkim[%d].key_file: %w", i, err)
		}
		signer, err := post.ParseKey(data)
		if err != nil {
			return nil, fmt.Errorf("mail.dkim[%d].key_file: %s: %w", i, k.KeyFile, err)
		}
		keys = append(keys, post.Key{Domain: k.Domain, Selector: k.Selector, Signer: signer})
	}
	return keys, nil
}

// signer signs letters with the keys of the configuration, if it has any.
func (c *config) signer() (*post.Signer, error) {
	keys, err := c.dkimKeys()
	if err != nil {
		return nil, err
	}
	return post.NewSigner(keys...)
}

// lookUpTXT asks the DNS.
type lookUpTXT func(ctx context.Context, name string) ([]string, error)

// checkDKIM has a line for each key: whether it is the one that the DNS has,
// and whether it speaks for the sender's domain.
func (c *config) checkDKIM(ctx context.Context, r *checks, from string, look lookUpTXT) {
	keys, err := c.dkimKeys()
	if err != nil {
		r.line("dkim", "", err)
		return
	}
	for _, k := range keys {
		part := fmt.Sprintf("dkim %s of %s (%s)", k.Selector, k.Domain, k.Algorithm())
		said, err := published(ctx, k, look)
		if aligns(k.Domain, from) {
			said = "aligns with mail.from; " + said
		} else {
			r.warn(part, "does not align with mail.from: DMARC for "+from+" takes no notice of a signature of "+k.Domain+" (RFC 7489, section 3.1.1)")
		}
		r.line(part, said, err)
	}
}

// aligns reports whether a signature of the domain counts for a sender there,
// by DMARC's relaxed rule (RFC 7489, section 3.1.1): both lie in the domain of
// one organisation.
func aligns(signing, from string) bool {
	organisation := func(domain string) string {
		domain = strings.ToLower(strings.TrimSuffix(domain, "."))
		if ascii, err := idna.Lookup.ToASCII(domain); err == nil {
			domain = ascii
		}
		if org, err := publicsuffix.EffectiveTLDPlusOne(domain); err == nil {
			return org
		}
		return domain
	}
	return organisation(signing) == organisation(from)
}

// published compares the key with its record in the DNS. That the DNS can't be
// asked from here is no fault of the key's.
func published(ctx context.Context, k post.Key, look lookUpTXT) (string, error) {
	want, err := k.Record()
	if err != nil {
		return "", err
	}
	found, err := look(ctx, k.Name())
	var failure *net.DNSError
	switch {
	case errors.As(err, &failure) && !failure.IsNotFound:
		return "its record could not be looked up: " + failure.Err, nil
	case err != nil && failure == nil:
		return "", err
	}
	for _, text := range found {
		if publicHalf(text) == publicHalf(want) {
			return "its record is published", nil
		}
	}
	if len(found) == 0 {
		return "", fmt.Errorf("the DNS has no record for it: publish\n        %s", zoneLine(k.Name(), want))
	}
	return "", fmt.Errorf("the DNS has another key under this name: publish\n        %s", zoneLine(k.Name(), want))
}

// publicHalf is the p= tag of a record, without the white space in it.
func publicHalf(record string) string {
	for tag := range strings.SplitSeq(record, ";") {
		if name, value, _ := strings.Cut(tag, "="); strings.TrimSpace(name) == "p" {
			return strings.Join(strings.Fields(value), "")
		}
	}
	return ""
}
