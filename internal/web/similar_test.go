package web

import (
	"fmt"
	"testing"

	"paperboy/internal/digest"
	"paperboy/internal/paper"
)

func TestSimilarPapers(t *testing.T) {
	var cs []digest.Candidate
	add := func(title, summary string) *paper.Paper {
		p := &paper.Paper{Key: paper.Key(len(cs) + 1), Title: title, Summary: summary}
		cs = append(cs, digest.Candidate{Paper: p})
		return p
	}
	robots := add("Folding laundry with robots", "We show a method for garments and grippers.")
	near := add("A robot gripper that folds garments", "We show laundry folding as a benchmark.")
	add("Attention in language models", "We show a method for tokens.")
	for i := range 30 {
		add(fmt.Sprintf("On subject%d and matter%d", i, i), "We show a method for this and that.")
	}
	n := newNeighbourhood(cs)
	got := n.near(robots, 5)
	if len(got) != 1 || got[0] != near {
		t.Errorf("near robots are %d papers: %v", len(got), got)
	}
	if got := n.near(&paper.Paper{Title: "Zebrafish"}, 5); len(got) != 0 {
		t.Errorf("near nothing there is: %v", got)
	}
	stranger := &paper.Paper{Key: 99, Title: "Robots and garments"}
	if got := n.near(stranger, 1); len(got) != 1 {
		t.Errorf("an older paper has %d neighbours, at most one was asked for", len(got))
	}
	if got := newNeighbourhood(nil).near(robots, 5); len(got) != 0 {
		t.Errorf("among no papers: %v", got)
	}
}
