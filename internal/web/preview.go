package web

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"paperboy/internal/digest"
	"paperboy/internal/interest"
	"paperboy/internal/paper"
)

// preview is what keywords would bring, by what they would have brought.
type preview struct {
	Keywords string
	Fault    *keywordFault
	Found    found // the first few of the last seven days
	ADay     string
	Help     interest.Help
}

// shownPreview is how many papers a preview shows.
const shownPreview = 5

// previewOf looks up what keywords would bring.
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
	if err != nil || want.Empty() {
		return p, err
	}
	p.Help, err = s.help(ctx, want)
	p.ADay = aDay(p.Help.PerDay)
	return p, err
}

const (
	// mostKeywords bounds the keywords of which a page speaks one by one.
	mostKeywords = 12
	// mostHelped bounds how many are helped at once: it is the dearest that
	// anybody can ask for.
	mostHelped = 2
)

// help says what keywords would bring: of many, what the first would.
func (s *server) help(ctx context.Context, want interest.Interest) (interest.Help, error) {
	lines := strings.Split(want.String(), "\n")
	if len(lines) > mostKeywords {
		first, err := interest.Parse(strings.Join(lines[:mostKeywords], "\n"))
		if err != nil {
			return interest.Help{}, err
		}
		want = first
	}
	select {
	case s.helping <- struct{}{}:
		defer func() { <-s.helping }()
	case <-ctx.Done():
		return interest.Help{}, ctx.Err()
	}
	return s.Catalogue.Help(ctx, want, s.Now())
}

// aDay says how many papers to expect.
func aDay(perDay float64) string {
	switch {
	case perDay >= 1.5:
		return fmt.Sprintf("about %.0f a day", perDay)
	case perDay >= 0.75:
		return "about one a day"
	case perDay*7 >= 1.5:
		return fmt.Sprintf("about %.0f a week", perDay*7)
	case perDay*30 >= 1.5:
		return fmt.Sprintf("about %.0f a month", perDay*30)
	}
	return "hardly one a month"
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
