package web

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"strings"
	"time"

	"paperboy/internal/digest"
	"paperboy/internal/interest"
	"paperboy/internal/paper"
)

// preview is what keywords would have brought in the last seven days.
type preview struct {
	Keywords string
	Fault    *keywordFault
	Found    found // the first few
	ADay     string
	Parts    []part // of each keyword; empty: there is one or none
	Advice   []advice
}

// part is what one of several keywords brings.
type part struct {
	Keywords string
	Matched  int // of the last seven days' papers
	Sent     int // of these, how many were in the reader's letters
	Excludes bool
}

// advice is a hint about one keyword.
type advice struct {
	Keywords string
	Kind     string // broad or nothing
	Share    int    // of all papers, in percent
}

// shownPreview is how many papers a preview shows.
const shownPreview = 5

// broadFrom is the share of all papers from which on a keyword is too broad to
// be of use.
const broadFrom = 0.25

// previewOf looks up what keywords would have brought.
func (s *server) previewOf(ctx context.Context, keywords string) (preview, error) {
	p := preview{Keywords: keywords}
	if p.Fault = checkKeywords(keywords); p.Fault != nil {
		return p, nil
	}
	want, err := interest.Parse(keywords)
	if err != nil {
		return p, err
	}
	week := s.Now().Add(-digest.Window)
	p.Found, err = s.find(ctx, want, paper.Search{Order: paper.ByHeat, Since: week, Limit: shownPreview})
	if err != nil {
		return p, err
	}
	p.ADay = aDay(p.Found.Matched)
	parts, err := s.parts(ctx, want)
	if err != nil {
		return p, err
	}
	for _, one := range parts {
		share := float64(one.Matched) / float64(max(p.Found.Of, 1))
		switch {
		case one.Excludes:
		case one.Matched == 0 && p.Found.Of > 0:
			p.Advice = append(p.Advice, advice{Keywords: one.Keywords, Kind: "nothing"})
		case share > broadFrom && p.Found.Of >= enoughToJudge:
			p.Advice = append(p.Advice, advice{one.Keywords, "broad", int(math.Round(100 * share))})
		}
	}
	if len(parts) > 1 {
		p.Parts = parts
	}
	return p, nil
}

// enoughToJudge is how many papers there must be to call a keyword broad.
const enoughToJudge = 20

// mostParts bounds the keywords that are looked at one by one.
const mostParts = 20

// parts looks up what each of the keywords brings by itself.
func (s *server) parts(ctx context.Context, want interest.Interest) ([]part, error) {
	if want.Empty() {
		return nil, nil
	}
	var out []part
	for line := range strings.SplitSeq(want.String(), "\n") {
		one, err := interest.Parse(line)
		if err != nil || len(out) == mostParts {
			break
		}
		got, err := s.search.Search(ctx, one, paper.Search{Order: paper.ByDate, Since: s.Now().Add(-digest.Window)}, s.Now())
		if err != nil {
			return nil, err
		}
		p := part{Keywords: line, Matched: got.Total, Excludes: excludes(one)}
		if p.Excludes {
			p.Matched = got.Of - got.Total
		}
		out = append(out, p)
	}
	return out, nil
}

// empty is a paper without a word.
var empty = interest.Read(&paper.Paper{})

// excludes reports whether keywords only say what must not occur.
func excludes(i interest.Interest) bool { return i.Matches(empty) }

// aDay says how many papers of a week come in a day.
func aDay(week int) string {
	perDay := float64(week) / 7
	switch {
	case week == 0:
		return ""
	case perDay >= 1.5:
		return fmt.Sprintf("about %.0f a day", perDay)
	case perDay >= 0.75:
		return "about one a day"
	}
	return fmt.Sprintf("about %d a week", week)
}

// showPreview answers the front page's script with what keywords would have
// brought, as a part of a page.
func (s *server) showPreview(w http.ResponseWriter, r *http.Request) error {
	p, err := s.previewOf(r.Context(), keywordsOf(r.URL.Query().Get("keywords")))
	if err != nil {
		return err
	}
	body, err := s.fragment("preview", p)
	if err != nil {
		return err
	}
	personal(w)
	return serve(w, r, "text/html; charset=utf-8", body, time.Time{}, briefly)
}

// previewPosted is the front page's button for those without scripts. It is
// posted so that nothing typed stands in an address, and changes nothing.
func (s *server) previewPosted(w http.ResponseWriter, r *http.Request) error {
	if err := parse(r); err != nil {
		return err
	}
	f := formOf(s.Defaults)
	f.Address = shorten(strings.TrimSpace(r.PostForm.Get("email")))
	f.readKeywords(r)
	f.readTime(r)
	p, err := s.previewOf(r.Context(), f.Keywords)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if p.Fault != nil {
		status = http.StatusBadRequest
	}
	return s.front(r.Context(), w, status, frontPage{Form: f, Preview: &p})
}

// keywordsOf tidies keywords as they come from a form.
func keywordsOf(typed string) string {
	typed = strings.TrimSpace(strings.ReplaceAll(typed, "\r\n", "\n"))
	if len(typed) > maxQuery {
		typed = strings.ToValidUTF8(typed[:maxQuery], "")
	}
	return typed
}
