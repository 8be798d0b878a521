package edition

import (
	"bufio"
	"cmp"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"paperboy/internal/digest"
	"paperboy/internal/letter"
	"paperboy/internal/paper"
	"paperboy/internal/post"
	"paperboy/internal/store"
)

var (
	benchLetters = flag.Int("letters", 2000, "letters of a sending in BenchmarkSend")
	benchServer  = flag.String("server", "", "host:port of the mail server of BenchmarkSend; none: one that throws letters away")
)

// discard agrees to everything and keeps nothing but the count.
type discard struct{ letters, bytes atomic.Int64 }

func (d *discard) listen(b *testing.B) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go d.serve(conn)
		}
	}()
	return listener.Addr().String()
}

func (d *discard) serve(conn net.Conn) {
	defer conn.Close()
	in := bufio.NewReaderSize(conn, 64<<10)
	answers := map[string]string{"EHLO": "250-here\r\n250 PIPELINING\r\n", "DATA": "354 go ahead\r\n"}
	_, _ = conn.Write([]byte("220 here\r\n"))
	body := false
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return
		}
		d.bytes.Add(int64(len(line)))
		if body && string(line) != ".\r\n" {
			continue
		}
		if body {
			d.letters.Add(1)
		}
		verb := string(line[:min(4, len(line))])
		body = verb == "DATA"
		_, _ = conn.Write([]byte(cmp.Or(answers[verb], "250 ok\r\n")))
	}
}

// crowd is a database with readers, and a thousand papers.
func crowd(b *testing.B, readers int, now time.Time) *store.Store {
	b.Helper()
	s := mustOpen(b, scratch(b))
	source := &shelf{name: "arxiv"}
	for n := range 1000 {
		source.put(n, n, fmt.Sprintf("Learning to fold laundry with robots that see, hear and feel, part %d of many", n), now.Add(-2*time.Hour))
		l := &source.listings[n]
		l.Summary = strings.Repeat("We present a method that does what no other method did before, and show that it does so well. ", 12)
		l.Authors = []string{"Ada Example", "Ben Beispiel", "Chloé Exemple", "Dmitri Primer", "Eve Esempio"}
		l.URL = "https://arxiv.org/abs/" + l.ID
		l.PDF, l.Code = "https://arxiv.org/pdf/"+l.ID, "https://code.example.org/"+l.ID
	}
	if _, err := s.Record(b.Context(), "arxiv", paper.Batch{Listings: source.listings}, now.Add(-time.Hour)); err != nil {
		b.Fatal(err)
	}
	for i := range readers {
		addReader(b, s, fmt.Sprintf("reader%d@example.net", i), fmt.Sprintf("robots, laundry, \"topic %d\"", i), utc(7), now.Add(-time.Hour))
	}
	return s
}

// owe gives every reader a letter of ten papers, some with reasons.
func owe(b *testing.B, s *store.Store, keys []paper.Key, now time.Time) {
	b.Helper()
	random := rand.New(rand.NewPCG(1, uint64(now.Unix())))
	words := strings.Fields("method robots laundry feel learning part well present other before show fold see hear")
	for after := int64(0); ; {
		due, err := s.Due(b.Context(), now, after, 1000)
		if err != nil {
			b.Fatal(err)
		}
		if len(due) == 0 {
			return
		}
		var entries []digest.Entry
		for _, d := range due {
			l := &letter.Letter{Kind: letter.Digest, Reader: d.Reader.ID, Slot: now, Made: now, State: letter.Queued,
				MessageID: letter.NewMessageID(letter.Digest, d.Reader.ID, now, "example.org"),
				Matched:   10 + random.IntN(5), Keywords: d.Reader.Keywords}
			for _, i := range random.Perm(len(keys))[:10] {
				p := letter.Pick{Paper: keys[i]}
				for range 1 + random.IntN(2) {
					word := words[random.IntN(len(words))]
					p.Reasons = append(p.Reasons, letter.Reason{Term: word, Field: []string{"title", "abstract"}[random.IntN(2)], Text: word})
				}
				l.Picks = append(l.Picks, p)
			}
			entries = append(entries, digest.Entry{Reader: d.Reader, Letter: l, Supersedes: d.Supersedes, NextDue: now.Add(time.Hour)})
			after = d.Reader.ID
		}
		if _, err := s.Enqueue(b.Context(), entries, now); err != nil {
			b.Fatal(err)
		}
	}
}

// processor is the time that this process had of the processors.
func processor(b *testing.B) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// BenchmarkSend sends personal letters of ten papers over eight connections,
// from the outbox to the last settlement.
func BenchmarkSend(b *testing.B) {
	now := time.Date(2026, 6, 18, 8, 0, 0, 0, time.UTC)
	s := crowd(b, *benchLetters, now)
	found, err := s.Candidates(b.Context(), now, 7*24*time.Hour)
	if err != nil {
		b.Fatal(err)
	}
	var keys []paper.Key
	for _, p := range found.Papers {
		keys = append(keys, p.Key)
	}
	sink := &discard{}
	host, port, err := net.SplitHostPort(cmp.Or(*benchServer, sink.listen(b)))
	if err != nil {
		b.Fatal(err)
	}
	number, _ := strconv.Atoi(port)
	smtp, err := post.NewSMTP(post.Config{Host: host, Port: number, TLS: "none"})
	if err != nil {
		b.Fatal(err)
	}
	e := newEdition(b, s, func(ctx context.Context) (Conn, error) { return smtp.Open(ctx) })
	e.Connections = 8
	var bytes atomic.Int64
	e.Build = func(m letter.Message) ([]byte, error) {
		data, err := post.Build(m)
		bytes.Add(int64(len(data)))
		return data, err
	}
	sent, at, cpu := 0, now, time.Duration(0)
	for b.Loop() {
		b.StopTimer()
		owe(b, s, keys, at)
		cpu -= processor(b)
		b.StartTimer()
		report, err := e.Send(b.Context(), at)
		if err != nil || report.Delivered != *benchLetters {
			b.Fatalf("%+v, %v", report, err)
		}
		cpu += processor(b)
		sent, at = sent+report.Delivered, at.Add(24*time.Hour)
	}
	b.ReportMetric(float64(sent)/b.Elapsed().Seconds(), "letters/s")
	b.ReportMetric(float64(cpu.Microseconds())/float64(sent), "cpu-µs/letter")
	b.ReportMetric(float64(bytes.Load())/float64(sent), "bytes/letter")
	if got := sink.letters.Load(); *benchServer == "" && got != int64(sent) {
		b.Errorf("%d letters arrived of %d", got, sent)
	}
}
