package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"html/template"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"paperboy/internal/edition"
	"paperboy/internal/subscription"
)

const demoListen = "127.0.0.1:8080"

func demoCommand(f *flag.FlagSet) func(context.Context, []string, streams) error {
	once := f.Bool("once", false, "go through it unattended, print each step, and exit")
	live := f.Bool("live", false, "read the real sources instead of the bundled sample")
	return func(ctx context.Context, args []string, s streams) error {
		if err := noArguments(args); err != nil {
			return err
		}
		listen := demoListen
		if *once {
			listen = "127.0.0.1:0"
		}
		listener, err := net.Listen("tcp", listen)
		if err != nil {
			return fmt.Errorf("listen: %w", err)
		}
		defer listener.Close()
		d, err := newDemo(ctx, "http://"+listener.Addr().String(), *live, s)
		if err != nil {
			return err
		}
		run := d.serve
		if *once {
			run = d.once
		}
		return errors.Join(run(ctx, listener), d.close())
	}
}

// demo is the whole program on built-in defaults, with letters kept in a
// folder and a clock of its own that can be moved on by a day.
type demo struct {
	app     *app
	edition *edition.Edition
	pages   http.Handler
	mail    mailbox
	dir     string
	streams streams
	list    *template.Template
	wake    chan struct{}

	mu     sync.Mutex   // one round at a time
	passed atomic.Int64 // nanoseconds that the demo is ahead of the clock
}

func newDemo(ctx context.Context, url string, live bool, s streams) (_ *demo, err error) {
	dir, err := os.MkdirTemp("", "paperboy-demo-")
	if err != nil {
		return nil, err
	}
	d := &demo{dir: dir, streams: s, wake: make(chan struct{}, 1)}
	defer func() {
		if err != nil {
			err = errors.Join(err, d.close())
		}
	}()
	c := defaults()
	c.dir = dir
	c.Site.URL = url
	c.Site.Name = "paperboy demo"
	c.Site.Imprint = "A demo on this machine. Its letters arrive at " + url + "/letters/, and its papers are invented."
	if live {
		c.Site.Imprint = "A demo on this machine. Its letters arrive at " + url + "/letters/."
		c.Sources = liveSources()
	}
	d.mail = mailbox(filepath.Join(dir, c.Mail.Folder))
	if d.app, err = open(ctx, c, newLog(s.err), nil); err != nil {
		return nil, err
	}
	if !live {
		sample, err := newSampleSource(d.now())
		if err != nil {
			return nil, err
		}
		d.app.sources = []edition.Source{sample}
	}
	if d.edition, err = d.app.edition(); err != nil {
		return nil, err
	}
	if d.pages, err = d.app.pages(d.ring, d.now); err != nil {
		return nil, err
	}
	if d.list, err = template.ParseFS(d.app.words, "demo/letters.html.tmpl"); err != nil {
		return nil, err
	}
	return d, nil
}

// close ends the demo and removes all that it kept.
func (d *demo) close() error {
	if d.app != nil {
		d.app.close()
	}
	return os.RemoveAll(d.dir)
}

// liveSources are the real ones, in a small selection.
func liveSources() []sourceConfig {
	return []sourceConfig{
		{HuggingFace: &huggingFaceConfig{URL: "https://huggingface.co", Days: 7}},
		{ArXiv: &arXivConfig{
			Categories: []string{"cs.AI", "cs.CL", "cs.LG"}, URL: "https://rss.arxiv.org",
			OAIURL: "https://oaipmh.arxiv.org/oai", Interval: seconds(3 * time.Second),
		}},
	}
}

func (d *demo) now() time.Time { return time.Now().UTC().Add(time.Duration(d.passed.Load())) }

// ring asks for a sending without waiting for it.
func (d *demo) ring() {
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// round makes one round at the demo's own time.
func (d *demo) round(ctx context.Context) (edition.Report, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.edition.Round(ctx, d.now())
}

// dayLater makes a round after a day has passed, or up to a day more: a first
// letter may have come so late that the next slot is not the reader's.
func (d *demo) dayLater(ctx context.Context) (edition.Report, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.now()
	later := now.Add(24 * time.Hour)
	err := d.app.store.EachReader(ctx, func(r subscription.Reader) error {
		if r.NextDue.After(later) && r.NextDue.Before(now.Add(48*time.Hour)) {
			later = r.NextDue
		}
		return nil
	})
	if err != nil {
		return edition.Report{}, err
	}
	d.passed.Add(int64(later.Sub(now)))
	return d.edition.Round(ctx, d.now())
}

func (d *demo) serve(ctx context.Context, l net.Listener) error {
	if _, err := d.round(ctx); err != nil {
		d.app.log.Error("round", "error", err)
	}
	fmt.Fprintf(d.streams.out, "The demo runs at %s\nIts letters arrive at %s/letters/\nIts data lies in %s until it ends\nPress Ctrl+C to end it.\n", d.app.site.URL, d.app.site.URL, d.dir)
	return serveWith(ctx, l, d.handler(), d.answerBell)
}

func (d *demo) answerBell(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return d.edition.Close(context.WithoutCancel(ctx))
		case <-d.wake:
			if _, err := d.round(ctx); err != nil && ctx.Err() == nil {
				d.app.log.Error("round", "error", err)
			}
		}
	}
}

// handler shows the program's pages, and beside them the letters sent.
func (d *demo) handler() http.Handler {
	own := http.NewServeMux()
	own.HandleFunc("GET /letters/{$}", d.showLetters)
	own.HandleFunc("GET /letters/{name}", d.showLetter)
	own.HandleFunc("POST /letters/next-day", d.nextDay)
	own.Handle("/", d.pages)
	return http.NewCrossOriginProtection().Handler(own)
}

type listedLetter struct {
	delivered
	Path string
}

func (d *demo) showLetters(w http.ResponseWriter, r *http.Request) {
	letters, err := d.mail.letters()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	listed := make([]listedLetter, len(letters))
	for i, l := range letters {
		listed[i] = listedLetter{l, "/letters/" + l.Name}
	}
	err = d.list.Execute(w, struct {
		Site, Home, Next string
		Now              time.Time
		Letters          []listedLetter
	}{d.app.site.Name, "/", "/letters/next-day", d.now(), listed})
	if err != nil {
		d.app.log.Error("list of letters", "error", err)
	}
}

func (d *demo) showLetter(w http.ResponseWriter, r *http.Request) {
	letters, err := d.mail.letters()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	for _, l := range letters {
		if l.Name == r.PathValue("name") {
			w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
			w.Header().Set("Referrer-Policy", "no-referrer")
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprint(w, l.HTML)
			return
		}
	}
	http.NotFound(w, r)
}

func (d *demo) nextDay(w http.ResponseWriter, r *http.Request) {
	if _, err := d.dayLater(r.Context()); err != nil {
		d.app.log.Error("round", "error", err)
	}
	http.Redirect(w, r, "/letters/", http.StatusSeeOther)
}
