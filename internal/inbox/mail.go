package inbox

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/quotedprintable"
	"regexp"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"
)

// What is read of one mail is bounded: a report stands at its beginning, and
// what comes behind is the letter that it speaks of.
const (
	MaxMail   = 1 << 20 // bytes kept of one mail
	maxDepth  = 12      // multiparts in multiparts
	maxParts  = 100
	maxFields = 500
	maxField  = 16 << 10 // bytes of one header field
	maxText   = 64 << 10 // bytes of one part
	maxProse  = 32 << 10 // bytes of all that a mail says itself
	maxTold   = 4 << 10  // bytes of what it says of one recipient
)

// field is one header field: its name in small letters, its value on one line.
type field struct{ name, value string }

// header is a mail's or a part's fields, in their order.
type header []field

// get returns the first field of this name, "" where there is none.
func (h header) get(name string) string {
	for _, f := range h {
		if f.name == name {
			return f.value
		}
	}
	return ""
}

// word returns a field's value with its encoded words decoded.
func (h header) word(name string) string {
	decoder := mime.WordDecoder{CharsetReader: charset.NewReaderLabel}
	value := h.get(name)
	if decoded, err := decoder.DecodeHeader(value); err == nil {
		return strings.ToValidUTF8(decoded, "\uFFFD")
	}
	return strings.ToValidUTF8(value, "\uFFFD")
}

// part is a leaf of a mail's tree of parts.
type part struct {
	kind string // media type, in small letters
	text string // decoded, in UTF-8 with "\n" line ends
}

// message is a mail as far as it could be read.
type message struct {
	header header
	kind   string
	report string // the report-type of a multipart/report
	parts  []part
}

// parseMessage reads a mail and never fails: bounces are broken as often as
// not, and what can be read of one is enough.
func parseMessage(raw []byte) message {
	raw = raw[:min(len(raw), MaxMail)]
	raw = bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n"))
	raw = bytes.ReplaceAll(raw, []byte("\r"), []byte("\n"))
	raw = bytes.TrimLeft(raw, "\n")
	var m message
	var body []byte
	m.header, body = parseHeader(raw)
	kind, params := mediaType(m.header)
	m.kind, m.report = kind, strings.ToLower(params["report-type"])
	m.walk(m.header, body, 0)
	return m
}

// parseHeader cuts a header block off. A line that is no field ends it, but for
// the mbox line that some systems leave before it.
func parseHeader(b []byte) (h header, body []byte) {
	for len(b) > 0 {
		line, rest, _ := bytes.Cut(b, []byte("\n"))
		switch {
		case len(bytes.TrimSpace(line)) == 0:
			return h, rest
		case line[0] == ' ' || line[0] == '\t':
			if len(h) > 0 && len(h[len(h)-1].value) < maxField {
				h[len(h)-1].value += " " + cut(string(bytes.TrimSpace(line)), maxField)
			}
		default:
			if len(h) == 0 && (bytes.HasPrefix(line, []byte("From ")) || bytes.HasPrefix(line, []byte(">From "))) {
				break
			}
			name, value, ok := bytes.Cut(line, []byte(":"))
			if !ok || !isFieldName(name) {
				return h, b
			}
			if len(h) < maxFields {
				h = append(h, field{strings.ToLower(string(bytes.TrimSpace(name))), cut(string(bytes.TrimSpace(value)), maxField)})
			}
		}
		b = rest
	}
	return h, nil
}

func isFieldName(name []byte) bool {
	name = bytes.TrimRight(name, " \t")
	return len(name) > 0 && len(name) < 80 && !bytes.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r > '~' })
}

func cut(s string, n int) string { return s[:min(len(s), n)] }

// mediaType reads a Content-Type; one that can't be read is plain text, but for
// its boundary, which is looked for all the same.
func mediaType(h header) (string, map[string]string) {
	value := h.get("content-type")
	kind, params, err := mime.ParseMediaType(value)
	if err == nil || kind != "" {
		return kind, params
	}
	kind, rest, _ := strings.Cut(value, ";")
	if kind = strings.ToLower(strings.TrimSpace(kind)); !strings.Contains(kind, "/") {
		return "text/plain", nil
	}
	params = map[string]string{}
	for _, p := range looseParam.FindAllStringSubmatch(rest, -1) {
		if name := strings.ToLower(p[1]); params[name] == "" {
			params[name] = strings.TrimSpace(p[2] + p[3])
		}
	}
	return kind, params
}

var looseParam = regexp.MustCompile(`(?i)\b(boundary|charset|report-type)=(?:"([^"]*)"?|([^;]*))`)

// walk adds the leaves below a part.
func (m *message) walk(h header, body []byte, depth int) {
	if len(m.parts) >= maxParts {
		return
	}
	kind, params := mediaType(h)
	boundary := params["boundary"]
	if strings.HasPrefix(kind, "multipart/") && boundary == "" {
		boundary = firstBoundary(body)
	}
	if strings.HasPrefix(kind, "multipart/") && boundary != "" && depth < maxDepth {
		for _, inner := range split(body, boundary) {
			ih, ib := parseHeader(inner)
			m.walk(ih, ib, depth+1)
		}
		return
	}
	if strings.HasPrefix(kind, "image/") || strings.HasPrefix(kind, "audio/") || strings.HasPrefix(kind, "video/") {
		return
	}
	text := decodeText(body, h.get("content-transfer-encoding"), params["charset"])
	switch {
	case kind == "text/html":
		text = plainOf(text)
	case strings.HasPrefix(kind, "multipart/"): // without a boundary, or too deep
		kind = "text/plain"
	}
	m.parts = append(m.parts, part{kind, text})
}

// firstBoundary is what looks like a boundary in a body whose header lost it.
func firstBoundary(body []byte) string {
	for line := range bytes.Lines(body[:min(len(body), maxField)]) {
		if mark, ok := bytes.CutPrefix(bytes.TrimSpace(line), []byte("--")); ok && len(mark) > 5 && !bytes.ContainsAny(mark, " \t") {
			return string(mark)
		}
	}
	return ""
}

// split cuts a multipart's body at its boundary. What stands before the first
// is left out; where there is none, all of it is one part.
func split(body []byte, boundary string) [][]byte {
	mark := []byte("--" + boundary)
	var parts [][]byte
	start, seen := 0, false
	for at := 0; at < len(body) && len(parts) < maxParts; {
		end := bytes.IndexByte(body[at:], '\n')
		next := len(body)
		if end >= 0 {
			next = at + end + 1
		}
		if line := bytes.TrimRight(body[at:next], " \t\n"); bytes.HasPrefix(line, mark) {
			tail := line[len(mark):]
			if len(tail) == 0 || string(tail) == "--" {
				if seen {
					parts = append(parts, body[start:at])
				}
				if start, seen = next, true; len(tail) > 0 {
					return parts
				}
			}
		}
		at = next
	}
	if !seen {
		return [][]byte{append([]byte("\n"), body...)}
	}
	return append(parts, body[start:])
}

// decodeText undoes the transfer encoding, as far as it holds, and brings the
// text into UTF-8.
func decodeText(body []byte, encoding, label string) string {
	body = body[:min(len(body), 2*maxText)]
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "base64":
		body = decodeBase64(body)
	case "quoted-printable":
		if decoded, _ := io.ReadAll(quotedprintable.NewReader(bytes.NewReader(body))); len(decoded) > 0 {
			body = decoded
		}
	}
	if label != "" && !strings.EqualFold(label, "utf-8") && !strings.EqualFold(label, "us-ascii") {
		if r, err := charset.NewReaderLabel(label, bytes.NewReader(body)); err == nil {
			if converted, err := io.ReadAll(r); err == nil {
				body = converted
			}
		}
	}
	text := strings.ToValidUTF8(string(body[:min(len(body), maxText)]), "\uFFFD")
	return strings.NewReplacer("\r\n", "\n", "\u00a0", " ").Replace(text)
}

func decodeBase64(body []byte) []byte {
	clean := bytes.Map(func(r rune) rune {
		if r == '+' || r == '/' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, body)
	clean = clean[:len(clean)-len(clean)%4]
	out := make([]byte, base64.StdEncoding.DecodedLen(len(clean)))
	n, _ := base64.StdEncoding.Decode(out, clean) // up to the first fault
	return out[:n]
}

// plainOf is the text of HTML, a line for each block.
func plainOf(s string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(s))
	hidden := 0
	for {
		switch z.Next() {
		case html.ErrorToken:
			return b.String()
		case html.TextToken:
			if hidden == 0 {
				b.WriteString(strings.ReplaceAll(html.UnescapeString(string(z.Raw())), "\u00a0", " "))
			}
		case html.StartTagToken:
			name, _ := z.TagName()
			switch tag := string(name); tag {
			case "style", "script":
				hidden++
			case "br", "p", "div", "tr", "li", "table", "h1", "h2", "h3", "pre", "ul":
				b.WriteByte('\n')
			default:
				b.WriteByte(' ')
			}
		case html.EndTagToken:
			if name, _ := z.TagName(); string(name) == "style" || string(name) == "script" {
				hidden = max(0, hidden-1)
			}
			b.WriteByte(' ')
		case html.SelfClosingTagToken:
			b.WriteByte('\n')
		}
	}
}
