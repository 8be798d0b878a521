package subscription

import (
	"fmt"
	"strings"

	"golang.org/x/net/idna"
)

const (
	maxAddress = 254 // octets of a mailbox that fits a path: RFC 5321 4.5.3.1.3, erratum 1690
	maxLocal   = 64  // RFC 5321 4.5.3.1.1
)

// AddressError says why an address can't be used.
type AddressError struct {
	Address string
	Reason  string // reads on from 'the address'
}

func (e *AddressError) Error() string {
	shown := e.Address
	if len(shown) > 80 {
		shown = strings.ToValidUTF8(shown[:80], "") + "…"
	}
	return fmt.Sprintf("address %q %s", shown, e.Reason)
}

// ParseAddress reads one mailbox (RFC 5321, dot-string form) as a person types
// it: spaces around it are cut. It returns the address to write to, and the
// form that tells two readers apart: all in lower case. An international
// domain becomes ASCII in both, since not every relay takes another. The error
// is an *AddressError.
func ParseAddress(s string) (address, folded string, err error) {
	typed := strings.Trim(s, " \t")
	fail := func(reason string) (string, string, error) {
		return "", "", &AddressError{Address: typed, Reason: reason}
	}
	if reason := shape(typed); reason != "" {
		return fail(reason)
	}
	at := strings.LastIndexByte(typed, '@')
	local, domain := typed[:at], typed[at+1:]
	if reason := checkLocal(local); reason != "" {
		return fail(reason)
	}
	ascii, reason := checkDomain(domain)
	if reason != "" {
		return fail(reason)
	}
	if !strings.EqualFold(ascii, domain) {
		domain = ascii
	}
	address = local + "@" + domain
	if len(address) > maxAddress {
		return fail(fmt.Sprintf("is too long: %d characters, at most %d are possible", len(address), maxAddress))
	}
	return address, strings.ToLower(local + "@" + ascii), nil
}

// shape looks at the address as a whole and says what is wrong with it.
func shape(s string) string {
	switch {
	case s == "":
		return "is empty"
	case strings.ContainsFunc(s, isControl):
		return "holds a line break or a control character"
	case len(s) > 4*maxAddress:
		return fmt.Sprintf("is too long: at most %d characters are possible", maxAddress)
	case strings.ContainsAny(s, "<>"):
		return "must stand alone: without a name and without < and >"
	case strings.ContainsAny(s, `,;`):
		return "must be a single one, without commas"
	case strings.ContainsAny(s, " \t"):
		return "holds a space"
	case !strings.Contains(s, "@"):
		return "has no @"
	}
	return ""
}

func isControl(r rune) bool {
	// U+2028 and U+2029 break lines in some readers of mail.
	return r < ' ' || r >= 0x7f && r < 0xa0 || r == 0x2028 || r == 0x2029 || r == 0xfffd
}

func checkLocal(local string) string {
	switch {
	case local == "":
		return "has nothing before the @"
	case len(local) > maxLocal:
		return fmt.Sprintf("is too long before the @: %d characters, at most %d are possible", len(local), maxLocal)
	case strings.HasPrefix(local, ".") || strings.HasSuffix(local, ".") || strings.Contains(local, ".."):
		return "has a dot out of place before the @"
	}
	for _, r := range local {
		if r > 0x7f {
			return fmt.Sprintf("holds %q before the @, where only ASCII can be mailed to", r)
		}
		if !isAtom(r) && r != '.' {
			return fmt.Sprintf("holds %q before the @, which can't stand there", r)
		}
	}
	return ""
}

// isAtom reports RFC 5322's atext.
func isAtom(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' ||
		strings.ContainsRune("!#$%&'*+-/=?^_`{|}~", r)
}

// domains maps a domain as browsers do when they look it up (UTS 46), and
// checks its length and its labels.
var domains = idna.New(idna.MapForLookup(), idna.BidiRule(), idna.StrictDomainName(true),
	idna.VerifyDNSLength(true), idna.Transitional(false))

// checkDomain returns the domain in ASCII and lower case, or what is wrong.
func checkDomain(domain string) (ascii, reason string) {
	switch {
	case domain == "":
		return "", "has nothing after the @"
	case strings.HasSuffix(domain, "."):
		return "", "has a dot out of place at its end"
	case strings.HasPrefix(domain, "["):
		return "", "must end in a domain name, not in a number"
	}
	ascii, err := domains.ToASCII(domain)
	if err != nil {
		return "", fmt.Sprintf("has a domain that can't exist: %q", domain)
	}
	dot := strings.LastIndexByte(ascii, '.')
	if dot < 0 && ascii != "localhost" {
		return "", fmt.Sprintf("has a domain without a dot: %q", domain)
	}
	if top := ascii[dot+1:]; strings.Trim(top, "0123456789") == "" {
		return "", "must end in a domain name, not in a number"
	}
	return ascii, ""
}

// Mailbox returns the mailbox that a folded address most likely leads to: the
// address without its tag, what stands from a + to the @ (RFC 5233). Addresses
// that differ in their tags are different readers, and one person to be spared.
func Mailbox(folded string) string {
	at := strings.LastIndexByte(folded, '@')
	if plus := strings.IndexByte(folded[:max(at, 0)], '+'); plus > 0 {
		return folded[:plus] + folded[at:]
	}
	return folded
}
