package listing

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"

	"paperboy/internal/paper"
)

const maxLine = 8 << 20

var errLine = fmt.Errorf("the line is longer than %d MiB", maxLine>>20)

// readLines reads papers, one JSON object a line, from in; place names it in
// errors. The content is a hash of what was read, empty if reading broke off.
func readLines(ctx context.Context, source, place string, in io.Reader) (b Batch, content string, err error) {
	var t troubles
	var said []string
	n := 0
	for line, err := range lines(ctx, in) {
		n++
		if err == nil {
			said = append(said, digest([]string{string(line)}))
			err = addLine(&b, source, line)
		} else if !errors.Is(err, errLine) {
			t.add(fmt.Errorf("%s:%d: %w", place, n, err))
			return b, "", t.err(source)
		}
		if err != nil {
			t.add(fmt.Errorf("%s:%d: %w", place, n, err))
		}
	}
	if len(b.Listings) == 0 && len(t.errs) == 0 {
		b.Quiet = "there are no papers in it"
	}
	return b, digest(said), t.err(source)
}

// lines yields the lines of in. A line that is too long is errLine, and the
// next one follows; after any other error nothing follows.
func lines(ctx context.Context, in io.Reader) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		r := bufio.NewReaderSize(in, 64<<10)
		for ctx.Err() == nil {
			line, err := readLine(r)
			last := err == io.EOF
			if last {
				err = nil
			}
			if last && len(line) == 0 || !yield(line, err) || last || err != nil && !errors.Is(err, errLine) {
				return
			}
		}
		yield(nil, context.Cause(ctx))
	}
}

// readLine reads to the next line feed or the end. Of a line that is too long
// the rest is passed over.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	long := false
	for {
		part, err := r.ReadSlice('\n')
		if long = long || len(line)+len(part) > maxLine; !long {
			line = append(line, part...)
		}
		switch {
		case err == bufio.ErrBufferFull:
			continue
		case long && (err == nil || err == io.EOF):
			return nil, errLine
		}
		return line, err
	}
}

// fileLine is a line of a file of papers. Other keys are ignored.
type fileLine struct {
	ID        *fileText   `json:"id"`
	Title     *string     `json:"title"`
	Summary   *string     `json:"summary"`
	Authors   fileAuthors `json:"authors"`
	URL       string      `json:"url"`
	Published fileDate    `json:"published"`
	Votes     *int        `json:"votes"`
}

// addLine reads one line into the batch; a blank one is nothing.
func addLine(b *Batch, source string, line []byte) error {
	line = bytes.TrimSpace(bytes.TrimPrefix(line, []byte("\ufeff")))
	if len(line) == 0 {
		return nil
	}
	if !utf8.Valid(line) {
		return fmt.Errorf("column %d: the text is not UTF-8", invalidColumn(line))
	}
	var in fileLine
	if err := json.Unmarshal(line, &in); err != nil {
		return describe(line, err)
	}
	l, err := in.listing(source)
	if err != nil {
		return err
	}
	b.Listings = append(b.Listings, l)
	return nil
}

func (in fileLine) listing(source string) (paper.Listing, error) {
	switch {
	case in.Title == nil:
		return paper.Listing{}, errors.New("title is missing")
	case in.Summary == nil:
		return paper.Listing{}, errors.New("summary is missing")
	case in.URL != "" && webAddress(in.URL) == "":
		return paper.Listing{}, fmt.Errorf("url: expected an http or https address, found %q", in.URL)
	case in.Votes != nil && *in.Votes < 0:
		return paper.Listing{}, fmt.Errorf("votes: expected a number not below 0, found %d", *in.Votes)
	}
	l := paper.Listing{
		Source: source, Title: *in.Title, Summary: *in.Summary, Authors: in.Authors, URL: in.URL,
		Markup: paper.TeX, Authority: paper.Copied,
		Published: time.Time(in.Published), Listed: time.Time(in.Published),
	}
	if in.ID != nil {
		l.ID = string(*in.ID)
	}
	if in.Votes != nil {
		l.Signals.Votes = paper.Known(*in.Votes)
	}
	if err := tidy(&l); err != nil {
		return paper.Listing{}, err
	}
	return l, nil
}

// fileText is a string; a number is taken as it is written (an id 2605.01230
// must keep its last digit).
type fileText string

func (s *fileText) UnmarshalJSON(b []byte) error {
	var n json.Number
	if b[0] != '"' && json.Unmarshal(b, &n) == nil {
		*s = fileText(b)
		return nil
	}
	return json.Unmarshal(b, (*string)(s))
}

// fileAuthors is a list of names, or one string of several.
type fileAuthors []string

func (a *fileAuthors) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*a = authors(one)
		return nil
	}
	var all []string
	if err := json.Unmarshal(b, &all); err != nil {
		return errors.New("authors: expected a list of names or one string")
	}
	*a = all
	return nil
}

// fileDate is RFC 3339 or YYYY-MM-DD, which is midnight UTC.
type fileDate time.Time

func (d *fileDate) UnmarshalJSON(b []byte) error {
	var s *string
	if err := json.Unmarshal(b, &s); err != nil {
		return fmt.Errorf("published: expected RFC 3339 or YYYY-MM-DD, found %s", opening(b))
	}
	if s == nil || *s == "" {
		return nil
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, strings.TrimSpace(*s)); err == nil {
			*d = fileDate(t.UTC())
			return nil
		}
	}
	return fmt.Errorf("published: expected RFC 3339 or YYYY-MM-DD, found %q", *s)
}

// describe says where a line is wrong, in characters from 1.
func describe(line []byte, err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("column %d: %w", column(line, syntax.Offset), err)
	case errors.As(err, &kind) && kind.Field == "":
		return fmt.Errorf("expected a JSON object, found a JSON %s", kind.Value)
	case errors.As(err, &kind):
		return fmt.Errorf("column %d: %s: expected %s, found a JSON %s",
			column(line, kind.Offset), kind.Field, expected(kind.Type), kind.Value)
	}
	return err
}

// expected names a type as people write it in a file.
func expected(t reflect.Type) string {
	if t.Kind() == reflect.Int {
		return "a whole number"
	}
	return "a " + t.String()
}

func column(line []byte, offset int64) int {
	return max(1, utf8.RuneCount(line[:min(int(offset), len(line))]))
}

func invalidColumn(line []byte) int {
	n := 1
	for len(line) > 0 {
		r, size := utf8.DecodeRune(line)
		if r == utf8.RuneError && size == 1 {
			break
		}
		line = line[size:]
		n++
	}
	return n
}
