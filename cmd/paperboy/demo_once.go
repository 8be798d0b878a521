package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"paperboy/internal/edition"
)

// once goes the whole way of a reader through the real pages and letters:
// subscribe, confirm, first letter, nothing, the next day's letter, leave.
func (d *demo) once(ctx context.Context, l net.Listener) error {
	ended := make(chan error, 1)
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		ended <- serveWith(ctx, l, d.handler(), func(ctx context.Context) error { <-ctx.Done(); return nil })
	}()
	err := d.walk(ctx)
	cancel()
	return errors.Join(err, <-ended, d.edition.Close(context.WithoutCancel(ctx)))
}

const demoReader = "reader@example.org"

// step is one line of the walk. It returns what there is to tell.
type step struct {
	name string
	do   func(ctx context.Context) (string, error)
}

func (d *demo) walk(ctx context.Context) error {
	for _, s := range []step{
		{"pull", d.pullStep},
		{"subscribe", d.subscribeStep},
		{"confirm", d.confirmStep},
		{"first letter", d.letterStep(d.round)},
		{"run again", d.nothingStep(d.round)},
		{"next day", d.letterStep(d.dayLater)},
		{"leave", d.leaveStep},
		{"day after", d.nothingStep(d.dayLater)},
	} {
		told, err := s.do(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		d.printf("%-13s %s\n", s.name, told)
	}
	return nil
}

func (d *demo) printf(format string, args ...any) { fmt.Fprintf(d.streams.out, format, args...) }

func (d *demo) pullStep(ctx context.Context) (string, error) {
	report, err := d.round(ctx)
	if err != nil {
		return "", err
	}
	var told []string
	for _, s := range report.Sources {
		told = append(told, fmt.Sprintf("%s: %d papers", s.Source, s.New))
	}
	return strings.Join(told, ", "), nil
}

func (d *demo) subscribeStep(ctx context.Context) (string, error) {
	keywords := `diffusion, "language model", robot*, graph`
	form := url.Values{"email": {demoReader}, "keywords": {keywords}}
	if err := d.post(ctx, d.app.site.URL+"/subscribe", form); err != nil {
		return "", err
	}
	return demoReader + " asks for: " + keywords, nil
}

func (d *demo) confirmStep(ctx context.Context) (string, error) {
	if _, err := d.round(ctx); err != nil {
		return "", err
	}
	mail, err := d.newest(1)
	if err != nil {
		return "", err
	}
	link, err := findLink(mail.Text, d.app.site.URL+"/confirm/")
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%q arrived; its link was followed and the button pressed", mail.Subject), d.post(ctx, link, nil)
}

// rounder makes one round, now or later.
type rounder func(context.Context) (edition.Report, error)

func (d *demo) letterStep(round rounder) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		before, err := d.mail.letters()
		if err != nil {
			return "", err
		}
		if _, err := round(ctx); err != nil {
			return "", err
		}
		mail, err := d.newest(len(before) + 1)
		if err != nil {
			return "", err
		}
		return fmt.Sprintf("%q arrived", mail.Subject), nil
	}
}

func (d *demo) nothingStep(round rounder) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		report, err := round(ctx)
		if err != nil {
			return "", err
		}
		if report.Sent.Delivered != 0 {
			return "", fmt.Errorf("%d letters were sent, none was owed", report.Sent.Delivered)
		}
		return "nothing was owed, nothing sent", nil
	}
}

func (d *demo) leaveStep(ctx context.Context) (string, error) {
	mail, err := d.newest(1)
	if err != nil {
		return "", err
	}
	link := strings.Trim(mail.Header.Get("List-Unsubscribe"), "<>")
	form := url.Values{"List-Unsubscribe": {"One-Click"}}
	return "left through the letter's one-click link", d.post(ctx, link, form)
}

// newest is the letter that came last, of at least this many.
func (d *demo) newest(atLeast int) (delivered, error) {
	letters, err := d.mail.letters()
	if err == nil && len(letters) < atLeast {
		err = fmt.Errorf("%d letters in %s, expected %d", len(letters), d.mail, atLeast)
	}
	if err != nil {
		return delivered{}, err
	}
	return letters[0], nil
}

// post presses a button of a page.
func (d *demo) post(ctx context.Context, to string, form url.Values) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		body, _ := io.ReadAll(io.LimitReader(resp.Body, 2<<10)) // for the message only
		return fmt.Errorf("POST %s answered %s: %s", req.URL.Path, resp.Status, body)
	}
	return nil
}

// findLink returns the first link in a text that begins with prefix.
func findLink(text, prefix string) (string, error) {
	link := regexp.MustCompile(regexp.QuoteMeta(prefix) + `[\w\-./~%]+`).FindString(text)
	if link == "" {
		return "", fmt.Errorf("no link beginning with %s", prefix)
	}
	return link, nil
}
