package store_test

import (
	"slices"
	"time"

	"github.com/google/go-cmp/cmp"

	"paperboy/internal/paper"
)

// preprint and article are one work, as arXiv and a journal list it.
func preprint() paper.Listing {
	l := listed("2605.00001", "Invariant Variational Problems: a $\\beta$-View", 3)
	l.Authors = []string{"Emmy Noether", "David Hilbert"}
	return l
}

func article() paper.Listing {
	return paper.Listing{ID: "10.1234/ivp", Title: "Invariant variational problems - A Beta view.", Authors: []string{"Noether, E.", "Hilbert, D."}}
}

var twinTests = []test{
	{"one work under an arXiv id and a DOI is one paper, whichever came first", func(w *world) {
		w.begin("arxiv", "journal")
		for i, first := range []bool{true, false} {
			a, b := preprint(), article()
			if i == 1 { // another work
				a.ID, a.Title = "2605.00002", a.Title+", revisited"
				b.ID, b.Title = "10.1234/ivr", b.Title+" Revisited"
			}
			at := noon.Add(time.Duration(10*i) * day)
			if first {
				w.record("arxiv", at, a)
				w.record("journal", at.Add(hour), b)
			} else {
				w.record("journal", at, b)
				w.record("arxiv", at.Add(hour), a)
			}
			p := w.only(at.Add(hour))
			if len(p.Sources) != 2 || !slices.Contains(p.Names, paper.Name("arxiv:"+a.ID)) || !slices.Contains(p.Names, paper.Name("doi:"+b.ID)) {
				w.Errorf("paper %v of %v", p.Names, p.Sources)
			}
			w.record("journal", at.Add(2*hour), b)
			w.only(at.Add(2 * hour))
		}
		w.finds("invariant variational source:arxiv source:journal -revisited", preprint().Title)
	}},
	{"what was sent under the one is not sent under the other", func(w *world) {
		w.begin("arxiv", "journal")
		r := w.add("a@example.org", noon)
		w.record("arxiv", noon, preprint())
		key := w.only(noon).Key
		w.send(r, noon, key)
		w.record("journal", noon.Add(hour), article())
		d, err := w.DueOf(w.Context(), r.ID, noon.Add(day))
		w.ok(err)
		if !slices.Contains(d.History.Sent, w.only(noon.Add(hour)).Key) {
			w.Errorf("sent are %v", d.History.Sent)
		}
	}},
	{"readings of both are kept", func(w *world) {
		w.begin("arxiv", "journal")
		w.record("arxiv", noon, preprint())
		b := article()
		b.Signals.Comments = paper.Known(4)
		w.record("journal", noon.Add(hour), b)
		if p := w.only(noon.Add(hour)); len(p.Readings) != 2 {
			w.Errorf("readings %v", p.Readings)
		}
	}},
	{"parts, corrections and other authors' works of that title stay apart", func(w *world) {
		w.begin("arxiv", "journal", "feed")
		one := preprint()
		one.Title += ", Part I"
		w.record("arxiv", noon, one)
		part, correction, other, nobody := article(), article(), article(), article()
		part.ID, part.Title = "10.1234/2", one.Title+"I"
		correction.ID, correction.Title = "10.1234/3", "Correction to: "+one.Title
		other.ID, other.Title, other.Authors = "10.1234/4", one.Title, []string{"Hilbert, D."}
		nobody.ID, nobody.Title, nobody.Authors = "10.1234/5", one.Title, nil
		w.record("journal", noon.Add(hour), part, correction, other, nobody)
		if ps := w.candidates(noon.Add(hour)); len(ps) != 5 {
			w.Errorf("papers %v", titles(ps))
		}
	}},
	{"two that one source lists, or that have two ids of a kind, stay two", func(w *world) {
		w.begin("arxiv", "journal", "feed")
		w.record("arxiv", noon, preprint())
		again := preprint()
		again.ID = "10.1234/other"
		w.record("arxiv", noon.Add(hour), again)
		one, two := article(), article()
		one.Title, two.Title = one.Title+" Otherwise", two.Title+" Otherwise"
		two.ID = "10.1234/otherwise"
		w.record("journal", noon.Add(hour), one)
		w.record("feed", noon.Add(hour), two)
		if ps := w.candidates(noon.Add(hour)); len(ps) != 4 {
			w.Errorf("papers %v", titles(ps))
		}
	}},
	{"papers without any id meet by title and author, in whatever form", func(w *world) {
		w.begin("feed", "blog")
		a, b := preprint(), article()
		a.ID, b.ID = "", ""
		w.record("feed", noon, a)
		w.record("blog", noon.Add(hour), b)
		if p := w.only(noon.Add(hour)); !cmp.Equal(p.Sources, []string{"feed", "blog"}) {
			w.Errorf("sources %v", p.Sources)
		}
	}},
}
