package letter

import (
	"errors"
	"fmt"
	"strings"
)

// Lacking tells what no letter may be without and these templates leave out:
// each part that says nothing, or lacks its papers, or the link that it is
// about or to leave by, with the file that should have it; nil: nothing.
func (c *Composer) Lacking() error {
	in := sampleDigests()[0]
	digest, err := c.Digest(sampleLetter(Digest), in)
	if err != nil {
		return fmt.Errorf("letter templates: %w", err)
	}
	errs := []error{lacking("digest", digest, need{"{{.Leave}}, the link to leave", in.Links.Leave}, need{"the papers", "https://example.org/"})}
	notice := NoticeInput{Link: "https://paperboy.example/confirm/sample", Expires: sampleTime}
	for _, kind := range []Kind{Confirmation, Access, Move} {
		m, err := c.Notice(sampleLetter(kind), notice)
		if err != nil {
			return fmt.Errorf("letter templates: %w", err)
		}
		err = lacking("notice", m, need{"{{.Link}}, the link that it is about", notice.Link})
		if err != nil {
			errs = append(errs, fmt.Errorf("in a mail of kind %s: %w", kind, err))
			break // the others are of the same files
		}
	}
	return errors.Join(errs...)
}

// need is what both parts of a letter must have: what it is, and as what it
// stands in a sample.
type need struct{ what, text string }

func lacking(name string, m Message, needs ...need) error {
	var errs []error
	if strings.TrimSpace(m.Subject) == "" {
		errs = append(errs, fmt.Errorf("letter/words.tmpl: %s.subject says nothing", name))
	}
	for _, part := range []struct{ file, body string }{{name + ".txt.tmpl", m.Text}, {name + ".html.tmpl", m.HTML}} {
		if strings.TrimSpace(part.body) == "" {
			errs = append(errs, fmt.Errorf("letter/%s: it says nothing", part.file))
			continue
		}
		for _, n := range needs {
			if !strings.Contains(part.body, n.text) {
				errs = append(errs, fmt.Errorf("letter/%s: it lacks %s", part.file, n.what))
			}
		}
	}
	return errors.Join(errs...)
}
