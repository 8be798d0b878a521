package web

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"paperboy/internal/interest"
	"paperboy/internal/subscription"
)

// parse reads a posted form. A body that is too large or did not arrive whole
// is an error.
func parse(r *http.Request) error {
	err := r.ParseForm()
	var tooLarge *http.MaxBytesError
	if err != nil && !errors.As(err, &tooLarge) {
		return fmt.Errorf("%w: %w", errBadForm, err)
	}
	return err
}

// form is what somebody typed, with what is wrong with it.
type form struct {
	Address  string
	Keywords string
	Hour     int
	Zone     string
	Weekly   bool
	Weekday  time.Weekday
	Weekends bool
	Papers   string // as typed; empty: the usual number
	Zones    []string
	Hours    []int
	Weekdays []time.Weekday
	Faults   faults
}

// faults says what is wrong, by the field's name.
type faults struct {
	Address, Hour, Zone, Rhythm, Papers string
	Keywords                            *keywordFault
}

func (f faults) Any() bool { return f != faults{} }

// keywordFault is where keywords can't be read.
type keywordFault struct {
	Line, Column    int
	Expected, Found string
	// The line that it is in, cut at the place.
	Before, At, After string
}

var hours = func() (out []int) {
	for h := range 24 {
		out = append(out, h)
	}
	return out
}()

// weekdays begin where the week does for most readers.
var weekdays = []time.Weekday{1, 2, 3, 4, 5, 6, 0}

// formOf shows settings in a form.
func formOf(set subscription.Settings) form {
	f := form{
		Keywords: set.Keywords, Hour: set.Rhythm.Hour, Zone: set.Rhythm.Zone,
		Weekly: set.Rhythm.Weekly, Weekday: set.Rhythm.Weekday, Weekends: set.Rhythm.Weekends,
		Zones: zones, Hours: hours, Weekdays: weekdays,
	}
	if set.Papers > 0 {
		f.Papers = strconv.Itoa(set.Papers)
	}
	return f
}

// maxPapers is the most papers that a reader can have in one letter.
const maxPapers = 200

// readKeywords takes the keywords from the posted form.
func (f *form) readKeywords(r *http.Request) {
	f.Keywords = strings.TrimSpace(strings.ReplaceAll(r.PostForm.Get("keywords"), "\r\n", "\n"))
	f.Faults.Keywords = checkKeywords(f.Keywords)
}

func checkKeywords(keywords string) *keywordFault {
	_, err := interest.Parse(keywords)
	if err == nil {
		return nil
	}
	var syntax *interest.SyntaxError
	if !errors.As(err, &syntax) {
		return &keywordFault{Line: 1, Column: 1, Expected: "keywords", Found: err.Error()}
	}
	fault := &keywordFault{Line: syntax.Line, Column: syntax.Column, Expected: syntax.Expected, Found: syntax.Found}
	fault.cut(keywords)
	return fault
}

// around is how many characters of a line are shown on each side of a fault.
const around = 40

func (f *keywordFault) cut(keywords string) {
	lines := strings.Split(keywords, "\n")
	if f.Line < 1 || f.Line > len(lines) {
		return
	}
	line := []rune(strings.ToValidUTF8(lines[f.Line-1], "\uFFFD"))
	at := min(max(f.Column-1, 0), len(line))
	end := min(at+1, len(line))
	f.Before = string(line[max(0, at-around):at])
	f.At = string(line[at:end])
	f.After = string(line[end:min(len(line), end+around)])
}

// readTime takes hour and zone from the posted form; a field that it lacks
// keeps its value.
func (f *form) readTime(r *http.Request) {
	if typed := r.PostForm.Get("hour"); typed != "" {
		hour, err := strconv.Atoi(typed)
		if err != nil || hour < 0 || hour > 23 {
			f.Faults.Hour = fmt.Sprintf("“%s” is no hour: it must be from 0 to 23.", shorten(typed))
		} else {
			f.Hour = hour
		}
	}
	if !r.PostForm.Has("zone") {
		return
	}
	f.Zone = strings.TrimSpace(r.PostForm.Get("zone"))
	if _, err := subscription.Zone(f.Zone); err != nil {
		f.Zone = shorten(f.Zone)
		f.Faults.Zone = fmt.Sprintf("“%s” is no time zone that is known here. Choose one from the list, like Europe/Berlin.", f.Zone)
	}
}

// readRhythm takes rhythm, weekday, weekends and number of papers.
func (f *form) readRhythm(r *http.Request) {
	f.Weekly = r.PostForm.Get("rhythm") == "weekly"
	f.Weekends = r.PostForm.Get("weekends") != ""
	if typed := r.PostForm.Get("weekday"); typed != "" {
		day, err := strconv.Atoi(typed)
		if err != nil || day < 0 || day > 6 {
			f.Faults.Rhythm = fmt.Sprintf("“%s” is no day of the week.", shorten(typed))
		} else {
			f.Weekday = time.Weekday(day)
		}
	}
	f.Papers = strings.TrimSpace(r.PostForm.Get("papers"))
	if n, err := strconv.Atoi(f.Papers); f.Papers != "" && (err != nil || n < 1 || n > maxPapers) {
		f.Papers = shorten(f.Papers)
		f.Faults.Papers = fmt.Sprintf("“%s” does not work here: it must be a number from 1 to %d, or nothing for the usual number.", f.Papers, maxPapers)
	}
}

// settings are the form's, if it has no faults.
func (f *form) settings() subscription.Settings {
	papers, err := strconv.Atoi(f.Papers)
	if err != nil {
		papers = 0 // empty: the usual number
	}
	return subscription.Settings{
		Keywords: f.Keywords,
		Rhythm: subscription.Rhythm{
			Hour: f.Hour, Zone: f.Zone, Weekly: f.Weekly, Weekday: f.Weekday, Weekends: f.Weekends,
		},
		Papers: papers,
	}
}

// readAddress takes the address and returns it as it is compared.
func (f *form) readAddress(r *http.Request, field string) (address, folded string) {
	typed := r.PostForm.Get(field)
	f.Address = shorten(strings.TrimSpace(typed))
	address, folded, err := subscription.ParseAddress(typed)
	var bad *subscription.AddressError
	switch {
	case errors.As(err, &bad) && bad.Address == "":
		f.Faults.Address = "Please give your email address."
	case errors.As(err, &bad):
		f.Faults.Address = "The address " + bad.Reason + "."
	case err != nil:
		f.Faults.Address = err.Error()
	}
	return address, folded
}

// shorten bounds what a page repeats of what was typed.
func shorten(s string) string {
	if r := []rune(s); len(r) > 300 {
		return string(r[:300]) + "…"
	}
	return s
}
