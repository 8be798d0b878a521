package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"time"

	"paperboy/internal/paper"
)

//go:embed sample/papers.jsonl
var samplePapers []byte

// sampleDays is how many days the bundled papers are spread over.
const sampleDays = 3

// samplePaper is one invented paper and what its votes were on each day.
type samplePaper struct {
	Day          int      `json:"day"`
	ID           string   `json:"id"`
	Title        string   `json:"title"`
	Summary      string   `json:"summary"`
	Brief        string   `json:"brief"`
	Authors      []string `json:"authors"`
	Categories   []string `json:"categories"`
	Organization string   `json:"organization"`
	URL          string   `json:"url"`
	Code         string   `json:"code"`
	Votes        []int    `json:"votes"`
	Comments     int      `json:"comments"`
	Stars        *int     `json:"stars"`
}

// sampleSource lists the bundled papers as if they came out day by day from
// start on.
type sampleSource struct {
	papers []samplePaper
	start  time.Time
}

func newSampleSource(start time.Time) (*sampleSource, error) {
	s := &sampleSource{start: start}
	for i, line := range bytes.Split(bytes.TrimSpace(samplePapers), []byte("\n")) {
		var p samplePaper
		if err := json.Unmarshal(line, &p); err != nil {
			return nil, fmt.Errorf("sample paper %d: %w", i+1, err)
		}
		s.papers = append(s.papers, p)
	}
	return s, nil
}

func (s *sampleSource) Name() string { return "sample" }

func (s *sampleSource) Fetch(_ context.Context, now time.Time, _ string) (paper.Batch, error) {
	today := min(int(now.Sub(s.start)/(24*time.Hour))+1, sampleDays)
	var b paper.Batch
	for _, p := range s.papers {
		if p.Day <= today {
			b.Listings = append(b.Listings, p.listing(s.start, today))
		}
	}
	return b, nil
}

func (p samplePaper) listing(start time.Time, today int) paper.Listing {
	listed := start.AddDate(0, 0, p.Day-1)
	l := paper.Listing{
		Source: "sample", ID: p.ID, URL: p.URL, Title: p.Title, Summary: p.Summary,
		Authors: p.Authors, Categories: p.Categories, Authority: paper.Origin,
		Published: listed, Listed: listed, Code: p.Code,
		Organization: p.Organization, Brief: p.Brief,
	}
	l.Signals = paper.Signals{Votes: paper.Known(p.Votes[today-1]), Comments: paper.Known(p.Comments)}
	if p.Stars != nil {
		l.Signals.Stars = paper.Known(*p.Stars)
	}
	return l
}
