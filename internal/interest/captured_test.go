package interest

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"paperboy/internal/paper"
	"paperboy/internal/peers"
)

// TestApproximationsMatchTheWholePage: 117 of its 119 papers hold the word
// 'approximation', one only 'approximate', one 'approximating' too.
func TestApproximationsMatchTheWholePage(t *testing.T) {
	f, err := os.Open(peers.Data(t, "papers-page-approximations.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	want, n := parse(t, "approximations"), 0
	for lines := json.NewDecoder(f); ; n++ {
		var p struct{ Title, Summary string }
		if err := lines.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		d := Read(&paper.Paper{Title: p.Title, Summary: p.Summary})
		m, ok := want.Match(d)
		if !ok || len(m.Hits) == 0 || m.Score <= 0 {
			t.Errorf("%q does not match", p.Title)
		}
		for _, h := range m.Hits {
			checkHit(t, d, h)
		}
	}
	if n != 119 {
		t.Errorf("%d papers read, want 119", n)
	}
}

// TestEveryWordFindsItsPaper types each word of a day's papers as it stands
// there.
func TestEveryWordFindsItsPaper(t *testing.T) {
	papers := sample(t)
	for _, p := range papers[:min(len(papers), 150)] {
		d := Read(&paper.Paper{Title: p.Title, Summary: p.Abstract})
		for _, w := range Words(d.Summary) {
			word := d.Summary[w.Start:w.End]
			if i := parse(t, `="`+word+`"`); !i.Matches(d) {
				t.Errorf("%s is not found in %q", i, d.Summary)
			}
			if i, err := Parse(word); err == nil && !i.Matches(d) {
				t.Errorf("%s is not found in %q", i, d.Summary)
			}
		}
	}
}

func TestReadTakesTextsAsPeopleReadThem(t *testing.T) {
	d := Read(&paper.Paper{
		Title: `A $\beta$-VAE for 5\% of \emph{Data}`, Summary: "LoRA$^2$ on\ntwo lines",
		Authors: []string{`P\'al Erd\H{o}s`}, Categories: []string{"cs.LG"}, Sources: []string{"arxiv"}, Markup: paper.TeX,
	})
	m, ok := parse(t, `"beta-VAE for 5" lora2 "on two" author:erdos cat:cs source:arxiv`).Match(d)
	var texts []string
	for _, h := range m.Hits {
		texts = append(texts, h.Text)
	}
	if diff := cmp.Diff([]string{"β-VAE for 5", "LoRA²", "on two", "Pál Erdős", "cs.LG", "arxiv"}, texts); !ok || diff != "" {
		t.Errorf("%v (-want +got)\n%s", ok, diff)
	}
}
