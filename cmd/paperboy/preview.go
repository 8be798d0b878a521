package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"slices"
	"time"

	"paperboy/internal/edition"
	"paperboy/internal/interest"
	"paperboy/internal/letter"
	"paperboy/internal/paper"
	"paperboy/internal/post"
	"paperboy/internal/subscription"
)

type previewFlags struct {
	config   *string
	now      *moment
	keywords *string
	reader   *string
	papers   *int
	format   *string
	serve    *address
}

func previewCommand(f *flag.FlagSet) func(context.Context, []string, streams) error {
	p := previewFlags{
		config: configFlag(f), now: nowFlag(f),
		keywords: f.String("keywords", "", "the letter for these `KEYWORDS`; without any, today's top papers"),
		reader:   f.String("reader", "", "the next letter of the reader with this `ADDRESS`"),
		papers:   f.Int("papers", -1, "at most `N` papers, 0 for all; without it, as configured"),
		format:   f.String("format", "text", "text, html, json or eml"),
		serve:    &address{fallback: previewListen},
	}
	f.Var(p.serve, "serve", "show the letter and the pages in a browser, following every change of the templates; `=HOST:PORT` elsewhere than on "+previewListen)
	return func(ctx context.Context, args []string, s streams) error {
		if err := noArguments(args); err != nil {
			return err
		}
		if err := p.check(); err != nil {
			return err
		}
		a, err := openConfigured(ctx, *p.config, s)
		if err != nil {
			return err
		}
		defer a.close()
		if p.serve.value != "" {
			return a.servePreview(ctx, p, s)
		}
		defer progress(s.err, "looking through the papers")()
		return a.preview(ctx, p, s)
	}
}

func (p previewFlags) check() error {
	if !slices.Contains([]string{"text", "html", "json", "eml"}, *p.format) {
		return misuse("--format %q is not text, html, json or eml", *p.format)
	}
	if *p.keywords != "" && *p.reader != "" {
		return misuse("--keywords and --reader exclude each other")
	}
	if *p.papers < -1 {
		return misuse("--papers %d is less than nothing", *p.papers)
	}
	if _, err := interest.Parse(*p.keywords); err != nil {
		return misuse("--keywords: %w", err)
	}
	return nil
}

// preview prints the letter that a reader would get now, and records nothing
// about any reader. A catalogue that is empty is filled first.
func (a *app) preview(ctx context.Context, p previewFlags, s streams) error {
	now := p.now.orNow()
	e, err := a.edition()
	if err != nil {
		return err
	}
	if err := a.pullIfEmpty(ctx, e, now); err != nil {
		return err
	}
	reader, err := a.previewReader(ctx, p, now)
	if err != nil {
		return err
	}
	limit := *p.papers
	if limit < 0 {
		limit = a.Digest.Papers
		if reader.Papers > 0 {
			limit = reader.Papers
		}
	}
	l, papers, err := e.Preview(ctx, reader, limit, now)
	if err != nil {
		return err
	}
	help, err := a.help(ctx, reader.Keywords, now)
	if err != nil {
		return err
	}
	if *p.format == "json" {
		return writePreviewJSON(s.out, l, papers, help, now)
	}
	if len(l.Picks) == 0 {
		fmt.Fprintf(s.err, "No letter: of the last seven days' papers none that is new matches %q.\n", reader.Keywords)
	} else if err := a.writePreview(s.out, *p.format, l, papers, reader); err != nil {
		return err
	}
	if *p.format != "text" {
		return nil
	}
	// The letter goes where results go; what is said about it, beside.
	return writeHelp(s.err, help)
}

// help says what the keywords bring.
func (a *app) help(ctx context.Context, keywords string, now time.Time) (interest.Help, error) {
	want, err := interest.Parse(keywords)
	if err != nil {
		return interest.Help{}, err
	}
	if _, err := a.store.Index(ctx); err != nil {
		return interest.Help{}, err
	}
	return a.store.Help(ctx, want, now)
}

// pullIfEmpty reads the sources if the catalogue holds nothing.
func (a *app) pullIfEmpty(ctx context.Context, e *edition.Edition, now time.Time) error {
	census, err := a.store.Census(ctx)
	if err != nil || census.Papers > 0 {
		return err
	}
	return edition.AllBroken(e.Pull(ctx, now))
}

// previewReader is the reader asked for, or one made up with the keywords.
func (a *app) previewReader(ctx context.Context, p previewFlags, now time.Time) (subscription.Reader, error) {
	if *p.reader != "" {
		_, folded, err := subscription.ParseAddress(*p.reader)
		if err != nil {
			return subscription.Reader{}, misuse("--reader: %w", err)
		}
		r, err := a.store.ReaderByAddress(ctx, folded)
		if err != nil {
			return r, fmt.Errorf("reader %s: %w", *p.reader, err)
		}
		return r, nil
	}
	return subscription.Reader{
		Address: "reader@example.org", State: subscription.Active, Keywords: *p.keywords,
		Rhythm: a.defaultSettings().Rhythm, Confirmed: now,
	}, nil
}

func (a *app) writePreview(w io.Writer, format string, l letter.Letter, papers map[paper.Key]*paper.Paper, r subscription.Reader) error {
	zone, err := time.LoadLocation(r.Rhythm.Zone)
	if err != nil {
		return err
	}
	m, err := a.composer.Digest(l, letter.DigestInput{
		Location: zone, Papers: papers, Weekly: r.Rhythm.Weekly,
		Links: letter.Links{
			Settings: a.links.Settings(r.ID), Leave: a.links.Leave(r.ID), View: a.links.View(r.ID, l.ID),
			Mark: func(k paper.Key) string { return a.links.Mark(r.ID, k) },
		},
	})
	if err != nil {
		return err
	}
	switch format {
	case "html":
		_, err = io.WriteString(w, m.HTML)
	case "text":
		_, err = fmt.Fprintf(w, "Subject: %s\n\n%s", m.Subject, m.Text)
	default:
		var data []byte
		if data, err = post.Build(m); err == nil {
			_, err = w.Write(data)
		}
	}
	return err
}

type previewJSON struct {
	Now     time.Time          `json:"now"`
	Matched int                `json:"matched"`
	Papers  []previewPaperJSON `json:"papers"`
	Help    interest.Help      `json:"help"`
}

type previewPaperJSON struct {
	ID      paper.Name      `json:"id"`
	Title   string          `json:"title"`
	URL     string          `json:"url"`
	Heat    float64         `json:"heat"`
	Rising  bool            `json:"rising"`
	Leads   string          `json:"leads,omitempty"`
	Sources []string        `json:"sources"`
	Matched []letter.Reason `json:"matched"`
}

func writePreviewJSON(w io.Writer, l letter.Letter, papers map[paper.Key]*paper.Paper, help interest.Help, now time.Time) error {
	out := previewJSON{Now: now, Matched: l.Matched, Papers: []previewPaperJSON{}, Help: help}
	for _, pick := range l.Picks {
		p := papers[pick.Paper]
		one := previewPaperJSON{
			Title: p.PlainTitle(), URL: p.Links.Abstract, Heat: pick.Heat, Rising: pick.Rising, Leads: pick.Leads,
			Sources: p.Sources, Matched: pick.Reasons,
		}
		if len(p.Names) > 0 {
			one.ID = p.Names[0]
		}
		if one.Matched == nil {
			one.Matched = []letter.Reason{}
		}
		out.Papers = append(out.Papers, one)
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(out)
}
