package store_test

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"paperboy/internal/paper"
	"paperboy/internal/subscription"
)

func (w *world) marks(reader int64) []subscription.Mark {
	w.Helper()
	all, err := w.Marks(w.Context(), reader)
	w.ok(err)
	return all
}

var anyID = cmpopts.IgnoreFields(subscription.Mark{}, "ID")

var dayTests = []test{
	{"a paper stands on each day that a source first listed it", func(w *world) {
		w.begin("s", "t")
		midnight := noon.Truncate(day)
		w.record("s", midnight.Add(-time.Second), listed("2605.00001", "Late", 1))
		w.record("s", midnight, listed("2605.00002", "Early", 1))
		w.record("t", midnight.Add(day), listed("2605.00001", "Late", 1))
		w.record("s", midnight.Add(day), listed("2605.00001", "Late", 9)) // not anew
		for ago, want := range map[int][]string{-1: {"Late"}, 0: {"Early"}, 1: {"Late"}, 2: nil} {
			got, err := w.Day(w.Context(), midnight.Add(time.Duration(ago)*day), midnight.Add(2*day))
			w.ok(err)
			if diff := cmp.Diff(want, titles(got)); diff != "" {
				w.Errorf("day %d: %s", ago, diff)
			}
		}
		days, err := w.Days(w.Context(), midnight.Add(day))
		w.ok(err)
		want := []paper.Day{{Date: midnight.Add(day), Papers: 1}, {Date: midnight, Papers: 1}, {Date: midnight.Add(-day), Papers: 1}}
		if diff := cmp.Diff(want, days[:3]); diff != "" {
			w.Error(diff)
		}
		days, err = w.Days(w.Context(), midnight.Add(-time.Second))
		w.ok(err)
		if len(days) == 0 || !days[0].Date.Equal(midnight.Add(-day)) {
			w.Errorf("the future is shown: %v", days)
		}
	}},
	{"what a source's first fetch brings stands on the days of the source", func(w *world) {
		old := listed("2605.00001", "Old", 1)
		old.Listed = noon.Add(-9 * day)
		undated := listed("2605.00002", "Undated", 1)
		w.record("s", noon, old, undated)
		for date, want := range map[time.Time]string{noon.Add(-9 * day): "Old", noon: "Undated"} {
			got, err := w.Day(w.Context(), date.Truncate(day), noon)
			w.ok(err)
			if diff := cmp.Diff([]string{want}, titles(got)); diff != "" {
				w.Error(diff)
			}
		}
	}},
	{"a letter is shown to its reader only", func(w *world) {
		w.record("s", noon, listed("2605.00001", "A Paper", 1))
		r, other := w.add("a@example.org", noon), w.add("b@example.org", noon)
		id := w.send(r, noon, w.only(noon).Key)
		got, err := w.Letter(w.Context(), r.ID, id)
		w.ok(err)
		if got.ID != id || len(got.Picks) != 1 {
			w.Errorf("got %+v", got)
		}
		for _, of := range [][2]int64{{other.ID, id}, {r.ID, id + 1}} {
			if _, err := w.Letter(w.Context(), of[0], of[1]); !errors.Is(err, errNoReader) {
				w.Errorf("letter %d to reader %d: %v", of[1], of[0], err)
			}
		}
	}},
}

var markTests = []test{
	{"what a reader said comes back, newest first, once, with its time", func(w *world) {
		r := w.add("a@example.org", noon)
		author := subscription.Mark{Opinion: subscription.MuteAuthor, Text: "Bo Ng"}
		w.ok(w.Remember(w.Context(), r.ID, author, noon))
		w.ok(w.Remember(w.Context(), r.ID, subscription.Mark{Opinion: subscription.MutePaper, Paper: 3, Text: "A Title"}, noon.Add(hour)))
		w.ok(w.Remember(w.Context(), r.ID, author, noon.Add(2*hour)))
		want := []subscription.Mark{
			{Opinion: subscription.MuteAuthor, Text: "Bo Ng", At: noon.Add(2 * hour)},
			{Opinion: subscription.MutePaper, Paper: 3, Text: "A Title", At: noon.Add(hour)},
		}
		if diff := cmp.Diff(want, w.marks(r.ID), anyID); diff != "" {
			w.Error(diff)
		}
	}},
	{"less takes the place of more, and mutes beside them", func(w *world) {
		r := w.add("a@example.org", noon)
		for _, o := range []subscription.Opinion{subscription.More, subscription.MutePaper, subscription.Less} {
			w.ok(w.Remember(w.Context(), r.ID, subscription.Mark{Opinion: o, Paper: 3, Text: "T"}, noon))
		}
		var got []subscription.Opinion
		for _, m := range w.marks(r.ID) {
			got = append(got, m.Opinion)
		}
		if diff := cmp.Diff([]subscription.Opinion{subscription.Less, subscription.MutePaper}, got); diff != "" {
			w.Error(diff)
		}
	}},
	{"a mark is taken back by its reader only", func(w *world) {
		r, other := w.add("a@example.org", noon), w.add("b@example.org", noon)
		w.ok(w.Remember(w.Context(), r.ID, subscription.Mark{Opinion: subscription.MuteKeyword, Text: "survey"}, noon))
		id := w.marks(r.ID)[0].ID
		w.ok(w.Forget(w.Context(), other.ID, id))
		if len(w.marks(r.ID)) != 1 {
			w.Error("another reader took it back")
		}
		w.ok(w.Forget(w.Context(), r.ID, id))
		w.ok(w.Forget(w.Context(), r.ID, id))
		if got := w.marks(r.ID); len(got) != 0 {
			w.Errorf("still there: %v", got)
		}
	}},
	{"a mark of a paper is one of what the paper became", func(w *world) {
		w.begin("s", "t")
		w.record("s", noon, paper.Listing{ID: "2605.00001", Title: "One", Authors: []string{"A"}})
		w.record("t", noon, paper.Listing{ID: "x", URL: "https://example.org/x", Title: "Two", Authors: []string{"B"}})
		ps := w.candidates(noon)
		root, old := ps[0].Key, ps[1].Key
		r := w.add("a@example.org", noon)
		w.ok(w.Remember(w.Context(), r.ID, subscription.Mark{Opinion: subscription.More, Paper: old, Text: "Two"}, noon))
		w.record("t", noon.Add(hour), paper.Listing{ID: "2605.00001", URL: "https://example.org/x", Title: "One", Authors: []string{"A"}})
		if got := w.only(noon.Add(hour)).Key; got != root {
			w.Fatalf("merged into %d", got)
		}
		if got := w.marks(r.ID); len(got) != 1 || got[0].Paper != root {
			w.Errorf("marks %v, want one of paper %d", got, root)
		}
		// Said of the old key, it is of the new, and takes the place of the older.
		w.ok(w.Remember(w.Context(), r.ID, subscription.Mark{Opinion: subscription.Less, Paper: old, Text: "Two"}, noon.Add(hour)))
		if got := w.marks(r.ID); len(got) != 1 || got[0].Paper != root || got[0].Opinion != subscription.Less {
			w.Errorf("marks %v", got)
		}
	}},
	{"mutes of many readers come at once, without what mutes nothing", func(w *world) {
		var ids []int64
		for i := range 4 {
			r := w.add(fmt.Sprintf("r%d@example.org", i), noon)
			ids = append(ids, r.ID)
			w.ok(w.Remember(w.Context(), r.ID, subscription.Mark{Opinion: subscription.More, Paper: 1}, noon))
			if i != 1 {
				w.ok(w.Remember(w.Context(), r.ID, subscription.Mark{Opinion: subscription.MuteKeyword, Text: "k"}, noon))
			}
		}
		got := map[int64][]subscription.Mark{}
		for after := int64(0); ; {
			page, err := w.Due(w.Context(), noon, after, 3)
			w.ok(err)
			if len(page) == 0 {
				break
			}
			for _, d := range page {
				if after = d.Reader.ID; d.Muted != nil {
					got[after] = d.Muted
				}
			}
		}
		k := []subscription.Mark{{Opinion: subscription.MuteKeyword, Text: "k", At: noon}}
		want := map[int64][]subscription.Mark{ids[0]: k, ids[2]: k, ids[3]: k}
		if diff := cmp.Diff(want, got, anyID); diff != "" {
			w.Error(diff)
		}
	}},
	{"a link that was passed on does not fill the disk", func(w *world) {
		r := w.add("a@example.org", noon)
		var err error
		n := 0
		for ; n < 2000 && err == nil; n++ {
			err = w.Remember(w.Context(), r.ID, subscription.Mark{Opinion: subscription.MuteKeyword, Text: fmt.Sprint("k", n)}, noon)
		}
		if !errors.Is(err, subscription.ErrTooManyMarks) {
			w.Errorf("after %d: %v", n, err)
		}
	}},
	{"marks are in the export and go with the reader", func(w *world) {
		r := w.add("a@example.org", noon)
		w.ok(w.Remember(w.Context(), r.ID, subscription.Mark{Opinion: subscription.MuteAuthor, Text: "Bo Ng"}, noon))
		b, err := w.Export(w.Context(), r.ID)
		w.ok(err)
		if !strings.Contains(string(b), "Bo Ng") || !strings.Contains(string(b), `"author"`) {
			w.Errorf("not in %s", b)
		}
		w.ok(w.Delete(w.Context(), r.ID))
		if got := w.marks(r.ID); len(got) != 0 {
			w.Errorf("left behind: %v", got)
		}
		if err := w.Remember(w.Context(), r.ID, subscription.Mark{Opinion: subscription.MuteAuthor, Text: "x"}, noon); !errors.Is(err, errNoReader) {
			w.Errorf("of nobody: %v", err)
		}
	}},
	{"why a reader left is kept while they are gone", func(w *world) {
		r := w.add("a@example.org", noon)
		w.ok(w.ExplainLeaving(w.Context(), r.ID, "too early"))
		if got := w.reader(r.ID); got.LeftWhy != "" {
			w.Errorf("one who did not leave has a reason: %q", got.LeftWhy)
		}
		w.ok(w.Leave(w.Context(), r.ID, noon))
		w.ok(w.ExplainLeaving(w.Context(), r.ID, "too many papers"))
		if got := w.reader(r.ID); got.LeftWhy != "too many papers" {
			w.Errorf("kept %q", got.LeftWhy)
		}
		b, err := w.Export(w.Context(), r.ID)
		w.ok(err)
		if !strings.Contains(string(b), "too many papers") {
			w.Errorf("not in %s", b)
		}
	}},
}
