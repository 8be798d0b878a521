package letter

import "text/template/parse"

// uses says which of an entry's values, beside those that are in every key, a
// template can show or act on.
type uses uint8

const (
	usesCard    uses = 1 << iota // what the paper is
	usesNumber                   // its place in the letter
	usesMatched                  // why this reader gets it
	usesAll     = usesCard | usesNumber | usesMatched
)

// tracer finds out what templates use, by reading them. Where it can't tell,
// it says all.
type tracer struct {
	tree  func(name string) *parse.Tree
	seen  map[string]bool
	found uses
}

// usesOf reads the template, which is given an entry, and those that it gives
// the entry to. Its parts are asked about on their own.
func usesOf(tree func(name string) *parse.Tree, name string) uses {
	t := &tracer{tree: tree, seen: map[string]bool{}}
	t.template(name)
	return t.found
}

func (t *tracer) template(name string) {
	if t.seen[name] {
		return
	}
	t.seen[name] = true
	if tree := t.tree(name); tree != nil {
		t.node(tree.Root, false)
	} else {
		t.found = usesAll
	}
}

// node reads a node. With inner, "." is not the entry but one of its values,
// which was looked at where it came from.
func (t *tracer) node(node parse.Node, inner bool) {
	switch n := node.(type) {
	case *parse.ListNode:
		if n == nil {
			return
		}
		for _, one := range n.Nodes {
			t.node(one, inner)
		}
	case *parse.ActionNode:
		t.node(n.Pipe, inner)
	case *parse.IfNode:
		t.branch(n.BranchNode, inner, inner)
	case *parse.WithNode:
		t.branch(n.BranchNode, inner, true)
	case *parse.RangeNode:
		t.branch(n.BranchNode, inner, true)
	case *parse.TemplateNode:
		t.call(n, inner)
	case *parse.PipeNode:
		for _, command := range n.Cmds {
			t.command(command.Args, inner)
		}
	case *parse.ChainNode:
		t.node(n.Node, inner)
	case *parse.FieldNode:
		if !inner {
			t.field(n.Ident[0])
		}
	case *parse.VariableNode:
		if n.Ident[0] == "$" && len(n.Ident) > 1 {
			t.field(n.Ident[1])
		}
	}
	if isEntry(node, inner) {
		t.found = usesAll // it goes somewhere that can't be followed
	}
}

func (t *tracer) branch(n parse.BranchNode, inner, body bool) {
	t.node(n.Pipe, inner)
	t.node(n.List, body)
	t.node(n.ElseList, inner)
}

func (t *tracer) field(name string) {
	switch name {
	case "Lean", "Bare", "First":
	case "Number":
		t.found |= usesNumber
	case "Matched":
		t.found |= usesMatched
	case "Heading", "Abstract", "Why":
		t.found |= usesCard | usesMatched
	default:
		t.found |= usesCard
	}
}

func (t *tracer) call(n *parse.TemplateNode, inner bool) {
	switch {
	case n.Pipe == nil:
	case len(n.Pipe.Decl) == 0 && len(n.Pipe.Cmds) == 1 && len(n.Pipe.Cmds[0].Args) == 1 &&
		isEntry(n.Pipe.Cmds[0].Args[0], inner):
		t.template(n.Name)
	default:
		t.node(n.Pipe, inner)
	}
}

// command reads the call of a function, with the two in mind that execute
// templates.
func (t *tracer) command(args []parse.Node, inner bool) {
	if function, ok := args[0].(*parse.IdentifierNode); ok && len(args) == 3 && isEntry(args[2], inner) {
		name, literal := args[1].(*parse.StringNode)
		switch {
		case literal && function.Ident == "part":
			return
		case literal && function.Ident == "words":
			t.template(name.Text)
			return
		}
	}
	for _, arg := range args {
		t.node(arg, inner)
	}
}

// isEntry reports whether a node is the entry itself.
func isEntry(node parse.Node, inner bool) bool {
	switch n := node.(type) {
	case *parse.DotNode:
		return !inner
	case *parse.VariableNode:
		return n.Ident[0] == "$" && len(n.Ident) == 1
	}
	return false
}
