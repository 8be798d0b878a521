package store

import (
	"time"

	"paperboy/internal/paper"
)

// listingColumns are a listing's own; paper, title_name, sighted and seq stand
// beside them.
const listingColumns = `source, source_id, doi, url, title, summary, authors, categories,
	markup, authority, published, listed, pdf, discussion, code, project, organization, brief`

const sightingColumns = listingColumns + `, paper, title_name, sighted, seq`

// A later word of the source replaces what it said before, but saying nothing
// takes nothing back.
const insertListing = `
	INSERT INTO listings (` + sightingColumns + `)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)`

const updateListing = `
	UPDATE listings SET
		source_id    = COALESCE(NULLIF($2, ''), source_id),
		doi          = COALESCE(NULLIF($3, ''), doi),
		url          = COALESCE(NULLIF($4, ''), url),
		title        = $5,
		summary      = COALESCE(NULLIF($6, ''), summary),
		authors      = COALESCE(NULLIF($7, ''), authors),
		categories   = COALESCE(NULLIF($8, ''), categories),
		markup       = $9,
		authority    = $10,
		published    = COALESCE($11, published),
		listed       = COALESCE(listed, $12),
		pdf          = COALESCE(NULLIF($13, ''), pdf),
		discussion   = COALESCE(NULLIF($14, ''), discussion),
		code         = COALESCE(NULLIF($15, ''), code),
		project      = COALESCE(NULLIF($16, ''), project),
		organization = COALESCE(NULLIF($17, ''), organization),
		brief        = COALESCE(NULLIF($18, ''), brief),
		title_name   = $20
	WHERE source = $1 AND paper = $19`

// titleName is the listing's name by its title, which it also has where it has
// better ones.
func titleName(l paper.Listing) paper.Name {
	return paper.TitleName(paper.Text(l.Title, l.Markup), l.Authors)
}

// listingArgs are the values of listingColumns.
func listingArgs(l paper.Listing) ([]any, error) {
	authors, err := list(l.Authors)
	if err != nil {
		return nil, err
	}
	categories, err := list(l.Categories)
	if err != nil {
		return nil, err
	}
	return []any{
		l.Source, l.ID, l.DOI, l.URL, l.Title, l.Summary, authors, categories,
		l.Markup, l.Authority, stamp(l.Published), stamp(l.Listed),
		l.PDF, l.Discussion, l.Code, l.Project, l.Organization, l.Brief,
	}, nil
}

// scanSighting scans listingColumns, paper, sighted, seq.
func scanSighting(scan func(...any) error, key *paper.Key, s *paper.Sighting) error {
	return scan(
		&s.Source, &s.ID, &s.DOI, &s.URL, &s.Title, &s.Summary, texts{&s.Authors}, texts{&s.Categories},
		&s.Markup, &s.Authority, moment{&s.Published}, moment{&s.Listed},
		&s.PDF, &s.Discussion, &s.Code, &s.Project, &s.Organization, &s.Brief,
		key, moment{&s.At}, &s.Seq,
	)
}

// upsert writes the listing of a paper: a new one is a sighting, a known one
// keeps its first.
func (r *recording) upsert(key paper.Key, l paper.Listing) error {
	args, err := listingArgs(l)
	if err != nil {
		return err
	}
	args = append(args, key, titleName(l))
	n, err := r.exec(updateListing, args...)
	switch {
	case err != nil:
		return err
	case n > 0:
		r.count.Known++
		return nil
	}
	sighted, seq, err := r.sighting(key, l)
	if err != nil {
		return err
	}
	_, err = r.exec(insertListing, append(args, stamp(sighted), seq)...)
	return err
}

// sighting says when a listing that was not there counts as sighted, and
// numbers it if that makes its paper new.
func (r *recording) sighting(key paper.Key, l paper.Listing) (at time.Time, seq int64, err error) {
	if l.Revision {
		r.count.Known++
		at, err = r.beforeOthers(key)
		return at, 0, err
	}
	r.count.New++
	if l.Authority == paper.Mention {
		return r.now, 0, nil
	}
	if r.first && stamp(l.Listed) != nil && l.Listed.Before(r.now.Add(-fresh)) {
		return l.Listed, 0, nil
	}
	const next = `UPDATE counters SET last = last + 1 WHERE name = 'sighting' RETURNING last`
	err = r.one(next, nil, &seq)
	return r.now, seq, err
}

// beforeOthers is the moment just before the paper was first sighted. A
// revision that brings a source's better text counts from there: it makes no
// paper a candidate again.
func (r *recording) beforeOthers(key paper.Key) (at time.Time, err error) {
	err = r.one(`SELECT MIN(sighted) FROM listings WHERE paper = $1`, []any{key}, moment{&at})
	return at.Add(-time.Nanosecond), err
}
