package listing

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"paperboy/internal/paper"
)

const (
	huggingFaceURL  = "https://huggingface.co"
	huggingFaceDays = 7
	huggingFacePage = 100 // the most that one page may hold
	maxPages        = 20
	maxPageItems    = 2_000   // a server that ignores the limit may send a whole month
	maxItem         = 1 << 20 // bytes; 664 authors take 80 kB
)

// huggingFace is Hugging Face's Daily Papers.
type huggingFace struct {
	client *Client
	base   string
	days   int
}

// NewHuggingFace returns the source "huggingface": the lists of the last days
// (default 7), today's among them. All are read at each fetch, as votes go on
// for a week and a list grows through its day. An empty base is Hugging Face
// itself.
func NewHuggingFace(c *Client, base string, days int) Source {
	if base == "" {
		base = huggingFaceURL
	}
	if days <= 0 {
		days = huggingFaceDays
	}
	return &huggingFace{client: c, base: strings.TrimRight(base, "/"), days: days}
}

func (h *huggingFace) Name() string { return "huggingface" }

// huggingFaceMemo holds what each of the last days listed.
type huggingFaceMemo struct {
	Days      map[string][]string `json:"days,omitempty"` // date → ids
	NotBefore time.Time           `json:"not_before,omitzero"`
}

// Fetch implements Source. One day's failure doesn't lose the other days.
func (h *huggingFace) Fetch(ctx context.Context, now time.Time, memo string) (Batch, error) {
	before := readMemo[huggingFaceMemo](memo)
	if time.Now().Before(before.NotBefore) {
		return Batch{Memo: memo}, stillBusy(h.Name(), before.NotBefore)
	}
	r := huggingFaceRound{
		huggingFace: h, patience: newPatience(), seen: map[string]bool{},
		before: before.Days, after: huggingFaceMemo{Days: map[string][]string{}},
	}
	for i := range h.days {
		if !r.day(ctx, now.UTC().AddDate(0, 0, -i).Format(time.DateOnly)) {
			break
		}
	}
	r.keepUnread(now, h.days)
	return r.batch(now)
}

// huggingFaceRound is one fetch under way.
type huggingFaceRound struct {
	*huggingFace
	patience *patience
	seen     map[string]bool // ids of this fetch
	listings []paper.Listing
	before   map[string][]string
	after    huggingFaceMemo
	troubles
}

// day reads one day's list, page by page; false if asking for further days is
// of no use.
func (r *huggingFaceRound) day(ctx context.Context, date string) bool {
	var ids []string
	for page := range maxPages {
		items, err := r.page(ctx, date, page)
		if err != nil {
			r.add(fmt.Errorf("day %s: %w", date, err))
			if at := pausedUntil(err); !at.IsZero() {
				r.after.NotBefore = at
			}
			return reachable(ctx, err)
		}
		fresh := r.take(date, page, items, &ids)
		// A server that ignores the page number says the same again.
		if len(items) < huggingFacePage || !fresh {
			break
		}
	}
	slices.Sort(ids)
	r.after.Days[date] = ids
	return true
}

// reachable reports whether a server that failed with err may still answer
// another question now.
func reachable(ctx context.Context, err error) bool {
	var status *StatusError
	var fault *lastingError
	return ctx.Err() == nil && (errors.As(err, &status) || errors.As(err, &fault) || errors.Is(err, errAnswer))
}

// errAnswer marks an answer that could be fetched and not be read.
var errAnswer = errors.New("unreadable answer")

func (r *huggingFaceRound) page(ctx context.Context, date string, page int) ([]json.RawMessage, error) {
	q := url.Values{
		"date": {date}, "limit": {strconv.Itoa(huggingFacePage)}, "p": {strconv.Itoa(page)},
	}
	address := r.base + "/api/daily_papers?" + q.Encode()
	a, err := r.client.get(ctx, request{url: address, accept: "application/json", patience: r.patience})
	if err != nil {
		return nil, err
	}
	items, err := readItems(a.body)
	if err != nil {
		return nil, fmt.Errorf("%w of GET %s: %w", errAnswer, redact(address), err)
	}
	return items, nil
}

// take adds a page's items to the fetch; fresh reports whether the day's list
// got longer by it.
func (r *huggingFaceRound) take(date string, page int, items []json.RawMessage, ids *[]string) (fresh bool) {
	for i, item := range items {
		l, err := readHuggingFaceItem(item, r.base)
		if err != nil {
			r.add(fmt.Errorf("day %s, page %d, item %d: %w", date, page, i, err))
			continue
		}
		if slices.Contains(*ids, l.ID) {
			continue
		}
		fresh = true
		*ids = append(*ids, l.ID)
		if !r.seen[l.ID] {
			r.seen[l.ID] = true
			r.listings = append(r.listings, l)
		}
	}
	return fresh
}

// keepUnread carries over what is known of days that could not be read now.
func (r *huggingFaceRound) keepUnread(now time.Time, days int) {
	first := now.UTC().AddDate(0, 0, 1-days).Format(time.DateOnly)
	for date, ids := range r.before {
		if _, read := r.after.Days[date]; !read && date >= first {
			r.after.Days[date] = ids
		}
	}
}

func (r *huggingFaceRound) batch(now time.Time) (Batch, error) {
	memo, err := writeMemo(r.after)
	if err != nil {
		r.add(err)
	}
	b := Batch{Listings: r.listings, Memo: memo}
	today := now.UTC().Format(time.DateOnly)
	list, read := r.after.Days[today]
	switch {
	case !read:
	case len(list) == 0:
		if !r.news() {
			b.Quiet = emptyDay(now.UTC())
		}
	default:
		b.Stale = r.stale(today, list)
		if b.Stale == "" && !r.news() {
			b.Quiet = "nothing new since the last reading"
		}
	}
	return b, r.err(r.Name())
}

// news reports whether any paper was not there at the fetch before.
func (r *huggingFaceRound) news() bool {
	known := map[string]bool{}
	for _, ids := range r.before {
		for _, id := range ids {
			known[id] = true
		}
	}
	return slices.ContainsFunc(r.listings, func(l paper.Listing) bool { return !known[l.ID] })
}

// stale says whether today's list is another day's under a new date.
func (r *huggingFaceRound) stale(today string, list []string) string {
	for date, ids := range r.after.Days {
		if date < today && slices.Equal(ids, list) {
			return fmt.Sprintf("the list of %s is that of %s again", today, date)
		}
	}
	return ""
}

func emptyDay(day time.Time) string {
	switch day.Weekday() {
	case time.Saturday, time.Sunday:
		return fmt.Sprintf("no list on a %s", day.Weekday())
	}
	return "no list yet for " + day.Format(time.DateOnly)
}

// stillBusy is the error of a fetch that would come too early.
func stillBusy(source string, until time.Time) error {
	return fmt.Errorf("%s: the server asked to be left alone until %s", source, until.Format(time.RFC3339))
}

// readItems takes a list apart without reading its items, so that one bad item
// is one bad item.
func readItems(body []byte) ([]json.RawMessage, error) {
	if start := bytes.TrimSpace(body); len(start) == 0 || start[0] != '[' {
		return nil, fmt.Errorf("expected a JSON list, found %s", opening(body))
	}
	d := json.NewDecoder(bytes.NewReader(body))
	if _, err := d.Token(); err != nil {
		return nil, fmt.Errorf("at byte %d: %w", d.InputOffset(), err)
	}
	var items []json.RawMessage
	for d.More() {
		if len(items) == maxPageItems {
			return nil, fmt.Errorf("more than %d items on one page", maxPageItems)
		}
		var item json.RawMessage
		if err := d.Decode(&item); err != nil {
			return nil, fmt.Errorf("item %d, at byte %d: %w", len(items), d.InputOffset(), err)
		}
		items = append(items, item)
	}
	if _, err := d.Token(); err != nil {
		return nil, fmt.Errorf("at byte %d: %w", d.InputOffset(), err)
	}
	return items, nil
}
