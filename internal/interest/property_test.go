package interest

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// interests generates keywords with every construct of the grammar.
func interests() *rapid.Generator[Interest] {
	return rapid.Custom(func(t *rapid.T) Interest {
		return newInterest(rapid.SliceOfN(rapid.Custom(func(t *rapid.T) node { return anyNode(t, 4) }), 0, 3).Draw(t, "interests"))
	})
}

func anyNode(t *rapid.T, depth int) node {
	k := kindTerm
	if depth > 0 {
		k = rapid.SampledFrom([]kind{kindAny, kindAll, kindNot, kindTerm}).Draw(t, "kind")
	}
	var n node
	switch k {
	case kindTerm:
		n = node{kind: kindTerm, weight: 1, term: anyTerm(t)}
	case kindNot:
		return node{kind: kindNot, weight: 1, nodes: []node{anyNode(t, depth-1)}}
	default:
		nodes := make([]node, rapid.IntRange(2, 3).Draw(t, "nodes"))
		for i := range nodes {
			nodes[i] = anyNode(t, depth-1)
		}
		n = group(k, nodes)
	}
	if rapid.IntRange(0, 3).Draw(t, "weighted") == 0 {
		n.weight = float64(rapid.IntRange(1, 1000).Draw(t, "cents")) / 100
	}
	return n
}

func anyTerm(t *rapid.T) *term {
	term := &term{
		field:  rapid.SampledFrom([]field{anywhere, anywhere, inTitle, inAbstract, inAuthor, inCategory, inSource}).Draw(t, "field"),
		exact:  rapid.Bool().Draw(t, "exact"),
		quoted: rapid.Bool().Draw(t, "quoted"),
	}
	words := []string{"robot", "policies", "k-means", "C++", "LoRA²", "learning", "深度", "GPs", "gps"}
	term.text = rapid.SampledFrom(words).Draw(t, "word")
	if term.quoted {
		term.text += " " + rapid.SampledFrom(append(words, "OR", "a:b", "-c", "(d)")).Draw(t, "second word")
	} else {
		term.prefix = rapid.Bool().Draw(t, "prefix")
	}
	if !term.compile() {
		t.Fatalf("no word in %q", term.text)
	}
	return term
}

func TestWhatIsPrintedReadsTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		i := interests().Draw(t, "interest")
		j, err := Parse(i.String())
		if err != nil || !i.Equal(j) {
			t.Fatalf("%q reads as %q, %v", i, j, err)
		}
	})
}

// TestMatchingIsBoolean compares groups with what their parts say alone.
func TestMatchingIsBoolean(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.SampledFrom([]string{"robot", "policy", "k-means", "c++", "lora2", "learned", "深度学"}), 0, 8)
		d := newDocument(strings.Join(words.Draw(t, "title"), " "), strings.Join(words.Draw(t, "summary"), " "), nil, nil, nil)
		n := anyNode(t, 3)
		some, every := false, true
		for _, m := range n.nodes {
			some, every = some || m.matches(d), every && m.matches(d)
		}
		want := map[kind]bool{kindAny: some, kindAll: every, kindNot: !some, kindTerm: n.matches(d)}[n.kind]
		if got := n.matches(d); got != want {
			t.Fatalf("%q over %q, %q: %v", newInterest([]node{n}), d.Title, d.Summary, got)
		}
		if _, ok := n.collect(d, new([]Hit)); ok != want {
			t.Fatalf("%q over %q, %q: matches, but is not collected", newInterest([]node{n}), d.Title, d.Summary)
		}
	})
}

// TestMoreTextFindsMore: text put after a text takes away no word of it.
func TestMoreTextFindsMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.RuneFrom([]rune("abAB12.-+#' é²β深\n"))).Draw(t, "text")
		d := newDocument("", text+" | more text", nil, nil, nil)
		for _, w := range Words(text) {
			typed := parse(t, `"`+text[w.Start:w.End]+`"`)
			if !typed.Matches(d) {
				t.Fatalf("%q is not found in %q", typed, d.Summary)
			}
		}
	})
}
