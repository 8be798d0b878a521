// Package listing reads the sources: it asks them politely, reads what they
// answer, and turns it into paper.Listing values. It keeps nothing: what a
// source must remember between two fetches (its memo) is handed in and out as
// a string, and whoever records the batch keeps it in the same transaction.
package listing

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"paperboy/internal/paper"
)

// Source is a place that lists papers.
type Source interface {
	// Name is the source's configured name.
	Name() string
	// Fetch reads what the source lists at now. The memo is what the last fetch
	// handed out, empty before the first. An error may come with what could be
	// had: the batch counts all the same.
	Fetch(ctx context.Context, now time.Time, memo string) (Batch, error)
}

// Batch is what one fetch brought.
type Batch = paper.Batch

// troubles collects what went wrong while the rest of a source is read on.
type troubles struct {
	errs []error
	more int
}

// maxTroubles is how many faults are told one by one; a hostile source could
// otherwise fill the log.
const maxTroubles = 10

func (t *troubles) add(err error) {
	if len(t.errs) == maxTroubles {
		t.more++
		return
	}
	t.errs = append(t.errs, err)
}

// err returns all troubles as one error that begins with the source's name,
// nil if there are none.
func (t *troubles) err(source string) error {
	if len(t.errs) == 0 {
		return nil
	}
	return &faults{source, *t}
}

// faults are a source's troubles as one error, told on one line.
type faults struct {
	source string
	troubles
}

func (f *faults) Error() string {
	all := make([]string, 0, len(f.errs)+1)
	for _, err := range f.errs {
		all = append(all, err.Error())
	}
	if f.more > 0 {
		all = append(all, fmt.Sprintf("and %d more faults", f.more))
	}
	return f.source + ": " + strings.Join(all, "; ")
}

func (f *faults) Unwrap() []error { return f.errs }

// readMemo reads a memo into m. An unreadable one counts as none: the source
// is then read as for the first time, which nothing is lost by.
func readMemo[M any](memo string) M {
	var m M
	if memo == "" {
		return m
	}
	if err := json.Unmarshal([]byte(memo), &m); err != nil {
		var fresh M
		return fresh
	}
	return m
}

// writeMemo is readMemo's counterpart. Memos hold strings, numbers and times:
// marshalling them fails only for a year past 9999.
func writeMemo(m any) (string, error) {
	b, err := json.Marshal(m)
	if err != nil {
		return "", fmt.Errorf("write memo: %w", err)
	}
	return string(b), nil
}

// digest is a short hash that tells two batches apart.
func digest(parts []string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s,", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}
