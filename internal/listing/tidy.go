package listing

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"paperboy/internal/paper"
)

// Bounds of what one listing may hold. The largest seen in the wild: a title
// of 400 bytes, an abstract of 6 kB, 664 authors (of collaborations: some
// 5,000), addresses of 300 bytes.
const (
	maxTitle   = 4 << 10
	maxSummary = 256 << 10
	maxName    = 1 << 10
	maxNames   = 10_000
	maxAddress = 2 << 10
)

// tidy makes a listing fit to be kept: broken UTF-8 and control characters go,
// pages that are no web addresses are dropped, and a listing that is no paper
// (no title) or out of all proportion is an error.
func tidy(l *paper.Listing) error {
	for _, s := range []*string{&l.ID, &l.DOI, &l.Title, &l.Summary, &l.Organization, &l.Brief} {
		*s = clean(*s)
	}
	l.Authors, l.Categories = cleanAll(l.Authors), cleanAll(l.Categories)
	for _, page := range []*string{&l.URL, &l.PDF, &l.Discussion, &l.Code, &l.Project} {
		*page = webAddress(*page)
	}
	return proportion(l)
}

func proportion(l *paper.Listing) error {
	switch {
	case l.Title == "":
		return errors.New("title is missing")
	case len(l.Title) > maxTitle:
		return fmt.Errorf("title is longer than %d bytes", maxTitle)
	case len(l.Summary) > maxSummary:
		return fmt.Errorf("summary is longer than %d bytes", maxSummary)
	case len(l.ID) > maxAddress || len(l.DOI) > maxAddress:
		return fmt.Errorf("id is longer than %d bytes", maxAddress)
	case len(l.Authors) > maxNames || len(l.Categories) > maxNames:
		return fmt.Errorf("more than %d authors or categories", maxNames)
	case len(l.Brief) > maxSummary || len(l.Organization) > maxTitle:
		return errors.New("organization or brief is too long")
	}
	for _, name := range l.Authors {
		if len(name) > maxName {
			return fmt.Errorf("an author's name is longer than %d bytes", maxName)
		}
	}
	return nil
}

// clean drops broken UTF-8, control characters and the white space around.
// Line breaks and tabs stay: they are the source's own white space.
func clean(s string) string {
	keep := func(r rune) rune {
		if r == utf8.RuneError || unicode.IsControl(r) && r != '\n' && r != '\t' && r != '\r' {
			return -1
		}
		return r
	}
	return strings.TrimSpace(strings.Map(keep, s))
}

func cleanAll(names []string) []string {
	var out []string
	for _, n := range names {
		if n = clean(n); n != "" {
			out = append(out, n)
		}
	}
	return out
}

// webAddress returns s if it is an absolute http or https address, else "":
// a javascript: link in a feed must not reach a letter.
func webAddress(s string) string {
	s = strings.TrimSpace(s)
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || len(s) > maxAddress {
		return ""
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	return s
}
