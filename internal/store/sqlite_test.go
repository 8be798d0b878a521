package store_test

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"paperboy/internal/digest"
	"paperboy/internal/letter"
	"paperboy/internal/paper"
	"paperboy/internal/store"
)

func TestOpenTakesAnyFileName(t *testing.T) {
	for _, name := range []string{"plain.db", "with space.db", "100%.db", "why?.db", "#1.db", "a&b=c;d+e.db", "%41.db", "ü/ñ.db", ":memory:", "file:x.db", "a?mode=memory"} {
		file := filepath.Join(t.TempDir(), name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		w := &world{T: t, Store: openFile(t, file)}
		w.add("a@example.org", noon)
		w.ok(w.Close())
		w.Store = openFile(t, file)
		if _, err := w.ReaderByAddress(t.Context(), "a@example.org"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if info, err := os.Stat(file); err != nil || info.Size() == 0 {
			t.Errorf("%s: the file is not where it should be: %v", name, err)
		}
	}
}

func TestOpenTakesARelativePath(t *testing.T) {
	t.Chdir(t.TempDir())
	s, err := store.Open(t.Context(), "sqlite::memory:")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(":memory:"); err != nil {
		t.Error(err)
	}
}

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	noDatabase := filepath.Join(dir, "letter.txt")
	if err := os.WriteFile(noDatabase, []byte(strings.Repeat("Dear reader, ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	for dsn, want := range map[string]string{
		"":                                     "sqlite:FILE",
		"sqlite:":                              "sqlite:FILE",
		"paperboy.db":                          "sqlite:FILE",
		"postgres://localhost/x":               "sqlite:FILE",
		"sqlite:" + dir:                        "directory",
		"sqlite:" + dir + "/missing/paperb.db": "no such file or directory",
		"sqlite:" + noDatabase:                 "not a database",
	} {
		s, err := store.Open(t.Context(), dsn)
		if err == nil {
			s.Close()
		}
		if err == nil || !strings.Contains(err.Error(), want) || dsn != "" && !strings.Contains(err.Error(), strings.TrimPrefix(dsn, "sqlite:")) {
			t.Errorf("%q: %v", dsn, err)
		}
		if strings.Contains(want, "FILE") != errors.Is(err, store.ErrNotSQLite) {
			t.Errorf("%q: %v", dsn, err)
		}
	}
}

func TestOnlyItsOwnerReadsTheDatabase(t *testing.T) {
	dir := t.TempDir()
	w := &world{T: t, Store: openFile(t, filepath.Join(dir, "paperboy.db"))}
	w.add("a@example.org", noon)
	w.ok(w.CopyTo(t.Context(), filepath.Join(dir, "copy.db")))
	files, err := os.ReadDir(dir)
	w.ok(err)
	if len(files) != 4 {
		t.Errorf("files are %v", files)
	}
	for _, f := range files {
		if info, err := f.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", f.Name(), info.Mode(), err)
		}
	}
}

func TestACopyIsWhole(t *testing.T) {
	dir := t.TempDir()
	w := &world{T: t, Store: openFile(t, filepath.Join(dir, "paperboy.db"))}
	w.record("s", noon, listed("2605.00001", "One", 1))
	r := w.add("a@example.org", noon)
	file := filepath.Join(dir, "it's a copy.db")
	w.ok(w.CopyTo(t.Context(), file))
	w.ok(w.Leave(t.Context(), r.ID, noon))
	copied := &world{T: t, Store: openFile(t, file)}
	if diff := cmp.Diff(r, copied.reader(r.ID)); diff != "" {
		t.Error(diff)
	}
	if got := copied.only(noon).Title; got != "One" {
		t.Errorf("it holds %q", got)
	}
	if err := w.CopyTo(t.Context(), file); err == nil {
		t.Error("a copy went over a database")
	}
}

func TestProcessesThatOpenAtOnceFindOneDatabase(t *testing.T) {
	for range 5 {
		file := filepath.Join(t.TempDir(), "paperboy.db")
		var wg sync.WaitGroup
		for i := range 6 {
			wg.Go(func() {
				s, err := store.Open(t.Context(), "sqlite:"+file)
				if err != nil {
					t.Error(err)
					return
				}
				if err := s.Mark(t.Context(), fmt.Sprint(i), "new", "", noon); err != nil {
					t.Error(err)
				}
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		all, err := openFile(t, file).Sources(t.Context())
		if err != nil || len(all) != 6 {
			t.Errorf("sources %v, %v", all, err)
		}
	}
}

func TestANewerDatabaseIsRefused(t *testing.T) {
	file := filepath.Join(t.TempDir(), "paperboy.db")
	openFile(t, file)
	execute(t, file, `INSERT INTO migrations (version, name) VALUES (4711, '4711_future.sql')`)
	s, err := store.Open(t.Context(), "sqlite:"+file)
	if err == nil {
		s.Close()
	}
	if !errors.Is(err, store.ErrNewer) || !strings.Contains(err.Error(), "4711") || !strings.Contains(err.Error(), "up to") {
		t.Errorf("opening it: %v", err)
	}
}

// execute runs a statement past the store.
func execute(t *testing.T, file, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(statement); err != nil {
		t.Fatal(err)
	}
}

func TestADeletedReaderIsInNoByteOfTheFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "paperboy.db")
	w := &world{T: t, Store: openFile(t, file)}
	for i := range 50 {
		w.add(fmt.Sprintf("reader%d@example.org", i), noon)
	}
	r := w.add("Ada.Lovelace@Example.org", noon)
	w.ok(w.Ask(t.Context(), asked("Ada.Lovelace@Example.org", noon.Add(day)), "h", noon))
	w.deliver("rejected", "failed", noon)
	w.ok(w.Delete(t.Context(), r.ID))
	w.ok(w.Close())
	b, err := os.ReadFile(file)
	w.ok(err)
	if bytes.Contains(bytes.ToLower(b), []byte("lovelace")) {
		t.Error("the address is still in the file")
	}
	if _, err := os.Stat(file + "-wal"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the log is still there: %v", err)
	}
}

// A disk that fills up in the middle of a transaction, at every point of it.
func TestAFullDiskLeavesNothingHalfWritten(t *testing.T) {
	var batch []paper.Listing
	for i := range 120 {
		l := listed(fmt.Sprintf("2605.%05d", i), fmt.Sprint("Paper ", i), i)
		l.Summary = strings.Repeat("Words of a summary. ", 40)
		batch = append(batch, l)
	}
	failed := 0
	for pages := 45; ; pages++ {
		file := filepath.Join(t.TempDir(), "paperboy.db")
		openFile(t, file)
		s, err := store.OpenWith(t.Context(), file, url.Values{
			"_synchronous": {"OFF"}, "_pragma": {fmt.Sprintf("max_page_count(%d)", pages)},
		})
		if err != nil {
			t.Fatal(err)
		}
		w := &world{T: t, Store: s}
		_, err = w.Record(t.Context(), "s", paper.Batch{Listings: batch, Memo: "read"}, noon)
		memo, memoErr := w.Memo(t.Context(), "s")
		w.ok(memoErr)
		got := len(w.candidates(noon))
		w.ok(w.Close())
		if err == nil {
			if got != len(batch) || memo != "read" {
				t.Errorf("with %d pages: %d papers, memo %q", pages, got, memo)
			}
			break
		}
		failed++
		if !strings.HasSuffix(err.Error(), "the disk that holds "+file+" is full") {
			t.Fatalf("it is told as %v", err)
		}
		if codeOf(err) != sqlite3.SQLITE_FULL || got != 0 || memo != "" {
			t.Fatalf("with %d pages: %d papers, memo %q, %v", pages, got, memo, err)
		}
	}
	if failed < 5 {
		t.Errorf("the disk was full %d times", failed)
	}
}

func TestAReadOnlyDatabaseSaysSo(t *testing.T) {
	file := filepath.Join(t.TempDir(), "paperboy.db")
	w := &world{T: t, Store: openFile(t, file)}
	r := w.add("a@example.org", noon)
	w.enqueue(r, noon)
	// A connection that can't write stands for a file that can't be written:
	// tests may run as a user whom no permission stops.
	s, err := store.OpenWith(t.Context(), file, url.Values{"_query_only": {"on"}})
	if err == nil {
		defer s.Close()
	}
	if codeOf(err) != sqlite3.SQLITE_READONLY && err != nil {
		t.Fatal(err)
	}
	if err == nil {
		err = s.Leave(t.Context(), r.ID, noon)
	}
	if codeOf(err) != sqlite3.SQLITE_READONLY {
		t.Errorf("writing: %v", err)
	}
}

// However a reader came to have left, a letter that waits does not go out.
func TestNobodyWhoLeftIsSentADigest(t *testing.T) {
	file := filepath.Join(t.TempDir(), "paperboy.db")
	w := &world{T: t, Store: openFile(t, file)}
	claimed := w.enqueue(w.add("a@example.org", noon), noon)
	owner := w.join(noon)
	w.claim(owner, noon)
	w.enqueue(w.add("b@example.org", noon), noon)
	execute(t, file, `UPDATE readers SET state = 'left'`)
	if w.held(owner, claimed) {
		t.Error("the claimed letter may be sent")
	}
	if got := w.claim(owner, noon); len(got) != 0 {
		t.Errorf("claimed %v", got)
	}
}

// A letter of ten papers with what came of it, its indexes, and its share of
// what the reader had in short.
func TestALetterTakesLessThanAKilobyte(t *testing.T) {
	const letters = 600
	file := filepath.Join(t.TempDir(), "paperboy.db")
	w := &world{T: t, Store: openFile(t, file)}
	for n := range letters / 3 {
		w.add(fmt.Sprintf("reader%d@example.org", n), noon)
	}
	before := w.size(file)
	for round := range 3 {
		at := noon.Add(time.Duration(round) * day)
		var entries []digest.Entry
		for _, d := range w.due(at) {
			e := served(d, at)
			e.Letter.Keywords = `"neural operators", "diffusion policy", "language models", manipulation, quantum`
			for key := range paper.Key(10) {
				e.Letter.Picks = append(e.Letter.Picks, letter.Pick{
					Paper: 250000 + key*61 + paper.Key(round)*700, Heat: 12.5, Rising: key == 0, Leads: "cs.RO",
					Reasons: []letter.Reason{
						{Term: `"diffusion policy"`, Field: "title", Text: "Diffusion Policies"},
						{Term: "manipulation", Field: "abstract", Text: "manipulation"},
					},
				})
			}
			entries = append(entries, e)
		}
		if n := w.put(entries...); n != letters/3 {
			t.Fatalf("%d letters made", n)
		}
		owner := w.join(at)
		for ls := w.claim(owner, at); len(ls) > 0; ls = w.claim(owner, at) {
			for _, l := range ls {
				w.settle(owner, l, letter.Delivered, letter.Sent, at)
			}
		}
	}
	if per := (w.size(file) - before) / letters; per > 1000 {
		t.Errorf("a letter takes %d bytes", per)
	} else {
		t.Logf("a letter takes %d bytes", per)
	}
}

// size is that of a database with all that was written to it.
func (w *world) size(file string) int64 {
	w.Helper()
	whole := filepath.Join(w.TempDir(), "copy.db")
	w.ok(w.CopyTo(w.Context(), whole))
	info, err := os.Stat(whole)
	w.ok(err)
	return info.Size()
}

// What is broken of one reader is that reader's alone.
func TestABrokenRecordIsItsReadersAlone(t *testing.T) {
	file := filepath.Join(t.TempDir(), "paperboy.db")
	w := &world{T: t, Store: openFile(t, file)}
	var ids []int64
	for n := range 3 {
		r := w.add(fmt.Sprintf("r%d@example.org", n), noon)
		ids = append(ids, r.ID)
		for d := range 3 {
			at := noon.Add(time.Duration(d) * day)
			w.put(served(w.dueOf(r.ID), at, paper.Key(d+1)))
			w.deliver(letter.Delivered, letter.Sent, at)
		}
	}
	execute(t, file, fmt.Sprintf(`UPDATE letters SET picks = x'01ff' WHERE reader = %d AND slot = (SELECT MAX(slot) FROM letters)`, ids[1]))
	execute(t, file, fmt.Sprintf(`UPDATE readers SET had = x'0102' WHERE id = %d`, ids[2]))
	due := w.due(noon.Add(3 * day))
	if len(due) != 3 || due[0].Err != nil || due[1].Err == nil || due[2].Err != nil {
		t.Fatalf("due %+v", due)
	}
	if !strings.Contains(due[1].Err.Error(), "letter 6") {
		t.Errorf("the error does not name the letter: %v", due[1].Err)
	}
	for _, d := range []digest.Due{due[0], due[2]} {
		if len(d.History.Sent) != 3 {
			t.Errorf("reader %d had %v", d.Reader.ID, d.History.Sent)
		}
	}
	// The letters make the record again.
	w.put(served(due[2], noon.Add(3*day), 4))
	w.sameInFull(noon.Add(4 * day))
}

// codeOf is SQLite's code of an error, 0 for others.
func codeOf(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code() & 0xff
	}
	return 0
}
