package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/mail"
	"net/netip"
	"os"
	"strings"
	"time"

	"paperboy/internal/edition"
	"paperboy/internal/letter"
	"paperboy/internal/listing"
	"paperboy/internal/post"
	"paperboy/internal/store"
	"paperboy/internal/subscription"
	"paperboy/internal/web"
	"paperboy/templates"
)

// app is the program wired together from its configuration.
type app struct {
	*config
	log      *slog.Logger
	store    *store.Store
	links    subscription.Links
	words    fs.FS // templates
	site     letter.Site
	composer *letter.Composer
	sources  []edition.Source
}

// open wires the parts together. The caller closes the app.
func open(ctx context.Context, c *config, log *slog.Logger, stdin io.Reader) (_ *app, err error) {
	a := &app{config: c, log: log, words: templates.FS}
	if c.Templates != "" {
		if _, err := os.Stat(c.path(c.Templates)); err != nil {
			return nil, fmt.Errorf("templates: %w", err)
		}
		own := os.DirFS(c.path(c.Templates))
		if err := misnamed(own, templates.FS); err != nil {
			return nil, err
		}
		a.words = overlay{own, templates.FS}
	}
	if a.site, err = c.letterSite(); err != nil {
		return nil, err
	}
	if a.composer, err = letter.NewComposer(a.words, a.site); err != nil {
		return nil, err
	}
	if err := a.composer.Lacking(); err != nil {
		return nil, fmt.Errorf("templates: %w", err)
	}
	if a.store, err = store.Open(ctx, c.database()); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			a.store.Close()
		}
	}()
	if a.links, err = a.sealedLinks(ctx); err != nil {
		return nil, err
	}
	a.sources = a.buildSources(a.store, stdin)
	return a, nil
}

func (a *app) close() {
	if err := a.store.Close(); err != nil {
		a.log.Error("database not closed cleanly", "error", err)
	}
}

func (c *config) letterSite() (letter.Site, error) {
	from, err := mail.ParseAddress(c.Mail.From)
	if err != nil {
		return letter.Site{}, fmt.Errorf("mail.from: %q: %w", c.Mail.From, err)
	}
	var replyTo string
	if c.Mail.ReplyTo != "" {
		to, err := mail.ParseAddress(c.Mail.ReplyTo)
		if err != nil {
			return letter.Site{}, fmt.Errorf("mail.reply_to: %q: %w", c.Mail.ReplyTo, err)
		}
		replyTo = to.Address
	}
	return letter.Site{
		Name: c.Site.Name, URL: strings.TrimRight(c.Site.URL, "/"),
		From:    letter.Address{Name: cmp.Or(from.Name, c.Site.Name), Address: from.Address},
		ReplyTo: replyTo, Imprint: c.Site.Imprint, Postal: c.Site.PostalAddress,
		ListID: "paperboy." + mailHost(from.Address),
	}, nil
}

// mailHost is the domain of an address, which also names our messages.
func mailHost(address string) string { return address[strings.LastIndexByte(address, '@')+1:] }

func (a *app) sealedLinks(ctx context.Context) (subscription.Links, error) {
	keys, err := a.sealKeys(ctx)
	if err != nil {
		return subscription.Links{}, err
	}
	sealer, err := subscription.NewSealer(keys...)
	return subscription.Links{Base: a.site.URL, Sealer: sealer}, err
}

// sealKeys are the operator's, one in hexadecimal a line with the newest
// first, else the database's own, made at first start.
func (a *app) sealKeys(ctx context.Context) ([][]byte, error) {
	if a.Site.SealKeysFile == "" {
		return a.store.SealKeys(ctx, func() ([]byte, error) {
			key := make([]byte, 32)
			_, err := rand.Read(key)
			return key, err
		})
	}
	data, err := os.ReadFile(a.path(a.Site.SealKeysFile))
	if err != nil {
		return nil, fmt.Errorf("site.seal_keys_file: %w", err)
	}
	var keys [][]byte
	for i, line := range strings.Fields(string(data)) {
		key, err := hex.DecodeString(line)
		if err != nil || len(key) < 32 {
			return nil, fmt.Errorf("site.seal_keys_file: key %d is not 32 bytes or more in hexadecimal", i+1)
		}
		keys = append(keys, key)
	}
	return keys, nil
}

func (a *app) buildSources(gate listing.Gate, stdin io.Reader) []edition.Source {
	client := listing.NewClient("paperboy (+" + a.site.URL + ")")
	out := make([]edition.Source, 0, len(a.Sources))
	for _, s := range a.Sources {
		switch {
		case s.HuggingFace != nil:
			out = append(out, listing.NewHuggingFace(client, s.HuggingFace.URL, s.HuggingFace.Days))
		case s.ArXiv != nil:
			out = append(out, listing.NewArXiv(client, gate, listing.ArXivOptions{
				Categories: s.ArXiv.Categories, URL: s.ArXiv.URL, OAIURL: s.ArXiv.OAIURL,
				Interval: max(time.Duration(s.ArXiv.Interval), time.Millisecond), // zero is its default
			}))
		case s.HackerNews != nil:
			out = append(out, listing.NewHackerNews(client, s.HackerNews.URL, s.HackerNews.Days))
		case s.Feed != nil:
			out = append(out, listing.NewFeed(client, s.Feed.Name, s.Feed.URL))
		case s.File.Path == "-":
			out = append(out, listing.NewStream(s.File.Name, stdin))
		default:
			out = append(out, listing.NewFile(s.File.Name, a.path(s.File.Path)))
		}
	}
	return out
}

// tlsModes are the values of mail.smtp.tls; without one STARTTLS is demanded,
// but of a server on this machine.
var tlsModes = map[string]string{
	"": "", "starttls": "starttls", "tls": "tls", "none": "none",
}

// servers are the mail servers of the configuration.
func (c *config) servers() ([]post.Opener, error) {
	var all []post.Opener
	for i, s := range c.Mail.SMTP {
		server, err := c.server(s)
		if err != nil {
			return nil, fmt.Errorf("mail.smtp%s: %w", c.Mail.SMTP.index(i), err)
		}
		all = append(all, server)
	}
	return all, nil
}

func (c *config) server(s smtpConfig) (*post.SMTP, error) {
	password, err := c.password(s)
	if err != nil {
		return nil, err
	}
	mode := tlsModes[s.TLS]
	if mode == "" {
		mode = "starttls"
		if isLoopback(s.Host) {
			mode = "none"
		}
	}
	var roots *x509.CertPool
	if s.CAFile != "" {
		if roots, err = c.certificates("ca_file", s.CAFile); err != nil {
			return nil, err
		}
	}
	return post.NewSMTP(post.Config{
		Host: s.Host, Port: s.Port, TLS: mode,
		Username: s.Username, Password: password, CA: roots,
	})
}

// certificates reads a file of certificates to trust; key is where the
// configuration names it.
func (c *config) certificates(key, file string) (*x509.CertPool, error) {
	pem, err := os.ReadFile(c.path(file))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", key, err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s: %s holds no certificate", key, file)
	}
	return roots, nil
}

// opener is how connections for letters are made: to the mail server, or to
// the folder where none is configured.
func (c *config) opener(log *slog.Logger) (func(context.Context) (edition.Conn, error), error) {
	servers, err := c.servers()
	switch {
	case err != nil:
		return nil, err
	case len(servers) == 1:
		return opening(servers[0]), nil
	case len(servers) > 1:
		return opening(post.NewRelays(log, servers...)), nil
	}
	folder, err := post.NewFolder(c.path(c.Mail.Folder))
	if err != nil {
		return nil, err
	}
	return opening(folder), nil
}

func opening(o post.Opener) func(context.Context) (edition.Conn, error) {
	return func(ctx context.Context) (edition.Conn, error) { return o.Open(ctx) }
}

// edition is the loop's steps over the app's parts.
func (a *app) edition() (*edition.Edition, error) {
	opener, err := a.opener(a.log)
	if err != nil {
		return nil, err
	}
	signer, err := a.signer()
	if err != nil {
		return nil, err
	}
	return edition.New(edition.Options{
		Store: a.store, Sources: a.sources, Composer: a.composer, Links: a.links,
		Mailboxes: a.mailboxes(),
		Build:     signed(signer), Open: opener,
		MailHost: mailHost(a.site.From.Address),
		Papers:   a.Digest.Papers, Connections: a.Mail.Connections, Limits: a.limits(), Log: a.log,
	}), nil
}

// signed is how the bytes of every mail are made, signed where there are keys.
func signed(s *post.Signer) func(letter.Message) ([]byte, error) {
	return func(m letter.Message) ([]byte, error) {
		data, err := post.Build(m)
		if err != nil {
			return nil, err
		}
		return s.Sign(data)
	}
}

// pages is the web's handler; wake is called where something waits to
// be sent.
func (a *app) pages(wake func(), now func() time.Time) (http.Handler, error) {
	return web.New(web.Options{
		Readers: a.store, Catalogue: a.store, Links: a.links, Templates: a.words, Site: a.site,
		Defaults: a.defaultSettings(), Papers: a.Digest.Papers,
		SignUp:         web.SignUp{Mode: a.Signup.Mode, Domains: a.Signup.Domains},
		TrustedProxies: a.proxies(), Stopped: a.store.Stopped, Wake: wake, Now: now, Log: a.log,
	})
}

// defaultSettings are a new reader's.
func (c *config) defaultSettings() subscription.Settings {
	return subscription.Settings{Rhythm: subscription.Rhythm{
		Hour: c.Digest.Hour, Zone: c.Digest.Timezone, Weekday: time.Monday, Weekends: c.Digest.Weekends,
	}}
}

// isLoopback reports whether a host is this machine by its name or address.
func isLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}
