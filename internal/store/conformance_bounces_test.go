package store_test

import (
	"fmt"
	"strings"
	"time"

	"paperboy/internal/letter"
	"paperboy/internal/subscription"
)

// sent queues and delivers a digest and returns its id.
func (w *world) sent(id int64, at time.Time) int64 {
	w.Helper()
	letterID := w.enqueue(w.reader(id), at)
	w.deliver(letter.Delivered, letter.Sent, at)
	return letterID
}

func bounce(kind letter.BounceKind, reader, letterID int64, at time.Time) letter.Bounce {
	return letter.Bounce{
		Key: fmt.Sprint(kind, reader, letterID, at), Letter: letterID, Reader: reader, At: at, Kind: kind,
		Status: "5.0.0", Code: 550, Text: "said so",
	}
}

// bounced takes a bounce and reports whether its reader was suppressed by it.
func (w *world) bounced(b letter.Bounce) bool {
	w.Helper()
	suppressed, err := w.Bounce(w.Context(), b)
	w.ok(err)
	if is := w.reader(b.Reader).State == subscription.Suppressed; is != suppressed {
		w.Errorf("suppressed is told as %v and is %v", suppressed, is)
	}
	return suppressed
}

var bounceTests = []test{
	{"a hard bounce and a complaint suppress at once, and what waits is dropped", func(w *world) {
		for _, kind := range []letter.BounceKind{letter.HardBounce, letter.Complaint} {
			r := w.add(string(kind)+"@example.org", noon)
			id := w.sent(r.ID, noon)
			w.enqueue(w.reader(r.ID), noon.Add(day))
			if !w.bounced(bounce(kind, r.ID, id, noon.Add(day))) {
				w.Errorf("%s: not suppressed", kind)
			}
			if got := w.states(r.ID); got[0] != letter.Dropped || got[1] != letter.Sent {
				w.Errorf("%s: letters are %v", kind, got)
			}
		}
	}},
	{"delays suppress nobody, however many", func(w *world) {
		r := w.add("a@example.org", noon)
		for i := range 30 {
			at := noon.Add(time.Duration(i) * day)
			if w.bounced(bounce(letter.Delay, r.ID, w.sent(r.ID, at), at)) {
				w.Fatal("suppressed")
			}
		}
	}},
	{"soft bounces suppress at the end of a run of five days over a week", func(w *world) {
		r := w.add("a@example.org", noon)
		for i := range 8 {
			at := noon.Add(time.Duration(i) * day)
			if got := w.bounced(bounce(letter.SoftBounce, r.ID, w.sent(r.ID, at), at)); got != (i == 7) {
				w.Fatalf("after %d letters suppressed is %v", i+1, got)
			}
		}
	}},
	{"few soft bounces over a long time suppress nobody", func(w *world) {
		r := w.add("a@example.org", noon)
		for i := range 4 {
			at := noon.Add(time.Duration(i) * 30 * day)
			if w.bounced(bounce(letter.SoftBounce, r.ID, w.sent(r.ID, at), at)) {
				w.Fatal("suppressed")
			}
		}
	}},
	{"a letter that got through sets the run free", func(w *world) {
		r := w.add("a@example.org", noon)
		for i := range 20 {
			at := noon.Add(time.Duration(i) * day)
			id := w.sent(r.ID, at)
			if i%6 != 5 && w.bounced(bounce(letter.SoftBounce, r.ID, id, at)) {
				w.Fatalf("suppressed at letter %d", i+1)
			}
		}
	}},
	{"late bounces are a run of their letters, whatever was sent since", func(w *world) {
		r := w.add("a@example.org", noon)
		var ids []int64
		for i := range 12 {
			ids = append(ids, w.sent(r.ID, noon.Add(time.Duration(i)*day)))
		}
		for i := range 8 {
			at := noon.Add(time.Duration(i+5) * day)
			if got := w.bounced(bounce(letter.SoftBounce, r.ID, ids[i], at)); got != (i == 7) {
				w.Fatalf("after %d bounces suppressed is %v", i+1, got)
			}
		}
	}},
	{"one letter that bounces many times is one", func(w *world) {
		r := w.add("a@example.org", noon)
		id := w.sent(r.ID, noon)
		for i := range 20 {
			if w.bounced(bounce(letter.SoftBounce, r.ID, id, noon.Add(time.Duration(i)*day))) {
				w.Fatal("suppressed")
			}
		}
	}},
	{"the same mail counts once and is kept once", func(w *world) {
		r := w.add("a@example.org", noon)
		b := bounce(letter.HardBounce, r.ID, w.sent(r.ID, noon), noon)
		w.bounced(b)
		w.ask("a@example.org", noon.Add(hour))
		if w.bounced(b) {
			w.Error("the same mail suppressed who came back")
		}
		all, err := w.Bounces(w.Context(), r.ID, 10)
		w.ok(err)
		if len(all) != 1 || all[0] != b {
			w.Errorf("kept %+v", all)
		}
	}},
	{"a bounce from before the reader confirmed anew is history", func(w *world) {
		r := w.add("a@example.org", noon)
		old := w.sent(r.ID, noon)
		w.bounced(bounce(letter.HardBounce, r.ID, old, noon))
		w.add("a@example.org", noon.Add(day))
		if w.bounced(bounce(letter.HardBounce, r.ID, old, noon.Add(2*day))) {
			w.Error("suppressed by the letter of another time")
		}
	}},
	{"a bounce of the address left behind does not hit the new one", func(w *world) {
		r := w.add("old@example.org", noon)
		id := w.sent(r.ID, noon)
		w.ok(w.AskMove(w.Context(), r.ID, "new@example.org", "new@example.org", "h", noon.Add(day), noon.Add(hour)))
		_, err := w.ConfirmMove(w.Context(), r.ID, w.letters(r.ID)[0].Ticket, noon.Add(hour))
		w.ok(err)
		if w.bounced(bounce(letter.HardBounce, r.ID, id, noon.Add(2*hour))) {
			w.Error("suppressed")
		}
		if !w.bounced(bounce(letter.HardBounce, r.ID, w.sent(r.ID, noon.Add(day)), noon.Add(day))) {
			w.Error("the new address bounced, and the reader stays")
		}
	}},
	{"a confirmation that bounces can't be confirmed, and one to a new address leaves the reader alone", func(w *world) {
		w.ask("a@example.org", noon)
		r, err := w.ReaderByAddress(w.Context(), "a@example.org")
		w.ok(err)
		l := w.letters(r.ID)[0]
		if w.bounced(bounce(letter.HardBounce, r.ID, l.ID, noon)) {
			w.Error("a pending reader is suppressed")
		}
		if _, err := w.Confirm(w.Context(), r.ID, l.Ticket, noon); err == nil {
			w.Error("confirmed all the same")
		}
		known := w.add("b@example.org", noon)
		w.ok(w.AskMove(w.Context(), known.ID, "c@example.org", "c@example.org", "h", noon.Add(day), noon))
		for _, kind := range []letter.BounceKind{letter.HardBounce, letter.Complaint} {
			if w.bounced(bounce(kind, known.ID, w.letters(known.ID)[0].ID, noon)) {
				w.Errorf("a %s of the address asked about suppressed the reader", kind)
			}
		}
	}},
	{"bounces of unknown letters and of readers who are gone change nothing", func(w *world) {
		r := w.add("a@example.org", noon)
		id := w.sent(r.ID, noon)
		if w.bounced(bounce(letter.HardBounce, r.ID, id+100, noon)) {
			w.Error("suppressed by a bounce of no letter")
		}
		other := w.add("b@example.org", noon)
		if w.bounced(bounce(letter.HardBounce, other.ID, id, noon)) {
			w.Error("suppressed by the bounce of another's letter")
		}
		w.ok(w.Leave(w.Context(), r.ID, noon))
		if w.bounced(bounce(letter.Complaint, r.ID, id, noon)) {
			w.Error("who left is suppressed")
		}
		w.ok(w.Delete(w.Context(), r.ID))
		if suppressed, err := w.Bounce(w.Context(), bounce(letter.HardBounce, r.ID, id, noon)); err != nil || suppressed {
			w.Errorf("of a deleted reader: %v, %v", suppressed, err)
		}
	}},
	{"a complaint counts though its letter is gone", func(w *world) {
		r := w.add("a@example.org", noon)
		if !w.bounced(bounce(letter.Complaint, r.ID, 0, noon)) {
			w.Error("not suppressed")
		}
	}},
	{"a wish that is mailed twice asks once", func(w *world) {
		q := asked("a@example.org", noon.Add(7*day))
		for range 3 {
			w.ok(w.AskByMail(w.Context(), "key", q, "h", noon))
		}
		r, err := w.ReaderByAddress(w.Context(), "a@example.org")
		w.ok(err)
		if got := w.letters(r.ID); len(got) != 1 {
			w.Errorf("%d letters", len(got))
		}
		w.ok(w.AskByMail(w.Context(), "another", q, "h", noon))
		if got := w.states(r.ID); len(got) != 2 {
			w.Errorf("letters %v", got)
		}
	}},
	{"a wish to leave that is mailed twice ends one subscription", func(w *world) {
		r := w.add("a@example.org", noon)
		leave := func(key string, want subscription.State) {
			w.Helper()
			w.ok(w.LeaveByMail(w.Context(), key, r.ID, noon))
			if got := w.reader(r.ID).State; got != want {
				w.Errorf("after mail %q the reader is %s, want %s", key, got, want)
			}
		}
		leave("key", subscription.Left)
		w.add("a@example.org", noon)
		leave("key", subscription.Active)
		leave("another", subscription.Left)
		w.add("a@example.org", noon)
		leave("", subscription.Left)
		w.add("a@example.org", noon)
		leave("", subscription.Left)
	}},
	{"what came back is in the export, and is pruned with the letters", func(w *world) {
		r := w.add("a@example.org", noon)
		w.bounced(bounce(letter.SoftBounce, r.ID, w.sent(r.ID, noon), noon))
		data, err := w.Export(w.Context(), r.ID)
		w.ok(err)
		if !strings.Contains(string(data), `"said so"`) {
			w.Errorf("export: %s", data)
		}
		_, err = w.Prune(w.Context(), noon.Add(500*day))
		w.ok(err)
		all, err := w.Bounces(w.Context(), r.ID, 10)
		w.ok(err)
		if len(all) != 0 {
			w.Errorf("still there: %+v", all)
		}
	}},
}
