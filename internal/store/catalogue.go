package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"paperboy/internal/paper"
)

// fresh is how far back a source's first fetch makes papers new.
const fresh = 48 * time.Hour

// Memo returns what the source noted at its last recorded fetch, "" before the
// first one.
func (s *Store) Memo(ctx context.Context, source string) (string, error) {
	const query = `SELECT memo FROM sources WHERE name = $1`
	var memo string
	err := s.read(ctx, func(t *tx) error {
		_, err := t.find(query, []any{source}, &memo)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("memo of source %s: %w", source, err)
	}
	return memo, nil
}

// Mark keeps the outcome of a fetch, for people.
func (s *Store) Mark(ctx context.Context, source, status, reason string, now time.Time) error {
	const query = `
		INSERT INTO sources (name, status, reason, fetched) VALUES ($1, $2, $3, $4)
		ON CONFLICT (name) DO UPDATE SET
			status = excluded.status, reason = excluded.reason, fetched = excluded.fetched`
	err := s.write(ctx, func(t *tx) error {
		_, err := t.exec(query, source, status, reason, stamp(now))
		return err
	})
	if err != nil {
		return fmt.Errorf("mark source %s: %w", source, err)
	}
	return nil
}

// SourceRecord is how a source has fared.
type SourceRecord struct {
	Name, Status, Reason      string    // outcome of the last fetch
	First, LastFetch, LastNew time.Time // zero where it never was
}

// Sources returns all sources ever fetched, by name.
func (s *Store) Sources(ctx context.Context) ([]SourceRecord, error) {
	const query = `SELECT name, status, reason, began, fetched, brought FROM sources ORDER BY name`
	var all []SourceRecord
	err := s.read(ctx, func(t *tx) (err error) {
		all, err = collect(t, query, nil, func(scan func(...any) error, r *SourceRecord) error {
			return scan(&r.Name, &r.Status, &r.Reason, moment{&r.First}, moment{&r.LastFetch}, moment{&r.LastNew})
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("sources: %w", err)
	}
	return all, nil
}

// Record keeps what one fetch of a source brought, with its memo, in one
// transaction. Recording a batch again changes nothing but its readings' time.
//
// Listings that share a name are one paper; names that are found to belong
// together merge papers. A first sighting is new to readers, but for the older
// part of a source's first fetch, and of a feed whose addresses all changed.
func (s *Store) Record(ctx context.Context, source string, in paper.Batch, now time.Time) (paper.Recorded, error) {
	var r recording
	err := s.write(ctx, func(t *tx) error {
		r = recording{tx: t, source: source, now: now, signals: map[paper.Key]paper.Signals{}}
		return r.batch(in)
	})
	if err != nil {
		return paper.Recorded{}, fmt.Errorf("record %s: %w", source, err)
	}
	return r.count, nil
}

// recording is one call of Record.
type recording struct {
	*tx
	source string
	now    time.Time
	first  bool // the batch fills the catalogue: what is old in it is not new
	moved  bool // the source's addresses have changed: listings are found by title
	count  paper.Recorded
	// signals are this batch's, by paper; they also tell which papers it has
	// had already.
	signals map[paper.Key]paper.Signals
}

func (r *recording) batch(in paper.Batch) error {
	if err := r.judge(in.Listings); err != nil {
		return err
	}
	for _, l := range in.Listings {
		l.Source = r.source
		if err := r.listing(l); err != nil {
			return fmt.Errorf("%s: %w", label(l), err)
		}
	}
	if err := r.readings(); err != nil {
		return err
	}
	if err := r.indexFresh(); err != nil {
		return fmt.Errorf("index: %w", err)
	}
	return r.memo(in.Memo)
}

// label names a listing in an error.
func label(l paper.Listing) string {
	for _, name := range l.Names() {
		return string(name)
	}
	return fmt.Sprintf("listing %q", l.ID)
}

// judge finds out whether the batch fills the catalogue.
func (r *recording) judge(ls []paper.Listing) error {
	const listed = `SELECT COUNT(*) FROM (SELECT 1 FROM listings WHERE source = $1 LIMIT 1) AS any_listing`
	var n int
	if err := r.one(listed, []any{r.source}, &n); err != nil {
		return err
	}
	if n == 0 {
		r.first = true
		return nil
	}
	known, err := r.anyKnown(ls)
	if err != nil || known {
		return err
	}
	r.moved, err = r.titlesKnown(ls)
	r.first = r.moved
	return err
}

const paperOfName = `
	SELECT COALESCE(p.merged_into, p.id) FROM aliases a JOIN papers p ON p.id = a.paper
	WHERE a.name = $1`

func (r *recording) anyKnown(ls []paper.Listing) (bool, error) {
	var key paper.Key
	for _, l := range ls {
		for _, name := range l.Names() {
			known, err := r.find(paperOfName, []any{name}, &key)
			if err != nil || known {
				return known, err
			}
		}
	}
	return false, nil
}

const paperOfTitle = `SELECT paper FROM listings WHERE source = $1 AND title_name = $2 ORDER BY paper LIMIT 1`

// titlesKnown reports whether the source has listed at least half of these
// titles before, under other names.
func (r *recording) titlesKnown(ls []paper.Listing) (bool, error) {
	titles := map[paper.Name]bool{}
	known := 0
	for _, l := range ls {
		title := titleName(l)
		if titles[title] || untitled(l) || lasting(l) {
			continue
		}
		titles[title] = true
		var key paper.Key
		found, err := r.find(paperOfTitle, []any{r.source, title}, &key)
		if err != nil {
			return false, err
		}
		if found {
			known++
		}
	}
	return known > 0 && 2*known >= len(titles), nil
}

// listing records one listing.
func (r *recording) listing(l paper.Listing) error {
	if untitled(l) && l.Authority != paper.Mention {
		r.count.Skipped++ // nothing to show, and nothing to match
		return nil
	}
	key, err := r.resolve(l)
	if err != nil {
		return err
	}
	if key == 0 {
		if l.Revision || l.Authority == paper.Mention {
			r.count.Skipped++
			return nil
		}
		if key, err = r.newPaper(); err != nil {
			return err
		}
	}
	if err := r.name(key, l.Names()); err != nil {
		return err
	}
	before, again := r.signals[key]
	r.signals[key] = larger(before, l.Signals)
	if again {
		return nil // the first of two in one batch wins
	}
	return r.upsert(key, l)
}

// lasting reports whether the listing has a name that no moving of a site
// changes: a known title under a new arXiv id is another paper.
func lasting(l paper.Listing) bool {
	return slices.ContainsFunc(l.Names(), func(n paper.Name) bool {
		return strings.HasPrefix(string(n), "arxiv:") || strings.HasPrefix(string(n), "doi:")
	})
}

func untitled(l paper.Listing) bool { return strings.TrimSpace(l.Title) == "" }

func (r *recording) newPaper() (key paper.Key, err error) {
	err = r.one(`INSERT INTO papers (merged_into) VALUES (NULL) RETURNING id`, nil, &key)
	return key, err
}

func (r *recording) name(key paper.Key, names []paper.Name) error {
	const query = `INSERT INTO aliases (name, paper) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING`
	for _, name := range names {
		if _, err := r.exec(query, name, key); err != nil {
			return err
		}
	}
	return nil
}

// larger returns, count by count, the larger of two signals.
func larger(a, b paper.Signals) paper.Signals {
	return paper.Signals{
		Votes:    most(a.Votes, b.Votes),
		Comments: most(a.Comments, b.Comments),
		Stars:    most(a.Stars, b.Stars),
	}
}

func most(a, b paper.Count) paper.Count {
	if !a.Known || b.Known && b.N > a.N {
		return b
	}
	return a
}

func (r *recording) readings() error {
	const query = `
		INSERT INTO readings (paper, source, at, votes, comments, stars) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (paper, source, at) DO UPDATE SET
			votes = excluded.votes, comments = excluded.comments, stars = excluded.stars`
	for key, s := range r.signals {
		if !s.Any() {
			continue
		}
		if _, err := r.exec(query, key, r.source, stamp(r.now), count(s.Votes), count(s.Comments), count(s.Stars)); err != nil {
			return fmt.Errorf("reading of paper %d: %w", key, err)
		}
	}
	return nil
}

func (r *recording) memo(memo string) error {
	const query = `
		INSERT INTO sources (name, memo, began, fetched, brought) VALUES ($1, $2, $3, $3, $4)
		ON CONFLICT (name) DO UPDATE SET memo = excluded.memo, fetched = excluded.fetched,
			began = COALESCE(sources.began, excluded.began),
			brought = COALESCE(excluded.brought, sources.brought)`
	var brought time.Time
	if r.count.New > 0 {
		brought = r.now
	}
	_, err := r.exec(query, r.source, memo, stamp(r.now), stamp(brought))
	return err
}
