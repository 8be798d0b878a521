package letter_test

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"paperboy/internal/letter"
	"paperboy/internal/paper"
)

// enough is the contrast that WCAG 2.2 asks of small text (1.4.3).
const enough = 4.5

// Every word can be read, light and dark: its colour and that behind it are
// those that a browser would use.
func TestEveryWordStandsOutInBothSchemes(t *testing.T) {
	for name, page := range everyHTML(t) {
		root, err := html.Parse(strings.NewReader(page))
		if err != nil {
			t.Fatal(err)
		}
		_, dark, found := strings.Cut(page, "@media (prefers-color-scheme: dark) {")
		if !found {
			t.Fatalf("%s: no dark scheme", name)
		}
		for scheme, rules := range map[string]map[string]colours{"light": nil, "dark": classRules(dark)} {
			words := 0
			eachWord(root, rules, colours{}, func(text string, c colours) {
				words++
				if got := contrast(t, c.text, c.ground); got < enough {
					t.Errorf("%s, %s: contrast %.2f of %s on %s: %q", name, scheme, got, c.text, c.ground, text)
				}
			})
			if words < 5 {
				t.Errorf("%s, %s: only %d texts were looked at", name, scheme, words)
			}
		}
	}
}

// everyHTML are letters of every kind with all that they can show.
func everyHTML(t *testing.T) map[string]string {
	t.Helper()
	ps := append(invented(), &paper.Paper{Key: 50, Title: "$x^2$ Robots", Summary: `\emph{Robots} of size $n_i$.`})
	l, in := ofPapers(ps...)
	for i := range l.Picks {
		l.Picks[i].Rising = true
		l.Picks[i].Reasons = []letter.Reason{{Term: "robot", Field: "title", Text: "Robots"}, {Term: "robot", Field: "abstract", Text: "robots"}}
	}
	m, err := composer(t).Digest(l, in)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{"digest": m.HTML}
	for _, kind := range []letter.Kind{letter.Confirmation, letter.Access, letter.Move} {
		l.Kind = kind
		m, err := composer(t).Notice(l, letter.NoticeInput{
			Link: "https://paperboy.example/confirm/x", Expires: morning.Add(time.Hour), ReplyTo: "confirm@paperboy.example",
		})
		if err != nil {
			t.Fatal(err)
		}
		all[string(kind)] = m.HTML
	}
	return all
}

// colours are a text's and that behind it; empty: as around it.
type colours struct{ text, ground string }

func (c colours) over(around colours) colours {
	if c.text == "" {
		c.text = around.text
	}
	if c.ground == "" {
		c.ground = around.ground
	}
	return c
}

var (
	textColour   = regexp.MustCompile(`(?:^|[;{\s])color:\s*(#[0-9a-f]{6})`)
	groundColour = regexp.MustCompile(`background-color:\s*(#[0-9a-f]{6})`)
	classRule    = regexp.MustCompile(`(?m)^\.(\w+) (\{.*\})$`)
)

func declared(style string) (c colours) {
	if m := textColour.FindStringSubmatch(style); m != nil {
		c.text = m[1]
	}
	if m := groundColour.FindStringSubmatch(style); m != nil {
		c.ground = m[1]
	}
	return c
}

func classRules(style string) map[string]colours {
	rules := map[string]colours{}
	for _, m := range classRule.FindAllStringSubmatch(style, -1) {
		rules[m[1]] = declared(m[2])
	}
	return rules
}

func eachWord(n *html.Node, rules map[string]colours, around colours, look func(string, colours)) {
	if n.Type == html.TextNode && strings.TrimSpace(n.Data) != "" {
		look(n.Data, around)
	}
	if n.Type == html.ElementNode {
		if n.Data == "head" {
			return
		}
		var own, ruled colours
		for _, a := range n.Attr {
			switch a.Key {
			case "style":
				own = declared(a.Val)
			case "class":
				for class := range strings.FieldsSeq(a.Val) {
					ruled = rules[class].over(ruled)
				}
			}
		}
		around = ruled.over(own).over(around) // the rules are !important
	}
	for child := n.FirstChild; child != nil; child = child.NextSibling {
		eachWord(child, rules, around, look)
	}
}

// contrast is that of WCAG 2.2, from 1 to 21.
func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	first, second := luminance(t, a), luminance(t, b)
	return (max(first, second) + 0.05) / (min(first, second) + 0.05)
}

func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	n, err := strconv.ParseUint(strings.TrimPrefix(colour, "#"), 16, 32)
	if err != nil {
		t.Fatal(fmt.Errorf("the colour %q: %w", colour, err))
	}
	linear := func(shift uint) float64 {
		c := float64(n>>shift&0xff) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(16) + 0.7152*linear(8) + 0.0722*linear(0)
}

func TestContrastIsThatOfTheRecommendation(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want float64
	}{{"#000000", "#ffffff", 21}, {"#767676", "#ffffff", 4.54}, {"#777777", "#777777", 1}} {
		if got := contrast(t, tt.a, tt.b); math.Abs(got-tt.want) > 0.005 {
			t.Errorf("%s on %s: %.3f, want %.2f", tt.a, tt.b, got, tt.want)
		}
	}
}

// A screen reader goes from heading to heading, in the letter's language, and
// nothing is fetched from anywhere.
func TestALetterIsOutlinedForThoseWhoHearIt(t *testing.T) {
	for name, page := range everyHTML(t) {
		headings := map[string]int{}
		z := html.NewTokenizer(strings.NewReader(page))
		for z.Next() != html.ErrorToken {
			token := z.Token()
			if token.Type != html.StartTagToken && token.Type != html.SelfClosingTagToken {
				continue
			}
			headings[token.Data]++
			if token.Data == "html" && !strings.Contains(token.String(), `lang="en"`) {
				t.Errorf("%s: no language: %s", name, token)
			}
			for _, a := range token.Attr {
				if a.Key == "src" || a.Key == "background" || a.Key == "srcset" || strings.Contains(a.Val, "url(") {
					t.Errorf("%s: it loads something: %s", name, token)
				}
			}
		}
		want := 0
		if name == "digest" {
			want = 4
		}
		if headings["h1"] != 1 || headings["h2"] != want || headings["html"] != 1 {
			t.Errorf("%s: %d headings and %d papers', want 1 and %d", name, headings["h1"], headings["h2"], want)
		}
		for _, tag := range []string{"img", "link", "script", "iframe", "object", "video"} {
			if headings[tag] > 0 {
				t.Errorf("%s: it has <%s>", name, tag)
			}
		}
	}
}
