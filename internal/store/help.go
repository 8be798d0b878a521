package store

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"paperboy/internal/interest"
	"paperboy/internal/paper"
)

const (
	week  = 7 * day
	month = 30 * day

	// vocabularyFor is how long the words of the catalogue are taken as they
	// were read, and vocabularyMost how many of them are kept, each part.
	vocabularyFor  = time.Hour
	vocabularyMost = 200_000
	// A smaller one is read again whenever the catalogue has changed.
	vocabularySmall = 5000
)

// Help returns what keywords would bring, by the papers of the 30 days up to
// now. It asks the full-text index, and reads a few of the papers only where a
// keyword matches too many.
func (s *Store) Help(ctx context.Context, want interest.Interest, now time.Time) (interest.Help, error) {
	var help interest.Help
	err := s.read(ctx, func(t *tx) error {
		docs, err := s.shelf.documents(t)
		if err != nil {
			return err
		}
		l := &lately{tx: t, store: s, ever: docs, now: now, kept: map[string][]float32{}}
		l.documents, l.among, l.papers = docs.among(now.Add(-month), now)
		l.corpus = s.corpus(t, l.documents, l.among)
		defer l.close()
		help, err = want.Help(l)
		return err
	})
	if err != nil {
		return interest.Help{}, fmt.Errorf("help with keywords: %w", err)
	}
	return help, nil
}

// lately is the catalogue's last 30 days in one transaction.
type lately struct {
	*tx
	*documents
	store  *Store
	ever   *documents
	now    time.Time
	among  []bool
	papers int
	corpus *corpus
	kept   map[string][]float32 // the scores of interests asked for before
	spare  []float32
}

// mostKept bounds how many are kept.
const mostKept = 8

func (l *lately) close() {
	l.corpus.close()
	for _, scores := range l.kept {
		giveScores(scores)
	}
	giveScores(l.spare)
}

// search returns the scores of these days, good until the next search. Most
// interests are asked for twice.
func (l *lately) search(i interest.Interest) ([]float32, error) {
	key := i.String()
	if scores, ok := l.kept[key]; ok {
		return scores, nil
	}
	if l.spare == nil {
		l.spare = takeScores(len(l.among))
	}
	scores := l.spare
	if err := l.corpus.scores(i, scores); err != nil {
		return nil, err
	}
	if len(l.kept) < mostKept {
		l.kept[key], l.spare = scores, nil
	}
	return scores, nil
}

func (l *lately) Span() (days, papers, ever int) {
	oldest := l.now.UnixNano()
	for doc, in := range l.among {
		if in {
			oldest = min(oldest, l.sighted[doc])
		}
	}
	span := l.now.Sub(time.Unix(0, oldest))
	return min(max(int(math.Ceil(span.Hours()/24)), 1), 30), l.papers, l.ever.living
}

func (l *lately) Count(i interest.Interest) (inWeek, inMonth int, err error) {
	scores, err := l.search(i)
	since := l.now.Add(-week).UnixNano()
	for doc, score := range scores {
		if score != interest.NoMatch {
			inMonth++
			if l.sighted[doc] > since {
				inWeek++
			}
		}
	}
	return inWeek, inMonth, err
}

func (l *lately) Known(i interest.Interest) (n int, err error) {
	docs, among, _ := l.ever.among(time.Time{}, l.now)
	c := l.store.corpus(l.tx, docs, among)
	defer c.close()
	scores := takeScores(len(among))
	defer giveScores(scores)
	err = c.scores(i, scores)
	for _, score := range scores {
		if score != interest.NoMatch {
			n++
		}
	}
	return n, err
}

func (l *lately) Titles(i interest.Interest, n int) ([]string, error) {
	scores, err := l.search(i)
	if err != nil {
		return nil, err
	}
	scores = slices.Clone(scores)
	since := l.now.Add(-week).UnixNano()
	for doc := range scores {
		if scores[doc] != interest.NoMatch && l.sighted[doc] > since {
			scores[doc] += 1e6 // the newest week's come first
		}
	}
	hits, _ := l.first(scores, paper.Search{Order: paper.ByRelevance, Limit: n})
	papers, err := l.inOrder(hits, l.documents)
	titles := make([]string, len(papers))
	for k, p := range papers {
		titles[k] = p.PlainTitle()
	}
	return titles, err
}

func (l *lately) Sample(i interest.Interest, n int) ([]interest.Text, error) {
	scores, err := l.search(i)
	if err != nil {
		return nil, err
	}
	hits, _ := l.first(scores, paper.Search{Order: paper.ByDate, Limit: n})
	keys := make([]paper.Key, len(hits))
	for k, h := range hits {
		keys[k] = l.documents.papers[h.doc]
	}
	return l.texts(keys)
}

// texts returns title and abstract of papers, in their order, as they read
// when merged.
func (t *tx) texts(keys []paper.Key) ([]interest.Text, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	args := keysOf(keys)
	query := `
		SELECT paper, source, source_id, title, summary, markup, authority, sighted, seq
		FROM listings WHERE paper IN (` + places(1, len(args)) + `)`
	sightings := map[paper.Key][]paper.Sighting{}
	err := t.each(query, args, func(scan func(...any) error) error {
		var key paper.Key
		var s paper.Sighting
		err := scan(&key, &s.Source, &s.ID, &s.Title, &s.Summary, &s.Markup, &s.Authority, moment{&s.At}, &s.Seq)
		sightings[key] = append(sightings[key], s)
		return err
	})
	texts := make([]interest.Text, len(keys))
	for k, key := range keys {
		p := paper.Merge(key, nil, sightings[key], nil)
		texts[k] = interest.Text{Title: p.PlainTitle(), Summary: p.PlainSummary()}
	}
	return texts, err
}

func (l *lately) Vocabulary(names bool) ([]interest.Common, error) {
	if names {
		return l.store.names.read(l.tx, interest.AuthorWords, l.documents.version, l.now)
	}
	return l.store.words.read(l.tx, interest.TextWords, l.documents.version, l.now)
}

// vocabulary holds the words that several papers have in a part between calls:
// some MB for a large catalogue, read again once an hour where they are asked
// for.
type vocabulary struct {
	mu      sync.Mutex
	at      time.Time
	version int64 // of the documents
	words   []interest.Common
}

// current reports whether the words will still do.
func (v *vocabulary) current(version int64, now time.Time) bool {
	return v.words != nil && (v.version == version || len(v.words) >= vocabularySmall && !now.Before(v.at) && now.Sub(v.at) < vocabularyFor)
}

func (v *vocabulary) read(t *tx, part string, version int64, now time.Time) ([]interest.Common, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.current(version, now) {
		return v.words, nil
	}
	words, err := t.common(part)
	if err != nil {
		return nil, err
	}
	v.at, v.version, v.words = now, version, words
	return words, nil
}

// common reads the words of an index of its own, in which the condition stands
// as it does here.
func (t *tx) common(part string) ([]interest.Common, error) {
	const query = `
		SELECT word, SUM(papers) FROM postings WHERE papers >= 4 AND word >= $1 AND word < $2
		GROUP BY word LIMIT $3`
	all := []interest.Common{}
	err := t.each(query, []any{part, part + interest.LastWord, vocabularyMost}, func(scan func(...any) error) error {
		var word string
		var c interest.Common
		if err := scan(&word, &c.Papers); err != nil {
			return err
		}
		if c.Form = interest.FormOf(word); strings.HasSuffix(word, c.Form) {
			all = append(all, c)
		}
		return nil
	})
	return all, err
}
