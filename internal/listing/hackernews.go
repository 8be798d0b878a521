package listing

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"paperboy/internal/paper"
)

const (
	hackerNewsURL   = "https://hn.algolia.com"
	hackerNewsDays  = 7
	hackerNewsPage  = 100
	hackerNewsStory = "https://news.ycombinator.com/item?id="
)

// hackerNews is Hacker News, by its search at Algolia.
type hackerNews struct {
	client *Client
	base   string
	days   int
}

// NewHackerNews returns the source "hackernews": the stories of the last days
// (default 7) that link to a paper on arXiv, read again at each fetch, as
// points and comments go on. A story has a headline but no abstract, so it
// only mentions its paper (paper.Mention). An empty base is Algolia itself.
func NewHackerNews(c *Client, base string, days int) Source {
	if base == "" {
		base = hackerNewsURL
	}
	if days <= 0 {
		days = hackerNewsDays
	}
	return &hackerNews{client: c, base: strings.TrimRight(base, "/"), days: days}
}

func (h *hackerNews) Name() string { return "hackernews" }

// hackerNewsMemo holds until when the server wants to be left alone.
type hackerNewsMemo struct {
	NotBefore time.Time `json:"not_before,omitzero"`
}

// Fetch implements Source. A page that can't be read ends the reading; the
// pages before it count.
func (h *hackerNews) Fetch(ctx context.Context, now time.Time, memo string) (Batch, error) {
	if until := readMemo[hackerNewsMemo](memo).NotBefore; time.Now().Before(until) {
		return Batch{Memo: memo}, stillBusy(h.Name(), until)
	}
	r := hackerNewsRound{hackerNews: h, patience: newPatience(), seen: map[string]bool{}}
	since := now.AddDate(0, 0, -h.days).Unix()
	for page := range maxPages {
		pages, err := r.page(ctx, since, page)
		if err != nil {
			r.add(fmt.Errorf("page %d: %w", page, err))
			r.after.NotBefore = pausedUntil(err)
			break
		}
		if page+1 >= pages {
			break
		}
	}
	after, err := writeMemo(r.after)
	if err != nil {
		r.add(err)
	}
	b := Batch{Listings: merged(r.stories), Memo: after}
	if len(b.Listings) == 0 {
		b.Quiet = fmt.Sprintf("no story of the last %d days links to arXiv", h.days)
	}
	return b, r.err(h.Name())
}

// hackerNewsRound is one fetch under way.
type hackerNewsRound struct {
	*hackerNews
	patience *patience
	seen     map[string]bool // stories of this fetch
	stories  []paper.Listing
	after    hackerNewsMemo
	troubles
}

// hackerNewsAnswer is a page of search results.
type hackerNewsAnswer struct {
	Hits  json.RawMessage `json:"hits"`
	Pages count           `json:"nbPages"`
}

// page reads a page and returns how many pages there are; none beyond one that
// brings no story that was not there before.
func (r *hackerNewsRound) page(ctx context.Context, since int64, page int) (int, error) {
	q := url.Values{
		"query": {"arxiv.org"}, "restrictSearchableAttributes": {"url"}, "tags": {"story"},
		"numericFilters": {"created_at_i>" + strconv.FormatInt(since, 10)},
		"hitsPerPage":    {strconv.Itoa(hackerNewsPage)}, "page": {strconv.Itoa(page)},
	}
	address := r.base + "/api/v1/search_by_date?" + q.Encode()
	a, err := r.client.get(ctx, request{url: address, accept: "application/json", patience: r.patience})
	if err != nil {
		return 0, err
	}
	answer, hits, err := readHackerNews(a.body)
	if err != nil {
		return 0, fmt.Errorf("%w of GET %s: %w", errAnswer, redact(address), err)
	}
	fresh := false
	for i, hit := range hits {
		story, l, err := readHackerNewsHit(hit)
		if err != nil {
			r.add(fmt.Errorf("page %d, hit %d: %w", page, i, err))
			continue
		}
		if r.seen[story] {
			continue
		}
		r.seen[story], fresh = true, true
		// A server that ignores the filter sends stories of all times.
		if l.ID != "" && (l.Listed.IsZero() || l.Listed.Unix() > since) {
			r.stories = append(r.stories, l)
		}
	}
	if !fresh {
		return 0, nil
	}
	return answer.Pages.N, nil
}

func readHackerNews(body []byte) (hackerNewsAnswer, []json.RawMessage, error) {
	var answer hackerNewsAnswer
	if start := bytes.TrimSpace(body); len(start) == 0 || start[0] != '{' {
		return answer, nil, fmt.Errorf("expected a JSON object, found %s", opening(body))
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return answer, nil, err
	}
	hits, err := readItems(answer.Hits)
	if err != nil {
		return answer, nil, fmt.Errorf("hits: %w", err)
	}
	return answer, hits, nil
}

// hackerNewsHit is a story.
type hackerNewsHit struct {
	ObjectID number `json:"objectID"`
	URL      text   `json:"url"`
	Points   count  `json:"points"`
	Comments count  `json:"num_comments"`
	Created  count  `json:"created_at_i"` // seconds since 1970
}

// number is a story's number, given as a string or as a number.
type number string

func (n *number) UnmarshalJSON(b []byte) error {
	*n = number(strings.Trim(string(b), `"`))
	return nil
}

var storyNumber = regexp.MustCompile(`^[1-9]\d{0,15}$`)

// latest is the end of the time that JSON, and so a memo or an export, can tell.
var latest = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

// readHackerNewsHit reads a story's number, and what it says of a paper; the ID
// is empty where it links to none on arXiv: the search finds 'arxiv.org' in any
// part of an address, and lists and help pages lie there too.
func readHackerNewsHit(raw json.RawMessage) (string, paper.Listing, error) {
	if len(raw) > maxItem {
		return "", paper.Listing{}, fmt.Errorf("longer than %d bytes", maxItem)
	}
	var hit hackerNewsHit
	if err := json.Unmarshal(raw, &hit); err != nil {
		return "", paper.Listing{}, fmt.Errorf("%w in %s", err, opening(raw))
	}
	story := string(hit.ObjectID)
	if !storyNumber.MatchString(story) {
		return "", paper.Listing{}, errors.New("objectID is missing in " + opening(raw))
	}
	l := paper.Listing{
		Source: "hackernews", Authority: paper.Mention, Discussion: hackerNewsStory + story,
		Signals: paper.Signals{Votes: paper.Count(hit.Points), Comments: paper.Count(hit.Comments)},
	}
	if name, ok := paper.ParseName(string(hit.URL)); ok {
		if id, ok := name.ArXiv(); ok {
			l.ID = id
		}
	}
	if at := time.Unix(int64(hit.Created.N), 0).UTC(); hit.Created.N > 0 && at.Before(latest) {
		l.Listed = at
	}
	return story, l, nil
}

// merged makes one listing of all stories about a paper: their points and
// comments together, the page where most is said, the day of the first.
func merged(stories []paper.Listing) []paper.Listing {
	var all []paper.Listing
	first := map[string]int{} // where the paper stands in all
	talk := map[string]int{}  // comments of the story whose page is given
	for _, l := range stories {
		i, known := first[l.ID]
		if !known {
			first[l.ID], talk[l.ID] = len(all), l.Signals.Comments.N
			all = append(all, l)
			continue
		}
		have := &all[i]
		if l.Signals.Comments.N > talk[l.ID] {
			talk[l.ID], have.Discussion = l.Signals.Comments.N, l.Discussion
		}
		have.Signals.Votes = added(have.Signals.Votes, l.Signals.Votes)
		have.Signals.Comments = added(have.Signals.Comments, l.Signals.Comments)
		if have.Listed.IsZero() || !l.Listed.IsZero() && l.Listed.Before(have.Listed) {
			have.Listed = l.Listed
		}
	}
	return all
}

// mostCounted bounds what is added up: no sum of so much is true, nor fits.
const mostCounted = 1 << 40

func added(a, b paper.Count) paper.Count {
	return paper.Count{N: min(a.N, mostCounted) + min(b.N, mostCounted), Known: a.Known || b.Known}
}
