package web_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"paperboy/internal/digest"
	"paperboy/internal/letter"
	"paperboy/internal/paper"
	"paperboy/internal/subscription"
)

// sheet is one page of the site, as people come to it.
type sheet struct {
	name, url string
	typed     string // keywords typed there, for which the page shows what they bring
}

// typeIn types the sheet's keywords and waits for what the page makes of them.
func (p sheet) typeIn(t *testing.T, ctx context.Context) {
	t.Helper()
	if p.typed != "" {
		act(t, ctx, chromedp.SendKeys("#keywords", p.typed), chromedp.WaitVisible(".preview .sum"))
	}
}

// inhabited fills a site with some days of papers and a reader who has had
// letters and said things, and returns every page that can be opened.
func (s *site) inhabited(t testing.TB) []sheet {
	t.Helper()
	now := time.Now()
	for ago := 5; ago >= 0; ago-- {
		var ls []paper.Listing
		for i := range 36 {
			if i/6 <= 5-ago {
				ls = append(ls, atlasPaper(i, 5-ago))
			}
		}
		at := now.Add(-time.Duration(ago)*24*time.Hour - time.Minute)
		if _, err := s.store.Record(context.Background(), "sample", paper.Batch{Listings: ls}, at); err != nil {
			t.Fatal(err)
		}
	}
	id := s.add(t, "ada@example.org", "robot\n\"language model\"\ndiffusion^2 -survey\n-climate")
	view := s.letters(t, id)
	key := s.key(t, atlasPaper(3, 0).Title)
	for _, m := range []subscription.Mark{
		{Opinion: subscription.MuteAuthor, Text: "Eve Newline"}, {Opinion: subscription.MuteKeyword, Text: "quantum"},
		{Opinion: subscription.More, Paper: key, Text: paper.Text(atlasPaper(3, 0).Title, paper.TeX)},
	} {
		if err := s.store.Remember(context.Background(), id, m, now); err != nil {
			t.Fatal(err)
		}
	}
	left := s.add(t, "left@example.org", "robot")
	s.post(s.links.Leave(left))
	s.post(base+"/link", "email", "ada@example.org")
	s.post(base+"/subscribe", "email", "new@example.org", "keywords", "robots")
	today := now.UTC().Format(time.DateOnly)
	home := s.links.Base
	return []sheet{
		{name: "front", url: home + "/"},
		{name: "typed", url: home + "/", typed: "robot\n\"language model\"\nzebrafish\n-survey"},
		{name: "search", url: home + "/papers?q=robot+OR+diffusion"}, {name: "search-nothing", url: home + "/papers?q=zebrafish"},
		{name: "search-fault", url: home + "/papers?q=(robot"}, {name: "papers", url: home + "/papers"},
		{name: "paper", url: fmt.Sprintf("%s/paper/%d", home, key)}, {name: "day", url: home + "/" + today},
		{name: "archive", url: home + "/archive"}, {name: "month", url: home + "/archive/" + today[:7]},
		{name: "settings", url: s.links.Settings(id)}, {name: "view", url: s.links.View(id, view)}, {name: "mark", url: s.links.Mark(id, key)},
		{name: "account", url: s.mailed(t, id, letter.Access)},
		{name: "confirm", url: s.mailed(t, s.reader(t, "new@example.org").ID, letter.Confirmation)},
		{name: "leave", url: s.links.Leave(id)}, {name: "left", url: s.links.Leave(left)}, {name: "link", url: home + "/link"},
		{name: "nowhere", url: home + "/nowhere"}, {name: "gone", url: s.links.Confirm(id, 99, now.Add(time.Hour))},
	}
}

var (
	atlasThings = []string{"Robot Arms", "Language Models", "Diffusion Policies", "Protein Folding", "Graph Transformers", "Climate Forecasts"}
	atlasDeeds  = []string{"Learning to Fold Laundry with", "Scaling Laws for", "A Survey of", "Faster Sampling from", "What We Get Wrong about", "Small Data and Large"}
)

// atlasPaper is a paper as its source lists it on a day.
func atlasPaper(i, day int) paper.Listing {
	title := fmt.Sprintf("%s %s", atlasDeeds[i/6], atlasThings[i%6])
	if i%7 == 3 {
		title += `: $\mathcal{O}(n^{k})$ Steps Suffice for LoRA$^2$ with $\ell_\infty$ Bounds`
	}
	l := paper.Listing{
		ID: fmt.Sprintf("2611.%05d", 100+i), Title: title, Organization: []string{"", "Example University"}[i%2],
		Summary: "We study " + title + ". Our method needs a tenth of the data and holds on three benchmarks. " +
			"Ablations show where it fails: long horizons, rare objects, and whatever nobody wrote down. We release code and weights.",
		Authors:    []string{"Ada Lovelace", "Bo Ng", "Cleo Díaz", "Emmy Noether", "Eve Newline"}[:1+i%5],
		Categories: []string{"cs.RO", "cs.LG"}[:1+i%2], Authority: paper.Origin,
		Published: time.Now().AddDate(0, 0, -6+i/6), Listed: time.Now().AddDate(0, 0, -5+i/6),
		Discussion: fmt.Sprintf("https://example.org/papers/%d", i),
		Brief:      "Folding works with less data.",
	}
	age := day - i/6
	l.Signals.Votes = paper.Known((i*37)%80 + (i%5+1)*age*(12-age))
	l.Signals.Comments = paper.Known(i % 4)
	if i%3 == 0 {
		l.Code = fmt.Sprintf("https://github.com/example/%d", i)
		l.Signals.Stars = paper.Known(40 * i)
	}
	return l
}

// key finds a paper by its title.
func (s *site) key(t testing.TB, title string) paper.Key {
	t.Helper()
	c, err := s.store.Candidates(context.Background(), time.Now(), digest.Window)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range c.Papers {
		if p.Title == title {
			return p.Key
		}
	}
	t.Fatalf("there is no paper %q", title)
	return 0
}

// letters makes a reader's letters of the last days and returns the newest.
func (s *site) letters(t testing.TB, id int64) int64 {
	t.Helper()
	ctx := context.Background()
	r, err := s.store.Reader(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	c, err := s.store.Candidates(ctx, time.Now(), digest.Window)
	if err != nil {
		t.Fatal(err)
	}
	for ago := 4; ago >= 0; ago-- {
		made := time.Now().Add(-time.Duration(ago)*24*time.Hour - time.Second)
		l := letter.Letter{
			Kind: letter.Digest, Reader: id, Slot: made.Truncate(time.Second), Made: made, State: letter.Sent,
			MessageID: fmt.Sprintf("%d@example.org", ago), Matched: 31, Keywords: r.Keywords,
		}
		for i := ago; i < len(c.Papers); i += 5 {
			l.Picks = append(l.Picks, letter.Pick{Paper: c.Papers[i].Key})
		}
		if ago == 2 {
			l.Picks, l.State = nil, letter.Quiet
		}
		if _, err := s.store.Enqueue(ctx, []digest.Entry{{Reader: r, Letter: &l, NextDue: made.Add(24 * time.Hour)}}, made); err != nil {
			t.Fatal(err)
		}
		if r, err = s.store.Reader(ctx, id); err != nil {
			t.Fatal(err)
		}
	}
	all, err := s.store.Letters(ctx, id, 10)
	if err != nil || len(all) != 5 {
		t.Fatalf("%d letters, %v", len(all), err)
	}
	return all[0].ID
}
