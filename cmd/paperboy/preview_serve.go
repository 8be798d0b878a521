package main

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"io/fs"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"paperboy/internal/letter"
)

// previewListen is where previews are shown unless told otherwise.
const previewListen = "127.0.0.1:8081"

// address is a flag that may stand alone, for its default.
type address struct {
	value    string
	fallback string
}

func (a *address) String() string { return a.value }

func (a *address) Set(s string) error {
	if a.value = s; s == "true" {
		a.value = a.fallback
	}
	if _, _, err := net.SplitHostPort(a.value); err != nil {
		return fmt.Errorf("not of the form HOST:PORT")
	}
	return nil
}

func (a *address) IsBoolFlag() bool { return true }

// proof shows a letter and the pages to somebody who edits their templates. It
// reads them anew for every view, and changes nothing.
type proof struct {
	app   *app
	flags previewFlags
	url   string
}

// servePreview shows the letter and the pages until ctx is done.
func (a *app) servePreview(ctx context.Context, p previewFlags, s streams) error {
	listener, err := net.Listen("tcp", p.serve.value)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	e, err := a.edition()
	if err != nil {
		return err
	}
	if err := a.pullIfEmpty(ctx, e, p.now.orNow()); err != nil {
		return err
	}
	a.site.URL = "http://" + listener.Addr().String()
	a.links.Base = a.site.URL
	fmt.Fprintf(s.err, "letter and pages on %s/preview/ (Ctrl-C ends it)\n", a.site.URL)
	proofs := &proof{app: a, flags: p, url: a.site.URL}
	return serveWith(ctx, listener, proofs.handler(), func(ctx context.Context) error {
		<-ctx.Done()
		return nil
	})
}

func (p *proof) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /preview/{$}", p.index)
	mux.HandleFunc("GET /preview/letter", p.letter)
	mux.HandleFunc("GET /preview/letter.txt", p.letter)
	mux.HandleFunc("GET /preview/reload.js", reloadScript)
	mux.HandleFunc("GET /preview/version", p.version)
	mux.HandleFunc("GET /", p.page)
	return mux
}

func (p *proof) index(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(w, `<!doctype html><html lang="en"><meta charset="utf-8"><title>preview</title>
<style>body{font:17px/1.6 Georgia,serif;max-width:36em;margin:3em auto;padding:0 1em}</style>
<h1>Preview</h1><p>These show your templates as they are on disk and follow every change of them. Nothing is recorded.</p>
<ul><li><a href="/preview/letter">the letter</a>, and <a href="/preview/letter.txt">its plain text</a></li><li><a href="/">the front page</a></li></ul></html>`)
}

// letter shows the letter, composed anew with the templates as they are now.
func (p *proof) letter(w http.ResponseWriter, r *http.Request) {
	whole := r.URL.Path == "/preview/letter"
	flags := p.flags
	format := map[bool]string{true: "html", false: "text"}[whole]
	flags.format = &format
	var out, said bytes.Buffer
	err := p.compose(r.Context(), flags, &out, &said)
	switch {
	case err != nil:
		p.show(w, fault(err))
	case out.Len() == 0:
		p.show(w, fault(fmt.Errorf("%s", said.String())))
	case whole:
		p.show(w, out.Bytes())
	default:
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = w.Write(out.Bytes()) // the viewer may be gone
	}
}

func (p *proof) compose(ctx context.Context, flags previewFlags, out, said *bytes.Buffer) error {
	composer, err := letter.NewComposer(p.app.words, p.app.site)
	if err == nil {
		err = composer.Lacking()
	}
	if err != nil {
		return err
	}
	now := *p.app
	now.composer = composer
	return now.preview(ctx, flags, streams{out: out, err: said})
}

// page shows a page of the site, made anew.
func (p *proof) page(w http.ResponseWriter, r *http.Request) {
	pages, err := p.app.pages(func() {}, time.Now)
	if err != nil {
		p.show(w, fault(err))
		return
	}
	shown := &shownPage{ResponseWriter: w, code: http.StatusOK}
	pages.ServeHTTP(shown, r)
	if policy := w.Header().Get("Content-Security-Policy"); policy != "" && !strings.Contains(policy, "connect-src") {
		w.Header().Set("Content-Security-Policy", policy+"; connect-src 'self'")
	}
	body := shown.body.Bytes()
	if strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
		w.Header().Del("Content-Length")
		body = reloading(body)
	}
	w.WriteHeader(shown.code)
	_, _ = w.Write(body) // the viewer may be gone
}

// shownPage holds a page back, so that it can be added to.
type shownPage struct {
	http.ResponseWriter
	code int
	body bytes.Buffer
}

func (s *shownPage) WriteHeader(code int)        { s.code = code }
func (s *shownPage) Write(b []byte) (int, error) { return s.body.Write(b) }

func (p *proof) show(w http.ResponseWriter, page []byte) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(reloading(page)) // the viewer may be gone
}

func fault(err error) []byte {
	return []byte(`<!doctype html><html lang="en"><meta charset="utf-8"><title>fault</title><body><pre>` + html.EscapeString(err.Error()) + `</pre></body></html>`)
}

// reloading has a page ask for changes of the templates.
func reloading(page []byte) []byte {
	script := []byte(`<script src="/preview/reload.js" defer></script></body>`)
	return bytes.Replace(page, []byte("</body>"), script, 1)
}

func reloadScript(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	fmt.Fprint(w, `"use strict";
let seen;
setInterval(async () => {
  try {
    const now = await (await fetch("/preview/version")).text();
    if (seen !== undefined && seen !== now) location.reload();
    seen = now;
  } catch { /* the preview is over, or starts anew */ }
}, 700);
`)
}

// version tells the states of the operator's templates apart.
func (p *proof) version(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain")
	newest, count := int64(0), 0
	if p.app.Templates != "" {
		_ = fs.WalkDir(os.DirFS(p.app.path(p.app.Templates)), ".", func(_ string, e fs.DirEntry, err error) error {
			if err != nil {
				return nil // what can't be read now shows once it can
			}
			if info, err := e.Info(); err == nil {
				newest, count = max(newest, info.ModTime().UnixNano()), count+1
			}
			return nil
		})
	}
	fmt.Fprint(w, strconv.FormatInt(newest, 36), ".", count)
}
