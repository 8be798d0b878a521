package listing

import (
	"bytes"
	"errors"
	"fmt"
)

// Bounds of an XML document. encoding/xml keeps a stack of open elements, and
// gofeed copies the name spaces in scope for each element: 32 MiB of '<a>' or
// '<item/>' would take gigabytes.
const (
	maxDepth      = 128
	maxElements   = 250_000
	maxItems      = 20_000
	maxTag        = 1 << 20
	maxNamespaces = 100 // in scope at once
)

// checkXML looks over a document before a parser builds anything from it, and
// refuses what is out of proportion. It is no parser: what is merely malformed
// it leaves to one. It returns the document without the control characters
// that XML forbids and some feeds hold.
func checkXML(doc []byte) ([]byte, error) {
	doc = dropControls(doc)
	if start := bytes.TrimLeft(doc, " \t\r\n\xef\xbb\xbf\xff\xfe"); len(start) == 0 || start[0] != '<' {
		return nil, fmt.Errorf("not XML: it begins with %s", opening(doc))
	}
	s := xmlScan{rest: doc}
	for s.next() {
	}
	if s.err != nil {
		read := doc[:len(doc)-len(s.rest)]
		return nil, fmt.Errorf("line %d: %w", 1+bytes.Count(read, []byte("\n")), s.err)
	}
	return doc, nil
}

// dropControls works on bytes, as the document's encoding is not known yet:
// in all that feeds use, these bytes are control characters and no part of
// another one.
func dropControls(doc []byte) []byte {
	out := make([]byte, 0, len(doc))
	for _, b := range doc {
		if b >= 0x20 || b == '\t' || b == '\n' || b == '\r' {
			out = append(out, b)
		}
	}
	return out
}

// xmlScan walks over the tags of a document and counts.
type xmlScan struct {
	rest            []byte
	open            []openElement
	elements, items int
	err             error
}

type openElement struct {
	name       string
	namespaces int // in scope here
}

// next takes the next tag, comment or section; false at the end or an error.
func (s *xmlScan) next() bool {
	i := bytes.IndexByte(s.rest, '<')
	if i < 0 {
		return false
	}
	s.rest = s.rest[i:]
	switch {
	case bytes.HasPrefix(s.rest, []byte("<!--")):
		return s.skip("-->")
	case bytes.HasPrefix(s.rest, []byte("<![CDATA[")):
		return s.skip("]]>")
	case bytes.HasPrefix(s.rest, []byte("<?")):
		return s.skip("?>")
	case bytes.HasPrefix(s.rest, []byte("<!")):
		return s.directive()
	}
	return s.tag()
}

func (s *xmlScan) skip(end string) bool {
	i := bytes.Index(s.rest, []byte(end))
	if i < 0 {
		return false
	}
	s.rest = s.rest[i+len(end):]
	return true
}

// directive passes a DOCTYPE. Entities of a document's own are refused: Go's
// parser would not expand them, so their text would be lost at best.
func (s *xmlScan) directive() bool {
	end := bytes.IndexByte(s.rest, '>')
	if end < 0 {
		return false
	}
	if bytes.Contains(bytes.ToUpper(s.rest[:end]), []byte("<!ENTITY")) {
		s.err = errors.New("the document declares XML entities of its own, which is refused")
		return false
	}
	// A DOCTYPE's declarations are met again as directives of their own.
	s.rest = s.rest[2:]
	return true
}

func (s *xmlScan) tag() bool {
	end := tagEnd(s.rest[:min(len(s.rest), maxTag)])
	if end < 0 {
		if len(s.rest) > maxTag {
			s.err = fmt.Errorf("a tag is longer than %d bytes", maxTag)
		}
		return false
	}
	tag := s.rest[1:end]
	switch {
	case bytes.HasPrefix(tag, []byte("/")):
		s.close(string(tagName(tag[1:])))
	default:
		s.start(tag)
	}
	if s.err == nil {
		s.rest = s.rest[end+1:]
	}
	return s.err == nil
}

// tagEnd finds the '>' that ends a tag, past those in quoted values.
func tagEnd(tag []byte) int {
	var quote byte
	for i, b := range tag {
		switch {
		case quote != 0:
			if b == quote {
				quote = 0
			}
		case b == '"' || b == '\'':
			quote = b
		case b == '>':
			return i
		}
	}
	return -1
}

func tagName(tag []byte) []byte {
	if i := bytes.IndexAny(tag, " \t\r\n/>"); i >= 0 {
		return tag[:i]
	}
	return tag
}

func (s *xmlScan) start(tag []byte) {
	name := tagName(tag)
	inScope := bytes.Count(tag, []byte("xmlns"))
	if n := len(s.open); n > 0 {
		inScope += s.open[n-1].namespaces
	}
	s.elements++
	if local := bytes.ToLower(name[bytes.IndexByte(name, ':')+1:]); string(local) == "item" ||
		string(local) == "entry" || string(local) == "record" {
		s.items++
	}
	switch {
	case s.elements > maxElements:
		s.err = fmt.Errorf("more than %d elements", maxElements)
	case s.items > maxItems:
		s.err = fmt.Errorf("more than %d entries", maxItems)
	case inScope > maxNamespaces:
		s.err = fmt.Errorf("more than %d name spaces", maxNamespaces)
	case len(s.open) == maxDepth:
		s.err = fmt.Errorf("elements nested deeper than %d levels", maxDepth)
	case !bytes.HasSuffix(tag, []byte("/")):
		s.open = append(s.open, openElement{string(name), inScope})
	}
}

// close closes the innermost element of that name and whatever is still open
// inside, as a parser that is not strict does. A stray end tag is left to it.
func (s *xmlScan) close(name string) {
	for i := len(s.open) - 1; i >= 0; i-- {
		if s.open[i].name == name {
			s.open = s.open[:i]
			return
		}
	}
}
