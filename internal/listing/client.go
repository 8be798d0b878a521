package listing

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

const (
	maxBody      = 32 << 20
	maxRedirects = 5
	maxTries     = 3
	maxWait      = 2 * time.Minute // in all, for one fetch of a source
	wholeTimeout = 90 * time.Second
)

// Client asks servers politely: bodies are bounded, every step has its
// time-out, Retry-After is honoured within bounds, and a redirect never leads
// into a private network.
type Client struct {
	http    *http.Client
	agent   string
	backOff time.Duration // before the second try; four times as long before each further one
}

// NewClient returns a client that names itself as agent in User-Agent: the
// program and the operator's address, so that a server's keeper knows whom to
// ask.
func NewClient(agent string) *Client {
	return &Client{
		http: &http.Client{
			Transport: newGuard(),
			Timeout:   wholeTimeout,
			// Redirects are followed by get, one polite request each.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		agent:   agent,
		backOff: 500 * time.Millisecond,
	}
}

// newTransport returns a transport with its own time-outs.
func newTransport(dialer *net.Dialer) *http.Transport {
	dialer.Timeout = 10 * time.Second
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            dialer.DialContext,
		TLSHandshakeTimeout:    10 * time.Second,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		ResponseHeaderTimeout:  60 * time.Second,
		MaxResponseHeaderBytes: 1 << 20,
		MaxIdleConnsPerHost:    1,
		IdleConnTimeout:        30 * time.Second,
		ForceAttemptHTTP2:      true,
	}
}

// request is one question to a server.
type request struct {
	url            string
	accept         string
	etag, modified string        // of the answer had before: ask only for a newer one
	patience       *patience     // shared by all requests of one fetch
	turn           turn          // nil: no turns to wait for
	backOff        time.Duration // zero: the client's own
}

// turn lets one request at a time through to a server. leave is called after
// each request, with how long the server asked to be left alone.
type turn interface {
	enter(ctx context.Context) error
	leave(ctx context.Context, pause time.Duration) error
}

// patience is how much waiting and repeating one fetch has left.
type patience struct {
	wait    time.Duration
	retries int
}

func newPatience() *patience { return &patience{wait: maxWait, retries: 4} }

// answer is what a server said.
type answer struct {
	status         int
	body           []byte
	etag, modified string
	location       string
	retryAfter     time.Duration // zero: not said
}

func (a answer) unchanged() bool { return a.status == http.StatusNotModified }

// get asks until there is an answer: 200, or 304 to a conditional request. All
// else is an error: *StatusError where the server answered, *BusyError where
// it asks to be left alone for longer than we wait.
func (c *Client) get(ctx context.Context, r request) (answer, error) {
	base, err := url.Parse(r.url)
	if err != nil {
		return answer{}, fmt.Errorf("address %s: %w", redact(r.url), bare(err))
	}
	ctx = withBase(ctx, base.Hostname())
	for try, hops := 1, 0; ; {
		a, err := c.once(ctx, r)
		switch next, moved := redirected(r.url, a); {
		case err == nil && moved:
			if hops++; hops > maxRedirects {
				return answer{}, fmt.Errorf("GET %s: more than %d redirects", redact(r.url), maxRedirects)
			}
			r.url = next
			continue
		case err == nil && (a.status == http.StatusOK || a.unchanged()):
			return a, nil
		}
		wait, fault := c.again(r, a, err, try)
		if fault != nil {
			return answer{}, fault
		}
		if err := sleep(ctx, wait); err != nil {
			return answer{}, err
		}
		try++
	}
}

// again says how long to wait before the next try, or the error if there is
// none.
func (c *Client) again(r request, a answer, err error, try int) (time.Duration, error) {
	fault := err
	if err == nil {
		fault = &StatusError{URL: redact(r.url), Code: a.status, Body: a.body}
	}
	if err != nil && lasting(err) || err == nil && !passing(a.status) {
		return 0, fault
	}
	wait := r.backOff
	if wait == 0 {
		wait = c.backOff
	}
	wait <<= 2 * (try - 1)
	if a.retryAfter > 0 {
		wait = a.retryAfter
	}
	if a.retryAfter > r.patience.wait {
		return 0, &BusyError{URL: redact(r.url), Code: a.status, Until: time.Now().Add(a.retryAfter)}
	}
	if try >= maxTries || r.patience.retries <= 0 || wait > r.patience.wait {
		return 0, fault
	}
	r.patience.retries--
	r.patience.wait -= wait
	return wait, nil
}

// once asks once, in turn.
func (c *Client) once(ctx context.Context, r request) (a answer, err error) {
	if r.turn != nil {
		if err := r.turn.enter(ctx); err != nil {
			return answer{}, &turnError{err}
		}
		defer func() {
			// Also after a cancelled fetch: nobody else can leave for us.
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
			defer cancel()
			if left := r.turn.leave(ctx, a.retryAfter); left != nil {
				err = errors.Join(err, &turnError{left})
			}
		}()
	}
	a, err = c.exchange(ctx, r)
	if err != nil {
		err = fmt.Errorf("GET %s: %w", redact(r.url), bare(err))
	}
	return a, err
}

func (c *Client) exchange(ctx context.Context, r request) (_ answer, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.url, nil)
	if err != nil {
		return answer{}, &lastingError{bare(err)}
	}
	req.Header.Set("User-Agent", c.agent)
	for key, value := range map[string]string{
		"Accept": r.accept, "If-None-Match": r.etag, "If-Modified-Since": r.modified,
	} {
		if value != "" {
			req.Header.Set(key, value)
		}
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer func() { err = errors.Join(err, resp.Body.Close()) }()
	body, err := readBody(resp)
	return answer{
		status: resp.StatusCode, body: body,
		etag: resp.Header.Get("ETag"), modified: resp.Header.Get("Last-Modified"),
		location:   resp.Header.Get("Location"),
		retryAfter: retryAfter(resp.StatusCode, resp.Header, time.Now()),
	}, err
}

// readBody reads a bounded body, unpacked: a gzip bomb ends at the bound too.
func readBody(resp *http.Response) ([]byte, error) {
	if resp.ContentLength > maxBody {
		return nil, errBody
	}
	if enc := resp.Header.Get("Content-Encoding"); enc != "" && enc != "identity" {
		return nil, &lastingError{fmt.Errorf("the body comes in the unasked encoding %q", enc)}
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	if err != nil {
		return nil, fmt.Errorf("the body broke off after %d bytes: %w", len(body), err)
	}
	if len(body) > maxBody {
		return nil, errBody
	}
	return body, nil
}

// sleep waits for d, or until ctx is done.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-t.C:
		return nil
	}
}
