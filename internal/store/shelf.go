package store

import (
	"database/sql"
	"math"
	"slices"
	"sync"
	"time"

	"paperboy/internal/interest"
	"paperboy/internal/paper"
)

// documents is what a search needs to know of all documents, or of those from
// one to another, by their number from base on. It takes some 20 bytes a paper,
// and is not changed once made.
type documents struct {
	base      int
	version   int64
	papers    []paper.Key // 0: dead
	abstracts []int32
	sighted   []int64 // nanoseconds since 1970
	alive     []bool
	living    int
	newest    int64 // of sighted
}

// shelf holds the documents between searches. They are read once; later only
// what has changed.
type shelf struct {
	mu  sync.Mutex
	now *documents
}

// documents returns them as they are in the transaction, which must not have
// read anything yet: its moment is no earlier than that of those on the shelf.
func (s *shelf) documents(t *tx) (*documents, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var version int64
	if err := t.one(`SELECT last FROM counters WHERE name = 'search'`, nil, &version); err != nil {
		return nil, err
	}
	if s.now != nil && s.now.version == version {
		return s.now, nil
	}
	next, err := t.documents(s.now)
	if err != nil {
		return nil, err
	}
	next.version, s.now = version, next
	return next, nil
}

// documents returns what documents became of those before.
func (t *tx) documents(before *documents) (*documents, error) {
	const changed = `SELECT doc, COALESCE(paper, 0), abstract, sighted FROM documents WHERE version > $1 ORDER BY doc`
	next := &documents{base: -1}
	if before != nil {
		*next = documents{
			base: before.base, version: before.version, papers: slices.Clone(before.papers),
			abstracts: slices.Clone(before.abstracts), sighted: slices.Clone(before.sighted),
		}
	}
	err := t.each(changed, []any{next.version}, func(scan func(...any) error) error {
		var doc int
		var key paper.Key
		var abstract int32
		var at time.Time
		if err := scan(&doc, &key, &abstract, moment{&at}); err != nil {
			return err
		}
		if next.base < 0 {
			next.base = doc
		}
		if doc -= next.base; doc < 0 {
			return nil // it was dead already
		}
		for len(next.papers) <= doc {
			next.papers, next.abstracts, next.sighted = append(next.papers, 0), append(next.abstracts, 0), append(next.sighted, 0)
		}
		next.papers[doc], next.abstracts[doc], next.sighted[doc] = key, abstract, at.UnixNano()
		return nil
	})
	next.count()
	return next, err
}

func (d *documents) count() {
	d.alive, d.living, d.newest = make([]bool, len(d.papers)), 0, math.MinInt64
	for doc, key := range d.papers {
		if key != 0 {
			d.alive[doc] = true
			d.living++
			d.newest = max(d.newest, d.sighted[doc])
		}
	}
}

// among returns the documents from the first to the last one of those whose
// papers were sighted after since, up to now; which of them these are, not to
// be changed, and how many.
func (d *documents) among(since, now time.Time) (within *documents, all []bool, n int) {
	from, to := int64(math.MinInt64), now.UnixNano()
	if !since.IsZero() {
		from = since.UnixNano()
	} else if to >= d.newest {
		return d, d.alive, d.living
	}
	all = make([]bool, len(d.papers))
	first, end := len(all), len(all)
	for doc, at := range d.sighted {
		if at > from && at <= to && d.alive[doc] {
			all[doc] = true
			first, end = min(first, doc), doc+1
			n++
		}
	}
	within = &documents{
		base: d.base + first, version: d.version, papers: d.papers[first:end],
		abstracts: d.abstracts[first:end], sighted: d.sighted[first:end],
	}
	return within, all[first:end], n
}

// corpus is the full-text index in a transaction, as interests search it.
type corpus struct {
	*tx
	*documents
	stems map[uint64][]string            // what Stem has returned
	seen  map[[2]string][]interest.Entry // what Words has returned
	lists *arena
}

func newCorpus(t *tx, d *documents) corpus {
	return corpus{t, d, map[uint64][]string{}, map[[2]string][]interest.Entry{}, arenas.Get().(*arena)}
}

// close gives back the memory of all that Words returned.
func (c corpus) close() {
	*c.lists = (*c.lists)[:0]
	arenas.Put(c.lists)
}

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

func (c corpus) Abstracts() []int32 { return c.abstracts }

func (c corpus) Stem(hash uint64) ([]string, error) {
	const query = `SELECT word FROM stems WHERE stem = $1 ORDER BY word`
	words, known := c.stems[hash]
	if known {
		return words, nil
	}
	words, err := collect(c.tx, query, []any{int64(hash)}, func(scan func(...any) error, word *string) error { return scan(word) })
	if err == nil {
		c.stems[hash] = words
	}
	return words, err
}

// Words returns a range of the index.
func (c corpus) Words(from, to string) ([]interest.Entry, error) {
	const query = `
		SELECT word, first, list FROM postings
		WHERE word >= $1 AND word < $2 AND first < $4 AND last >= $3 ORDER BY word, first`
	all, seen := c.seen[[2]string{from, to}]
	if seen {
		return all, nil
	}
	err := c.each(query, []any{from, to, c.base, c.base + len(c.documents.papers)}, func(scan func(...any) error) error {
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
		c.seen[[2]string{from, to}] = all
	}
	return all, err
}
