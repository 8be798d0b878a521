package subscription

import (
	"errors"
	"strings"
	"testing"
)

func TestParseAddress(t *testing.T) {
	label := strings.Repeat("d", 60)
	long := strings.Repeat("a", 64) + "@" + label + "." + label + "." + label + "ddd.org" // 254
	for name, c := range map[string]struct{ in, address, folded, reason string }{
		"kept as typed, compared in lower case": {in: "Ada.L@Example.ORG", address: "Ada.L@Example.ORG", folded: "ada.l@example.org"},
		"spaces from pasting are cut":           {in: "  ada@example.org\t", address: "ada@example.org", folded: "ada@example.org"},
		"a tag is part of the address":          {in: "ada+papers@example.org", address: "ada+papers@example.org", folded: "ada+papers@example.org"},
		"an apostrophe is allowed":              {in: "o'hara@example.org", address: "o'hara@example.org", folded: "o'hara@example.org"},
		"an international domain":               {in: "Ada@Bücher.example", address: "Ada@xn--bcher-kva.example", folded: "ada@xn--bcher-kva.example"},
		"the same domain, already in ASCII":     {in: "ada@XN--bcher-kva.example", address: "ada@XN--bcher-kva.example", folded: "ada@xn--bcher-kva.example"},
		"a full-width dot is a dot":             {in: "ada@example。org", address: "ada@example.org", folded: "ada@example.org"},
		"a server's own users":                  {in: "ada@localhost", address: "ada@localhost", folded: "ada@localhost"},
		"as long as possible":                   {in: long, address: long, folded: long},
		"over-long":                             {in: long + "x", reason: "too long: 255"},
		"absurdly long":                         {in: strings.Repeat("a", 1<<16) + "@example.org", reason: "too long"},
		"nothing":                               {in: " ", reason: "empty"},
		"a header smuggled in":                  {in: "ada@example.org\r\nBcc: all@example.org", reason: "line break"},
		"a lone line feed at the end":           {in: "ada@example.org\n", reason: "line break"},
		"a zero byte":                           {in: "ada\x00@example.org", reason: "control"},
		"a Unicode line separator":              {in: "ada\u2028@example.org", reason: "line break"},
		"broken UTF-8":                          {in: "ada\xff@example.org", reason: "control"},
		"a display name":                        {in: "Ada <ada@example.org>", reason: "without a name"},
		"two addresses":                         {in: "ada@example.org,bob@example.org", reason: "single"},
		"a space inside":                        {in: "ada l@example.org", reason: "space"},
		"no at sign":                            {in: "example.org", reason: "no @"},
		"two at signs":                          {in: "ada@home@example.org", reason: "can't stand"},
		"nothing before the at sign":            {in: "@example.org", reason: "before the @"},
		"nothing after the at sign":             {in: "ada@", reason: "after the @"},
		"a long local part":                     {in: strings.Repeat("a", 65) + "@example.org", reason: "too long before"},
		"a dot at the end of the local part":    {in: "ada.@example.org", reason: "dot out of place"},
		"two dots":                              {in: "a..b@example.org", reason: "dot out of place"},
		"a quoted local part":                   {in: `"ada"@example.org`, reason: "can't stand"},
		"letters that only SMTPUTF8 could mail": {in: "adä@example.org", reason: "only ASCII"},
		"an empty label":                        {in: "ada@example..org", reason: "can't exist"},
		"a dot at the end":                      {in: "ada@example.org.", reason: "dot out of place"},
		"an underscore in the domain":           {in: "ada@ex_ample.org", reason: "can't exist"},
		"a domain cut short":                    {in: "ada@example", reason: "without a dot"},
		"an address literal":                    {in: "ada@[192.0.2.1]", reason: "not in a number"},
		"a bare IP address":                     {in: "ada@192.0.2.1", reason: "not in a number"},
	} {
		t.Run(name, func(t *testing.T) {
			address, folded, err := ParseAddress(c.in)
			if c.reason == "" {
				if err != nil || address != c.address || folded != c.folded {
					t.Fatalf("got %q, %q, %v; want %q, %q", address, folded, err, c.address, c.folded)
				}
				return
			}
			var bad *AddressError
			if !errors.As(err, &bad) || !strings.Contains(err.Error(), c.reason) {
				t.Fatalf("got %q, error %v; want an AddressError with %q", address, err, c.reason)
			}
			if len(err.Error()) > 300 || strings.ContainsAny(err.Error(), "\r\n\x00") {
				t.Errorf("error not fit to be shown: %q", err)
			}
		})
	}
}

func TestMailbox(t *testing.T) {
	for folded, want := range map[string]string{
		"ada@example.org":          "ada@example.org",
		"ada+papers@example.org":   "ada@example.org",
		"ada+a+b@example.org":      "ada@example.org",
		"+ada@example.org":         "+ada@example.org", // nothing would be left
		"ada@example.org+x":        "ada@example.org+x",
		"no address":               "no address",
		"ada+x@sub+domain.example": "ada@sub+domain.example",
	} {
		if got := Mailbox(folded); got != want {
			t.Errorf("%s: %s, want %s", folded, got, want)
		}
	}
}

func FuzzParseAddress(f *testing.F) {
	for _, s := range []string{"ada@example.org", "Ada <a@b.c>", "a@b\r\nc", "a@bücher.example", "a@xn--a", "ß@ß.ß", "a@。"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		address, folded, err := ParseAddress(s)
		if err != nil {
			return
		}
		if strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune("<>,;\"", r) }) {
			t.Errorf("%q: accepted as %q, which can't stand in a header", s, address)
		}
		again, folded2, err := ParseAddress(address)
		if err != nil || again != address || folded2 != folded {
			t.Errorf("%q: parsed again: %q, %q, %v", address, again, folded2, err)
		}
		if _, folded3, err := ParseAddress(folded); err != nil || folded3 != folded {
			t.Errorf("%q: folding is not stable: %q, %v", folded, folded3, err)
		}
	})
}
