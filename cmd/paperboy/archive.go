package main

import (
	"cmp"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"paperboy/internal/paper"
)

// archivedList is a source's list of one day with all that was read of it.
type archivedList struct {
	day      time.Time
	moments  []time.Time // at which it was read, rising
	readings map[string][]paper.Reading
}

const archiveSource = "huggingface"

// known is what a moment, shifted by some time, knows of the list.
func (l archivedList) known(at time.Time, shift time.Duration) []contender {
	var all []contender
	for id, readings := range l.readings {
		p := &paper.Paper{Title: id, Sources: []string{archiveSource}}
		for _, r := range readings {
			if r.At = r.At.Add(shift); !r.At.After(at) {
				p.Readings = append(p.Readings, r)
			}
		}
		if len(p.Readings) == 0 {
			continue
		}
		day, first := l.day.Add(shift), p.Readings[0].At
		now, last := p.Readings[len(p.Readings)-1], readings[len(readings)-1]
		p.Listed, p.Sighted = []paper.Listed{{Said: day, Seen: first}}, first
		all = append(all, contender{
			paper: p, day: day, votes: now.Votes.N, read: now.At,
			later: last.Votes.N, again: last.At.Add(shift).After(at),
		})
	}
	// A map's order is none; what is computed from it must be the same each time.
	slices.SortFunc(all, func(a, b contender) int { return cmp.Compare(a.paper.Title, b.paper.Title) })
	return all
}

// readArchive reads a folder of readings: readings.csv (list_date, captured_at,
// paper_id, upvotes, num_comments) and answers of Hugging Face's daily papers,
// a file YYYY-MM-DD.json for each day, read eight hours after the median paper
// of a list comes, at 16:00 UTC. Either may be missing.
func readArchive(dir string) ([]archivedList, error) {
	a := archive{}
	if err := a.readCSV(filepath.Join(dir, "readings.csv")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	files, err := filepath.Glob(filepath.Join(dir, "????-??-??.json"))
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		if err := a.readDay(file); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
	}
	if len(a) == 0 {
		return nil, fmt.Errorf("%s: no readings.csv and no YYYY-MM-DD.json in it", dir)
	}
	return a.lists(), nil
}

// archive are readings by the list's day and the paper's id.
type archive map[time.Time]map[string][]paper.Reading

func (a archive) add(day time.Time, id string, at time.Time, votes, comments paper.Count) {
	if a[day] == nil {
		a[day] = map[string][]paper.Reading{}
	}
	a[day][id] = append(a[day][id], paper.Reading{
		Source: archiveSource, At: at.UTC(), Signals: paper.Signals{Votes: votes, Comments: comments},
	})
}

func (a archive) lists() []archivedList {
	var all []archivedList
	for day, readings := range a {
		l := archivedList{day: day, readings: readings}
		for _, rs := range readings {
			slices.SortStableFunc(rs, func(a, b paper.Reading) int { return a.At.Compare(b.At) })
			for _, r := range rs {
				l.moments = append(l.moments, r.At)
			}
		}
		slices.SortFunc(l.moments, time.Time.Compare)
		l.moments = slices.CompactFunc(l.moments, time.Time.Equal)
		all = append(all, l)
	}
	slices.SortFunc(all, func(a, b archivedList) int { return a.day.Compare(b.day) })
	return all
}

var archiveColumns = []string{"list_date", "captured_at", "paper_id", "upvotes", "num_comments"}

func (a archive) readCSV(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord = len(archiveColumns)
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		line, _ := r.FieldPos(0)
		if line == 1 && slices.Equal(row, archiveColumns) {
			continue
		}
		if err := a.row(row); err != nil {
			return fmt.Errorf("%s, line %d: %w", file, line, err)
		}
	}
}

func (a archive) row(row []string) error {
	day, err := time.Parse(time.DateOnly, row[0])
	if err != nil {
		return fmt.Errorf("list_date %q is no date", row[0])
	}
	at, err := time.Parse(time.RFC3339, row[1])
	if err != nil {
		return fmt.Errorf("captured_at %q is no time", row[1])
	}
	votes, err := strconv.Atoi(row[3])
	if err != nil || row[2] == "" {
		return fmt.Errorf("paper %q, upvotes %q: want an id and a number", row[2], row[3])
	}
	comments := paper.Count{}
	if n, err := strconv.Atoi(row[4]); err == nil {
		comments = paper.Known(n)
	}
	a.add(day, row[2], at, paper.Known(votes), comments)
	return nil
}

// readAt is when the lists of a day's file were read, after its midnight UTC.
const readAt = 16 * time.Hour

func (a archive) readDay(file string) error {
	day, err := time.Parse(time.DateOnly, strings.TrimSuffix(filepath.Base(file), ".json"))
	if err != nil {
		return err
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var items []struct {
		NumComments *int `json:"numComments"`
		Paper       struct {
			ID      string `json:"id"`
			Upvotes *int   `json:"upvotes"`
		} `json:"paper"`
	}
	if err := json.Unmarshal(text, &items); err != nil {
		return err
	}
	told := func(n *int) paper.Count {
		if n == nil {
			return paper.Count{}
		}
		return paper.Known(*n)
	}
	for i, item := range items {
		if item.Paper.ID == "" {
			return fmt.Errorf("item %d has no paper.id", i)
		}
		a.add(day, item.Paper.ID, day.Add(readAt), told(item.Paper.Upvotes), told(item.NumComments))
	}
	return nil
}
