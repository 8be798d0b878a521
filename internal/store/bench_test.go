package store_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"paperboy/internal/digest"
	"paperboy/internal/letter"
	"paperboy/internal/paper"
	"paperboy/internal/store"
	"paperboy/internal/subscription"
)

// busyStore is a database with readers, and the papers of a week.
func busyStore(b *testing.B, readers, papers int) *store.Store {
	b.Helper()
	file := filepath.Join(b.TempDir(), "paperboy.db")
	s := openFile(b, file)
	for i := range readers {
		address := fmt.Sprintf("r%d@example.org", i)
		r := subscription.Reader{Address: address, Folded: address, Keywords: "diffusion", Rhythm: daily(7)}
		if _, err := s.Add(b.Context(), r, noon); err != nil {
			b.Fatal(err)
		}
	}
	for at := range 5 {
		if _, err := s.Record(b.Context(), "arxiv", paper.Batch{Listings: papersOf(papers)}, noon.Add(time.Duration(at)*time.Hour)); err != nil {
			b.Fatal(err)
		}
	}
	// What is measured waits for the disk as it does in life.
	s, err := store.Open(b.Context(), "sqlite:"+file)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	return s
}

func papersOf(n int) []paper.Listing {
	all := make([]paper.Listing, n)
	for i := range all {
		all[i] = listed(fmt.Sprintf("26%02d.%05d", i/100000, i%100000), fmt.Sprint("A paper on things, number ", i), i)
		all[i].Summary = strings.Repeat("A summary has some fifteen hundred letters. ", 35)
		all[i].Authors = []string{"Ada Example", "Ben Example", "Cy Example", "Di Example"}
		all[i].URL = "https://arxiv.org/abs/" + all[i].ID
	}
	return all
}

func BenchmarkRecordAgain1000(b *testing.B) {
	s := busyStore(b, 0, 1000)
	for b.Loop() {
		if _, err := s.Record(b.Context(), "arxiv", paper.Batch{Listings: papersOf(1000)}, noon); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCandidates5000(b *testing.B) {
	s := busyStore(b, 0, 5000)
	for b.Loop() {
		c, err := s.Candidates(b.Context(), noon.Add(day), 7*day)
		if err != nil || len(c.Papers) != 5000 {
			b.Fatal(len(c.Papers), err)
		}
	}
}

// Each round takes the place of the letters of the one before.
func BenchmarkDueAndEnqueue1000(b *testing.B) {
	s := busyStore(b, 1000, 0)
	at := noon
	for b.Loop() {
		enqueueRound(b, s, at)
		at = at.Add(day)
	}
}

func enqueueRound(b *testing.B, s *store.Store, at time.Time) {
	due, err := s.Due(b.Context(), at, 0, 1000)
	if err != nil || len(due) != 1000 {
		b.Fatal(len(due), err)
	}
	entries := make([]digest.Entry, len(due))
	for i, d := range due {
		entries[i] = entry(d.Reader, at, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
		entries[i].Supersedes = d.Supersedes
	}
	if n, err := s.Enqueue(b.Context(), entries, at); err != nil || n != 1000 {
		b.Fatal(n, err)
	}
}

// A year of daily letters is what a reader had.
func BenchmarkDue100ReadersOfAYear(b *testing.B) {
	s := busyStore(b, 100, 0)
	for d := range 365 {
		at := noon.Add(time.Duration(d) * day)
		due, err := s.Due(b.Context(), at, 0, 100)
		if err != nil {
			b.Fatal(err)
		}
		var entries []digest.Entry
		for _, one := range due {
			first := paper.Key(10 * d)
			e := entry(one.Reader, at, first+1, first+2, first+3, first+4, first+5, first+6, first+7, first+8, first+9, first+10)
			if e.Had = one.Had; e.Had != nil { // as the papers of two weeks are candidates
				e.Had.Floor = first - 150
				e.Had.Sent = slices.DeleteFunc(e.Had.Sent, func(key paper.Key) bool { return key < e.Had.Floor })
			}
			entries = append(entries, e)
		}
		if _, err := s.Enqueue(b.Context(), entries, at); err != nil {
			b.Fatal(err)
		}
		sendAll(b, s, at, 100)
	}
	for b.Loop() {
		if _, err := s.Due(b.Context(), noon.Add(366*day), 0, 100); err != nil {
			b.Fatal(err)
		}
	}
}

// sendAll claims all letters and settles them in groups.
func sendAll(b *testing.B, s *store.Store, at time.Time, group int) {
	owner, err := s.Join(b.Context(), "here", 1, at)
	if err != nil {
		b.Fatal(err)
	}
	for {
		ls, err := s.Claim(b.Context(), owner, at, group)
		if err != nil {
			b.Fatal(err)
		}
		if len(ls) == 0 {
			break
		}
		var ss []letter.Settlement
		for _, l := range ls {
			ss = append(ss, settlement(l.Letter, letter.Delivered, letter.Sent, at))
		}
		if err := s.Settle(b.Context(), owner, ss); err != nil {
			b.Fatal(err)
		}
	}
	if err := s.Part(b.Context(), owner); err != nil {
		b.Fatal(err)
	}
}

func BenchmarkClaimAndSettle1000(b *testing.B) {
	s := busyStore(b, 1000, 0)
	at := noon
	for b.Loop() {
		b.StopTimer()
		enqueueRound(b, s, at)
		b.StartTimer()
		sendAll(b, s, at, 100)
		at = at.Add(day)
	}
}

func BenchmarkSettleOne(b *testing.B) {
	s := busyStore(b, 1000, 0)
	enqueueRound(b, s, noon)
	owner, err := s.Join(b.Context(), "here", 1, noon)
	if err != nil {
		b.Fatal(err)
	}
	ls, err := s.Claim(b.Context(), owner, noon, 1000)
	if err != nil {
		b.Fatal(err)
	}
	for i := 0; b.Loop(); i++ {
		one := settlement(ls[i%len(ls)].Letter, letter.Delivered, letter.Sent, noon)
		if err := s.Settle(b.Context(), owner, []letter.Settlement{one}); err != nil {
			b.Fatal(err)
		}
	}
}

// A thousand letters on their way, as eight connections send them: claimed 200
// at once, settled eight in a commit, which tells of the next eight.
func BenchmarkSend1000(b *testing.B) {
	s := busyStore(b, 1000, 0)
	owner, err := s.Join(b.Context(), "here", 1, noon)
	if err != nil {
		b.Fatal(err)
	}
	for at := noon; b.Loop(); at = at.Add(day) {
		b.StopTimer()
		enqueueRound(b, s, at)
		b.StartTimer()
		var done []letter.Settlement
		for {
			ls, err := s.Claim(b.Context(), owner, at, 200)
			if err != nil {
				b.Fatal(err)
			}
			if len(ls) == 0 {
				break
			}
			for group := range slices.Chunk(ls, 8) {
				var next []int64
				for _, l := range group {
					next = append(next, l.ID)
				}
				held, err := s.Turn(b.Context(), owner, done, next)
				if err != nil || !held[next[0]] {
					b.Fatal(held, err)
				}
				done = done[:0]
				for _, l := range group {
					done = append(done, settlement(l.Letter, letter.Delivered, letter.Sent, at))
				}
			}
		}
		if err := s.Settle(b.Context(), owner, done); err != nil {
			b.Fatal(err)
		}
	}
}
