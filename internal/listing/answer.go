package listing

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// StatusError is a server's answer that is no success.
type StatusError struct {
	URL  string // without secrets
	Code int
	Body []byte
}

func (e *StatusError) Error() string {
	return fmt.Sprintf("GET %s: the server answers %d %s", e.URL, e.Code, http.StatusText(e.Code))
}

// BusyError is a server's wish to be left alone for longer than we wait.
type BusyError struct {
	URL   string // without secrets
	Code  int
	Until time.Time
}

func (e *BusyError) Error() string {
	return fmt.Sprintf("GET %s: the server answers %d and asks to be left alone until %s",
		e.URL, e.Code, e.Until.UTC().Format(time.RFC3339))
}

// maxPause is the longest time for which a server is left alone at its wish.
const maxPause = 24 * time.Hour

// pausedUntil returns when a source may be asked again after err, zero if at
// any time.
func pausedUntil(err error) time.Time {
	var busy *BusyError
	if !errors.As(err, &busy) {
		return time.Time{}
	}
	if latest := time.Now().Add(maxPause); busy.Until.After(latest) {
		return latest.UTC()
	}
	return busy.Until.UTC()
}

// lastingError is a fault that asking again doesn't mend.
type lastingError struct{ err error }

func (e *lastingError) Error() string { return e.err.Error() }
func (e *lastingError) Unwrap() error { return e.err }

var errBody = &lastingError{fmt.Errorf("body larger than %d MiB", maxBody>>20)}

// turnError is a fault of our own gate, not of the server.
type turnError struct{ err error }

func (e *turnError) Error() string { return "wait for our turn: " + e.err.Error() }
func (e *turnError) Unwrap() error { return e.err }

// lasting reports whether asking again can't help.
func lasting(err error) bool {
	var (
		fault *lastingError
		ours  *turnError
		cert  *tls.CertificateVerificationError
		dns   *net.DNSError
	)
	return errors.As(err, &fault) || errors.As(err, &ours) || errors.As(err, &cert) ||
		errors.As(err, &dns) && dns.IsNotFound || errors.Is(err, context.Canceled)
}

// passing reports whether a status is a passing one.
func passing(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusInternalServerError,
		http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// redirected returns where an answer sends us.
func redirected(from string, a answer) (to string, ok bool) {
	switch a.status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
	default:
		return "", false
	}
	base, err := url.Parse(from)
	if err != nil || a.location == "" {
		return "", false
	}
	u, err := base.Parse(a.location)
	if err != nil {
		return "", false
	}
	return u.String(), true
}

// rateReset is the time to the next window in a RateLimit header, in seconds:
// `"api";r=0;t=123` (draft-ietf-httpapi-ratelimit-headers).
var rateReset = regexp.MustCompile(`\bt=(\d{1,9})\b`)

// retryAfter returns how long a 429 or 503 asks to be left alone (RFC 9110
// 10.2.3: seconds or a date), zero if it doesn't say.
func retryAfter(status int, h http.Header, now time.Time) time.Duration {
	if status != http.StatusTooManyRequests && status != http.StatusServiceUnavailable {
		return 0
	}
	said := strings.TrimSpace(h.Get("Retry-After"))
	if at, err := http.ParseTime(said); err == nil {
		return max(at.Sub(now), time.Second)
	}
	if m := rateReset.FindStringSubmatch(h.Get("RateLimit")); said == "" && m != nil {
		said = m[1]
	}
	seconds, err := strconv.ParseUint(said, 10, 32)
	if err != nil {
		return 0
	}
	return max(time.Duration(seconds)*time.Second, time.Second)
}

// secretKey tells which values of a query are nobody's business.
var secretKey = regexp.MustCompile(`(?i)key|token|secret|pass|auth|sig`)

// redact returns an address as it may be shown: without user, password and
// whatever looks like a key.
func redact(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "(an unreadable address)"
	}
	u.User = nil
	query := u.Query()
	hidden := false
	for key := range query {
		if secretKey.MatchString(key) && key != "resumptionToken" {
			query.Set(key, "hidden")
			hidden = true
		}
	}
	if hidden {
		u.RawQuery = query.Encode()
	}
	return u.String()
}

// bare takes the address out of a net/url error: it may hold secrets, and
// stands before the error already.
func bare(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// opening is how a body begins, for people.
func opening(body []byte) string {
	const most = 60
	s := strings.Join(strings.Fields(strings.ToValidUTF8(string(body[:min(len(body), 4*most)]), "")), " ")
	if utf8.RuneCountInString(s) > most {
		s = string([]rune(s)[:most]) + "…"
	}
	return fmt.Sprintf("%q", s)
}
