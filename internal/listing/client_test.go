package listing

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func get(t *testing.T, c *Client, url string) (answer, error) {
	t.Helper()
	return c.get(t.Context(), request{url: url, patience: newPatience()})
}

func TestClientNamesItselfAndAsksConditionally(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("If-None-Match") == `"a"` && r.Header.Get("If-Modified-Since") == "yesterday" {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Header().Set("ETag", `"a"`)
		w.Header().Set("Last-Modified", "yesterday")
		fmt.Fprint(w, r.UserAgent())
	})
	c := testClient()
	a, err := get(t, c, url)
	if err != nil || string(a.body) != c.agent {
		t.Fatalf("got %q, %v, want the agent", a.body, err)
	}
	a, err = c.get(t.Context(), request{url: url, etag: a.etag, modified: a.modified, patience: newPatience()})
	if err != nil || !a.unchanged() {
		t.Errorf("the second answer is %d, %v, want 304", a.status, err)
	}
}

func TestClientHostileAnswers(t *testing.T) {
	zeros := make([]byte, 1<<20)
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	for range 40 {
		if _, err := z.Write(zeros); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		answer http.HandlerFunc
		want   []string
	}{
		{"a body of 40 MB, announced", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", strconv.Itoa(40<<20))
		}, []string{"body larger than 32 MiB"}},
		{"a body of 40 MB, in pieces", func(w http.ResponseWriter, _ *http.Request) {
			for range 40 {
				if _, err := w.Write(zeros); err != nil {
					return
				}
			}
		}, []string{"body larger than 32 MiB"}},
		{"a gzip bomb", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(bomb.Bytes())
		}, []string{"body larger than 32 MiB"}},
		{"a half-sent body", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = w.Write([]byte("half"))
		}, []string{"broke off after 4 bytes"}},
		{"an encoding not asked for", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "br")
			_, _ = w.Write([]byte("x"))
		}, []string{`unasked encoding "br"`}},
		{"an endless redirect", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, r.URL.Path+"x", http.StatusFound)
		}, []string{"more than 5 redirects"}},
		{"a redirect to a file", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "file:///etc/passwd")
			w.WriteHeader(http.StatusFound)
		}, []string{"file:///etc/passwd", "unsupported protocol"}},
		{"a redirect to nowhere", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusFound)
		}, []string{"302"}},
		{"not found", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusNotFound)
		}, []string{"404 Not Found"}},
		{"always broken", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusInternalServerError)
		}, []string{"500 Internal"}},
		{"busy until after tomorrow", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "100000")
			w.WriteHeader(http.StatusServiceUnavailable)
		}, []string{"503", "left alone until"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			url := serve(t, tt.answer)
			_, err := get(t, testClient(), url+"/list?api_key=s3cret&date=2026-06-30")
			wantError(t, err, tt.want...)
			if strings.Contains(err.Error(), "s3cret") {
				t.Errorf("error %q tells the key", err)
			}
		})
	}
}

func TestClientNeverFollowsIntoPrivateNetworks(t *testing.T) {
	tests := []struct{ name, to string }{
		{"to this machine", "http://127.0.0.1:1/secret"},
		{"to a cloud's metadata", "http://169.254.169.254/latest/meta-data/"},
		{"to a private network", "http://10.0.0.1/"},
		{"to this machine by IPv6", "http://[::1]/"},
		{"to this machine in IPv6 clothes", "http://[::ffff:127.0.0.1]/"},
		{"to the unspecified address", "http://0.0.0.0:1/"},
		{"to a shared address", "http://100.64.0.1/"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			base := serve(t, func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, tt.to, http.StatusFound)
			})
			_, err := get(t, testClient(), localhost(base))
			wantError(t, err, "private address", "refused")
		})
	}
}

func TestClientDoesNotReuseATrustedConnectionForARedirect(t *testing.T) {
	inner := serve(t, says("secret"))
	c := testClient()
	if a, err := get(t, c, inner); err != nil || string(a.body) != "secret" {
		t.Fatalf("the configured host: %q, %v", a.body, err)
	}
	outer := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, inner, http.StatusFound) })
	_, err := get(t, c, localhost(outer))
	wantError(t, err, "refused")
}

func TestClientThroughAProxy(t *testing.T) {
	proxy := serve(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "by proxy: ", r.URL) })
	tests := []struct{ name, to, want, fault string }{
		{"a public host goes through the operator's proxy, wherever that is", "http://8.8.8.8/x", "by proxy: http://8.8.8.8/x", ""},
		{"a private one doesn't", "http://10.0.0.1/x", "", "private address 10.0.0.1 refused"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			base := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, tt.to, http.StatusFound) })
			g := newGuard()
			g.choose = func(*http.Request) (*url.URL, error) { return url.Parse(proxy) }
			c := testClient()
			c.http.Transport = g
			a, err := get(t, c, localhost(base))
			if tt.fault != "" {
				wantError(t, err, tt.fault)
			} else if err != nil || string(a.body) != tt.want {
				t.Errorf("got %q, %v", a.body, err)
			}
		})
	}
}

func TestClientFollowsOnTheConfiguredHost(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/old" {
			http.Redirect(w, r, "/new", http.StatusMovedPermanently)
			return
		}
		fmt.Fprint(w, r.URL.Path)
	})
	a, err := get(t, testClient(), url+"/old")
	if err != nil || string(a.body) != "/new" {
		t.Errorf("got %q, %v", a.body, err)
	}
}

func TestPublic(t *testing.T) {
	for _, s := range []string{"8.8.8.8", "2606:4700::1111", "64:ff9b::8.8.8.8", "2002:808:808::1"} {
		if !public(netip.MustParseAddr(s)) {
			t.Errorf("%s is taken for private", s)
		}
	}
	for _, s := range []string{
		"127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.1.1", "224.0.0.1", "255.255.255.255",
		"0.1.2.3", "100.100.0.1", "198.18.0.1", "240.0.0.1", "::", "::1", "fe80::1%eth0", "fc00::1", "ff02::1",
		"::ffff:10.0.0.1", "64:ff9b::10.0.0.1", "2002:a00:1::1", "::7f00:1", "fec0::1",
	} {
		if public(netip.MustParseAddr(s)) {
			t.Errorf("%s is taken for public", s)
		}
	}
}

// played is a transport that plays answers one after the other.
type played struct {
	answers []func() (*http.Response, error)
	at      []time.Time
}

func (p *played) RoundTrip(*http.Request) (*http.Response, error) {
	n := len(p.at)
	p.at = append(p.at, time.Now())
	return p.answers[min(n, len(p.answers)-1)]()
}

func status(code int, header ...string) func() (*http.Response, error) {
	return func() (*http.Response, error) {
		h := http.Header{}
		for i := 0; i < len(header); i += 2 {
			h.Set(header[i], header[i+1])
		}
		return &http.Response{StatusCode: code, Header: h, Body: io.NopCloser(strings.NewReader("body"))}, nil
	}
}

func broken() (*http.Response, error) { return nil, io.ErrUnexpectedEOF }

func TestClientPatience(t *testing.T) {
	tests := []struct {
		name    string
		answers []func() (*http.Response, error)
		want    []time.Duration // when each request came
		fault   string
	}{
		{"a passing fault is asked again",
			[]func() (*http.Response, error){status(502), broken, status(200)},
			[]time.Duration{0, 500 * time.Millisecond, 2500 * time.Millisecond}, ""},
		{"a lasting fault is not", []func() (*http.Response, error){status(404)}, []time.Duration{0}, "404"},
		{"Retry-After in seconds is waited for",
			[]func() (*http.Response, error){status(429, "Retry-After", "30"), status(200)},
			[]time.Duration{0, 30 * time.Second}, ""},
		{"Retry-After as a date is waited for",
			[]func() (*http.Response, error){status(503, "Retry-After", "Sat, 01 Jan 2000 00:01:00 GMT"), status(200)},
			[]time.Duration{0, time.Minute}, ""},
		{"a rate limit's reset is waited for",
			[]func() (*http.Response, error){status(429, "RateLimit", `"api";r=0;t=77`), status(200)},
			[]time.Duration{0, 77 * time.Second}, ""},
		{"a Retry-After past our patience is not",
			[]func() (*http.Response, error){status(429, "Retry-After", "121")}, []time.Duration{0},
			"left alone until 2000-01-01T00:02:01Z"},
		{"waits add up",
			[]func() (*http.Response, error){status(429, "Retry-After", "70"), status(429, "Retry-After", "70"), status(200)},
			[]time.Duration{0, 70 * time.Second}, "left alone until 2000-01-01T00:02:20Z"},
		{"a Retry-After without sense is an ordinary fault",
			[]func() (*http.Response, error){status(503, "Retry-After", "soon"), status(200)},
			[]time.Duration{0, 500 * time.Millisecond}, ""},
		{"it ends after three tries", []func() (*http.Response, error){status(500)},
			[]time.Duration{0, 500 * time.Millisecond, 2500 * time.Millisecond}, "500"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				p := &played{answers: tt.answers}
				c := NewClient("test")
				c.http.Transport = p
				_, err := get(t, c, "http://example.org/")
				if tt.fault == "" && err != nil {
					t.Fatal(err)
				}
				if tt.fault != "" {
					wantError(t, err, tt.fault)
				}
				if len(p.at) != len(tt.want) {
					t.Fatalf("%d requests, want %d", len(p.at), len(tt.want))
				}
				for i, at := range p.at {
					if got := at.Sub(start); got != tt.want[i] {
						t.Errorf("request %d came after %v, want %v", i, got, tt.want[i])
					}
				}
			})
		})
	}
}

// silent is a body that never comes.
type silent struct{ ctx context.Context }

func (s silent) Read([]byte) (int, error) { <-s.ctx.Done(); return 0, s.ctx.Err() }
func (silent) Close() error               { return nil }

type silentServer struct{}

func (silentServer) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: silent{r.Context()}}, nil
}

func TestClientGivesUpOnASilentServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := NewClient("test")
		c.http.Transport = silentServer{}
		start := time.Now()
		_, err := get(t, c, "http://example.org/")
		wantError(t, err, "broke off after 0 bytes")
		if took := time.Since(start); took > maxTries*wholeTimeout+time.Minute {
			t.Errorf("gave up after %v", took)
		}
	})
}

func TestClientStopsWaitingWhenCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := NewClient("test")
		c.http.Transport = &played{answers: []func() (*http.Response, error){status(503, "Retry-After", "100")}}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := c.get(ctx, request{url: "http://example.org/", patience: newPatience()})
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v, want the context's", err)
		}
	})
}

func TestRedact(t *testing.T) {
	for address, want := range map[string]string{
		"https://me:pw@example.org/feed":             "https://example.org/feed",
		"https://example.org/feed?token=abc&a=b":     "https://example.org/feed?a=b&token=hidden",
		"https://example.org/rss/cs.AI+cs.CL?date=1": "https://example.org/rss/cs.AI+cs.CL?date=1",
		"http://[bad": "(an unreadable address)",
	} {
		if got := redact(address); got != want {
			t.Errorf("redact(%q) = %q, want %q", address, got, want)
		}
	}
}
