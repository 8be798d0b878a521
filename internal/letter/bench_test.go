package letter_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"paperboy/internal/letter"
	"paperboy/internal/paper"
)

// One ordinary letter of ten papers: a round composes one for every reader.
func BenchmarkDigest(b *testing.B) {
	c := composer(b)
	ps := captured(b, "2026-06-30")[:10]
	l, in := addressed(b, "video, diffusion, agents", ps, 3)
	for b.Loop() {
		if _, err := c.Digest(l, in); err != nil {
			b.Fatal(err)
		}
	}
}

// The same for the wire: letters of many readers, each with keywords of its
// own, over the papers of some days.
func BenchmarkEncoded(b *testing.B) {
	c := composer(b)
	ps := captured(b, "2026-06-25", "2026-06-26", "2026-06-29", "2026-06-30")
	random := rand.New(rand.NewPCG(1, 2))
	var ls []letter.Letter
	var ins []letter.DigestInput
	for reader := range 2000 {
		random.Shuffle(len(ps), func(i, j int) { ps[i], ps[j] = ps[j], ps[i] })
		l, in := ofPapers(ps[:10]...)
		for i, p := range ps[:10] {
			field, text := "abstract", p.Summary
			if i%3 == 0 {
				field, text = "title", p.Title
			}
			words := strings.Fields(text)
			word := strings.Trim(words[random.IntN(len(words))], ".,:;?!()")
			l.Picks[i].Reasons = []letter.Reason{{Term: "=" + word, Field: field, Text: word}}
			l.Keywords += word + "\n"
		}
		in.Location = time.UTC
		in.Links.Mark = func(k paper.Key) string { return fmt.Sprintf("https://paperboy.example/mark/%030d-%d", reader, k) }
		ls, ins = append(ls, l), append(ins, in)
	}
	b.ReportAllocs()
	room := new(letter.Encoded)
	for i := 0; b.Loop(); i++ {
		if _, err := c.Encoded(ls[i%len(ls)], ins[i%len(ls)], room); err != nil {
			b.Fatal(err)
		}
	}
}

// What there is to do once for each paper: letters of papers that no letter was
// of before.
func BenchmarkNewPapers(b *testing.B) {
	c := composer(b)
	ps := captured(b, "2026-06-25", "2026-06-26", "2026-06-29", "2026-06-30")
	b.ReportAllocs()
	room := new(letter.Encoded)
	for b.Loop() {
		for i := range ps {
			loaded := *ps[i]
			ps[i] = &loaded
		}
		for some := range slices.Chunk(ps, 10) {
			l, in := ofPapers(some...)
			in.Location = time.UTC
			for i := range l.Picks {
				l.Picks[i].Reasons = []letter.Reason{{Term: "model", Field: "abstract", Text: "model"}}
			}
			if _, err := c.Encoded(l, in, room); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*len(ps)), "µs/paper")
}
