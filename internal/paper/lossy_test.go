package paper

import (
	"regexp"
	"strings"
	"testing"
)

func TestMendPutsBackWhatIsCertain(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"an 8.2times speed-up at 256times256", "an 8.2× speed-up at 256×256"},
		{"three times, 2 times faster, sometimes", "three times, 2 times faster, sometimes"},
		{"a 360^circ panorama, 360^{circ} and 90circ", "a 360° panorama, 360° and 90°"},
		{"a circle, circus, 3circles", "a circle, circus, 3circles"},
		{"nabla^2DFT and infty-LLMs", "∇²DFT and ∞-LLMs"},
		{"Denser neq Better", "Denser ≠ Better"},
		{"in mathcal{O}(n) for mathbf{x}", "in O(n) for x"},
		{"textbf{Bold}, a textbook, emph{so}", "Bold, a textbook, so"},
		{"as shown cite{sd3,gpt4o}.", "as shown."},
		{"the pretextbf{b}", "the pretextbfb"},
		{"sim700 samples, 1sim4, a sim of 3, simple", "~700 samples, 1~4, a sim of 3, simple"},
		{"0.69pm0.16 and 93.2 pm 0.5, at 5 pm 20 people came", "0.69±0.16 and 93.2 ± 0.5, at 5 pm 20 people came"},
		{"muP and muZero", "μP and muZero"},
		{`Schr"odinger, H"older and "our" way`, `Schrödinger, Hölder and "our" way`},
		{"Fr'echet, Poincar'e, Carath'eodory, B'ezier, R'enyi, caf'e", "Fréchet, Poincaré, Carathéodory, Bézier, Rényi, café"},
		{"l'eau, d'etat, L'evolution, qu'elle, Xi'an, Ne'eman, don't, we've, O'Brien", "l'eau, d'etat, L'evolution, qu'elle, Xi'an, Ne'eman, don't, we've, O'Brien"},
		{"the 'end' and 'each' one's", "the 'end' and 'each' one's"},
		{"ErdH{o}s", "Erdős"},
		{"alpha, beta = 1, pi", "alpha, beta = 1, pi"},
	} {
		if got := Text(mend(c.in), TeX); got != c.want {
			t.Errorf("%q\n got %q\nwant %q", c.in, got, c.want)
		}
	}
}

// What was mended in a captured copy that had lost its TeX stands so in the
// author's own text.
func TestMendAgreesWithTheAuthors(t *testing.T) {
	token := regexp.MustCompile(`[^\s,.;:()]+`)
	mended, before, after := 0, 0, 0
	type pair struct {
		ID      string
		Title   string `json:"arxiv_title"`
		Summary string `json:"arxiv_abstract"`
		Copy    string `json:"hf_title"`
		Copied  string `json:"hf_summary"`
	}
	jsonl(t, "hf-vs-arxiv-pairs.jsonl", func(v pair) {
		for _, texts := range [][2]string{{v.Title, v.Copy}, {v.Summary, v.Copied}} {
			own, lost, put := Text(texts[0], TeX), Text(texts[1], TeX), Text(mend(texts[1]), TeX)
			for _, w := range token.FindAllString(lost, -1) {
				if !strings.Contains(own, w) {
					before++
				}
			}
			for _, w := range token.FindAllString(put, -1) {
				if strings.Contains(own, w) {
					continue
				}
				after++
				if !strings.Contains(lost, w) {
					t.Errorf("%s: %q was mended, and does not stand in the author's text", v.ID, w)
				}
			}
			if lost != put {
				mended++
			}
		}
	})
	t.Logf("%d texts mended; words unlike the author's: %d before, %d after", mended, before, after)
	if mended == 0 || after >= before {
		t.Error("mending mended nothing")
	}
}

// Every paper of a source that loses TeX is read so, once a round.
func BenchmarkMend(b *testing.B) {
	s := strings.Repeat("We approximate the simple dynamics of 3 robots, many times, at 5 pm; computing emulates musicians. ", 12)
	for b.Loop() {
		mend(s)
	}
}
