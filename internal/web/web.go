// Package web owns the pages: the front page, search, days and papers with
// their feeds; signing up and confirming, a reader's settings, letters and
// marks, leaving, and the account. It is served as
// plain HTML that works without JavaScript. A GET changes nothing; who may do
// what is said by the sealed link in a page's address, never by a cookie.
//
// It keeps no data: readers and papers are the store's, the words are the
// templates'. Transport security is left to the server in front.
package web

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/idna"

	"paperboy/internal/interest"
	"paperboy/internal/letter"
	"paperboy/internal/paper"
	"paperboy/internal/subscription"
)

// Readers keeps who reads. Where a method is told no such reader, its error is
// subscription.ErrNoReader.
type Readers interface {
	Requests
	Reader(ctx context.Context, id int64) (subscription.Reader, error)
	Change(ctx context.Context, id int64, set subscription.Settings, now time.Time) error
	Pause(ctx context.Context, id int64, until, now time.Time) error
	Resume(ctx context.Context, id int64, now time.Time) error
	Leave(ctx context.Context, id int64, now time.Time) error
	Delete(ctx context.Context, id int64) error
	Export(ctx context.Context, id int64) ([]byte, error)
	Letters(ctx context.Context, id int64, limit int) ([]letter.Letter, error)
	Letter(ctx context.Context, reader, id int64) (letter.Letter, error)
	ExplainLeaving(ctx context.Context, id int64, why string) error
	Marks(ctx context.Context, reader int64) ([]subscription.Mark, error)
	Remember(ctx context.Context, reader int64, m subscription.Mark, now time.Time) error
	Forget(ctx context.Context, reader, mark int64) error
}

// Requests are what somebody asks for by name of an address, answered by a
// mail to it, and the confirmation of them. The error is
// subscription.ErrTooMany where the address was mailed enough.
type Requests interface {
	Ask(ctx context.Context, q subscription.Request, host string, now time.Time) error
	Asked(ctx context.Context, kind letter.Kind, reader, ticket int64, now time.Time) (q subscription.Request, open bool, err error)
	Confirm(ctx context.Context, reader, ticket int64, now time.Time) (subscription.Reader, error)
	AskLink(ctx context.Context, folded, host string, expires, now time.Time) error
	AskMove(ctx context.Context, id int64, address, folded, host string, expires, now time.Time) error
	ConfirmMove(ctx context.Context, id, ticket int64, now time.Time) (subscription.Reader, error)
}

// Catalogue has the papers: those that trend, those of a day, any by its key,
// and those that keywords find. Help says what keywords would bring.
type Catalogue interface {
	Candidates(ctx context.Context, now time.Time, window time.Duration) (paper.Catalogue, error)
	Search(ctx context.Context, want interest.Interest, how paper.Search, now time.Time) (paper.Found, error)
	Help(ctx context.Context, want interest.Interest, now time.Time) (interest.Help, error)
	Papers(ctx context.Context, keys []paper.Key) (map[paper.Key]*paper.Paper, error)
	Day(ctx context.Context, date, now time.Time) ([]*paper.Paper, error)
	Days(ctx context.Context, now time.Time) ([]paper.Day, error)
}

// Stopped tells why the sending stopped, unless it goes on since.
type Stopped func(ctx context.Context) (why letter.Attempt, stopped bool, err error)

// SignUp says who may subscribe.
type SignUp struct {
	Mode    string   // open, domains or closed; empty: open
	Domains []string // for domains: those of the addresses that may
}

const (
	signUpOpen    = "open"
	signUpDomains = "domains"
	signUpClosed  = "closed"
)

// Options are the parts and settings of the pages.
type Options struct {
	Readers        Readers
	Catalogue      Catalogue
	Links          subscription.Links // Base is the site's public URL
	Templates      fs.FS              // with the folders letter, page and static
	Site           letter.Site
	Defaults       subscription.Settings // of a new reader
	Papers         int                   // papers per letter, where the reader set none
	SignUp         SignUp
	TrustedProxies []netip.Prefix   // who may say whom they forward for
	Wake           func()           // called when mail was asked for, or a letter may be due
	Now            func() time.Time // nil: time.Now
	Stopped        Stopped          // nil: the health page says nothing of the sending
	Log            *slog.Logger
}

// server is the pages with all they need.
type server struct {
	Options
	base    string // the site's URL, without a slash at its end
	prefix  string // its path, likewise
	host    string // names our messages: the domain of the sender's address
	consent string // what who subscribes agrees to, as the form shows it
	static  static
	pages   pages
	trends  *trends
	days    days
	helping chan struct{} // holds one for each who is helped with keywords
	clients *limiter
}

// New returns the handler of all pages. It executes every template with sample
// data: a broken one is an error that names its file and line.
func New(o Options) (http.Handler, error) {
	base, err := url.Parse(o.Links.Base)
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" {
		return nil, fmt.Errorf("web: the site's URL %q is not of the form https://example.org/path", o.Links.Base)
	}
	if err := o.SignUp.normalise(); err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	if err := o.Defaults.Rhythm.Validate(); err != nil {
		return nil, fmt.Errorf("web: a new reader's settings: %w", err)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &server{
		Options: o,
		base:    strings.TrimRight(o.Links.Base, "/"),
		prefix:  strings.TrimRight(base.EscapedPath(), "/"),
		host:    o.Site.From.Address[strings.LastIndexByte(o.Site.From.Address, '@')+1:],
		helping: make(chan struct{}, mostHelped),
		clients: newLimiter(),
	}
	s.trends = &trends{catalogue: o.Catalogue, log: o.Log}
	if s.static, err = readStatic(o.Templates, s.prefix); err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	if err := s.readPages(); err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	return s.handler(base)
}

// normalise checks the mode and brings the domains into the form in which
// addresses are compared.
func (u *SignUp) normalise() error {
	if u.Mode == "" {
		u.Mode = signUpOpen
	}
	if !slices.Contains([]string{signUpOpen, signUpDomains, signUpClosed}, u.Mode) {
		return fmt.Errorf("sign-up %q: must be open, domains or closed", u.Mode)
	}
	if u.Mode == signUpDomains && len(u.Domains) == 0 {
		return errors.New("sign-up is limited to domains, and none is named")
	}
	domains := make([]string, len(u.Domains))
	for i, d := range u.Domains {
		ascii, err := idna.Lookup.ToASCII(strings.TrimPrefix(strings.TrimSpace(d), "@"))
		if err != nil || ascii == "" {
			return fmt.Errorf("sign-up domain %q: is not a domain", d)
		}
		domains[i] = strings.ToLower(ascii)
	}
	u.Domains = domains
	return nil
}

// admits reports whether a folded address may subscribe.
func (u SignUp) admits(folded string) bool {
	switch u.Mode {
	case signUpClosed:
		return false
	case signUpDomains:
		return slices.Contains(u.Domains, folded[strings.LastIndexByte(folded, '@')+1:])
	}
	return true
}

// local turns one of our sealed links into a path on this server.
func (s *server) local(link string) string {
	return s.prefix + strings.TrimPrefix(link, s.base)
}
