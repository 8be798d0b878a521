package edition

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"paperboy/internal/digest"
	"paperboy/internal/letter"
	"paperboy/internal/paper"
	"paperboy/internal/peers"
	"paperboy/internal/post"
	"paperboy/internal/store"
	"paperboy/internal/subscription"
)

// One letter of ten papers from the outbox to a mail server that takes
// everything (Postfix's smtp-sink), over eight connections, settled on disk:
//
//	go test -run=NONE -bench=Send -benchtime=5000x ./internal/edition
func BenchmarkSend(b *testing.B) {
	sink := peers.DiscardingSink(b)
	s := mustOpen(b, scratch(b))
	now := time.Date(2026, 6, 18, 8, 0, 0, 0, time.UTC)
	fillOutbox(b, s, b.N, now)
	smtp, err := post.NewSMTP(post.Config{Host: sink.Host, Port: sink.Port, TLS: "none"})
	if err != nil {
		b.Fatal(err)
	}
	var bytes atomic.Int64
	e := newEdition(b, s, func(ctx context.Context) (Conn, error) {
		conn, err := smtp.Open(ctx)
		return weighed{conn, &bytes}, err
	})
	e.Connections = 8
	b.ResetTimer()
	r, err := e.Send(b.Context(), now)
	if err != nil || r.Delivered != b.N {
		b.Fatalf("%d of %d letters delivered: %v", r.Delivered, b.N, err)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "letters/s")
	b.ReportMetric(float64(bytes.Load())/float64(b.N), "B/letter")
}

// weighed counts what goes over a connection.
type weighed struct {
	Conn
	bytes *atomic.Int64
}

func (w weighed) Send(ctx context.Context, e letter.Envelope) letter.Reply {
	w.bytes.Add(int64(len(e.Data)))
	return w.Conn.Send(ctx, e)
}

// fillOutbox queues a letter of ten of a thousand papers for each of n readers
// with keywords of their own.
func fillOutbox(b *testing.B, s *store.Store, n int, now time.Time) {
	b.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	keys := benchPapers(b, s, r, now)
	var entries []digest.Entry
	for i := range n {
		keywords := fmt.Sprintf(`"%s", "%s", "%s", %s, %s`, prose(r, 2), prose(r, 2), prose(r, 2), prose(r, 1), prose(r, 1))
		id := addReader(b, s, fmt.Sprintf("reader%d@example.net", i), keywords, utc(7), now.Add(-48*time.Hour))
		reader, err := s.Reader(b.Context(), id)
		if err != nil {
			b.Fatal(err)
		}
		entries = append(entries, digest.Entry{Reader: reader, NextDue: now.Add(24 * time.Hour), Letter: benchLetter(r, reader, keys, now)})
		if len(entries) == 500 || i == n-1 {
			if _, err := s.Enqueue(b.Context(), entries, now); err != nil {
				b.Fatal(err)
			}
			entries = nil
		}
	}
}

func benchLetter(r *rand.Rand, reader subscription.Reader, keys []paper.Key, now time.Time) *letter.Letter {
	l := &letter.Letter{
		Kind: letter.Digest, Reader: reader.ID, Slot: now, Made: now, State: letter.Queued,
		MessageID: letter.NewMessageID(letter.Digest, reader.ID, now, "example.org"),
		Matched:   10 + r.IntN(20), Keywords: reader.Keywords, Horizon: 1,
	}
	for range 10 {
		word := prose(r, 1)
		l.Picks = append(l.Picks, letter.Pick{Paper: keys[r.IntN(len(keys))], Heat: r.Float64(),
			Reasons: []letter.Reason{{Term: word, Field: "title", Text: word}}})
	}
	return l
}

func benchPapers(b *testing.B, s *store.Store, r *rand.Rand, now time.Time) []paper.Key {
	b.Helper()
	var listings []paper.Listing
	for n := range 1000 {
		listings = append(listings, paper.Listing{
			Source: "bench", ID: fmt.Sprintf("2606.%05d", n), Title: prose(r, 9), Summary: prose(r, 30) + ". " + prose(r, 25) + ". " + prose(r, 100) + ".",
			Authors: []string{"Ada Example", "Bo Example", "Cy Example", "Di Example", "Ed Example"}, Organization: "Example Institute",
			Published: now, Listed: now.Add(-time.Hour), URL: fmt.Sprintf("https://example.org/abs/%d", n), Code: fmt.Sprintf("https://example.org/code/%d", n),
			Discussion: fmt.Sprintf("https://example.org/papers/%d", n), Signals: paper.Signals{Votes: paper.Known(r.IntN(60))},
		})
	}
	if _, err := s.Record(b.Context(), "bench", paper.Batch{Listings: listings}, now.Add(-time.Hour)); err != nil {
		b.Fatal(err)
	}
	c, err := s.Candidates(b.Context(), now, digest.Reach)
	if err != nil {
		b.Fatal(err)
	}
	keys := make([]paper.Key, len(c.Papers))
	for i, p := range c.Papers {
		keys[i] = p.Key
	}
	return keys
}

var benchWords = strings.Fields(`diffusion policy robot grasp graph neural network language model retrieval protein folding
	quantum error correction speech recognition vision transformer attention sparse kernel approximation gradient descent
	federated privacy reinforcement learning reward planning causal inference bayesian sampling segmentation detection`)

func prose(r *rand.Rand, n int) string {
	words := make([]string, n)
	for i := range words {
		words[i] = benchWords[r.IntN(len(benchWords))]
	}
	return strings.Join(words, " ")
}
