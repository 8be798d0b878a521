package interest

import (
	"bufio"
	"encoding/json"
	"os"
	"testing"

	"paperboy/internal/peers"
)

func TestApproximations(t *testing.T) {
	f, err := os.Open(peers.Data(t, "papers-page-approximations.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	want, err := Parse("approximations")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for s := bufio.NewScanner(f); s.Scan(); n++ {
		var p struct{ Title, Summary string }
		if err := json.Unmarshal(s.Bytes(), &p); err != nil {
			t.Fatal(err)
		}
		if m, ok := want.Match(newDocument(p.Title, p.Summary, nil, nil, nil)); !ok || len(m.Hits) == 0 {
			t.Errorf("%q does not match", p.Title)
		}
	}
	if n != 119 {
		t.Errorf("%d papers read, want 119", n)
	}
}
