package store_test

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"paperboy/internal/digest"
	"paperboy/internal/letter"
	"paperboy/internal/paper"
	"paperboy/internal/store"
)

// outboxModel is what a bystander knows of the outbox: who holds what, and
// which papers went out. Two processes with two owners each share it.
type outboxModel struct {
	*world
	t      *rapid.T
	stores []*store.Store
	owners []int64
	held   map[int64]int64           // owner by letter
	claims map[int64]letter.Letter   // letters held
	ended  map[int64]bool            // letters that nobody may claim any more
	had    map[string]letter.Outcome // how a paper went to a reader
	papers paper.Key                 // papers so far
	kept   int                       // how often a record in short went on
	now    time.Time
}

var modelTests = []test{
	{"whatever processes do in whatever order, no letter is claimed twice and no paper sent twice", func(w *world) {
		run, kept := 0, 0
		other := w.open()
		rapid.Check(w.T, func(t *rapid.T) {
			run++
			m := &outboxModel{world: w, t: t, stores: []*store.Store{w.Store, other}, now: noon, papers: 1,
				held: map[int64]int64{}, claims: map[int64]letter.Letter{}, ended: map[int64]bool{}, had: map[string]letter.Outcome{}}
			var readers []int64
			for i := range 3 {
				readers = append(readers, w.add(fmt.Sprintf("r%d.%d@example.org", run, i), noon).ID)
			}
			for range 3 {
				m.owners = append(m.owners, w.join(noon))
			}
			t.Repeat(map[string]func(*rapid.T){
				"slot": m.slot, "claim": m.claim, "settle": m.settle, "release": m.release, "die": m.die, "": m.check,
			})
			m.drain(readers)
			kept += m.kept
		})
		if kept == 0 {
			w.Error("no record in short was ever kept")
		}
	}},
}

func (m *outboxModel) store() *store.Store { return rapid.SampledFrom(m.stores).Draw(m.t, "store") }
func (m *outboxModel) owner() int64        { return rapid.SampledFrom(m.owners).Draw(m.t, "owner") }

// slot brings the next slot, with one new paper, for everyone who is due.
func (m *outboxModel) slot(*rapid.T) {
	m.now = m.now.Add(day)
	m.papers++
	s := m.store()
	due, err := s.Due(m.Context(), m.now, 0, 100)
	m.ok(err)
	var entries []digest.Entry
	for _, d := range due {
		m.inShort(s, d)
		var keys []paper.Key
		for key := paper.Key(1); key <= m.papers; key++ {
			if !slices.Contains(d.History.Sent, key) {
				keys = append(keys, key)
			}
		}
		e := entry(d.Reader, m.now, keys...)
		e.Supersedes, e.Had = d.Supersedes, d.Had
		for _, id := range d.Supersedes {
			if m.held[id] != 0 {
				m.t.Fatalf("letter %d is held and to be superseded", id)
			}
			m.ended[id] = true
		}
		entries = append(entries, e)
	}
	n, err := s.Enqueue(m.Context(), entries, m.now)
	m.ok(err)
	if n != len(entries) {
		m.t.Fatalf("%d of %d readers were served", n, len(entries))
	}
}

// inShort holds what was kept in short against all letters.
func (m *outboxModel) inShort(s *store.Store, d digest.Due) {
	full, err := s.DueOf(m.Context(), d.Reader.ID, m.now)
	m.ok(err)
	ignore := cmpopts.IgnoreFields(digest.Due{}, "Had")
	if diff := cmp.Diff(full, d, ignore, cmpopts.EquateEmpty()); diff != "" {
		m.t.Fatalf("reader %d had (-letters +in short)\n%s", d.Reader.ID, diff)
	}
	if d.Had != nil {
		m.kept++
	}
}

func (m *outboxModel) claim(*rapid.T) {
	owner := m.owner()
	ls, err := m.store().Claim(m.Context(), owner, m.now, rapid.IntRange(1, 3).Draw(m.t, "limit"))
	m.ok(err)
	for _, l := range ls {
		if m.held[l.ID] != 0 || m.ended[l.ID] {
			m.t.Fatalf("letter %d was claimed, held by %d, ended %t", l.ID, m.held[l.ID], m.ended[l.ID])
		}
		m.held[l.ID], m.claims[l.ID] = owner, l.Letter
	}
}

// one of the letters that are held, if any.
func (m *outboxModel) one() (letter.Letter, bool) {
	if len(m.claims) == 0 {
		return letter.Letter{}, false
	}
	ids := slices.Sorted(maps.Keys(m.claims))
	return m.claims[rapid.SampledFrom(ids).Draw(m.t, "letter")], true
}

func (m *outboxModel) settle(*rapid.T) {
	l, some := m.one()
	if !some {
		return
	}
	outcome := rapid.SampledFrom([]letter.Outcome{letter.Delivered, letter.Temporary, letter.Rejected, letter.Unknown, letter.RefusesUs}).Draw(m.t, "outcome")
	state := letter.Queued
	switch outcome {
	case letter.Delivered:
		state = letter.Sent
		m.went(l)
	case letter.Rejected:
		state = letter.Failed
	}
	m.ended[l.ID] = state != letter.Queued
	s := settlement(l, outcome, state, m.now)
	m.ok(m.store().Settle(m.Context(), m.held[l.ID], []letter.Settlement{s}))
	m.free(l.ID)
}

// went notes a delivery; none of the papers may have gone to the reader before.
func (m *outboxModel) went(l letter.Letter) {
	for _, p := range l.Picks {
		key := fmt.Sprint(l.Reader, " had ", p.Paper)
		if _, before := m.had[key]; before {
			m.t.Fatalf("reader %d gets paper %d twice", l.Reader, p.Paper)
		}
		m.had[key] = letter.Delivered
	}
}

func (m *outboxModel) free(id int64) {
	delete(m.held, id)
	delete(m.claims, id)
}

func (m *outboxModel) release(*rapid.T) {
	if l, some := m.one(); some {
		m.ok(m.store().Release(m.Context(), m.held[l.ID], []int64{l.ID}))
		m.free(l.ID)
	}
}

// die lets one owner fall silent and another take over.
func (m *outboxModel) die(*rapid.T) {
	dead := m.owner()
	m.ok(m.Beat(m.Context(), dead, noon.Add(-hour)))
	next := m.join(noon)
	_, err := m.store().Reap(m.Context(), next, allAlive, "here", noon.Add(-time.Minute), noon)
	m.ok(err)
	for i, owner := range m.owners {
		if owner == dead {
			m.owners[i] = next
		}
	}
	for id, owner := range m.held {
		if owner == dead {
			m.free(id)
		}
	}
}

func (m *outboxModel) check(*rapid.T) {
	for id, holder := range m.held {
		for _, owner := range m.owners {
			if held, err := holds(m.Context(), m, owner, id); err != nil || held != (owner == holder) {
				m.t.Fatalf("letter %d of %d: owner %d holds it: %t, %v", id, holder, owner, held, err)
			}
		}
	}
}

// drain sends all that is left: every reader has then had every paper, unless
// a letter with it was refused for good after the last slot.
func (m *outboxModel) drain(readers []int64) {
	for id, owner := range m.held {
		m.ok(m.Release(m.Context(), owner, []int64{id}))
		m.free(id)
	}
	for range 2 {
		m.slot(nil)
		ls, err := m.Claim(m.Context(), m.owners[0], m.now.Add(day), 1000)
		m.ok(err)
		for _, l := range ls {
			m.went(l.Letter)
			m.world.settle(m.owners[0], l.Letter, letter.Delivered, letter.Sent, m.now)
		}
	}
	for _, id := range readers {
		for key := paper.Key(1); key <= m.papers; key++ {
			if _, had := m.had[fmt.Sprint(id, " had ", key)]; !had {
				m.t.Fatalf("reader %d missed paper %d", id, key)
			}
		}
		m.ok(m.Delete(m.Context(), id))
	}
	for _, owner := range m.owners {
		m.ok(m.Part(m.Context(), owner))
	}
}
