package store

import (
	"math"
	"slices"
	"sync"
	"time"

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
