package listing

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// file is a file of papers, one JSON object a line.
type file struct {
	name, path string
}

// NewFile returns the source of that name that reads the JSON Lines at path.
func NewFile(name, path string) Source { return &file{name: name, path: path} }

func (f *file) Name() string { return f.name }

type fileMemo struct {
	Content string `json:"content,omitempty"` // hash of the lines
}

// Fetch implements Source. A bad line is an error and the others still count;
// an unchanged file has nothing new.
func (f *file) Fetch(ctx context.Context, _ time.Time, memo string) (b Batch, err error) {
	in, err := os.Open(f.path)
	if err != nil {
		return Batch{Memo: memo}, fmt.Errorf("%s: %w", f.name, err)
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	b, content, err := readLines(ctx, f.name, f.path, in)
	if content == "" {
		b.Memo = memo
		return b, err
	}
	if content == readMemo[fileMemo](memo).Content {
		b.Listings, b.Quiet = nil, "the file is unchanged"
	}
	note, fault := writeMemo(fileMemo{content})
	b.Memo = note
	return b, errors.Join(err, fault)
}

// stream is a file that can be read once: standard input.
type stream struct {
	name string
	in   io.Reader
}

// NewStream returns the source called name that reads JSON Lines from in, to
// its end, at its first fetch.
func NewStream(name string, in io.Reader) Source { return &stream{name: name, in: in} }

func (s *stream) Name() string { return s.name }

// Fetch implements Source.
func (s *stream) Fetch(ctx context.Context, _ time.Time, memo string) (Batch, error) {
	b, _, err := readLines(ctx, s.name, s.name, s.in)
	b.Memo = memo
	return b, err
}
