package interest

import (
	"slices"
	"strconv"
	"strings"
)

// Interest is one reader's keywords, parsed. Its zero value has no keywords
// and matches every paper. It is read-only, and goroutines may share it.
type Interest struct {
	parts []node // as typed, one per interest
	want  []node // the parts, any one of which is enough
	shut  []node // the parts of nothing but exclusions: all of them must hold
}

func newInterest(parts []node) Interest {
	i := Interest{parts: parts}
	for _, n := range parts {
		if n.excludes() {
			i.shut = append(i.shut, n)
		} else {
			i.want = append(i.want, n)
		}
	}
	return i
}

// Empty reports whether there are no keywords.
func (i Interest) Empty() bool { return len(i.parts) == 0 }

// Equal reports whether both ask for the same, term by term.
func (i Interest) Equal(j Interest) bool { return slices.EqualFunc(i.parts, j.parts, node.equal) }

// String returns the keywords in their canonical spelling, one interest a line.
func (i Interest) String() string {
	lines := make([]string, len(i.parts))
	for k, n := range i.parts {
		var b strings.Builder
		n.print(&b, kindAny)
		lines[k] = b.String()
	}
	return strings.Join(lines, "\n")
}

// kind of a node, in the order in which they bind, loosest first.
type kind uint8

const (
	kindAny  kind = iota // OR
	kindAll              // side by side
	kindNot              // -
	kindTerm             // a word, a phrase
)

// node is one step of an interest. A weight other than 1 stands on terms and
// on groups in parentheses.
type node struct {
	kind   kind
	weight float64
	nodes  []node // of any, all (two or more) and not (one)
	term   *term
}

// group makes one node of several.
func group(k kind, nodes []node) node {
	if len(nodes) == 1 {
		return nodes[0]
	}
	flat := make([]node, 0, len(nodes))
	for _, n := range nodes {
		if n.kind == k && n.weight == 1 {
			flat = append(flat, n.nodes...)
		} else {
			flat = append(flat, n)
		}
	}
	return node{kind: k, weight: 1, nodes: flat}
}

// excludes reports whether the node only says what must not occur.
func (n node) excludes() bool {
	if n.kind == kindNot {
		return true
	}
	return n.kind != kindTerm && !slices.ContainsFunc(n.nodes, func(n node) bool { return !n.excludes() })
}

func (n node) equal(m node) bool {
	if n.kind != m.kind || n.weight != m.weight || !slices.EqualFunc(n.nodes, m.nodes, node.equal) {
		return false
	}
	return n.term == m.term || n.term != nil && m.term != nil && n.term.equal(m.term)
}

// print writes the node as it stands inside a node of another kind.
func (n node) print(b *strings.Builder, inside kind) {
	parens := n.kind < inside || n.weight != 1 && n.kind != kindTerm
	if parens {
		b.WriteByte('(')
	}
	switch n.kind {
	case kindTerm:
		b.WriteString(n.term.String())
	case kindNot:
		b.WriteByte('-')
		n.nodes[0].print(b, kindTerm)
	default:
		n.printNodes(b)
	}
	if parens {
		b.WriteByte(')')
	}
	if n.weight != 1 {
		b.WriteByte('^')
		b.WriteString(strconv.FormatFloat(n.weight, 'f', -1, 64))
	}
}

func (n node) printNodes(b *strings.Builder) {
	between := " "
	if n.kind == kindAny {
		between = " OR "
	}
	for k, m := range n.nodes {
		if k > 0 {
			b.WriteString(between)
		}
		m.print(b, n.kind)
	}
}
