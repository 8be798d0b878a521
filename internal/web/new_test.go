package web

import (
	"io/fs"
	"log/slog"
	"strings"
	"testing"
	"testing/fstest"
	_ "time/tzdata"

	"paperboy/internal/letter"
	"paperboy/internal/subscription"
	"paperboy/templates"
)

func options(t *testing.T) Options {
	t.Helper()
	sealer, err := subscription.NewSealer([]byte("0123456789abcdef0123456789abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	return Options{
		Links:     subscription.Links{Base: "https://example.org/papers", Sealer: sealer},
		Templates: templates.FS,
		Site:      letter.Site{Name: "Paperboy", From: letter.Address{Address: "papers@mail.example.org"}},
		Defaults:  subscription.Settings{Rhythm: subscription.Rhythm{Hour: 7, Zone: "Europe/Berlin", Weekends: true}},
		Papers:    10,
		Wake:      func() {},
		Log:       slog.New(slog.DiscardHandler),
	}
}

func TestNewRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Options)
		says   string
	}{
		"a site without a URL":            {func(o *Options) { o.Links.Base = "" }, "URL"},
		"a URL that is no web site's":     {func(o *Options) { o.Links.Base = "ftp://example.org" }, "ftp://example.org"},
		"an unknown way to sign up":       {func(o *Options) { o.SignUp.Mode = "maybe" }, `"maybe"`},
		"domains that are none":           {func(o *Options) { o.SignUp.Mode = "domains" }, "none is named"},
		"a domain that can't be one":      {func(o *Options) { o.SignUp = SignUp{"domains", []string{"a b"}} }, `"a b"`},
		"defaults in an unknown zone":     {func(o *Options) { o.Defaults.Rhythm.Zone = "Mars/Crater" }, "Mars/Crater"},
		"a template that can't be parsed": {func(o *Options) { o.Templates = withFile(t, "page/link.html.tmpl", "a\n{{if}}") }, "page/link.html.tmpl:2"},
		"a template that asks for data there is not": {func(o *Options) {
			o.Templates = withFile(t, "page/sent.html.tmpl", "{{define \"title\"}}{{end}}{{define \"main\"}}\n\n{{.Page.Nothing}}{{end}}")
		}, "page/sent.html.tmpl:3"},
		"a missing style sheet": {func(o *Options) { o.Templates = withFile(t, "static/style.css", "") }, "static/style.css"},
	} {
		t.Run(name, func(t *testing.T) {
			o := options(t)
			c.change(&o)
			if _, err := New(o); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got error %v, want one with %s", err, c.says)
			}
		})
	}
	if _, err := New(options(t)); err != nil {
		t.Errorf("good options: %v", err)
	}
}

// withFile returns the templates with another text for one file; without a
// text the file is missing.
func withFile(t *testing.T, name, text string) fs.FS {
	t.Helper()
	out := fstest.MapFS{}
	err := fs.WalkDir(templates.FS, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(templates.FS, path)
		out[path] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	out[name] = &fstest.MapFile{Data: []byte(text)}
	if text == "" {
		delete(out, name)
	}
	return out
}
