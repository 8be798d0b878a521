package listing

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/mmcdole/gofeed"

	"paperboy/internal/paper"
)

// updatedBy is the US Eastern hour by which the day's feed should be there; it
// is made about midnight.
const updatedBy = 3

// group reads the feed of some categories; where arXiv cut it, in parts.
func (r *arxivRound) group(ctx context.Context, categories []string) {
	name := strings.Join(categories, "+")
	r.after.Feeds[name] = r.before.Feeds[name]
	if r.gone {
		return
	}
	if err := r.feed(ctx, name, categories); err != nil {
		r.add(fmt.Errorf("%s: %w", name, err))
		r.gone = away(ctx, err)
	}
}

func (r *arxivRound) feed(ctx context.Context, name string, categories []string) error {
	was := r.before.Feeds[name]
	address := r.rss + "/rss/" + url.PathEscape(name)
	a, err := r.get(ctx, request{url: address, accept: feedTypes, etag: was.ETag, modified: was.Modified})
	if err != nil {
		return feedError(err)
	}
	if a.unchanged() {
		r.quiet = append(r.quiet, "not modified")
		return nil
	}
	f, err := parseFeed(a.body)
	if err != nil {
		return fmt.Errorf("GET %s: %w", redact(address), err)
	}
	if fault := queryFault(f); fault != nil {
		return fmt.Errorf("GET %s: %w", redact(address), fault)
	}
	cut := len(f.Items) >= arxivLimit
	if half := len(categories) / 2; cut && half > 0 {
		r.group(ctx, categories[:half])
		r.group(ctx, categories[half:])
		return nil
	}
	now := arxivFeed{ETag: a.etag, Modified: a.modified, Batch: batchOf(f), Day: r.today}
	r.after.Feeds[name] = r.take(categories, f, was, now, cut)
	if cut {
		return fmt.Errorf("the feed holds %d items, arXiv's limit: OAI-PMH has to bring what was cut", len(f.Items))
	}
	return nil
}

// errorTitle begins the title of a feed that is an error.
const errorTitle = "Feed error for query"

func queryFault(f *gofeed.Feed) error {
	if !strings.HasPrefix(f.Title, errorTitle) {
		return nil
	}
	return &lastingError{fmt.Errorf("%s %s", clean(f.Title), clean(f.Description))}
}

// feedError finds arXiv's own words in an answer of 400.
func feedError(err error) error {
	var status *StatusError
	if !errors.As(err, &status) {
		return err
	}
	f, fault := parseFeed(status.Body)
	if fault != nil {
		return err
	}
	if fault := queryFault(f); fault != nil {
		return fmt.Errorf("%w: %w", err, fault)
	}
	return err
}

// batchOf is a hash of a feed's ids, in whatever order.
func batchOf(f *gofeed.Feed) string {
	ids := make([]string, len(f.Items))
	for i, item := range f.Items {
		ids[i] = item.GUID
	}
	slices.Sort(ids)
	return digest(ids)
}

// take reads a feed's items, unless they are none or those of the batch
// before, and returns what to remember of it. The feed's dates are those of
// its rendering, so nothing but the ids tells an old batch from a new one.
func (r *arxivRound) take(categories []string, f *gofeed.Feed, was, now arxivFeed, cut bool) arxivFeed {
	switch {
	case len(f.Items) == 0:
		r.quiet = append(r.quiet, r.emptyFeed())
		now.Batch, now.Day = was.Batch, was.Day
		r.reach(categories, arxivRead{})
		return now
	case now.Batch == was.Batch:
		r.unchanged(strings.Join(categories, "+"), was)
		now.Day = was.Day
		return now
	}
	var newest string
	for i, item := range f.Items {
		l, err := arxivListing(item, r.today.feedDay())
		if err != nil {
			r.add(fmt.Errorf("%s, item %d: %w", strings.Join(categories, "+"), i+1, err))
			continue
		}
		if id := arxivID(l.ID); !l.Revision && announceType(item) != "cross" && newStyle.MatchString(id) {
			newest = max(newest, id)
		}
		r.keep(l)
	}
	if !cut {
		r.reach(categories, arxivRead{Day: r.today.feedDay(), Newest: newest})
	}
	return now
}

// reach notes that the feed has brought the categories up to a day; an empty
// feed brings them nowhere, and is remembered all the same.
func (r *arxivRound) reach(categories []string, to arxivRead) {
	for _, c := range categories {
		r.reached[c] = to
	}
}

func (r *arxivRound) emptyFeed() string {
	switch {
	case r.today.weekend():
		return "no announcement on a " + r.today.time().Weekday().String()
	case r.today.holiday():
		return "no announcement: a holiday of arXiv's"
	}
	return "the feed is empty"
}

// unchanged judges a feed that holds the batch before again.
func (r *arxivRound) unchanged(name string, was arxivFeed) {
	switch {
	case was.Day >= r.today.feedDay():
		r.quiet = append(r.quiet, "nothing new since the last reading")
	case r.hour < updatedBy || r.today.weekend():
		r.quiet = append(r.quiet, "no new announcement yet")
	case r.today.holiday():
		r.quiet = append(r.quiet, "no new announcement: a holiday of arXiv's")
	default:
		r.stale = append(r.stale, fmt.Sprintf("%s: the feed of %s is the batch of %s again", name, r.today, was.Day))
	}
}

// preamble stands before the abstract in a description.
var preamble = regexp.MustCompile(`(?s)^\s*arXiv:\S+\s+Announce Type:\s*(\S+)\s*(?:Abstract:\s*)?`)

// arxivListing turns a feed's item into a listing, announced on a day. The
// item has no date of its own: pubDate is that of the feed.
func arxivListing(item *gofeed.Item, announced day) (paper.Listing, error) {
	kind, summary := announceType(item), item.Description
	if m := preamble.FindStringSubmatch(summary); m != nil {
		summary = summary[len(m[0]):]
		if kind == "" {
			kind = strings.ToLower(m[1])
		}
	}
	l := paper.Listing{
		Source:     "arxiv",
		ID:         item.GUID,
		DOI:        feedDOI(item),
		URL:        item.Link,
		Title:      item.Title,
		Summary:    summary,
		Authors:    arxivAuthors(item),
		Categories: item.Categories,
		Markup:     paper.TeX,
		Authority:  paper.Origin,
		Listed:     announced.time().UTC(),
		Revision:   strings.HasPrefix(kind, "replace"),
	}
	if l.ID == "" {
		l.ID = item.Link
	}
	if clean(l.ID) == "" {
		return paper.Listing{}, errors.New("id is missing")
	}
	if err := tidy(&l); err != nil {
		return paper.Listing{}, fmt.Errorf("%s: %w", opening([]byte(l.ID)), err)
	}
	return l, nil
}

// arxivAuthors returns the names of an item: all of them stand in one element,
// with commas between.
func arxivAuthors(item *gofeed.Item) []string {
	creators := extension(item, "dc", "creator")
	for _, a := range item.Authors {
		if a != nil && len(creators) == 0 {
			creators = append(creators, a.Name)
		}
	}
	var out []string
	for _, names := range creators {
		out = append(out, splitNames(names, ',')...)
	}
	return out
}
