package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"paperboy/internal/digest"
	"paperboy/internal/interest"
	"paperboy/internal/letter"
	"paperboy/internal/paper"
	"paperboy/internal/subscription"
)

// settingsPage is a reader's own. It does not show the address: letters are
// forwarded, and their links with them.
type settingsPage struct {
	Form        form
	Done        string // saved, paused or resumed: what was just done
	Paused      bool
	PausedUntil time.Time // zero: until the reader resumes
	Next        time.Time // the next slot in the reader's zone; zero while paused
	Today       time.Time // the reader's
	Parts       []part    // what each keyword brought lately
	Matched, Of int       // of the last seven days' papers
	Letters     []letterLine
	Marks       []markLine // the newest
	MoreMarks   int
	Mute        string // a keyword to be muted, as typed, with what is wrong with it
	MuteFault   string
	Action      string
	Leave       string
}

func (s *server) showSettings(w http.ResponseWriter, r *http.Request) error {
	reader, err := s.settingsReader(w, r)
	if err != nil || !subscribed(reader) {
		return s.orGone(w, reader, err)
	}
	f := formOf(subscription.Settings{Keywords: reader.Keywords, Rhythm: reader.Rhythm, Papers: reader.Papers})
	done := r.URL.Query().Get("done")
	if !slices.Contains([]string{"saved", "paused", "resumed", "muted", "unmarked"}, done) {
		done = ""
	}
	return s.settings(w, r, http.StatusOK, reader, settingsPage{Form: f, Done: done})
}

// settingsReader returns whose settings a request's address opens.
func (s *server) settingsReader(w http.ResponseWriter, r *http.Request) (subscription.Reader, error) {
	personal(w)
	t, err := s.open(r, subscription.Manage)
	if err != nil {
		return subscription.Reader{}, err
	}
	return s.Readers.Reader(r.Context(), t.Reader)
}

func subscribed(r subscription.Reader) bool {
	return r.State == subscription.Active || r.State == subscription.Paused
}

// orGone shows who is not subscribed the way back.
func (s *server) orGone(w http.ResponseWriter, reader subscription.Reader, err error) error {
	switch {
	case err != nil:
		return err
	case reader.State == subscription.Pending:
		return s.show(w, http.StatusOK, "sent", sentPage{Kind: "confirm"})
	}
	return s.showLeft(w, reader)
}

// settings fills in what depends on the moment and shows the page.
func (s *server) settings(w http.ResponseWriter, r *http.Request, status int, reader subscription.Reader, page settingsPage) error {
	page.Paused, page.PausedUntil = reader.State == subscription.Paused, reader.PausedUntil
	page.Action, page.Leave = s.local(s.Links.Settings(reader.ID)), s.local(s.Links.Leave(reader.ID))
	if err := page.fillTimes(reader, s.Now()); err != nil {
		return err
	}
	letters, err := s.Readers.Letters(r.Context(), reader.ID, lookedAt)
	if err != nil {
		return err
	}
	page.Letters = s.letterLines(letters, page.Today.Location())
	marks, err := s.Readers.Marks(r.Context(), reader.ID)
	if err != nil {
		return err
	}
	page.Marks, page.MoreMarks = s.lines(marks[:min(len(marks), shownMarks)]), max(0, len(marks)-shownMarks)
	if want, err := interest.Parse(reader.Keywords); err == nil {
		if err := s.brought(r.Context(), &page, want, letters); err != nil {
			return err
		}
	}
	return s.show(w, status, "settings", page)
}

// lookedAt is how many of a reader's letters the page looks at.
const lookedAt = 60

// letterLine is a letter as a page lists it.
type letterLine struct {
	Day    time.Time
	Kind   letter.Kind
	State  letter.State
	Papers int
	Path   string // where it can be read; empty: nowhere
}

// shownMarks is how many marks a page lists; the export has all, and older ones
// move up where newer ones are taken back.
const shownMarks = 40

// shownLetters is how many letters a page lists; the export has all.
const shownLetters = 15

func (s *server) letterLines(letters []letter.Letter, zone *time.Location) []letterLine {
	var out []letterLine
	for _, l := range letters {
		if l.Kind != letter.Digest || l.State.Dead() || len(out) == shownLetters {
			continue
		}
		line := letterLine{Day: l.Made.In(zone), Kind: l.Kind, State: l.State, Papers: len(l.Picks)}
		if len(l.Picks) > 0 {
			line.Path = s.local(s.Links.View(l.Reader, l.ID))
		}
		out = append(out, line)
	}
	return out
}

// mostWeighed bounds the papers in which each keyword is looked for.
const mostWeighed = 100

// part is what one of the reader's keywords brought.
type part struct {
	interest.KeywordHelp
	Sent int // papers of the reader's letters of the last month that it matched
}

// brought fills in what the keywords brought: of the last seven days' papers,
// and in the reader's letters of the last month.
func (s *server) brought(ctx context.Context, page *settingsPage, want interest.Interest, letters []letter.Letter) error {
	week := s.Now().Add(-digest.Window)
	got, err := s.Catalogue.Search(ctx, want, paper.Search{Order: paper.ByDate, Since: week}, s.Now())
	if err != nil {
		return err
	}
	if page.Matched, page.Of = got.Total, got.Of; want.Empty() {
		return nil
	}
	help, err := s.help(ctx, want)
	if err != nil {
		return err
	}
	for _, k := range help.Keywords {
		page.Parts = append(page.Parts, part{KeywordHelp: k})
	}
	return s.countSent(ctx, page.Parts, letters)
}

// countSent counts how many papers of the last month's letters each keyword
// matched.
func (s *server) countSent(ctx context.Context, parts []part, letters []letter.Letter) error {
	var keys []paper.Key
	for _, l := range letters {
		if l.State == letter.Sent && l.Made.After(s.Now().AddDate(0, -1, 0)) {
			for _, p := range l.Picks[:min(len(l.Picks), mostWeighed-len(keys))] {
				keys = append(keys, p.Paper)
			}
		}
	}
	papers, err := s.Catalogue.Papers(ctx, keys)
	if err != nil {
		return err
	}
	docs := make([]*interest.Document, 0, len(papers))
	for _, p := range papers {
		docs = append(docs, interest.Read(p))
	}
	for i := range parts {
		want, err := interest.Parse(parts[i].Keyword)
		if err != nil {
			return err
		}
		for _, doc := range docs {
			if want.Matches(doc) {
				parts[i].Sent++
			}
		}
	}
	return nil
}

// fillTimes shows times as the reader's clock does.
func (p *settingsPage) fillTimes(reader subscription.Reader, now time.Time) error {
	loc, err := subscription.Zone(reader.Rhythm.Zone)
	if err != nil {
		return err
	}
	p.Today = now.In(loc)
	if !p.PausedUntil.IsZero() {
		p.PausedUntil = p.PausedUntil.In(loc)
	}
	if p.Paused {
		return nil
	}
	next := reader.NextDue
	if !next.After(now) { // the loop has yet to look at this reader
		next, err = reader.Rhythm.Next(now)
	}
	p.Next = next.In(loc)
	return err
}

func (s *server) changeSettings(w http.ResponseWriter, r *http.Request) error {
	reader, err := s.settingsReader(w, r)
	if err != nil || !subscribed(reader) {
		return s.orGone(w, reader, err)
	}
	if err := parse(r); err != nil {
		return err
	}
	f := formOf(subscription.Settings{Rhythm: reader.Rhythm})
	f.readKeywords(r)
	f.readTime(r)
	f.readRhythm(r)
	if f.Faults.Any() {
		return s.settings(w, r, http.StatusBadRequest, reader, settingsPage{Form: f})
	}
	if err := s.Readers.Change(r.Context(), reader.ID, f.settings(), s.Now()); err != nil {
		return err
	}
	s.Log.Info("settings changed", "reader", reader.ID)
	return s.settingsDone(w, r, reader, "saved")
}

// settingsDone leads back to the settings, so that reloading changes nothing.
func (s *server) settingsDone(w http.ResponseWriter, r *http.Request, reader subscription.Reader, done string) error {
	s.Wake()
	http.Redirect(w, r, s.local(s.Links.Settings(reader.ID))+"?done="+done, http.StatusSeeOther)
	return nil
}

// maxPause is the longest pause that ends by itself, in weeks.
const maxPause = 52

func (s *server) pause(w http.ResponseWriter, r *http.Request) error {
	reader, err := s.settingsReader(w, r)
	if err != nil || !subscribed(reader) {
		return s.orGone(w, reader, err)
	}
	if err := parse(r); err != nil {
		return err
	}
	until, err := pauseUntil(r, reader.Rhythm.Zone, s.Now())
	if err != nil {
		return err
	}
	if err := s.Readers.Pause(r.Context(), reader.ID, until, s.Now()); err != nil {
		return err
	}
	s.Log.Info("paused", "reader", reader.ID)
	return s.settingsDone(w, r, reader, "paused")
}

// pauseUntil reads when a pause ends: at the beginning of a day of the
// reader's, or after some weeks; zero is when they resume. A day that has
// begun is no end.
func pauseUntil(r *http.Request, zone string, now time.Time) (time.Time, error) {
	last := now.AddDate(0, 0, 7*maxPause)
	if typed := r.PostForm.Get("until"); typed != "" {
		loc, err := subscription.Zone(zone)
		if err != nil {
			return time.Time{}, err
		}
		day, err := time.ParseInLocation(time.DateOnly, typed, loc)
		switch {
		case err != nil, !day.After(now):
			return time.Time{}, errBadForm
		case day.After(last):
			return last, nil
		}
		return day, nil
	}
	if weeks, err := strconv.Atoi(r.PostForm.Get("weeks")); err == nil && weeks > 0 {
		return now.AddDate(0, 0, 7*min(weeks, maxPause)), nil
	}
	return time.Time{}, nil
}

// muteKeyword mutes what the reader typed.
func (s *server) muteKeyword(w http.ResponseWriter, r *http.Request) error {
	reader, err := s.settingsReader(w, r)
	if err != nil || !subscribed(reader) {
		return s.orGone(w, reader, err)
	}
	if err := parse(r); err != nil {
		return err
	}
	keyword, fault := readMute(r)
	if fault != "" {
		f := formOf(subscription.Settings{Keywords: reader.Keywords, Rhythm: reader.Rhythm, Papers: reader.Papers})
		return s.settings(w, r, http.StatusBadRequest, reader, settingsPage{Form: f, Mute: shorten(keyword), MuteFault: fault})
	}
	if err := s.keep(r.Context(), reader.ID, subscription.Mark{Opinion: subscription.MuteKeyword, Text: keyword}); err != nil {
		return err
	}
	return s.settingsDone(w, r, reader, "muted")
}

// unmark takes a mark back.
func (s *server) unmark(w http.ResponseWriter, r *http.Request) error {
	reader, err := s.settingsReader(w, r)
	if err != nil || !subscribed(reader) {
		return s.orGone(w, reader, err)
	}
	if err := parse(r); err != nil {
		return err
	}
	if err := s.forget(r.Context(), reader.ID, r.PostForm.Get("undo")); err != nil {
		return err
	}
	return s.settingsDone(w, r, reader, "unmarked")
}

func (s *server) resume(w http.ResponseWriter, r *http.Request) error {
	reader, err := s.settingsReader(w, r)
	if err != nil || !subscribed(reader) {
		return s.orGone(w, reader, err)
	}
	if err := s.Readers.Resume(r.Context(), reader.ID, s.Now()); err != nil {
		return err
	}
	s.Log.Info("resumed", "reader", reader.ID)
	return s.settingsDone(w, r, reader, "resumed")
}

// linkFromSettings mails the reader the link to their account. The page does
// not say where to.
func (s *server) linkFromSettings(w http.ResponseWriter, r *http.Request) error {
	reader, err := s.settingsReader(w, r)
	if err != nil {
		return err
	}
	return s.mailLink(w, r, reader.Folded, "")
}
