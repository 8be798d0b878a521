package web_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"paperboy/internal/interest"
	"paperboy/internal/paper"
	"paperboy/internal/subscription"
	"paperboy/internal/web"
)

func TestWhatIsTypedWrong(t *testing.T) {
	for name, c := range map[string]struct {
		fields []string
		says   string
		keeps  string
	}{
		"no address":                {[]string{"keywords", "robots"}, "Please give your email address", "robots"},
		"a header in the address":   {[]string{"email", "ada@example.org\r\nBcc: x@example.org"}, "line break", ""},
		"an address with a name":    {[]string{"email", "Ada <ada@example.org>"}, "without a name", "Ada &lt;ada@example.org&gt;"},
		"an over-long address":      {[]string{"email", strings.Repeat("a", 300) + "@example.org"}, "too long", ""},
		"an absurdly long address":  {[]string{"email", strings.Repeat("a", 50000) + "@example.org"}, "too long", ""},
		"keywords with a loose end": {[]string{"email", "ada@example.org", "keywords", "robots\nfold (laundry"}, "of line 2: expected", "ada@example.org"},
		"an unknown zone":           {[]string{"email", "ada@example.org", "zone", "Europe/Atlantis"}, `“Europe/Atlantis” is no time zone`, "Europe/Atlantis"},
		"a path for a zone":         {[]string{"email", "ada@example.org", "zone", "../../etc/passwd"}, "is no time zone", ""},
		"an hour past the day":      {[]string{"email", "ada@example.org", "hour", "24"}, `“24” is no hour`, "ada@example.org"},
		"a hour in words":           {[]string{"email", "ada@example.org", "hour", "<b>noon"}, `“<b>noon” is no hour`, ""},
		"markup in the address":     {[]string{"email", `"><script>alert(1)</script>@example.org`}, "must stand alone", ""},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, nil, func(t *testing.T, s *site) {
				a := s.post("/papers/subscribe", c.fields...)
				want(t, name, a, 400, c.says)
				if !strings.Contains(a.body, c.keeps) || strings.Contains(a.body, "<script>alert") {
					t.Errorf("what was typed is not kept, or not as text: %s", a.body)
				}
				if len(a.body) > 64<<10 {
					t.Errorf("the answer repeats it all: %d bytes", len(a.body))
				}
				if got := s.state(t); got != "" || s.woken.Load() > 0 {
					t.Errorf("something came of it: %s", got)
				}
			})
		})
	}
}

func TestSettingsTypedWrong(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, s *site) {
		settings := s.links.Settings(s.add(t, "ada@example.org", "robots"))
		before := s.state(t)
		for name, c := range map[string]struct{ field, value, says string }{
			"keywords":        {"keywords", "title:", "expected"},
			"an unknown zone": {"zone", "Mars", `“Mars” is no time zone`},
			"no paper":        {"papers", "0", "from 1 to 200"},
			"all papers":      {"papers", "100000", "from 1 to 200"},
			"some papers":     {"papers", "some", `“some”`},
			"an eighth day":   {"weekday", "7", `“7” is no day`},
		} {
			want(t, name, s.post(settings, c.field, c.value), 400, "Nothing was saved yet", c.says)
			if s.state(t) != before {
				t.Errorf("%s: was saved", name)
			}
		}
	})
}

func TestFrontPage(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, s *site) {
		a := s.get("/papers/")
		want(t, "front", a, 200, "Attention for small languages", "90 votes", "Robots that learn", `<script>alert("x")</script> in a title`, "Subscribe")
		if strings.Contains(a.body, "<script>") {
			t.Error("a title is run as a script")
		}
		if strings.Index(a.body, "Attention for") > strings.Index(a.body, "Robots that") {
			t.Error("the hotter paper does not come first")
		}
		want(t, "without the slash", s.get("/papers"), 200, "Subscribe")
		want(t, "where a proxy takes the prefix off", s.get("/"), 200, "Subscribe")
		a = s.get("/papers/papers?q=folding+-survey")
		want(t, "search", a, 200, "1 paper of 3", "Robots that learn", "matched “fold”", "Mail me these")
		if !strings.Contains(a.body, "folding -survey</textarea>") {
			t.Errorf("the search does not become keywords: %s", a.body)
		}
		want(t, "an empty search result", s.get("/papers/papers?q=zebra"), 200, "Nothing matches", "Mail me when something does")
		a = s.get("/papers/papers?q=robots+AND+(fold")
		want(t, "a search that can't be read", a, 400, "Column", "expected")
		if !strings.Contains(a.body, `value="robots AND (fold"`) {
			t.Error("what was searched is not kept")
		}
		want(t, "an unknown page", s.get("/papers/nowhere"), 404, "There is no such page")
		want(t, "an unclean path", s.get("/papers/../etc/"), 404, "There is no such page")
		want(t, "beside the prefix", s.get("/papersx/"), 404)
		want(t, "posting to the front", s.post("/papers/"), 405)
		want(t, "health", s.get("/healthz"), 200, "ok")
	})
}

func TestFrontPageWithoutPapers(t *testing.T) {
	inBubble(t, func(o *web.Options) { o.Catalogue = catalogue{} }, func(t *testing.T, s *site) {
		want(t, "front", s.get(base), 200, "There are no papers yet")
	})
}

// catalogue has no papers, an error, or a panic.
type catalogue struct {
	err   error
	calls *int
	panic bool
}

func (c catalogue) Candidates(context.Context, time.Time, time.Duration) (paper.Catalogue, error) {
	if c.calls != nil {
		*c.calls++
	}
	if c.panic {
		panic("boom")
	}
	return paper.Catalogue{}, c.err
}

func (c catalogue) Search(context.Context, interest.Interest, paper.Search, time.Time) (paper.Found, error) {
	return paper.Found{}, c.err
}

func (c catalogue) Help(context.Context, interest.Interest, time.Time) (interest.Help, error) {
	return interest.Help{}, c.err
}

func (c catalogue) Papers(context.Context, []paper.Key) (map[paper.Key]*paper.Paper, error) {
	return nil, c.err
}

func (c catalogue) Day(context.Context, time.Time, time.Time) ([]*paper.Paper, error) {
	return nil, c.err
}

func (c catalogue) Days(context.Context, time.Time) ([]paper.Day, error) { return nil, c.err }

func TestWhatBreaksBecomesAPage(t *testing.T) {
	for name, c := range map[string]catalogue{
		"an error": {err: errors.New("disk is gone")},
		"a panic":  {panic: true},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(o *web.Options) { o.Catalogue = c }, func(t *testing.T, s *site) {
				a := s.get(base)
				want(t, name, a, 500, "Something broke here")
				if strings.Contains(a.body, "disk") || strings.Contains(a.body, "boom") {
					t.Error("the page tells what it should not")
				}
				if !strings.Contains(s.log.String(), "disk is gone") && !strings.Contains(s.log.String(), "boom") {
					t.Errorf("the log does not tell why: %s", &s.log)
				}
				want(t, "the next page", s.get("/papers/link"), 200)
			})
		})
	}
}

func TestPapersAreReadOnceAMinute(t *testing.T) {
	calls := 0
	inBubble(t, func(o *web.Options) { o.Catalogue = catalogue{calls: &calls} }, func(t *testing.T, s *site) {
		for range 20 {
			s.get("/papers/papers?q=robots")
		}
		if calls != 1 {
			t.Errorf("read %d times", calls)
		}
		time.Sleep(time.Minute)
		s.get("/papers/")
		if calls != 2 {
			t.Errorf("after a minute: read %d times", calls)
		}
	})
}

func TestEveryPageIsGuarded(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, s *site) {
		id := s.add(t, "ada@example.org", "robots")
		for name, a := range map[string]answer{
			"front": s.get(base), "settings": s.get(s.links.Settings(id)), "error": s.get(base + "/nowhere"),
			"forged": s.get(base + "/leave/x"), "foreign": s.foreign("/papers/subscribe"), "health": s.get("/healthz"),
		} {
			h := a.header
			for _, want := range []string{"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"} {
				if !strings.Contains(h.Get("Content-Security-Policy"), want) {
					t.Errorf("%s: the policy lacks %s: %s", name, want, h.Get("Content-Security-Policy"))
				}
			}
			if strings.Contains(h.Get("Content-Security-Policy"), "unsafe") || strings.Contains(a.body, " style=") || strings.Contains(a.body, "<style") {
				t.Errorf("%s: inline styles or an unsafe policy", name)
			}
			for header, want := range map[string]string{
				"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY",
			} {
				if h.Get(header) != want {
					t.Errorf("%s: %s is %q", name, header, h.Get(header))
				}
			}
			if name != "front" && h.Get("Cache-Control") != "no-store" {
				t.Errorf("%s: may be kept: %q", name, h.Get("Cache-Control"))
			}
		}
		for _, page := range []string{s.links.Settings(id), s.links.Leave(id)} {
			if got := s.get(page).header.Get("X-Robots-Tag"); !strings.Contains(got, "noindex") {
				t.Errorf("%s may be indexed: %q", page, got)
			}
		}
	})
}

// foreign posts a form as another site's page would make the browser do.
func (s *site) foreign(target string) answer {
	r := form(target, "email", "ada@example.org")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	r.Header.Set("Origin", "https://evil.example")
	return s.do(r)
}

func TestForeignForms(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, s *site) {
		id := s.add(t, "ada@example.org", "robots")
		before := s.state(t)
		for _, page := range []string{"/papers/subscribe", "/papers/link", s.links.Settings(id), s.links.Settings(id) + "/pause"} {
			want(t, page, s.foreign(page), 403, "another site")
		}
		if s.state(t) != before || s.woken.Load() > 0 {
			t.Error("a foreign form changed something")
		}
		// A browser without Sec-Fetch-Site, and a proxy that names another host.
		old := form("http://127.0.0.1:8080/papers/subscribe", "email", "bob@example.org")
		old.Header.Del("Sec-Fetch-Site")
		old.Header.Set("Origin", "https://example.org")
		want(t, "our own page through a proxy", s.do(old), 200)
	})
}

func TestReferrerOverPlainHTTP(t *testing.T) {
	for link, policy := range map[string]string{
		"http://papers.lan":       "same-origin", // no Sec-Fetch-Site there: the form's Origin must not be null
		"http://127.0.0.1:8080":   "no-referrer",
		"https://papers.lan/some": "no-referrer",
	} {
		inBubble(t, func(o *web.Options) { o.Links.Base = link }, func(t *testing.T, s *site) {
			if got := s.get(link + "/link").header.Get("Referrer-Policy"); got != policy {
				t.Errorf("%s: %q, want %q", link, got, policy)
			}
		})
	}
}

func TestStaticFilesAreKept(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, s *site) {
		body := s.get(base).body
		for _, kind := range []string{"preview", "icon", "touch icon", "style", "script"} {
			start := strings.Index(body, "/papers/static/")
			end := start + strings.IndexByte(body[start:], '"')
			a := s.get(body[start:end])
			body = body[end:]
			want(t, kind, a, 200)
			known := map[string]bool{"image/png": true, "text/css; charset=utf-8": true, "text/javascript; charset=utf-8": true, "image/svg+xml": true}
			if !known[a.header.Get("Content-Type")] || !strings.Contains(a.header.Get("Cache-Control"), "immutable") {
				t.Errorf("%q, %q", a.header.Get("Content-Type"), a.header.Get("Cache-Control"))
			}
		}
		want(t, "a file without its hash", s.get("/papers/static/style.css"), 404)
		want(t, "another file", s.get("/papers/static/embed.go"), 404)
	})
}

func TestSignUp(t *testing.T) {
	inBubble(t, func(o *web.Options) { o.SignUp = web.SignUp{Mode: "closed"} }, func(t *testing.T, s *site) {
		want(t, "closed front", s.get(base), 200, "Sign-up is closed")
		want(t, "closed", s.post("/papers/subscribe", "email", "ada@example.org"), 403, "Sign-up is closed")
		id := s.add(t, "ada@example.org", "robots")
		want(t, "a reader leaves all the same", s.post(s.links.Leave(id)), 200, "You have left")
		want(t, "but is not let back", s.post(s.links.Leave(id)+"/undo"), 403, "Sign-up is closed")
	})
	domains := web.SignUp{Mode: "domains", Domains: []string{"Example.org", "@bücher.example"}}
	inBubble(t, func(o *web.Options) { o.SignUp = domains }, func(t *testing.T, s *site) {
		want(t, "a foreign domain", s.post("/papers/subscribe", "email", "ada@example.com"), 403, "Only addresses at example.org")
		want(t, "a domain below", s.post("/papers/subscribe", "email", "ada@sub.example.org"), 403)
		want(t, "a domain that ends so", s.post("/papers/subscribe", "email", "ada@notexample.org"), 403)
		want(t, "the domain", s.post("/papers/subscribe", "email", "ada@EXAMPLE.org"), 200)
		want(t, "the other domain", s.post("/papers/subscribe", "email", "ada@xn--bcher-kva.example"), 200)
	})
}

func TestTooManyFromOneClient(t *testing.T) {
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for name, c := range map[string]struct {
		remote  func(i int) string
		forward func(i int) string
		limited bool
	}{
		"one address":       {at("198.51.100.7:%d"), nil, true},
		"another each time": {at("198.51.100.%d:4"), nil, false},
		"forwarded addresses of one who is not trusted":     {at("198.51.100.7:%d"), at("203.0.113.%d"), true},
		"forwarded addresses of a trusted proxy":            {at("10.0.0.1:%d"), at("203.0.113.%d"), false},
		"one client behind proxies":                         {at("10.0.0.1:%d"), at("203.0.113.7, 10.1.1.%d"), true},
		"one client that makes up whom it is forwarded for": {at("10.0.0.1:%d"), at("192.0.2.%d, 203.0.113.7"), true},
		"one IPv6 network":                                  {at("[2001:db8:1:2::%d]:4"), nil, true},
		"many IPv6 networks":                                {at("[2001:db8:1:%d::1]:4"), nil, false},
		"IPv4 written as IPv6":                              {at("[::ffff:198.51.100.%d]:4"), nil, false},
		"forwarded by a trusted IPv6 proxy, in a long form": {at("[fd00::1]:%d"), at("\"x\", [2001:db8:1:%d::1]:99"), false},
		"a trusted proxy that forwards nothing legible":     {at("10.0.0.1:%d"), at("unknown%d"), true},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(o *web.Options) { o.TrustedProxies = proxies }, func(t *testing.T, s *site) {
				last := answer{}
				for i := range 11 {
					r := form("/papers/link", "email", "ada@example.org")
					r.RemoteAddr = c.remote(i + 1)
					if c.forward != nil {
						r.Header.Set("X-Forwarded-For", c.forward(i+1))
					}
					last = s.do(r)
				}
				if !c.limited {
					want(t, name, last, 200)
					return
				}
				want(t, name, last, 429, "A little slower")
				if last.header.Get("Retry-After") == "" {
					t.Error("does not say when to try again")
				}
				time.Sleep(time.Minute)
				r := form("/papers/link", "email", "ada@example.org")
				r.RemoteAddr = c.remote(1)
				if c.forward != nil {
					r.Header.Set("X-Forwarded-For", c.forward(1))
				}
				want(t, "a minute later", s.do(r), 200)
			})
		})
	}
}

// at fills a number into an address.
func at(format string) func(int) string {
	return func(i int) string { return fmt.Sprintf(format, i) }
}

func TestHeadIsGetWithoutABody(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, s *site) {
		id := s.add(t, "ada@example.org", "robots")
		server := httptest.NewRecorder()
		s.ServeHTTP(server, httptest.NewRequest(http.MethodHead, s.links.Leave(id), nil))
		if server.Code != 200 || server.Header().Get("Content-Length") == "" {
			t.Errorf("%d, %v", server.Code, server.Header())
		}
		if r := s.reader(t, "ada@example.org"); r.State != subscription.Active {
			t.Errorf("HEAD left: %s", r.State)
		}
	})
}
