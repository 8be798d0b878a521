package letter_test

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"paperboy/internal/letter"
	"paperboy/templates"
)

func TestTemplatesThatLeaveOutWhatALetterNeeds(t *testing.T) {
	for name, c := range map[string]struct{ file, old, new, want string }{
		"the built-in ones":         {"words.tmpl", "", "", ""},
		"a text of blanks":          {"digest.txt.tmpl", "*", " \n\n", "letter/digest.txt.tmpl: it says nothing"},
		"no way to leave in text":   {"digest.txt.tmpl", "{{.Leave}}", "", "letter/digest.txt.tmpl: it lacks {{.Leave}}, the link to leave"},
		"no way to leave in HTML":   {"digest.html.tmpl", "{{.Leave}}", "", "letter/digest.html.tmpl: it lacks {{.Leave}}, the link to leave"},
		"no papers":                 {"digest.txt.tmpl", `{{parts "paper" .}}`, "", "letter/digest.txt.tmpl: it lacks the papers"},
		"a notice without its link": {"notice.txt.tmpl", "{{.Link}}", "", "letter/notice.txt.tmpl: it lacks {{.Link}}, the link that it is about"},
	} {
		t.Run(name, func(t *testing.T) {
			own := fstest.MapFS{}
			names, err := fs.Glob(templates.FS, "letter/*")
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range names {
				data, err := fs.ReadFile(templates.FS, n)
				if err != nil {
					t.Fatal(err)
				}
				if text := string(data); n == "letter/"+c.file && c.old == "*" {
					data = []byte(c.new)
				} else if n == "letter/"+c.file && c.old != "" {
					data = []byte(strings.ReplaceAll(text, c.old, c.new))
				}
				own[n] = &fstest.MapFile{Data: data}
			}
			composer, err := letter.NewComposer(own, site())
			if err != nil {
				t.Fatal(err)
			}
			switch err := composer.Lacking(); {
			case err == nil && c.want != "":
				t.Error("nothing is told")
			case err != nil && (c.want == "" || !strings.Contains(err.Error(), c.want)):
				t.Errorf("told %v, want %q", err, c.want)
			}
		})
	}
}
