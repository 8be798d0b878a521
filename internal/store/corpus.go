package store

import (
	"database/sql"
	"errors"
	"fmt"
	"sync"

	"paperboy/internal/interest"
)

// halvesFrom is from how many documents on they are gone through in two halves
// at once.
const halvesFrom = 10_000

// corpus is the full-text index in a transaction, as interests search it among
// some of its documents.
type corpus struct {
	*tx
	*documents
	halves []half // or the whole

	mu    sync.Mutex // of the transaction, and of what it has read
	seen  map[asked][]interest.Entry
	lists *arena
}

// asked is what the corpus was asked for: words of a stem, or from one to another.
type asked struct {
	stem     uint64
	from, to string
}

// half is the corpus from one document to another.
type half struct {
	*corpus
	from, to int
	search   *interest.Search
}

// corpus returns what searches among documents go through. It must be closed.
func (s *Store) corpus(t *tx, d *documents, among []bool) *corpus {
	c := &corpus{tx: t, documents: d, seen: map[asked][]interest.Entry{}, lists: arenas.Get().(*arena)}
	ends := []int{len(among)}
	if len(among) >= s.halvesFrom {
		ends = []int{len(among) / 2, len(among)}
	}
	from := 0
	for _, to := range ends {
		h := half{corpus: c, from: from, to: to}
		h.search = interest.NewSearch(h, among[from:to])
		c.halves, from = append(c.halves, h), to
	}
	return c
}

// close gives back the memory of the corpus.
func (c *corpus) close() {
	for _, h := range c.halves {
		h.search.Close()
	}
	*c.lists = (*c.lists)[:0]
	arenas.Put(c.lists)
}

// scores writes the score of each of the documents, as interest.Search does.
func (c *corpus) scores(want interest.Interest, into []float32) error {
	errs := make([]error, len(c.halves))
	var others sync.WaitGroup
	for k, h := range c.halves[1:] {
		others.Go(func() { errs[1+k] = h.scores(want, into[h.from:h.to]) })
	}
	errs[0] = c.halves[0].search.Scores(want, into[:c.halves[0].to])
	others.Wait()
	return errors.Join(errs...)
}

// scores is for a goroutine of its own, where a panic, as over a damaged index,
// would end the program. Here it ends the search.
func (h half) scores(want interest.Interest, into []float32) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("search of documents %d to %d: panic: %v", h.from, h.to, p)
		}
	}()
	return h.search.Scores(want, into)
}

func (h half) Abstracts() []int32 { return h.abstracts[h.from:h.to] }

// Kin returns the words of a stem.
func (h half) Kin(stem uint64) ([]interest.Entry, error) {
	const query = `
		SELECT postings.word, first, list FROM stems JOIN postings ON postings.word = stems.word
		WHERE stem = $1 AND first < $3 AND last >= $2 ORDER BY stems.word, first`
	return h.within(h.read(asked{stem: stem}, query, int64(stem)))
}

// Words returns a range of the index.
func (h half) Words(from, to string) ([]interest.Entry, error) {
	const query = `
		SELECT word, first, list FROM postings
		WHERE word >= $1 AND word < $2 AND first < $4 AND last >= $3 ORDER BY word, first`
	return h.within(h.read(asked{from: from, to: to}, query, from, to))
}

// within leaves out the lists that do not reach into the half.
func (h half) within(whole []interest.Entry, err error) ([]interest.Entry, error) {
	if err != nil || len(h.halves) == 1 {
		return whole, err
	}
	var all []interest.Entry
	for _, e := range whole {
		in := interest.Entry{Word: e.Word}
		for k, l := range e.Lists {
			if l.Base >= h.to || k+1 < len(e.Lists) && e.Lists[k+1].Base <= h.from {
				continue
			}
			l.Base -= h.from
			in.Lists = append(in.Lists, l)
		}
		if in.Lists != nil {
			all = append(all, in)
		}
	}
	return all, nil
}

// read returns the words that a query selects, with the lists of the documents,
// which are its last two parameters.
func (c *corpus) read(what asked, query string, args ...any) ([]interest.Entry, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	all, seen := c.seen[what]
	if seen {
		return all, nil
	}
	args = append(args, c.base, c.base+len(c.documents.papers))
	err := c.each(query, args, func(scan func(...any) error) error {
		var word string
		var at interest.Stretch
		var list sql.RawBytes
		if err := scan(&word, &at.Base, &list); err != nil {
			return err
		}
		at.Base, at.List = at.Base-c.base, c.lists.copy(list)
		if n := len(all); n > 0 && all[n-1].Word == word {
			all[n-1].Lists = append(all[n-1].Lists, at)
		} else {
			all = append(all, interest.Entry{Word: word, Lists: []interest.Stretch{at}})
		}
		return nil
	})
	if err == nil {
		c.seen[what] = all
	}
	return all, err
}

// spareScores go from one search to the next, as arenas do.
var spareScores sync.Pool

func takeScores(n int) []float32 {
	if x, _ := spareScores.Get().(*[]float32); x != nil && cap(*x) >= n {
		return (*x)[:n]
	}
	return make([]float32, n)
}

func giveScores(x []float32) { spareScores.Put(&x) }

// arena is memory for the lists of one search, which go into the next one's
// when it is over: they would be most of its garbage.
type arena []byte

var arenas = sync.Pool{New: func() any { return new(arena) }}

// copy returns the bytes in memory of the arena. Where it grows, what it
// returned before stays what it is.
func (a *arena) copy(b []byte) []byte {
	at := len(*a)
	*a = append(*a, b...)
	return (*a)[at:len(*a):len(*a)]
}
