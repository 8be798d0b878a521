package post

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"

	"paperboy/internal/letter"
)

const (
	dialTimeout    = 30 * time.Second // for TCP and, with "tls", its handshake
	commandTimeout = 5 * time.Minute  // RFC 5321, section 4.5.3.2
	goodbyeTimeout = 5 * time.Second
)

// Config names the operator's mail server.
type Config struct {
	Host string
	Port int // 0: 587 for starttls, 465 for tls, 25 for none
	// TLS is "starttls" (required, never in clear; the default), "tls" (from
	// the first byte) or "none".
	TLS                string
	Username, Password string         // both or neither; with "none" to this machine only
	Hello              string         // the name given in EHLO; empty: this machine's
	Timeout            time.Duration  // for each answer, the last one twice that; 0: five minutes
	CA                 *x509.CertPool // nil: the system's
}

// SMTP opens connections to one mail server.
type SMTP struct {
	Config
	addr string // host and port
}

// NewSMTP checks the configuration, fills in its defaults, and connects to
// nothing. An error has all faults, and never the password.
func NewSMTP(c Config) (*SMTP, error) {
	if c.TLS == "" {
		c.TLS = "starttls"
	}
	port, known := map[string]int{"starttls": 587, "tls": 465, "none": 25}[c.TLS]
	if c.Port == 0 {
		c.Port = port
	}
	if c.Timeout == 0 {
		c.Timeout = commandTimeout
	}
	var faults []error
	fault := func(bad bool, format string, args ...any) {
		if bad {
			faults = append(faults, fmt.Errorf("smtp "+format, args...))
		}
	}
	fault(!known, "tls: %q is not one of starttls, tls, none", c.TLS)
	fault(c.Host == "", "host: it is not set")
	fault(c.Host != "" && !hostName(c.Host), "host: %q is neither a name nor an IP address", c.Host)
	fault(c.Port < 1 || c.Port > 65535, "port: %d is not between 1 and 65535", c.Port)
	fault(c.Timeout < 0, "timeout: %s is negative", c.Timeout)
	fault(c.Hello != "" && !hostName(strings.Trim(c.Hello, "[]")), "hello: %q is neither a name nor an IP address", c.Hello)
	fault(c.Username == "" && c.Password != "", "username: it is not set, but a password is")
	fault(c.Username != "" && c.Password == "", "password: it is not set, but the username %q is", c.Username)
	fault(control(c.Username) >= 0, "username: %q has a control character", c.Username)
	fault(control(c.Password) >= 0, "password: it has a control character or a line break")
	fault(c.TLS == "none" && c.Username != "" && !loopback(c.Host),
		"tls: a password goes to %s in clear with \"none\": use starttls or tls", c.Host)
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return &SMTP{Config: c, addr: net.JoinHostPort(c.Host, strconv.Itoa(c.Port))}, nil
}

// hostName reports whether s can name a host. Which ones exist is the
// resolver's to say.
func hostName(s string) bool {
	if net.ParseIP(s) != nil {
		return true
	}
	ok := func(r rune) bool {
		return r == '.' || r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
	}
	return s != "" && len(s) <= 253 && strings.IndexFunc(s, func(r rune) bool { return !ok(r) }) < 0
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Open connects, encrypts and authenticates as configured. Its error is a
// *letter.Fault. Cancelling ctx gives up; afterwards ctx does not matter.
func (s *SMTP) Open(ctx context.Context) (Conn, error) {
	c := &conn{host: s.addr, timeout: s.Timeout}
	client, stop, err := s.dial(ctx, c)
	defer stop()
	if err != nil {
		return nil, s.fault(ctx, c, letter.StageConnect, err)
	}
	c.client = client
	if err := s.authenticate(client); err != nil {
		return nil, s.fault(ctx, c, letter.StageAuth, err)
	}
	if !stop() {
		return nil, s.fault(ctx, c, letter.StageAuth, ctx.Err())
	}
	c.pipelining, _ = client.Extension("PIPELINING")
	c.eightBit, _ = client.Extension("8BITMIME")
	return c, nil
}

// dial has go-mail greet the server and start TLS. The connection itself is
// opened here, so that it can be cut when ctx ends, and watched for what could
// not be written. stop ends the watch over ctx, as context.AfterFunc's does.
func (s *SMTP) dial(ctx context.Context, c *conn) (client *smtp.Client, stop func() bool, err error) {
	stop = func() bool { return true }
	dialer := func(dialing context.Context, _, _ string) (net.Conn, error) {
		dialing, cancel := context.WithTimeout(dialing, dialTimeout)
		defer cancel()
		raw, err := new(net.Dialer).DialContext(dialing, "tcp", s.addr)
		if err != nil {
			return nil, err
		}
		c.wire = &wire{Conn: raw}
		stop = context.AfterFunc(ctx, c.wire.cut)
		if s.TLS != "tls" {
			return c.wire, nil
		}
		secure := tls.Client(c.wire, s.tlsConfig())
		return secure, secure.HandshakeContext(dialing)
	}
	policy := mail.NoTLS
	if s.TLS == "starttls" {
		policy = mail.TLSMandatory
	}
	options := []mail.Option{
		mail.WithPort(s.Port), mail.WithTimeout(s.Timeout), mail.WithDialContextFunc(dialer),
		mail.WithTLSPolicy(policy), mail.WithTLSConfig(s.tlsConfig()),
	}
	if s.Hello != "" {
		options = append(options, mail.WithHELO(s.Hello))
	}
	gomail, err := mail.NewClient(s.Host, options...)
	if err != nil {
		return nil, stop, err
	}
	client, err = gomail.DialToSMTPClientWithContext(ctx)
	return client, stop, err
}

func (s *SMTP) tlsConfig() *tls.Config {
	return &tls.Config{ServerName: s.Host, RootCAs: s.CA, MinVersion: tls.VersionTLS12}
}

// fault ends the half-open connection and says why it could not be had.
func (s *SMTP) fault(ctx context.Context, c *conn, stage letter.Stage, err error) error {
	if c.wire != nil {
		c.wire.cut()
	}
	reply := answer(stage, s.addr, err)
	if ctx.Err() != nil {
		reply.Code, reply.Text = 0, ctx.Err().Error()
		err = ctx.Err()
	}
	if clean := s.redact(reply.Text); clean != reply.Text {
		reply.Text, err = clean, nil
	}
	return &letter.Fault{Reply: reply, Err: err}
}

// wire is a connection that remembers whether all it was given went out.
type wire struct {
	net.Conn
	lost atomic.Bool // something did not
	torn atomic.Bool // and what stood before it did
}

func (w *wire) Write(b []byte) (int, error) {
	n, err := w.Conn.Write(b)
	if err != nil {
		w.lost.Store(true)
		w.torn.Store(n > 0)
	}
	return n, err
}

// cut closes the connection without a goodbye. That it may be closed already
// is no matter.
func (w *wire) cut() { _ = w.Close() }
