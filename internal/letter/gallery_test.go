package letter_test

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"paperboy/internal/letter"
	"paperboy/internal/paper"
	"paperboy/internal/peers"
)

var gallery = flag.String("gallery", "", "draw letters of every kind as pictures into this `FOLDER`")

// The letters as people see them, at the width of a phone and of a desk, light
// and dark, to be looked at:
//
//	go test -run Gallery ./internal/letter -gallery /tmp/gallery
func TestGallery(t *testing.T) {
	if *gallery == "" {
		t.Skip("no folder is named with -gallery")
	}
	if err := os.MkdirAll(*gallery, 0o755); err != nil {
		t.Fatal(err)
	}
	chromium := peers.Program(t, "chromium", "chromium-browser", "google-chrome")
	for name, shown := range galleryLetters() {
		l, in := ofPapers(shown...)
		for i := range l.Picks {
			l.Picks[i].Rising = i%3 == 0
			l.Picks[i].Reasons = []letter.Reason{{Term: "robot", Field: "title", Text: "Robots"}, {Term: `"language model"`, Field: "abstract", Text: "language models"}}
		}
		m, err := composer(t).Digest(l, in)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(*gallery, name+".html")
		if err := os.WriteFile(file, []byte(m.HTML), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(*gallery, name+".txt"), []byte(m.Text), 0o644); err != nil {
			t.Fatal(err)
		}
		for width, size := range map[string]string{"phone": "500,1600", "desk": "860,1500"} {
			for _, dark := range []bool{false, true} {
				draw(t, chromium, file, fmt.Sprintf("%s-%s-%s.png", name, width, map[bool]string{false: "light", true: "dark"}[dark]), size, dark)
			}
		}
	}
}

func draw(t *testing.T, chromium, file, picture, size string, dark bool) {
	t.Helper()
	arguments := []string{"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--user-data-dir=" + t.TempDir(),
		"--window-size=" + size, "--screenshot=" + filepath.Join(*gallery, picture)}
	if dark {
		arguments = append(arguments, "--blink-settings=preferredColorScheme=0")
	}
	if out, err := exec.Command(chromium, append(arguments, "file://"+file)...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// galleryLetters are what letters may have to hold.
func galleryLetters() map[string][]*paper.Paper {
	votes := func(n int) []paper.Reading {
		var all []paper.Reading
		for day := range 5 {
			all = append(all, paper.Reading{Source: "hf", At: morning.Add(-time.Duration(4-day) * 24 * time.Hour), Signals: paper.Signals{Votes: paper.Known(n * (day + 1) * (day + 1) / 25)}})
		}
		return all
	}
	var ten, sixty []*paper.Paper
	for i := range 60 {
		p := &paper.Paper{
			Key: paper.Key(i + 1), Title: fmt.Sprintf("Robots That Read: Teaching Language Models to Fold Laundry, Part %d", i+1),
			Summary: "We study robots that read. A language model with nine billion parameters plans each fold, and two left hands carry it out. Of 1,200 towels 94% were folded at the first try.",
			Authors: []string{"Ada Example", "Bo Sample", "Cy Invented", "Di Madeup", "Ed Fiction"}, Organization: "Example Institute",
			Links:    paper.Links{Abstract: "https://arxiv.org/abs/2605.00001", PDF: "https://arxiv.org/pdf/2605.00001", Discussion: "https://papers.example/1", Code: "https://code.example/1"},
			Readings: votes(200 - 3*i), Sighted: morning.Add(-time.Duration(i%5) * 24 * time.Hour),
		}
		if i%4 == 1 {
			p.Brief = "Robots plan their folds with a language model and need half the tries."
		}
		if i < 10 {
			ten = append(ten, p)
		}
		sixty = append(sixty, p)
	}
	tex := []*paper.Paper{
		{Key: 1, Title: `$H_\infty$ Control of Robots with LoRA$^2$ and $\nabla^2$DFT at 98.5\%`, Summary: `We bound $d^{5/4}\sqrt{T}$ by $\mathbb{F}_{p^m}$, \emph{as robots do}, where $x_{ij}^Q \leq \frac{a+b}{2}$. Every Lo\` + "`" + `eve expansion costs $500.`, Authors: []string{`Fr\'echet, M.`}, Readings: votes(30)},
		{Key: 2, Title: `$\mathcal{O}(n \log n)$ is enough: \textit{Robots} Under $\ell_\infty$ Siege`, Summary: "A second one."},
	}
	return map[string][]*paper.Paper{
		"one": ten[:1], "ten": ten, "sixty": sixty, "tex": tex,
		"hostile": {hostile(1), {Key: 2, Title: strings.Repeat("Verylongword", 20), Summary: strings.Repeat("漢字", 200)}, {Key: 3, Title: "עברית: a title from right to left", Summary: "<script>alert(1)</script> & more"}},
	}
}
