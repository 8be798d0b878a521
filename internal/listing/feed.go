package listing

import (
	"context"
	"errors"
	"fmt"
	"time"

	"paperboy/internal/paper"
)

const feedTypes = "application/rss+xml, application/atom+xml, application/xml;q=0.9, text/xml;q=0.8, */*;q=0.1"

// feed is any RSS or Atom feed.
type feed struct {
	client    *Client
	name, url string
}

// NewFeed returns the source called name that reads the RSS or Atom feed at
// url.
func NewFeed(c *Client, name, url string) Source { return &feed{client: c, name: name, url: url} }

func (f *feed) Name() string { return f.name }

type feedMemo struct {
	ETag      string    `json:"etag,omitempty"`
	Modified  string    `json:"modified,omitempty"`
	Content   string    `json:"content,omitempty"` // hash of the entries
	NotBefore time.Time `json:"not_before,omitzero"`
}

// Fetch implements Source. A feed shows its last entries whatever their age,
// so the same entries again are a quiet day and never a stale one.
func (f *feed) Fetch(ctx context.Context, _ time.Time, memo string) (Batch, error) {
	m := readMemo[feedMemo](memo)
	if time.Now().Before(m.NotBefore) {
		return Batch{Memo: memo}, stillBusy(f.name, m.NotBefore)
	}
	b, err := f.read(ctx, &m)
	m.NotBefore = pausedUntil(err)
	note, fault := writeMemo(m)
	b.Memo = note
	return b, errors.Join(err, fault)
}

func (f *feed) read(ctx context.Context, m *feedMemo) (Batch, error) {
	a, err := f.client.get(ctx, request{
		url: f.url, accept: feedTypes, etag: m.ETag, modified: m.Modified, patience: newPatience(),
	})
	if err != nil {
		return Batch{}, fmt.Errorf("%s: %w", f.name, err)
	}
	if a.unchanged() {
		return Batch{Quiet: "not modified"}, nil
	}
	var t troubles
	listings, err := readFeed(a.body, f.name, f.url, &t)
	if err != nil {
		return Batch{}, fmt.Errorf("%s: GET %s: %w", f.name, redact(f.url), err)
	}
	was := m.Content
	*m = feedMemo{ETag: a.etag, Modified: a.modified, Content: contentOf(listings)}
	switch {
	case len(listings) == 0 && len(t.errs) == 0:
		return Batch{Quiet: "the feed is empty"}, nil
	case m.Content == was:
		return Batch{Quiet: "no new entries"}, t.err(f.name)
	}
	return Batch{Listings: listings}, t.err(f.name)
}

// contentOf is a hash of what the listings say.
func contentOf(ls []paper.Listing) string {
	parts := make([]string, 0, 4*len(ls))
	for _, l := range ls {
		parts = append(parts, l.ID, l.URL, l.Title, l.Summary)
	}
	return digest(parts)
}
