package web_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"paperboy/internal/letter"
	"paperboy/internal/peers"
	"paperboy/internal/subscription"
	"paperboy/internal/web"
)

// browse opens a browser and returns a context for its tab.
func browse(t *testing.T) context.Context {
	t.Helper()
	chromium := peers.Program(t, "chromium", "chromium-browser", "google-chrome")
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Env("TZ=Asia/Kathmandu"),
	)
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	return ctx
}

// serveSite serves a site below a path on a port of this machine.
func serveSite(t *testing.T) *site {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := newSite(t, func(o *web.Options) { o.Links.Base = "http://" + listener.Addr().String() + "/papers" })
	server := &httptest.Server{Listener: listener, Config: &http.Server{Handler: s, ReadHeaderTimeout: time.Minute}}
	server.Start()
	t.Cleanup(server.Close)
	return s
}

func TestInTheBrowser(t *testing.T) {
	for name, scripts := range map[string]bool{"with JavaScript": true, "without JavaScript": false} {
		t.Run(name, func(t *testing.T) {
			ctx := browse(t)
			s := serveSite(t)
			params := emulation.SetScriptExecutionDisabledParams{Value: !scripts}
			if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, params); err != nil {
				t.Fatal(err)
			}
			act(t, ctx, chromedp.Navigate(s.links.Base))
			s.subscribeInBrowser(t, ctx, scripts)
			r := s.reader(t, "ada@example.org")
			zone := "Europe/Berlin"
			if scripts {
				zone = "Asia/Kathmandu"
			}
			// Chromium knows Kathmandu by its older name too.
			if got := strings.Replace(r.Rhythm.Zone, "Katmandu", "Kathmandu", 1); r.State != subscription.Pending || got != zone {
				t.Fatalf("after subscribing: %s in %s, want pending in %s", r.State, r.Rhythm.Zone, zone)
			}
			press(t, ctx, s.mailed(t, r.ID, letter.Confirmation), "form button", "You are subscribed")
			s.changeInBrowser(t, ctx, r.ID)
			press(t, ctx, s.links.Mark(r.ID, 1), "#less form:last-child button", "Robots that learn")
			act(t, ctx, chromedp.WaitVisible(`//p[contains(., "Noted.")]`))
			press(t, ctx, s.links.Leave(r.ID), "form button", "You have left")
			act(t, ctx, chromedp.Click("#why-often"), chromedp.Click("section form button"))
			heading(t, ctx, "Thank you")
			if marks, err := s.store.Marks(t.Context(), r.ID); err != nil || len(marks) != 1 || marks[0].Opinion != subscription.Less {
				t.Errorf("marks %v, %v", marks, err)
			}
			if r := s.reader(t, "ada@example.org"); r.State != subscription.Left || r.LeftWhy != "too often" || r.Keywords != "attention" || !r.Rhythm.Weekly {
				t.Errorf("in the end: %s, %q, weekly %v", r.State, r.Keywords, r.Rhythm.Weekly)
			}
		})
	}
}

func act(t *testing.T, ctx context.Context, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

// heading waits until the page with this heading is there.
func heading(t *testing.T, ctx context.Context, want string) {
	t.Helper()
	act(t, ctx, chromedp.WaitVisible(`//h1[contains(., "`+want+`")]`))
}

func press(t *testing.T, ctx context.Context, page, button, then string) {
	t.Helper()
	act(t, ctx, chromedp.Navigate(page), chromedp.Click(button))
	heading(t, ctx, then)
}

// subscribeInBrowser looks at what the keywords would bring, which shows by
// itself or after a press of the button, and then subscribes.
func (s *site) subscribeInBrowser(t *testing.T, ctx context.Context, scripts bool) {
	t.Helper()
	act(t, ctx, chromedp.SendKeys("#email", "ada@example.org"), chromedp.SendKeys("#keywords", "robots"))
	if !scripts {
		act(t, ctx, chromedp.Click("[data-preview-button]"))
	}
	act(t, ctx,
		chromedp.WaitVisible(`//p[@data-say][contains(., "1 paper of the 3")]`),
		chromedp.WaitVisible(`//ul[@class="brief"]//a[contains(., "that learn to fold")]`),
		chromedp.Click(`form[action="/papers/subscribe"] button.primary`))
	heading(t, ctx, "Check your mail")
}

func (s *site) changeInBrowser(t *testing.T, ctx context.Context, id int64) {
	t.Helper()
	act(t, ctx, chromedp.Navigate(s.links.Settings(id)),
		chromedp.Clear("#keywords"),
		chromedp.SendKeys("#keywords", "attention"),
		chromedp.Click("#weekly"),
		chromedp.Click("form.sheet button"),
		chromedp.WaitVisible(`//p[contains(., "Saved.")]`))
}
