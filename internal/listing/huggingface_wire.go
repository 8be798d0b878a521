package listing

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	"paperboy/internal/paper"
)

// huggingFaceItem is an item of the list. Most of its fields stand in the
// inner object, some in the outer, and which is where has changed before: both
// are read.
type huggingFaceItem struct {
	huggingFaceFields
	Paper huggingFaceFields `json:"paper"`
}

type huggingFaceFields struct {
	ID           text       `json:"id"`
	Title        text       `json:"title"`
	Summary      text       `json:"summary"`
	Authors      people     `json:"authors"`
	PublishedAt  moment     `json:"publishedAt"`
	SubmittedAt  moment     `json:"submittedOnDailyAt"`
	Upvotes      count      `json:"upvotes"`
	NumComments  count      `json:"numComments"`
	GitHubStars  count      `json:"githubStars"`
	GitHubRepo   text       `json:"githubRepo"`
	ProjectPage  text       `json:"projectPage"`
	AISummary    text       `json:"ai_summary"`
	Organization department `json:"organization"`
}

// readHuggingFaceItem turns one item into a listing. Absent keys are normal,
// and a key of an unexpected type counts as absent; without an id or a title
// there is no paper.
func readHuggingFaceItem(raw json.RawMessage, base string) (paper.Listing, error) {
	if len(raw) > maxItem {
		return paper.Listing{}, fmt.Errorf("longer than %d bytes", maxItem)
	}
	var item huggingFaceItem
	if err := json.Unmarshal(raw, &item); err != nil {
		return paper.Listing{}, fmt.Errorf("%w in %s", err, opening(raw))
	}
	in, out := item.Paper, item.huggingFaceFields
	id := string(cmp.Or(in.ID, out.ID))
	l := paper.Listing{
		Source:       "huggingface",
		ID:           id,
		Title:        string(cmp.Or(in.Title, out.Title)),
		Summary:      string(cmp.Or(in.Summary, out.Summary)),
		Authors:      in.Authors,
		Markup:       paper.TeX,
		Authority:    paper.Lossy,
		Published:    time.Time(cmp.Or(in.PublishedAt, out.PublishedAt)),
		Listed:       time.Time(cmp.Or(in.SubmittedAt, out.SubmittedAt)),
		Discussion:   base + "/papers/" + url.PathEscape(id),
		Code:         string(cmp.Or(in.GitHubRepo, out.GitHubRepo)),
		Project:      string(cmp.Or(in.ProjectPage, out.ProjectPage)),
		Organization: string(cmp.Or(in.Organization, out.Organization)),
		Brief:        string(cmp.Or(in.AISummary, out.AISummary)),
		Signals: paper.Signals{
			Votes:    paper.Count(cmp.Or(in.Upvotes, out.Upvotes)),
			Comments: paper.Count(cmp.Or(out.NumComments, in.NumComments)),
			Stars:    paper.Count(cmp.Or(in.GitHubStars, out.GitHubStars)),
		},
	}
	if l.Authors == nil {
		l.Authors = out.Authors
	}
	if clean(l.ID) == "" {
		return paper.Listing{}, fmt.Errorf("id is missing in %s", opening(raw))
	}
	if err := tidy(&l); err != nil {
		return paper.Listing{}, fmt.Errorf("%s: %w", opening([]byte(l.ID)), err)
	}
	return l, nil
}

// The types below read a JSON value leniently: one of another type is absent.

type text string

func (t *text) UnmarshalJSON(b []byte) error {
	var s string
	if json.Unmarshal(b, &s) == nil {
		*t = text(s)
	}
	return nil
}

type moment time.Time

func (m *moment) UnmarshalJSON(b []byte) error {
	var t time.Time
	if json.Unmarshal(b, &t) == nil {
		*m = moment(t.UTC())
	}
	return nil
}

// count reads a whole number that is not negative.
type count paper.Count

func (c *count) UnmarshalJSON(b []byte) error {
	var n int
	if string(b) != "null" && json.Unmarshal(b, &n) == nil && n >= 0 {
		*c = count(paper.Known(n))
	}
	return nil
}

// people reads the names of a list of authors. Their flag
// 'hidden' is passed over: who wrote the paper is no secret.
type people []string

func (p *people) UnmarshalJSON(b []byte) error {
	var all []struct {
		Name text `json:"name"`
	}
	if json.Unmarshal(b, &all) != nil {
		return nil
	}
	for _, a := range all {
		if a.Name != "" {
			*p = append(*p, string(a.Name))
		}
	}
	return nil
}

// department reads an organization's name, given as an object or a string.
type department string

func (d *department) UnmarshalJSON(b []byte) error {
	var full struct{ Fullname, Name text }
	if json.Unmarshal(b, &full) == nil {
		*d = department(cmp.Or(full.Fullname, full.Name))
		return nil
	}
	var name text
	if err := name.UnmarshalJSON(b); err != nil {
		return err
	}
	*d = department(name)
	return nil
}
