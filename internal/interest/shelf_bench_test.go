package interest

import (
	"fmt"
	"testing"

	"paperboy/internal/peers/crowd"
)

// BenchmarkShelf is what matching costs by the number of readers: 1,000 papers
// and readers of five keywords each.
//
//	go test -run=NONE -bench=Shelf -benchtime=1x ./internal/interest
func BenchmarkShelf(b *testing.B) {
	papers := crowd.Papers(b)
	var documents []*Document
	for _, p := range papers[:1000] {
		documents = append(documents, Read(p))
	}
	for n := 1000; n <= 1000000; n *= 10 {
		b.Run(fmt.Sprintf("readers=%d", n), func(b *testing.B) {
			keywords := make([]string, n)
			for i, readers := 0, crowd.NewReaders(papers, 1); i < n; i++ {
				keywords[i] = readers.Keywords()
			}
			matches := 0
			var counts [1001]int
			var s *Shelf
			for b.Loop() {
				s = NewShelf(documents)
				matches = 0
				clear(counts[:])
				var a Answer
				for _, k := range keywords {
					if err := s.Ask(k, &a); err != nil {
						b.Fatal(err)
					}
					found := len(a.Found())
					matches += found
					counts[found]++
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/reader")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(matches), "ns/match")
			b.ReportMetric(float64(matches)/float64(n), "matches/reader")
			b.ReportMetric(float64(len(s.parts.parts)+len(s.older.parts)), "keywords")
			b.ReportMetric(float64(median(counts[:], n)), "median")
		})
	}
}

func median(counts []int, n int) int {
	for i, c := range counts {
		if n -= 2 * c; n <= 0 {
			return i
		}
	}
	return len(counts)
}
