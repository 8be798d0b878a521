package edition

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"paperboy/internal/digest"
	"paperboy/internal/letter"
	"paperboy/internal/paper"
	"paperboy/internal/store"
	"paperboy/internal/subscription"
)

func newPostman() *postman {
	return &postman{got: map[string][]time.Time{}, ids: map[string]bool{}}
}

func picked(t *testing.T, s *store.Store, reader int64) []paper.Key {
	t.Helper()
	ls, err := s.Letters(t.Context(), reader, 1000)
	if err != nil {
		t.Fatal(err)
	}
	var keys []paper.Key
	for _, l := range slices.Backward(ls) {
		for _, p := range l.Picks {
			keys = append(keys, p.Paper)
		}
	}
	return keys
}

// What a reader had in short reaches some weeks back. A paper older than that
// which a source lists again is looked for in all letters.
func TestAPaperListedAgainAfterMonthsComesOnlyToWhoNeverHadIt(t *testing.T) {
	s := mustOpen(t, scratch(t))
	old, again := &shelf{name: "old"}, &shelf{name: "again"}
	old.put(1, 5, "Robots, the first part", crashNow)
	again.put(9000, 1, "Of trees", crashNow) // a source's first fetch makes nothing new
	e := newEdition(t, s, newPostman().open, old, again)
	day := func(n int) time.Time { return crashNow.AddDate(0, 0, n) }
	had := addReader(t, s, "had@example.net", "robots", utc(7), day(0).Add(-time.Hour))
	for n := range 50 {
		if n == 25 {
			addReader(t, s, "new@example.net", "robots", utc(7), day(n).Add(-time.Hour))
		}
		old.put(10+n, 1, fmt.Sprintf("Robots, part %d", n), day(n))
		if _, err := e.Round(t.Context(), day(n)); err != nil {
			t.Fatal(err)
		}
	}
	before, err := s.DueOf(t.Context(), had, day(50))
	if err != nil {
		t.Fatal(err)
	}
	first := before.History.Sent[0]
	due, err := s.Due(t.Context(), day(50), 0, 10)
	if err != nil || len(due) != 2 {
		t.Fatalf("%d readers are due, %v", len(due), err)
	}
	for _, d := range due {
		if d.History.Floor <= first || len(d.History.Sent) > 30 {
			t.Errorf("reader %d: from %d on, of %d papers", d.Reader.ID, d.History.Floor, len(d.History.Sent))
		}
	}
	again.listings = append(again.listings, old.listings[0])
	again.listings[1].Source = "again"
	if _, err := e.Round(t.Context(), day(50)); err != nil {
		t.Fatal(err)
	}
	for _, d := range due {
		keys, times := picked(t, s, d.Reader.ID), 0
		for _, key := range keys {
			if key == first {
				times++
			}
		}
		if times != 1 {
			t.Errorf("reader %d got paper %d %d times", d.Reader.ID, first, times)
		}
		if unique := slices.Compact(slices.Sorted(slices.Values(keys))); len(unique) != len(keys) {
			t.Errorf("reader %d got a paper twice: %v", d.Reader.ID, keys)
		}
	}
}

func TestWhatAReaderMutedStaysOutOfTheirLettersOnly(t *testing.T) {
	s := mustOpen(t, scratch(t))
	source := &shelf{name: "shelf"}
	for n, title := range []string{"Robots", "Robots that climb trees", "More robots"} {
		source.put(n, 5, title, crashNow.Add(-time.Hour))
	}
	source.listings[2].Authors = []string{"Bo Ng"}
	var ids []int64
	for i, keywords := range []string{"robots", "robots", ""} {
		ids = append(ids, addReader(t, s, fmt.Sprintf("r%d@example.net", i), keywords, utc(7), crashNow.Add(-time.Hour)))
	}
	for _, id := range ids[1:] {
		for _, m := range []subscription.Mark{
			{Opinion: subscription.MuteKeyword, Text: "tree"}, {Opinion: subscription.MuteAuthor, Text: "Bo Ng"},
		} {
			if err := s.Remember(t.Context(), id, m, crashNow.Add(-time.Minute)); err != nil {
				t.Fatal(err)
			}
		}
	}
	e := newEdition(t, s, newPostman().open, source)
	e.Pull(t.Context(), crashNow)
	if _, err := e.Enqueue(t.Context(), crashNow); err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{3, 1, 1} {
		if got := picked(t, s, ids[i]); len(got) != want {
			t.Errorf("reader %d got %v, want %d papers", ids[i], got, want)
		}
	}
}

// brokenStore can't read what one reader had.
type brokenStore struct {
	Store
	reader int64
}

var errBroken = errors.New("broken")

func (b brokenStore) Due(ctx context.Context, now time.Time, after int64, limit int) ([]digest.Due, error) {
	due, err := b.Store.Due(ctx, now, after, limit)
	for i := range due {
		if due[i].Reader.ID == b.reader {
			due[i].Err = errBroken
		}
	}
	return due, err
}

func TestAReaderWhoCanNotBeServedHoldsUpNobody(t *testing.T) {
	s := mustOpen(t, scratch(t))
	source := &shelf{name: "shelf"}
	source.put(1, 5, "Robots", crashNow.Add(-time.Hour))
	for i, keywords := range []string{"robots", "robots", "(robots", "robots"} {
		addReader(t, s, fmt.Sprintf("r%d@example.net", i), keywords, utc(7), crashNow.Add(-time.Hour))
	}
	e := newEdition(t, brokenStore{s, 2}, newPostman().open, source)
	e.Pull(t.Context(), crashNow)
	got, err := e.Enqueue(t.Context(), crashNow)
	if want := (EnqueueReport{Letters: 2, Failed: 2}); err != nil || got != want {
		t.Errorf("%+v, %v; want %+v", got, err, want)
	}
	// They are looked at again a day later, and not before.
	if got, err := e.Enqueue(t.Context(), crashNow.Add(time.Hour)); err != nil || got != (EnqueueReport{}) {
		t.Errorf("an hour later: %+v, %v", got, err)
	}
	e.Store = s
	if got, err := e.Enqueue(t.Context(), crashNow.Add(25*time.Hour)); err != nil || got.Failed != 1 {
		t.Errorf("a day later: %+v, %v", got, err)
	}
}

// failingStore fails at the n-th page.
type failingStore struct {
	Store
	pages *int
}

func (f failingStore) Enqueue(ctx context.Context, entries []digest.Entry, now time.Time) (int, error) {
	if *f.pages--; *f.pages == 0 {
		return 0, errBroken
	}
	return f.Store.Enqueue(ctx, entries, now)
}

// Whatever the pages, and whether all of them are written at once or after a
// failure, the letters are the same.
func TestPagesMakeNoDifference(t *testing.T) {
	letters := func(page, failAt int) []letter.Letter {
		s := mustOpen(t, scratch(t))
		source := &shelf{name: "shelf"}
		for n := range 12 {
			source.put(n, n%5, fmt.Sprintf("Robots, trees and part %d", n), crashNow.Add(-time.Hour))
		}
		var ids []int64
		for i := range 20 {
			keywords := []string{"robots", "trees, part", `"part 7", robots`, "", "-robots"}[i%5]
			ids = append(ids, addReader(t, s, fmt.Sprintf("r%d@example.net", i), keywords, utc(7), crashNow.Add(-time.Hour)))
		}
		e := newEdition(t, s, newPostman().open, source)
		e.page, e.Papers = page, 5
		e.Pull(t.Context(), crashNow)
		if failAt > 0 {
			e.Store = failingStore{s, &failAt}
			if got, err := e.Enqueue(t.Context(), crashNow); !errors.Is(err, errBroken) {
				t.Errorf("%+v, %v", got, err)
			}
			e.Store = s
		}
		if _, err := e.Enqueue(t.Context(), crashNow); err != nil {
			t.Fatal(err)
		}
		var all []letter.Letter
		for _, id := range ids {
			ls, err := s.Letters(t.Context(), id, 10)
			if err != nil || len(ls) != 1 {
				t.Fatalf("%d letters, %v", len(ls), err)
			}
			all = append(all, ls...)
		}
		return all
	}
	want := letters(1000, 0)
	for _, c := range []struct{ page, failAt int }{{1, 0}, {7, 0}, {10, 0}, {3, 4}, {20, 1}} {
		if diff := cmp.Diff(want, letters(c.page, c.failAt), cmpopts.IgnoreFields(letter.Letter{}, "ID")); diff != "" {
			t.Errorf("pages of %d, failing at %d:\n%s", c.page, c.failAt, diff)
		}
	}
}

// shelfOfMail keeps the letters that come.
type shelfOfMail struct{ letters []string }

func (s *shelfOfMail) open(context.Context) (Conn, error)   { return s, nil }
func (s *shelfOfMail) Close() error                         { return nil }
func (*shelfOfMail) Begin(context.Context, letter.Envelope) {}

func (s *shelfOfMail) Send(_ context.Context, e letter.Envelope) letter.Reply {
	s.letters = append(s.letters, string(e.Data))
	return letter.Reply{Stage: letter.StageDot, Code: 250}
}

// Who confirms shortly before their hour is served after it.
func TestTheFirstLetterSaysSoAlsoAtTheReadersHour(t *testing.T) {
	s := mustOpen(t, scratch(t))
	box, source := &shelfOfMail{}, &shelf{name: "shelf"}
	seven := time.Date(2026, 6, 1, 7, 0, 0, 0, time.UTC)
	addReader(t, s, "ana@example.net", "robots", utc(7), seven.Add(-10*time.Minute))
	e := newEdition(t, s, box.open, source)
	for day, first := range []bool{true, false, false} {
		now := seven.AddDate(0, 0, day).Add(time.Minute)
		source.put(10+day, 3, fmt.Sprintf("Robots, part %d", day), now.Add(-time.Hour))
		if _, err := e.Round(t.Context(), now); err != nil {
			t.Fatal(err)
		}
		if len(box.letters) != day+1 || strings.Contains(box.letters[day], "Your first letter") != first {
			t.Fatalf("day %d: %d letters, the last:\n%s", day, len(box.letters), box.letters[len(box.letters)-1])
		}
	}
}

// Who pressed 'undo' after leaving is asked in other words than a stranger.
func TestWhoComesBackIsAskedAsSuch(t *testing.T) {
	s := mustOpen(t, scratch(t))
	box := &shelfOfMail{}
	now := time.Date(2026, 6, 1, 7, 0, 0, 0, time.UTC)
	e := newEdition(t, s, box.open)
	ask := func(address string) {
		q := subscription.Request{Address: address, Folded: address, Expires: now.Add(time.Hour), Settings: subscription.Settings{Rhythm: utc(7)}}
		if err := s.Ask(t.Context(), q, "example.org", now); err != nil {
			t.Fatal(err)
		}
		if _, err := e.Send(t.Context(), now); err != nil {
			t.Fatal(err)
		}
	}
	id := addReader(t, s, "ana@example.net", "robots", utc(7), now.Add(-48*time.Hour))
	if err := s.Leave(t.Context(), id, now.Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	ask("ana@example.net")
	ask("new@example.net")
	if len(box.letters) != 2 || !strings.Contains(box.letters[0], "asked to come back") || strings.Contains(box.letters[1], "come back") {
		t.Errorf("asked in %d letters:\n%s", len(box.letters), strings.Join(box.letters, "\n"))
	}
}
