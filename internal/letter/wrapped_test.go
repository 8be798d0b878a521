package letter_test

import (
	"io/fs"
	"testing"
	"testing/fstest"

	"paperboy/internal/letter"
	"paperboy/templates"
)

// An operator's plain text may wrap parts wherever it likes: they are filled in
// before lines are broken, as in a letter that is rendered at once.
func TestWrappedPartsBreakLinesAsOneText(t *testing.T) {
	const paper = `{{define "paper"}}{{.Title}}{{end}}`
	cases := map[string]string{
		"among words":                   `{{range .Papers}}* {{wrap 30 "  " (print "for " (part "why" .) ", said of " .Title)}}{{end}}{{define "why"}}{{template "matched" .}}{{end}}` + paper,
		"alone":                         `{{range .Papers}}{{wrap 30 "  " (part "why" .)}}{{end}}{{define "why"}}{{template "matched" .}}{{end}}` + paper,
		"one that says nothing":         `{{range .Papers}}a` + "\n" + `{{wrap 30 "  " (part "none" .)}}` + "\n" + `{{wrap 30 "" (print "b " (part "none" .) " c")}}` + "\n" + `{{end}}{{define "none"}}{{end}}` + paper,
		"an indent of quotes and feeds": `{{range .Papers}}{{wrap 20 "\"\n> " (part "why" .)}}{{end}}{{define "why"}}{{.Title}} {{.Number}}{{end}}` + paper,
		"every paper in one text":       `{{wrap 40 "" (parts "paper" .)}}` + paper,
		"twice in a line":               `{{range .Papers}}{{wrap 30 "" (part "paper" .)}}; {{wrap 30 "" (part "paper" .)}}.{{end}}` + paper,
		"a part that wraps a part":      `{{range .Papers}}{{wrap 50 "" (part "outer" .)}}{{end}}{{define "outer"}}{{.Number}}: {{wrap 20 "| " (print (part "why" .) " " (part "paper" .))}}{{end}}{{define "why"}}{{template "matched" .}}{{end}}` + paper,
		"words with a part in them":     `{{range .Papers}}{{wrap 50 "" (words "outer" .)}}{{end}}{{define "outer"}}{{.Title}}: {{part "why" .}}{{end}}{{define "why"}}{{template "matched" .}}{{end}}` + paper,
		"a reader's link to a paper":    `{{range .Papers}}{{wrap 50 "" (print (part "mark" .) " " (words "mark" .) " " (part "paper" .))}}{{end}}{{define "mark"}}{{.Title}} <{{.Mark}}>{{end}}` + paper,
		"links beside it":               `{{wrap 60 "" (print (part "many" .) " " .Leave " and " .Settings)}}{{define "many"}}{{.Count}} papers{{end}}` + paper,
		"spaces at the end of a line":   `{{range .Papers}}{{wrap 30 "" (part "paper" .)}}  ` + "\n\n\n" + `{{end}}.` + paper,
	}
	for name, digest := range cases {
		t.Run(name, func(t *testing.T) {
			own := fstest.MapFS{}
			for _, file := range []string{"words.tmpl", "notice.html.tmpl", "notice.txt.tmpl", "digest.html.tmpl", "paper.html.tmpl"} {
				b, err := fs.ReadFile(templates.FS, "letter/"+file)
				if err != nil {
					t.Fatal(err)
				}
				own["letter/"+file] = &fstest.MapFile{Data: b}
			}
			own["letter/digest.txt.tmpl"] = &fstest.MapFile{Data: []byte(digest)}
			c, err := letter.NewComposer(own, site())
			if err != nil {
				t.Fatal(err)
			}
			ls, ins := personal(20, invented())
			for i := range ls {
				if m := sameEncoded(t, c, ls[i], ins[i]); m.Encoded == nil {
					t.Errorf("letter %d was not put together from parts", i)
				}
			}
		})
	}
}
