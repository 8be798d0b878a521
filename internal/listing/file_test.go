package listing

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"paperboy/internal/paper"
	"paperboy/internal/peers"
)

func TestFileLine(t *testing.T) {
	base := paper.Listing{Source: "stdin", Title: "T", Summary: "S", Authority: paper.Copied, Markup: paper.TeX}
	with := func(change func(*paper.Listing)) []paper.Listing {
		l := base
		change(&l)
		return []paper.Listing{l}
	}
	day := date("2026-06-30T00:00:00Z")
	tests := []struct {
		name, in string
		want     []paper.Listing
	}{
		{"the least", `{"title":"T","summary":"S"}`, with(func(*paper.Listing) {})},
		{"every key, and others", `{"id":"2605.01230","title":"T","summary":"S","authors":["A","B"],"url":"https://e.org/1","published":"2026-06-30","votes":5,"rank":1}`,
			with(func(l *paper.Listing) {
				l.ID, l.URL, l.Authors, l.Signals.Votes = "2605.01230", "https://e.org/1", []string{"A", "B"}, paper.Known(5)
				l.Published, l.Listed = day, day
			})},
		{"an id written as a number keeps its last nought", `{"id":2605.01230,"title":"T","summary":"S"}`,
			with(func(l *paper.Listing) { l.ID = "2605.01230" })},
		{"authors in one string", `{"title":"T","summary":"S","authors":"Ann Lee, Bo Ek and C. Doe"}`,
			with(func(l *paper.Listing) { l.Authors = []string{"Ann Lee", "Bo Ek", "C. Doe"} })},
		{"a time with a zone", `{"title":"T","summary":"S","published":"2026-06-30T02:00:00+02:00"}`,
			with(func(l *paper.Listing) { l.Published, l.Listed = day, day })},
		{"nulls", `{"id":null,"title":"T","summary":"S","authors":null,"published":null,"votes":null}`, with(func(*paper.Listing) {})},
		{"a byte order mark, CRLF, blank lines", "\ufeff" + `{"title":"T","summary":"S"}` + "\r\n\r\n  \n", with(func(*paper.Listing) {})},
		{"no papers", "\n\n", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b, err := NewStream("stdin", strings.NewReader(tt.in)).Fetch(t.Context(), tuesday, "")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, b.Listings); diff != "" {
				t.Error(diff)
			}
			if (b.Quiet != "") != (tt.want == nil) {
				t.Errorf("quiet: %q", b.Quiet)
			}
		})
	}
}

func TestFileBadLines(t *testing.T) {
	good := `{"title":"T","summary":"S"}`
	tests := []struct{ name, line, want string }{
		{"broken JSON", `{"title":"T",}`, "in:2: column 14: invalid character '}'"},
		{"cut short", `{"title":"T"`, "in:2: column 12: unexpected end"},
		{"columns count characters", `{"title":"ééé",}`, "in:2: column 16: invalid character"},
		{"a title that is a number", `{"title":5,"summary":"S"}`, "title: expected a string, found a JSON number"},
		{"no title", `{"summary":"S"}`, "in:2: title is missing"},
		{"an empty title", `{"title":" ","summary":"S"}`, "in:2: title is missing"},
		{"no summary", `{"title":"T"}`, "in:2: summary is missing"},
		{"a list", `[1]`, "in:2: expected a JSON object, found a JSON array"},
		{"an odd date", `{"title":"T","summary":"S","published":"30.6.2026"}`, `in:2: published: expected RFC 3339 or YYYY-MM-DD, found "30.6.2026"`},
		{"a date that is a number", `{"title":"T","summary":"S","published":5}`, `in:2: published: expected`},
		{"votes below nought", `{"title":"T","summary":"S","votes":-1}`, "in:2: votes: expected a number not below 0, found -1"},
		{"votes in words", `{"title":"T","summary":"S","votes":"many"}`, "votes: expected a whole number"},
		{"authors as a number", `{"title":"T","summary":"S","authors":1}`, "in:2: authors: expected a list of names or one string"},
		{"an address that runs", `{"title":"T","summary":"S","url":"javascript:alert(1)"}`, `in:2: url: expected an http or https address, found "javascript:`},
		{"not UTF-8", "{\"title\":\"\xff\"}", "in:2: column 11: the text is not UTF-8"},
		{"two objects", good + good, "in:2: column 28: invalid character"},
		{"a line of 9 MiB", `{"title":"` + strings.Repeat("x", 9<<20) + `"}`, "in:2: the line is longer than 8 MiB"},
		{"deep nesting", strings.Repeat("[", 20_000), "in:2: "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := strings.NewReader(good + "\n" + tt.line + "\n" + good)
			b, err := NewStream("in", in).Fetch(t.Context(), tuesday, "")
			wantError(t, err, tt.want)
			if len(b.Listings) != 2 {
				t.Errorf("%d listings, want the two good lines", len(b.Listings))
			}
		})
	}
}

func TestFileLongLineIsRead(t *testing.T) {
	line := `{"title":"T","summary":"S","other":"` + strings.Repeat("x", 7<<20) + `"}`
	b, err := NewStream("in", strings.NewReader(line)).Fetch(t.Context(), tuesday, "")
	if err != nil || len(b.Listings) != 1 {
		t.Errorf("%d listings, %v", len(b.Listings), err)
	}
}

func TestFileUnchangedIsQuiet(t *testing.T) {
	path := filepath.Join(t.TempDir(), "papers.jsonl")
	write := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	source := NewFile("file", path)
	write(`{"title":"T","summary":"S"}`)
	first, err := source.Fetch(t.Context(), tuesday, "")
	if err != nil || len(first.Listings) != 1 || first.Quiet != "" {
		t.Fatalf("first: %+v, %v", first, err)
	}
	again, err := source.Fetch(t.Context(), tuesday, first.Memo)
	if err != nil || len(again.Listings) != 0 || again.Quiet != "the file is unchanged" {
		t.Errorf("unchanged: %+v, %v", again, err)
	}
	write(`{"title":"T","summary":"S","votes":3}`)
	third, err := source.Fetch(t.Context(), tuesday, again.Memo)
	if err != nil || len(third.Listings) != 1 {
		t.Errorf("changed: %+v, %v", third, err)
	}
}

func TestFileThatIsNotThere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "none.jsonl")
	b, err := NewFile("mine", path).Fetch(t.Context(), tuesday, "memo")
	wantError(t, err, "mine: ", path)
	if b.Memo != "memo" {
		t.Errorf("the memo is lost: %q", b.Memo)
	}
	_, err = NewFile("file", t.TempDir()).Fetch(t.Context(), tuesday, "")
	wantError(t, err, "directory")
}

// breaking is a reader that ends in an error.
type breaking struct{ r *strings.Reader }

var errBreaking = errors.New("unplugged")

func (b breaking) Read(p []byte) (int, error) {
	if b.r.Len() == 0 {
		return 0, errBreaking
	}
	return b.r.Read(p)
}

func TestFileReadingBreaksOff(t *testing.T) {
	in := breaking{strings.NewReader(`{"title":"T","summary":"S"}` + "\n" + `{"title":`)}
	b, err := NewStream("in", in).Fetch(t.Context(), tuesday, "")
	if !errors.Is(err, errBreaking) || len(b.Listings) != 1 {
		t.Errorf("%d listings, %v", len(b.Listings), err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = NewStream("in", strings.NewReader("{}\n{}")).Fetch(ctx, tuesday, "")
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestFileCapturedPapers(t *testing.T) {
	b, err := NewFile("file", peers.Data(t, "papers-page-approximations.jsonl")).Fetch(t.Context(), time.Time{}, "")
	if err != nil || len(b.Listings) != 119 {
		t.Errorf("%d listings, %v, want 119", len(b.Listings), err)
	}
}
