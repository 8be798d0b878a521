package listing

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"paperboy/internal/paper"
)

const (
	arxivRSS      = "https://rss.arxiv.org"
	arxivOAI      = "https://oaipmh.arxiv.org/oai"
	arxivInterval = 3 * time.Second
	// arxivGroup is how many categories are asked for at once: arXiv cuts a
	// feed at arxivLimit items, and the new papers go first.
	arxivGroup = 3
	arxivLimit = 2000
)

// Gate lets one request at a time through to a server, over all processes that
// share a database.
type Gate interface {
	// TryEnter enters the gate and returns 0, or returns how long to wait. Who
	// entered holds the gate until it leaves, at the longest for lease.
	TryEnter(ctx context.Context, gate string, now time.Time, lease time.Duration) (time.Duration, error)
	// LeaveGate leaves; the next may enter when interval has passed.
	LeaveGate(ctx context.Context, gate string, now time.Time, interval time.Duration) error
}

// ArXivOptions say what to read of arXiv and where.
type ArXivOptions struct {
	// Categories are categories (cs.AI) or groups of them (cs.AI+cs.CL) that
	// are asked for at once.
	Categories []string
	URL        string        // of the feeds; empty: arXiv's own
	OAIURL     string        // of the OAI-PMH interface; empty: arXiv's own
	Interval   time.Duration // between two requests; zero: the 3 s that arXiv asks for
}

// arxiv is arXiv: its feeds for the day, OAI-PMH for the days missed.
type arxiv struct {
	client   *Client
	gate     Gate
	groups   [][]string
	rss, oai string
	interval time.Duration
}

// NewArXiv returns the source "arxiv". All its requests, of whatever
// interface, go through the gate "arxiv".
func NewArXiv(c *Client, g Gate, o ArXivOptions) Source {
	a := &arxiv{
		client: c, gate: g, groups: groupCategories(o.Categories),
		rss: strings.TrimRight(o.URL, "/"), oai: o.OAIURL, interval: o.Interval,
	}
	if a.rss == "" {
		a.rss = arxivRSS
	}
	if a.oai == "" {
		a.oai = arxivOAI
	}
	if a.interval <= 0 {
		a.interval = arxivInterval
	}
	return a
}

func (a *arxiv) Name() string { return "arxiv" }

// groupCategories puts single categories together; groups that are written as
// such stay.
func groupCategories(categories []string) [][]string {
	var groups [][]string
	var single []string
	seen := map[string]bool{}
	for _, c := range categories {
		names := strings.FieldsFunc(c, func(r rune) bool { return r == '+' || r == ' ' || r == ',' })
		names = slices.DeleteFunc(names, func(n string) bool {
			again := seen[n]
			seen[n] = true
			return again
		})
		if len(names) > 1 {
			groups = append(groups, names)
			continue
		}
		single = append(single, names...)
	}
	for g := range slices.Chunk(single, arxivGroup) {
		groups = append(groups, g)
	}
	return groups
}

// arxivMemo is what is known of the feeds, and how far each category is read.
type arxivMemo struct {
	Feeds map[string]arxivFeed `json:"feeds,omitempty"` // by group, as in the address
	Read  map[string]arxivRead `json:"read,omitempty"`  // by category
}

type arxivFeed struct {
	ETag     string `json:"etag,omitempty"`
	Modified string `json:"modified,omitempty"`
	Batch    string `json:"batch,omitempty"` // hash of the ids of the last batch
	Day      day    `json:"day,omitempty"`   // on which that batch was first met
}

type arxivRead struct {
	Day    day    `json:"day"`              // all announced until this day is read
	Newest string `json:"newest,omitempty"` // the highest id announced until then
}

// Fetch implements Source. One group's failure doesn't lose the others; days
// that could not be caught up with stay in the memo for the next fetch.
func (a *arxiv) Fetch(ctx context.Context, now time.Time, memo string) (Batch, error) {
	before := readMemo[arxivMemo](memo)
	r := &arxivRound{
		arxiv: a, today: easternDay(now), hour: now.In(eastern).Hour(),
		patience: newPatience(), before: before, found: map[string]int{}, reached: map[string]arxivRead{},
		after: arxivMemo{Feeds: map[string]arxivFeed{}, Read: map[string]arxivRead{}},
	}
	for _, g := range a.groups {
		r.group(ctx, g)
	}
	r.catchUp(ctx)
	return r.batch()
}

// arxivRound is one fetch under way.
type arxivRound struct {
	*arxiv
	today    day
	hour     int // US Eastern
	patience *patience
	before   arxivMemo
	after    arxivMemo

	listings     []paper.Listing
	found        map[string]int // place in listings by arXiv id without version
	stale, quiet []string
	reached      map[string]arxivRead // how far today's feeds bring each category
	gone         bool                 // asking arXiv on is of no use in this fetch
	troubles
}

// keep adds a listing. Of two of the same paper the one that makes it new
// counts: a paper is new in one category and a replacement in another.
func (r *arxivRound) keep(l paper.Listing) {
	id := arxivID(l.ID)
	i, ok := r.found[id]
	switch {
	case !ok:
		r.found[id] = len(r.listings)
		r.listings = append(r.listings, l)
	case r.listings[i].Revision && !l.Revision:
		r.listings[i] = l
	}
}

// arxivID returns the id in oai:arXiv.org:2203.01250v3, without the version.
func arxivID(guid string) string {
	id := guid[strings.LastIndexByte(guid, ':')+1:]
	if i := strings.LastIndexByte(id, 'v'); i > 0 && strings.Trim(id[i+1:], "0123456789") == "" {
		id = id[:i]
	}
	return id
}

func (r *arxivRound) batch() (Batch, error) {
	memo, err := writeMemo(r.after)
	if err != nil {
		r.add(err)
	}
	b := Batch{Listings: r.listings, Memo: memo, Stale: strings.Join(r.stale, "; ")}
	if len(b.Listings) == 0 && b.Stale == "" && len(r.errs) == 0 {
		slices.Sort(r.quiet)
		b.Quiet = strings.Join(slices.Compact(r.quiet), "; ")
	}
	return b, r.err(r.Name())
}

// arxivTurn is the source's place at the gate.
type arxivTurn struct {
	gate     Gate
	interval time.Duration
}

const (
	arxivGate = "arxiv"
	// arxivLease is a little over the longest time that one request may take.
	arxivLease = wholeTimeout + 10*time.Second
	// maxQueue is how long to wait for others at the gate.
	maxQueue = 5 * time.Minute
)

func (t arxivTurn) enter(ctx context.Context) error {
	start := time.Now()
	for {
		now := time.Now()
		wait, err := t.gate.TryEnter(ctx, arxivGate, now, arxivLease)
		if err != nil || wait <= 0 {
			return err
		}
		if now.Sub(start)+wait > maxQueue {
			return fmt.Errorf("arXiv is not to be asked before %s", now.Add(wait).UTC().Format(time.RFC3339))
		}
		// The holder may leave long before its lease ends: look again soon.
		if err := sleep(ctx, min(wait, t.interval)); err != nil {
			return err
		}
	}
}

func (t arxivTurn) leave(ctx context.Context, pause time.Duration) error {
	return t.gate.LeaveGate(ctx, arxivGate, time.Now(), min(max(t.interval, pause), maxPause))
}

// get asks arXiv, in turn.
func (r *arxivRound) get(ctx context.Context, req request) (answer, error) {
	req.patience = r.patience
	req.turn = arxivTurn{r.gate, r.interval}
	req.backOff = 10 * r.interval // arXiv wants 30 s and more
	return r.client.get(ctx, req)
}

// away reports whether asking arXiv on is of no use in this fetch.
func away(ctx context.Context, err error) bool {
	var busy *BusyError
	var ours *turnError
	return ctx.Err() != nil || errors.As(err, &busy) || errors.As(err, &ours)
}
