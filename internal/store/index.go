package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"paperboy/internal/interest"
	"paperboy/internal/paper"
)

const (
	// indexAtOnce is how many papers are analysed before their words are
	// written: the more there are, the fewer lists are written twice.
	indexAtOnce = 1000
	// indexPause bounds a transaction of Index, so that nobody waits long.
	indexPause = 200
	// wordsAtOnce and rowsAtOnce bound one query.
	wordsAtOnce = 200
	rowsAtOnce  = 50
	// listSize is from how many bytes on a list is left as it is.
	listSize = 4000
)

// Index brings the full-text index up to date where Record has not: over a
// catalogue that was there before the index, after a change of the analysis,
// and where too many documents are dead. It returns how many papers it took
// in. Stopped halfway, it goes on at the next call; others can write meanwhile.
func (s *Store) Index(ctx context.Context) (int, error) {
	taken := 0
	for n := 1; n > 0; taken += n {
		err := s.write(ctx, func(t *tx) (err error) {
			n, err = t.index(0, indexPause)
			return err
		})
		if err != nil {
			return taken, fmt.Errorf("index papers: %w", err)
		}
	}
	if err := s.sweep(ctx); err != nil {
		return taken, fmt.Errorf("sweep the index: %w", err)
	}
	return taken, nil
}

// checkAnalysis has all papers indexed anew where the analysis has changed.
func (s *Store) checkAnalysis(ctx context.Context) error {
	current := false
	check := func(t *tx) (err error) {
		current, err = t.find(`SELECT 1 FROM counters WHERE name = 'analysis' AND last = $1`, []any{interest.Analysis}, new(int))
		return err
	}
	if err := s.read(ctx, check); err != nil || current {
		return err
	}
	return s.write(ctx, func(t *tx) error {
		if err := check(t); err != nil || current {
			return err
		}
		return t.reanalyse()
	})
}

func (t *tx) reanalyse() error {
	version, err := t.nextVersion()
	if err != nil {
		return err
	}
	for _, step := range []struct {
		query string
		args  []any
	}{
		{`DELETE FROM postings`, nil},
		{`DELETE FROM stems`, nil},
		{`UPDATE documents SET paper = NULL, version = $1 WHERE paper IS NOT NULL`, []any{version}},
		{`INSERT INTO unindexed (paper, fresh) SELECT DISTINCT paper, 0 FROM listings WHERE true ON CONFLICT (paper) DO NOTHING`, nil},
		{`UPDATE counters SET last = $1 WHERE name = 'analysis'`, []any{interest.Analysis}},
	} {
		if _, err := t.exec(step.query, step.args...); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) nextVersion() (version int64, err error) {
	err = t.one(`UPDATE counters SET last = last + 1 WHERE name = 'search' RETURNING last`, nil, &version)
	return version, err
}

// indexFresh takes in what this transaction has changed.
func (t *tx) indexFresh() error {
	for {
		if n, err := t.index(1, indexAtOnce); err != nil || n == 0 {
			return err
		}
	}
}

// index takes in some of the papers that are not indexed: all kinds, or only
// the fresh ones. It returns how many.
func (t *tx) index(fresh, limit int) (int, error) {
	const next = `SELECT paper FROM unindexed WHERE fresh >= $1 ORDER BY fresh DESC, paper DESC LIMIT $2`
	keys, err := collect(t, next, []any{fresh, limit}, func(scan func(...any) error, key *paper.Key) error { return scan(key) })
	if err != nil || len(keys) == 0 {
		return 0, err
	}
	version, err := t.nextVersion()
	if err != nil {
		return 0, err
	}
	w := indexing{tx: t, version: version, words: map[string]*indexed{}}
	for some := range slices.Chunk(keys, atOnce) {
		if err := w.papers(some); err != nil {
			return 0, err
		}
	}
	if err := w.write(); err != nil {
		return 0, err
	}
	return len(keys), t.mergeTwins(keys)
}

// indexing is some papers being indexed.
type indexing struct {
	*tx
	version int64
	words   map[string]*indexed
}

// indexed is one word with the documents in which it stands.
type indexed struct {
	stems []uint64
	docs  []int
	at    [][]int32
}

func (w *indexing) papers(keys []paper.Key) error {
	const born = `INSERT INTO documents (paper, abstract, sighted, version, title) VALUES ($1, $2, $3, $4, $5) RETURNING doc`
	args := make([]any, len(keys))
	for i, key := range keys {
		args[i] = key
	}
	these := `IN (` + places(1, len(args)) + `)`
	die := fmt.Sprintf(`UPDATE documents SET paper = NULL, version = $%d WHERE paper `, len(args)+1) + these
	if _, err := w.exec(die, append(slices.Clone(args), w.version)...); err != nil {
		return err
	}
	if _, err := w.exec(`DELETE FROM unindexed WHERE paper `+these, args...); err != nil {
		return err
	}
	papers, err := w.tx.papers(endOfTime, `SELECT id FROM papers WHERE id `+these, args...)
	if err != nil {
		return err
	}
	for _, p := range papers {
		postings, abstract := interest.Read(p).Postings()
		var doc int
		if err := w.one(born, []any{p.Key, abstract, stamp(p.Sighted), w.version, p.TitleKey()}, &doc); err != nil {
			return fmt.Errorf("paper %d: %w", p.Key, err)
		}
		for _, one := range postings {
			w.add(doc, one)
		}
	}
	return nil
}

func (w *indexing) add(doc int, p interest.Posting) {
	word := w.words[p.Word]
	if word == nil {
		word = &indexed{stems: p.Stems}
		w.words[p.Word] = word
	}
	word.docs, word.at = append(word.docs, doc), append(word.at, p.At)
}

// write appends to the lists, in the order in which they lie on the disk.
func (w *indexing) write() error {
	for words := range slices.Chunk(slices.Sorted(maps.Keys(w.words)), wordsAtOnce) {
		newest, err := w.newest(words)
		if err != nil {
			return err
		}
		var rows []stretch
		var fresh []string
		for _, word := range words {
			row, known := newest[word]
			if !known {
				fresh = append(fresh, word)
			}
			rows = append(rows, w.words[word].extend(word, row)...)
		}
		if err := errors.Join(w.put(rows), w.stems(fresh)); err != nil {
			return err
		}
	}
	return nil
}

// stretch is a row of postings.
type stretch struct {
	word                string
	first, last, papers int
	list                interest.List
}

// newest returns the last list of each word that has any.
func (t *tx) newest(words []string) (map[string]stretch, error) {
	query := `
		SELECT word, first, last, papers, list FROM postings WHERE word IN (` + places(1, len(words)) + `)
		AND NOT EXISTS (SELECT 1 FROM postings AS later WHERE later.word = postings.word AND later.first > postings.first)`
	args := make([]any, len(words))
	for i, word := range words {
		args[i] = word
	}
	all := map[string]stretch{}
	err := t.each(query, args, func(scan func(...any) error) error {
		var s stretch
		err := scan(&s.word, &s.first, &s.last, &s.papers, (*[]byte)(&s.list))
		all[s.word] = s
		return err
	})
	return all, err
}

// extend appends the documents to the newest list and, where that is full, to
// further ones. It returns those that have changed.
func (in *indexed) extend(word string, newest stretch) []stretch {
	var changed []stretch
	row := newest
	for i, doc := range in.docs {
		if len(row.list) >= listSize || row.papers == 0 {
			if i > 0 {
				changed = append(changed, row)
			}
			row = stretch{word: word, first: doc, last: doc}
		}
		row.list = row.list.Append(row.last, doc, in.at[i])
		row.last, row.papers = doc, row.papers+1
	}
	return append(changed, row)
}

func (t *tx) put(rows []stretch) error {
	for some := range slices.Chunk(rows, rowsAtOnce) {
		var args []any
		for _, r := range some {
			args = append(args, r.word, r.first, r.last, r.papers, []byte(r.list))
		}
		query := `INSERT INTO postings (word, first, last, papers, list) VALUES ` + tuples(len(some), 5) + `
			ON CONFLICT (word, first) DO UPDATE SET last = excluded.last, papers = excluded.papers, list = excluded.list`
		if _, err := t.exec(query, args...); err != nil {
			return err
		}
	}
	return nil
}

// stems keeps under which stems new words are found.
func (w *indexing) stems(words []string) error {
	var args []any
	for _, word := range words {
		for _, stem := range w.words[word].stems {
			args = append(args, int64(stem), word)
		}
	}
	for some := range slices.Chunk(args, 2*rowsAtOnce) {
		query := `INSERT INTO stems (stem, word) VALUES ` + tuples(len(some)/2, 2) + ` ON CONFLICT (stem, word) DO NOTHING`
		if _, err := w.exec(query, some...); err != nil {
			return err
		}
	}
	return nil
}

// tuples returns the places of so many rows: "($1,$2),($3,$4)".
func tuples(rows, columns int) string {
	all := make([]string, rows)
	for i := range all {
		all[i] = "(" + places(i*columns+1, columns) + ")"
	}
	return strings.Join(all, ",")
}
