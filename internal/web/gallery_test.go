package web_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"paperboy/internal/peers"
)

// TestNobodyIsKeptOut holds every page against axe-core, light and dark, and
// finds what is wider than a phone or moves while the page is shown.
func TestNobodyIsKeptOut(t *testing.T) {
	axe, err := os.ReadFile(peers.Axe(t))
	if err != nil {
		t.Fatal(err)
	}
	ctx := browse(t)
	s := serveSite(t)
	for _, page := range s.inhabited(t) {
		prefer(t, ctx, "light")
		act(t, ctx, chromedp.EmulateViewport(360, 800), chromedp.Navigate(page.url))
		page.typeIn(t, ctx)
		shift := evaluate[float64](t, ctx, layoutShift)
		evaluate[bool](t, ctx, string(axe)+";true")
		// Colours are all that is different in the dark.
		for scheme, rules := range map[string]string{"light": "", "dark": `, runOnly: ["color-contrast"]`} {
			prefer(t, ctx, scheme)
			for _, fault := range faultsOf(t, ctx, rules) {
				t.Errorf("%s, %s: %s", page.name, scheme, fault)
			}
		}
		act(t, ctx, chromedp.EmulateViewport(320, 800))
		if over := evaluate[int](t, ctx, `document.documentElement.scrollWidth - innerWidth`); over > 0 {
			t.Errorf("%s is %d pixels wider than the smallest phone", page.name, over)
		}
		if shift > 0.001 && page.typed == "" {
			t.Errorf("%s moves while it loads: %v", page.name, shift)
		}
	}
}

// layoutShift sums up what moved on the page that nobody touched.
const layoutShift = `new Promise(done => {
	let sum = 0;
	new PerformanceObserver(list => { for (const e of list.getEntries()) if (!e.hadRecentInput) sum += e.value })
		.observe({ type: "layout-shift", buffered: true });
	requestAnimationFrame(() => setTimeout(() => done(sum), 50));
})`

// faultsOf returns what axe-core finds on the page.
func faultsOf(t *testing.T, ctx context.Context, rules string) []string {
	t.Helper()
	found := evaluate[string](t, ctx, `axe.run(document, {resultTypes: ["violations"]`+rules+`}).then(r => JSON.stringify(r.violations))`)
	var violations []struct {
		ID, Help string
		Nodes    []struct {
			HTML           string
			FailureSummary string
		}
	}
	if err := json.Unmarshal([]byte(found), &violations); err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, v := range violations {
		out = append(out, fmt.Sprintf("%s: %s: %.300s (%.200s)", v.ID, v.Help, v.Nodes[0].HTML, strings.Join(strings.Fields(v.Nodes[0].FailureSummary), " ")))
	}
	return out
}

func evaluate[T any](t *testing.T, ctx context.Context, script string) T {
	t.Helper()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](script, func(p *runtime.EvaluateParams) { chromedp.EvalAwaitPromise(p) }))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func prefer(t *testing.T, ctx context.Context, scheme string) {
	t.Helper()
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
	if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, media); err != nil {
		t.Fatal(err)
	}
}

// firstPaint is when the page first showed something, in milliseconds.
func firstPaint(t *testing.T, ctx context.Context, page string) float64 {
	t.Helper()
	slow := func(rate float64) {
		if _, err := chromedp.Call(ctx, emulation.SetCPUThrottlingRate, emulation.SetCPUThrottlingRateParams{Rate: rate}); err != nil {
			t.Fatal(err)
		}
	}
	slow(4)
	defer slow(1)
	act(t, ctx, chromedp.EmulateViewport(360, 800), chromedp.Navigate(page))
	return evaluate[float64](t, ctx, `new Promise(done => {
		new PerformanceObserver(list => done(list.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0)).observe({ type: "paint", buffered: true });
	})`)
}

// TestGallery renders every page, light and dark, as a phone and a desk show
// it, into the folder that PAPERBOY_GALLERY names, to be looked at, and tells
// how soon each is there:
//
//	PAPERBOY_GALLERY=/tmp/gallery go test -v -run Gallery ./internal/web
func TestGallery(t *testing.T) {
	folder := os.Getenv("PAPERBOY_GALLERY")
	if folder == "" {
		t.Skip("PAPERBOY_GALLERY names no folder")
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	ctx := browse(t)
	s := serveSite(t)
	for _, page := range s.inhabited(t) {
		t.Logf("%s: first paint after %.0f ms on a machine four times slower", page.name, firstPaint(t, ctx, page.url))
		for _, scheme := range []string{"light", "dark"} {
			prefer(t, ctx, scheme)
			for device, width := range map[string]int64{"phone": 360, "desk": 1280} {
				act(t, ctx, chromedp.EmulateViewport(width, 800), chromedp.Navigate(page.url))
				page.typeIn(t, ctx)
				picture, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
				if err != nil {
					t.Fatal(err)
				}
				name := filepath.Join(folder, fmt.Sprintf("%s-%s-%s.png", page.name, device, scheme))
				if err := os.WriteFile(name, picture, 0o644); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}
