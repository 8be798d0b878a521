package letter

import "text/template/parse"

// uses says which values of an entry or a digest, beside those that are in
// every key, a template can show or act on.
type uses uint16

const (
	usesCard        uses = 1 << iota // what the paper is
	usesNumber                       // its place in the letter
	usesMatched                      // why this reader gets it
	usesAny                          // whether there is any such reason
	usesTitleHits                    // where these reasons stand in its title
	usesSummaryHits                  // and in its summary
	usesKeywords                     // the reader's
	usesMore                         // how many papers were left out
	usesRising                       // whether the paper rises, or how many do
	usesMark                         // the reader's link to its marks
	usesTop                          // what its first paper is
	usesPapers                       // a digest's papers, in other ways than as parts
	usesLinks                        // the reader's links of a digest
	usesShape                        // how much of the paper is shown, and whether it is the first
	usesParts                        // parts, whose own uses are not among these
	usesAll         = 1<<iota - 1
)

// tracer finds out what templates use, by reading them. Where it can't tell,
// it says all.
type tracer struct {
	trees map[string]*parse.Tree
	seen  map[string]bool
	found uses
}

// usesOf reads the template, which is given an entry or a digest, and those
// that it gives it to. Its parts are asked about on their own.
func usesOf(trees map[string]*parse.Tree, name string) uses {
	t := &tracer{trees: trees, seen: map[string]bool{}}
	t.template(name)
	return t.found
}

func (t *tracer) template(name string) {
	if t.seen[name] {
		return
	}
	t.seen[name] = true
	if tree := t.trees[name]; tree != nil {
		t.node(tree.Root, false)
	} else {
		t.found = usesAll
	}
}

// node reads a node. With inner, "." is not what the template was given but one
// of its values, which was looked at where it came from.
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
			t.path(n.Ident)
		}
	case *parse.VariableNode:
		if n.Ident[0] == "$" && len(n.Ident) > 1 {
			t.path(n.Ident[1:])
		}
	}
	if isWhole(node, inner) {
		t.found = usesAll // it goes somewhere that can't be followed
	}
}

func (t *tracer) branch(n parse.BranchNode, inner, body bool) {
	t.node(n.Pipe, inner)
	t.node(n.List, body)
	t.node(n.ElseList, inner)
}

// path reads a value, and what it is asked for.
func (t *tracer) path(names []string) {
	if names[0] != "Top" || len(names) == 1 {
		t.field(names[0])
		return
	}
	of := &tracer{}
	if of.field(names[1]); of.found&^(usesCard|usesRising) == 0 {
		t.found |= usesTop
	} else {
		t.found |= usesPapers
	}
}

func (t *tracer) field(name string) {
	switch name {
	case "Site", "Day", "Weekly", "Count", "Rest", "Omitted":
	case "Settings", "Leave", "View":
		t.found |= usesLinks
	case "Lean", "Bare", "First":
		t.found |= usesShape
	case "Keywords":
		t.found |= usesKeywords
	case "More":
		t.found |= usesMore
	case "Rising":
		t.found |= usesRising
	case "Papers", "Top":
		t.found |= usesPapers
	case "Mark":
		t.found |= usesMark
	case "Number":
		t.found |= usesNumber
	case "Matched":
		t.found |= usesMatched
	case "Heading":
		t.found |= usesCard | usesTitleHits
	case "Abstract":
		t.found |= usesCard | usesSummaryHits
	case "Why", "Both":
		t.found |= usesCard | usesAny
	default:
		t.found |= usesCard
	}
}

func (t *tracer) call(n *parse.TemplateNode, inner bool) {
	switch {
	case n.Pipe == nil:
	case len(n.Pipe.Decl) == 0 && len(n.Pipe.Cmds) == 1 && len(n.Pipe.Cmds[0].Args) == 1 &&
		isWhole(n.Pipe.Cmds[0].Args[0], inner):
		t.template(n.Name)
	default:
		t.node(n.Pipe, inner)
	}
}

// command reads the call of a function, with those in mind that execute
// templates.
func (t *tracer) command(args []parse.Node, inner bool) {
	if function, ok := args[0].(*parse.IdentifierNode); ok && len(args) == 3 {
		name, literal := args[1].(*parse.StringNode)
		if literal && isWhole(args[2], inner) {
			switch function.Ident {
			case "part", "parts":
				t.found |= usesParts
				return
			case "words":
				t.template(name.Text)
				return
			}
		}
	}
	for _, arg := range args {
		t.node(arg, inner)
	}
}

// isWhole reports whether a node is all that the template was given.
func isWhole(node parse.Node, inner bool) bool {
	switch n := node.(type) {
	case *parse.DotNode:
		return !inner
	case *parse.VariableNode:
		return n.Ident[0] == "$" && len(n.Ident) == 1
	}
	return false
}

// onlyField returns the field that a template shows, if it does nothing else.
func onlyField(tree *parse.Tree) string {
	if tree == nil || tree.Root == nil || len(tree.Root.Nodes) != 1 {
		return ""
	}
	action, ok := tree.Root.Nodes[0].(*parse.ActionNode)
	if !ok || len(action.Pipe.Decl) > 0 || len(action.Pipe.Cmds) != 1 || len(action.Pipe.Cmds[0].Args) != 1 {
		return ""
	}
	field, ok := action.Pipe.Cmds[0].Args[0].(*parse.FieldNode)
	if !ok || len(field.Ident) != 1 {
		return ""
	}
	return field.Ident[0]
}
