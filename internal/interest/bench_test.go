package interest

import (
	"encoding/json"
	"os"
	"testing"

	"paperboy/internal/peers"
)

// sample reads the abstracts of one of arXiv's days.
func sample(t testing.TB) []struct{ Title, Abstract string } {
	t.Helper()
	file, err := os.ReadFile(peers.Data(t, "arxiv", "days", "2026-06-30.json"))
	if err != nil {
		t.Fatal(err)
	}
	var day struct {
		Papers []struct{ Title, Abstract string }
	}
	if err := json.Unmarshal(file, &day); err != nil {
		t.Fatal(err)
	}
	return day.Papers
}

func BenchmarkRead(b *testing.B) {
	papers := sample(b)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		p := papers[i%len(papers)]
		newDocument(p.Title, p.Abstract, nil, nil, nil)
	}
}

func BenchmarkMatches(b *testing.B) {
	var documents []*Document
	for _, p := range sample(b) {
		documents = append(documents, newDocument(p.Title, p.Abstract, nil, nil, nil))
	}
	for _, keywords := range []string{
		"approximations", "robot diffusion policy", `"diffusion policy"`, "k-means", "approx*",
		"reinforcement learning OR rag, \"large language model\" agents -survey, title:robot*",
	} {
		want := parse(b, keywords)
		b.Run(keywords, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				want.Matches(documents[i%len(documents)])
			}
		})
	}
}

func parse(t interface {
	Helper()
	Fatalf(string, ...any)
}, keywords string) Interest {
	t.Helper()
	i, err := Parse(keywords)
	if err != nil {
		t.Fatalf("%q: %v", keywords, err)
	}
	return i
}
