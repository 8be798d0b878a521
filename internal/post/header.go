package post

import (
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

const (
	foldAt   = 76  // where lines are broken when they can be (RFC 2047)
	longest  = 998 // what no line may exceed (RFC 5322)
	wordOpen = "=?utf-8?q?"
	wordEnd  = "?="
)

// header collects header fields. The first fault is kept in err.
type header struct {
	out []byte
	err error
}

func (h *header) fail(name string, err error) {
	if h.err == nil {
		h.err = fmt.Errorf("header %q: %w", name, err)
	}
}

// plain writes a field whose value is ASCII already. Lines are broken before
// words, never inside one and never before the first.
func (h *header) plain(name, value string) {
	if !fieldName(name) {
		h.fail(name, errors.New("this is no name for a header field"))
		return
	}
	if i := control(value); i >= 0 {
		h.fail(name, fmt.Errorf("line break or control character at byte %d of %.80q", i+1, value))
		return
	}
	h.out = append(append(h.out, name...), ':')
	length, first := len(name)+1, true
	for word := range strings.SplitSeq(strings.TrimSpace(value), " ") {
		if !first && word != "" && length+1+len(word) > foldAt {
			h.endLine(name, length)
			length = 0
		}
		h.out = append(append(h.out, ' '), word...)
		length, first = length+1+len(word), false
	}
	h.endLine(name, length)
}

func (h *header) endLine(name string, length int) {
	if length > longest {
		h.fail(name, fmt.Errorf("a line of %d characters, no more than %d may be sent", length, longest))
	}
	h.out = append(h.out, "\r\n"...)
}

// text writes a field of free text, as encoded words where it needs to be.
func (h *header) text(name, value string) {
	if i := control(value); i >= 0 {
		h.fail(name, fmt.Errorf("line break or control character at byte %d of %.80q", i+1, value))
		return
	}
	if needsWords(value) {
		value = encodeWords(value, foldAt-len(name)-2)
	}
	h.plain(name, value)
}

// structured writes a field whose value may hold URLs or addresses in angle
// brackets: only words beyond ASCII are encoded, so these stay as they are.
func (h *header) structured(name, value string) {
	if i := control(value); i >= 0 {
		h.fail(name, fmt.Errorf("line break or control character at byte %d of %.80q", i+1, value))
		return
	}
	if strings.TrimSpace(value) == "" {
		h.fail(name, errors.New("it has no value"))
		return
	}
	if isASCII(value) {
		h.plain(name, value)
		return
	}
	var words, run []string
	for _, word := range append(strings.Split(value, " "), "") {
		switch {
		case isASCII(word) && len(run) > 0:
			words = append(words, encodeWords(strings.Join(run, " "), foldAt-len(name)-2), word)
			run = nil
		case isASCII(word):
			words = append(words, word)
		case strings.ContainsAny(word, "<>"):
			h.fail(name, fmt.Errorf("%.80q can't be written in ASCII", word))
			return
		default:
			run = append(run, word)
		}
	}
	h.plain(name, strings.Join(words, " "))
}

// mailbox writes an address field with one mailbox.
func (h *header) mailbox(field, name, address string) {
	box, err := route(address)
	if err != nil {
		h.fail(field, err)
		return
	}
	if control(name) >= 0 {
		h.fail(field, fmt.Errorf("line break or control character in the name %.80q", name))
		return
	}
	switch {
	case needsWords(name):
		box = encodeWords(name, foldAt-len(field)-2) + " " + box
	case name != "":
		box = `"` + quoted.Replace(name) + `" ` + box
	}
	h.plain(field, box)
}

// quoted is what needs a backslash between quotation marks.
var quoted = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

func (h *header) messageID(id string) {
	local, domain, ok := strings.Cut(id, "@")
	if !ok || local == "" || domain == "" || !isASCII(id) || strings.ContainsAny(local, "<> ") || strings.ContainsAny(domain, "<>@ ") {
		h.fail("Message-ID", fmt.Errorf("%.80q is not of the form left@right", id))
		return
	}
	h.plain("Message-ID", "<"+id+">")
}

// route returns an address in angle brackets, with its domain in ASCII. What is
// before the @ stays as it is.
func route(address string) (string, error) {
	if i := control(address); i >= 0 {
		return "", fmt.Errorf("line break or control character at byte %d of the address %.80q", i+1, address)
	}
	at := strings.LastIndexByte(address, '@')
	ascii := address
	if domain := address[at+1:]; !isASCII(domain) {
		name, err := idna.Lookup.ToASCII(domain)
		if err != nil {
			return "", fmt.Errorf("domain of %.80q: %w", address, err)
		}
		ascii = address[:at+1] + name
	}
	if plainAddress(ascii) {
		return "<" + ascii + ">", nil
	}
	parsed, err := mail.ParseAddress("<" + ascii + ">")
	if err != nil {
		return "", fmt.Errorf("address %.80q: %w", address, err)
	}
	return parsed.String(), nil
}

// plainAddress reports whether an address is of the most usual characters, with
// which there is nothing to parse in it.
func plainAddress(s string) bool {
	local, domain, ok := strings.Cut(s, "@")
	plain := func(part, more string) bool {
		for _, b := range []byte(part) {
			if (b < 'a' || b > 'z') && (b < 'A' || b > 'Z') && (b < '0' || b > '9') && strings.IndexByte(more, b) < 0 {
				return false
			}
		}
		return part != "" && part[0] != '.' && part[len(part)-1] != '.' && !strings.Contains(part, "..")
	}
	return ok && plain(local, ".-_+=") && plain(domain, ".-")
}

// needsWords reports whether free text can't stand in a header as it is: it is
// not ASCII, reads like an encoded word, or has a word too long for a line.
func needsWords(s string) bool {
	if !isASCII(s) || strings.Contains(s, "=?") {
		return true
	}
	for word := range strings.FieldsSeq(s) {
		if len(word) > longest/2 {
			return true
		}
	}
	return false
}

// encodeWords writes s as RFC 2047 encoded words with a space between them,
// the first at most room characters long, the others 75. No character is
// split over two words.
func encodeWords(s string, room int) string {
	out := append(make([]byte, 0, 3*len(s)), wordOpen...)
	began := 0 // where the word did
	for _, r := range strings.ToValidUTF8(s, "\uFFFD") {
		var own [3 * utf8.UTFMax]byte
		q := quote(own[:0], r)
		if len(out) > began+len(wordOpen) && len(out)-began+len(q)+len(wordEnd) > room {
			out = append(out, wordEnd+" "...)
			began, room = len(out), foldAt-1
			out = append(out, wordOpen...)
		}
		out = append(out, q...)
	}
	return string(append(out, wordEnd...))
}

// quote appends one character in the Q encoding, in the narrow form that is
// also allowed before an address.
func quote(out []byte, r rune) []byte {
	switch {
	case r == ' ':
		return append(out, '_')
	case r < 0x80 && strings.ContainsRune("!*+-/", r), r >= '0' && r <= '9', r >= 'A' && r <= 'Z', r >= 'a' && r <= 'z':
		return append(out, byte(r))
	}
	const digits = "0123456789ABCDEF"
	var bytes [utf8.UTFMax]byte
	for _, b := range utf8.AppendRune(bytes[:0], r) {
		out = append(out, '=', digits[b>>4], digits[b&15])
	}
	return out
}

// fieldName reports whether s may stand before a header's colon (RFC 5322).
func fieldName(s string) bool {
	for _, b := range []byte(s) {
		if b <= ' ' || b > '~' || b == ':' {
			return false
		}
	}
	return s != ""
}

// control returns the place of the first control character in s, or -1.
func control(s string) int {
	for i := range len(s) {
		if s[i] < ' ' || s[i] == 0x7f {
			return i
		}
	}
	return -1
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
