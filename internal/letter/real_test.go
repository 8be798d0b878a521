package letter_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"paperboy/internal/interest"
	"paperboy/internal/letter"
	"paperboy/internal/paper"
	"paperboy/internal/peers"
)

// captured returns the papers of captured lists, as the catalogue would hold
// them.
func captured(t testing.TB, days ...string) []*paper.Paper {
	t.Helper()
	var all []*paper.Paper
	for _, day := range days {
		body, err := os.ReadFile(peers.Data(t, "hf", day+".json"))
		if err != nil {
			t.Fatal(err)
		}
		var items []struct {
			NumComments int
			Paper       struct {
				ID, Title, Summary, ProjectPage, GithubRepo string
				Brief                                       string `json:"ai_summary"`
				Upvotes                                     int
				GithubStars                                 *int
				Authors                                     []struct{ Name string }
				Organization                                *struct{ Fullname string }
				SubmittedOnDailyAt                          time.Time
			}
		}
		if err := json.Unmarshal(body, &items); err != nil {
			t.Fatal(err)
		}
		for _, item := range items {
			in := item.Paper
			at := in.SubmittedOnDailyAt.Add(8 * time.Hour)
			l := paper.Listing{
				Source: "huggingface", ID: in.ID, Title: in.Title, Summary: in.Summary, Brief: in.Brief,
				Project: in.ProjectPage, Code: in.GithubRepo, Discussion: "https://huggingface.co/papers/" + in.ID,
				Signals: paper.Signals{Votes: paper.Known(in.Upvotes), Comments: paper.Known(item.NumComments)},
			}
			if in.GithubStars != nil {
				l.Signals.Stars = paper.Known(*in.GithubStars)
			}
			if in.Organization != nil {
				l.Organization = in.Organization.Fullname
			}
			for _, a := range in.Authors {
				l.Authors = append(l.Authors, a.Name)
			}
			reading := paper.Reading{Source: l.Source, At: at, Signals: l.Signals}
			p := paper.Merge(paper.Key(len(all)+1), l.Names(), []paper.Sighting{{Listing: l, At: at, Seq: int64(len(all) + 1)}}, []paper.Reading{reading})
			all = append(all, p)
		}
	}
	return all
}

// addressed makes the letter that holds these papers for a reader with these
// keywords.
func addressed(t testing.TB, keywords string, papers []*paper.Paper, more int) (letter.Letter, letter.DigestInput) {
	t.Helper()
	want, err := interest.Parse(keywords)
	if err != nil {
		t.Fatal(err)
	}
	slot := papers[len(papers)-1].Sighted.Add(time.Hour)
	l := letter.Letter{
		ID: 7, Kind: letter.Digest, Reader: 42, Address: "reader@example.org", Slot: slot, Made: slot,
		MessageID: letter.NewMessageID(letter.Digest, 42, slot, "paperboy.example"),
		Keywords:  keywords, Matched: len(papers) + more,
	}
	in := letter.DigestInput{
		Papers: map[paper.Key]*paper.Paper{},
		Links: letter.Links{
			Settings: "https://paperboy.example/settings/s3aledsettingstoken",
			Leave:    "https://paperboy.example/leave/s3aledleavetoken",
			View:     "https://paperboy.example/view/s3aledviewtoken",
			Mark:     func(k paper.Key) string { return fmt.Sprint("https://paperboy.example/mark/s3aledmarktoken", k) },
		},
	}
	for _, p := range papers {
		m, _ := want.Match(interest.Read(p))
		l.Picks = append(l.Picks, letter.Pick{Paper: p.Key, Reasons: letter.Reasons(m)})
		in.Papers[p.Key] = p
	}
	return l, in
}

func TestLettersOfRealDays(t *testing.T) {
	c := composer(t)
	for _, day := range []string{"2026-05-01", "2026-06-15", "2026-06-30"} {
		t.Run(day, func(t *testing.T) {
			l, in := addressed(t, "", captured(t, day), 0)
			m, err := c.Digest(l, in)
			if err != nil {
				t.Fatal(err)
			}
			if len(m.HTML) > letter.MaxHTML || strings.Contains(m.HTML, "ZgotmplZ") {
				t.Errorf("HTML of %d bytes, or with a link refused", len(m.HTML))
			}
			checkTags(t, m.HTML)
			for line := range strings.Lines(m.Text) {
				line = strings.TrimSpace(line)
				if letter.Columns(line) > 76 && strings.Contains(line, " ") && !strings.Contains(line, "https://") {
					t.Errorf("%d columns: %s", letter.Columns(line), line)
				}
			}
		})
	}
}
