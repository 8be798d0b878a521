package digest

import (
	"slices"
	"time"

	"paperboy/internal/paper"
)

// broadFrom is from how many papers on an answer is kept. Who has no keywords,
// or a common word, gets the same papers as many others, but for what they were
// sent.
const broadFrom = 300

// question is all that an answer depends on, but for what was sent.
type question struct {
	keywords, before string
	first            bool
	horizon          int64
	at               time.Time
}

// mostAnswers bounds the answers that are kept, and mostQuestions those that
// were asked once: what many ask comes soon.
const (
	mostAnswers   = 100
	mostQuestions = 1000
)

// broad is what is new to all readers with one question.
type broad struct {
	papers []ranked    // in the letter's order
	keys   []paper.Key // of the same, rising
}

// broad returns the answer to the question of the reader at the table, if it is
// a broad one and not the first of its kind.
func (t *Table) broad(keywords string, h *History) (broad, bool) {
	q := question{keywords, h.Keywords, h.First, h.Horizon, h.At}
	if b, ok := t.answers[q]; ok {
		return b, true
	}
	if t.want.Most() < t.broadFrom || len(t.answers) == mostAnswers {
		return broad{}, false
	}
	if !t.asked[q] {
		if len(t.asked) < mostQuestions {
			t.asked[q] = true
		}
		return broad{}, false
	}
	unsent := *h
	unsent.Sent, unsent.Floor = nil, 0
	all := top{}
	_ = t.choose(keywords, &unsent, Mutes{}, &all) // nothing is below no floor
	b := broad{papers: all.sorted(), keys: make([]paper.Key, len(all.best))}
	for i, r := range b.papers {
		b.keys[i] = r.Paper.Key
	}
	slices.Sort(b.keys)
	t.answers[q] = b
	return b, true
}

// without adds to the reader's papers those that they were not sent.
func (b broad) without(h *History, into *top) error {
	into.seen = len(b.keys)
	for _, key := range h.Sent {
		if _, among := slices.BinarySearch(b.keys, key); among {
			into.seen--
		}
	}
	for _, key := range b.keys {
		if key >= h.Floor {
			break
		}
		if !h.sent(key) {
			return ErrFloor
		}
	}
	for _, r := range b.papers {
		if into.max > 0 && len(into.best) == into.max {
			break
		}
		if !h.sent(r.Paper.Key) {
			into.best = append(into.best, r)
		}
	}
	return nil
}
