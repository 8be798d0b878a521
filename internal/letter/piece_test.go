package letter

import (
	"strings"
	"testing"

	"paperboy/internal/interest"
	"paperboy/internal/paper"
)

// shownPieces writes pieces for reading in tests: [hits], <i>, <sup>, <sub>.
func shownPieces(ps []Piece) string {
	var b strings.Builder
	for _, p := range ps {
		text := p.Text
		switch {
		case p.Raised():
			text = "<sup>" + text + "</sup>"
		case p.Lowered():
			text = "<sub>" + text + "</sub>"
		}
		if p.Italic() {
			text = "<i>" + text + "</i>"
		}
		if p.Hit {
			text = "[" + text + "]"
		}
		b.WriteString(text)
	}
	return b.String()
}

func TestPieces(t *testing.T) {
	for name, c := range map[string]struct {
		title, keywords string
		shown           func(string) string
		want            string
	}{
		"matched words are marked":                      {"Diffusion policies for robots", `"diffusion policy"`, nil, "[Diffusion policies] for robots"},
		"every place, in any form":                      {"Robots that teach a robot", "robot", nil, "[Robots] that teach a [robot]"},
		"overlapping matches are one":                   {"Large language model agents", `"language model", "model agents"`, nil, "Large [language model agents]"},
		"marks go around styles":                        {`\emph{Robots} in $H_\infty$`, "robot", nil, "[<i>Robots</i>] in <i>H</i><sub>∞</sub>"},
		"a mark inside a style":                         {`\emph{The robots}`, "robot", nil, "<i>The </i>[<i>robots</i>]"},
		"a mark that the cut goes through":              {"Agents and their robots", "robot", func(s string) string { return s[:20] + "…" }, "Agents and their [rob]…"},
		"a mark beyond the cut":                         {"Agents and their robots", "robot", func(s string) string { return "Agents…" }, "Agents…"},
		"the author's own ellipsis":                     {"Robots…", "robot", nil, "[Robots]…"},
		"a text that had to be cleaned is shown as one": {"Robots\u00ADhere now", "now", func(string) string { return "Robots here, now" }, "Robots here, now"},
		"nothing matched":                               {"Robots", "", nil, "Robots"},
		"no text":                                       {"", "", nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := &paper.Paper{Title: c.title}
			i, err := interest.Parse(c.keywords)
			if err != nil {
				t.Fatal(err)
			}
			m, _ := i.Match(interest.Read(p))
			shown := p.PlainTitle()
			if c.shown != nil {
				shown = c.shown(shown)
			}
			title := newShowing(p.RichTitle(), shown)
			if got := shownPieces(title.pieces(nil, hitsIn(m, "title"))); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}
