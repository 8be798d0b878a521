package web

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"paperboy/internal/heat"
	"paperboy/internal/interest"
	"paperboy/internal/paper"
)

// dayPage is the public letter of a day.
type dayPage struct {
	Date           time.Time
	Cards          []card
	Papers         int    // in all
	Earlier, Later string // neighbouring days on which papers came; empty: none
	Month          string
	Feed, JSONFeed string
}

// perDay is how many papers the letter of a day shows.
const perDay = 30

// days keeps for some minutes on which days papers came.
type days struct {
	mu   sync.Mutex
	at   time.Time
	days []paper.Day
}

// of returns the days, newest first. They are not changed once returned.
func (d *days) of(ctx context.Context, c Catalogue, now time.Time) ([]paper.Day, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.days != nil && now.Sub(d.at) < longer && !now.Before(d.at) {
		return d.days, nil
	}
	all, err := c.Days(ctx, now)
	if err != nil {
		return nil, err
	}
	d.days, d.at = all, now
	return all, nil
}

// dayPath is the path of a day's page.
func dayPath(d time.Time) string { return "/" + d.Format(time.DateOnly) }

// day reads the day that an address names. Days without papers have no page.
func (s *server) day(r *http.Request) (all []paper.Day, at int, err error) {
	date, err := time.Parse(time.DateOnly, r.PathValue("day"))
	if err != nil {
		return nil, 0, errNotFound
	}
	if all, err = s.days.of(r.Context(), s.Catalogue, s.Now()); err != nil {
		return nil, 0, err
	}
	at = slices.IndexFunc(all, func(d paper.Day) bool { return d.Date.Equal(date) })
	if at < 0 {
		return nil, 0, errNotFound
	}
	return all, at, nil
}

// letterOf returns the first papers of a day by the attention they drew since.
func (s *server) letterOf(ctx context.Context, date time.Time) (first []*paper.Paper, all int, err error) {
	now := s.Now()
	papers, err := s.Catalogue.Day(ctx, date, now)
	if err != nil {
		return nil, 0, err
	}
	// All of a day are of one age, which has no say then, and each field's best
	// are among the first.
	drew := map[paper.Key]float64{}
	for i, t := range heat.Of(papers, now) {
		drew[papers[i].Key] = t.Attention * t.Share
	}
	slices.SortStableFunc(papers, func(a, b *paper.Paper) int {
		return cmp.Or(cmp.Compare(drew[b.Key], drew[a.Key]), cmp.Compare(b.Key, a.Key))
	})
	return papers[:min(len(papers), perDay)], len(papers), nil
}

func (s *server) showDay(w http.ResponseWriter, r *http.Request) error {
	all, at, err := s.day(r)
	if err != nil {
		return err
	}
	date := all[at].Date
	papers, n, err := s.letterOf(r.Context(), date)
	if err != nil {
		return err
	}
	page := dayPage{
		Date: date, Papers: n, Month: "/archive/" + date.Format(monthLayout),
		Feed: dayPath(date) + "/feed.atom", JSONFeed: dayPath(date) + "/feed.json",
	}
	for _, p := range papers {
		page.Cards = append(page.Cards, newCard(p, interest.Match{}, heat.Trend{}, s.Now()))
	}
	if at+1 < len(all) {
		page.Earlier = dayPath(all[at+1].Date)
	}
	if at > 0 {
		page.Later = dayPath(all[at-1].Date)
	}
	h := s.headOf(dayPath(date), date.Format("Monday, 2 January 2006"), fmt.Sprintf("The research papers of %s.", date.Format("2 January 2006")))
	h.Feed = page.Feed
	return s.publish(w, r, "day", h, page, briefly)
}

// monthLayout is a month in addresses.
const monthLayout = "2006-01"

// archivePage is all months, or the days of one.
type archivePage struct {
	Month          time.Time // zero: all months
	Months         []monthLine
	Days           []dayLine // the month's, oldest first
	Earlier, Later string
}

type monthLine struct {
	Month        time.Time
	Days, Papers int
	Path         string
}

type dayLine struct {
	Date   time.Time
	Papers int
	Path   string
}

func (s *server) showArchive(w http.ResponseWriter, r *http.Request) error {
	all, err := s.days.of(r.Context(), s.Catalogue, s.Now())
	if err != nil {
		return err
	}
	h := s.headOf("/archive", "Archive", "The research papers of every day, by month.")
	return s.publish(w, r, "archive", h, archivePage{Months: months(all)}, longer)
}

// months sums up days, newest month first.
func months(all []paper.Day) []monthLine {
	var out []monthLine
	for _, d := range all {
		first := d.Date.AddDate(0, 0, 1-d.Date.Day())
		if len(out) == 0 || !out[len(out)-1].Month.Equal(first) {
			out = append(out, monthLine{Month: first, Path: "/archive/" + first.Format(monthLayout)})
		}
		m := &out[len(out)-1]
		m.Days++
		m.Papers += d.Papers
	}
	return out
}

func (s *server) showMonth(w http.ResponseWriter, r *http.Request) error {
	month, err := time.Parse(monthLayout, r.PathValue("month"))
	if err != nil {
		return errNotFound
	}
	all, err := s.days.of(r.Context(), s.Catalogue, s.Now())
	if err != nil {
		return err
	}
	lines := months(all)
	at := slices.IndexFunc(lines, func(m monthLine) bool { return m.Month.Equal(month) })
	if at < 0 {
		return errNotFound
	}
	page := archivePage{Month: month}
	for _, d := range slices.Backward(all) {
		if d.Date.Format(monthLayout) == month.Format(monthLayout) {
			page.Days = append(page.Days, dayLine{d.Date, d.Papers, dayPath(d.Date)})
		}
	}
	if at+1 < len(lines) {
		page.Earlier = lines[at+1].Path
	}
	if at > 0 {
		page.Later = lines[at-1].Path
	}
	title := month.Format("January 2006")
	h := s.headOf(lines[at].Path, title, "The research papers of every day of "+title+".")
	return s.publish(w, r, "archive", h, page, longer)
}
