package store_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"paperboy/internal/interest"
)

func (w *world) help(keywords string, days int) interest.Help {
	w.Helper()
	want, err := interest.Parse(keywords)
	w.ok(err)
	h, err := w.Help(w.Context(), want, noon.Add(hour+time.Duration(days)*day))
	w.ok(err)
	return h
}

var helpTests = []test{
	{"counts are of the last seven and thirty days, up to now", func(w *world) {
		w.begin("arxiv")
		for d := range 40 {
			w.record("arxiv", noon.Add(time.Duration(d)*day), listed(fmt.Sprintf("2605.%05d", d+1), fmt.Sprint("Robot ", d), 0),
				listed(fmt.Sprintf("2605.%05d", d+1001), fmt.Sprint("Drone ", d), 0))
		}
		h := w.help("robot, robot drone, zebra", 35)
		if h.Days != 30 || h.Papers != 60 || h.Week != 7 || h.Month != 30 || h.PerDay != 1 {
			w.Errorf("%+v", h)
		}
		if diff := cmp.Diff([]string{"Robot 35", "Robot 34", "Robot 33"}, h.Samples); diff != "" {
			w.Errorf("samples (-want +got)\n%s", diff)
		}
		if k := h.Keywords; k[0].Share != 1 || k[0].Warning != interest.TooBroad || k[1].Warning != interest.Nothing || k[2].Warning != interest.Nothing {
			w.Errorf("%+v", k)
		}
	}},
	{"a young catalogue's numbers are of its own days", func(w *world) {
		w.begin("arxiv")
		w.record("arxiv", noon, listed("2605.00001", "Robots", 0))
		w.record("arxiv", noon.Add(day), listed("2605.00002", "Robots", 0))
		if h := w.help("robot", 1); h.Days != 2 || h.PerDay != 1 {
			w.Errorf("%+v", h)
		}
		if h := w.help("", 1); h.Month != 2 || len(h.Keywords) != 0 || len(h.Samples) != 2 {
			w.Errorf("without keywords: %+v", h)
		}
	}},
	{"words are set right by those of the catalogue, also by what came since", func(w *world) {
		w.begin("arxiv")
		if h := w.help("difusion, author:exmaple", 0); h.Keywords[0].Spelling != nil {
			w.Errorf("by what words? %+v", h)
		}
		for n := range 12 {
			w.record("arxiv", noon, listed(fmt.Sprintf("2605.%05d", n+1), fmt.Sprint("Diffusion ", n), 0))
		}
		h := w.help("difusion, author:exmaple", 0)
		if k := h.Keywords; len(k[0].Spelling) != 1 || !slices.Equal(k[0].Spelling[0].Instead, []string{"diffusion"}) ||
			len(k[1].Spelling) != 1 || k[1].Spelling[0].Instead[0] != "example" {
			w.Errorf("%+v", k)
		}
	}},
}

// TestHelpWithRealPapers: of what people type on one of arXiv's days, the
// broad words get phrases that really occur.
func TestHelpWithRealPapers(t *testing.T) {
	w := &world{T: t, Store: openFile(t, t.TempDir()+"/paperboy.db")}
	w.record("arxiv", noon, arXivDay(t, "2026-06-20")...)
	h := w.help("model, learning, robot, -survey, difusion", 0)
	for k, warning := range []interest.Warning{interest.TooBroad, interest.TooBroad, "", "", interest.Nothing} {
		got := h.Keywords[k]
		if got.Warning != warning || (warning != "") != (len(got.Better) > 0) {
			t.Errorf("%+v", got)
		}
		for _, b := range got.Better {
			if n := w.help(b.Keyword+", -survey", 0).Month; n != b.Month || 4*n > h.Papers {
				t.Errorf("%+v matches %d of %d", b, n, h.Papers)
			}
		}
	}
}
