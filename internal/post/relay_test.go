package post

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	gosmtp "github.com/emersion/go-smtp"

	"paperboy/internal/letter"
)

// relay is a real mail server with TLS and passwords, in this process.
type relay struct {
	addr *net.TCPAddr
	ca   *x509.CertPool

	mu       sync.Mutex
	letters  []letter.Envelope
	utf8     []bool // whether SMTPUTF8 was asked for, per letter
	mechs    []string
	password string

	net.Listener
	accepted atomic.Int32 // connections
}

func (r *relay) Accept() (net.Conn, error) {
	conn, err := r.Listener.Accept()
	if err == nil {
		r.accepted.Add(1)
	}
	return conn, err
}

// startRelay starts a relay that encrypts by STARTTLS, or from the first byte.
func startRelay(t *testing.T, implicit bool, adjust func(*gosmtp.Server)) *relay {
	t.Helper()
	certificate, ca := selfSigned(t)
	r := &relay{ca: ca, mechs: []string{sasl.Plain}, password: "s3cret"}
	server := gosmtp.NewServer(gosmtp.BackendFunc(func(*gosmtp.Conn) (gosmtp.Session, error) {
		return &relaySession{relay: r}, nil
	}))
	server.Domain = "relay.example"
	server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{certificate}}
	server.ErrorLog = log.New(io.Discard, "", 0) // clients hang up here on purpose
	adjust(server)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r.addr = listener.Addr().(*net.TCPAddr)
	r.Listener, listener = listener, r
	if implicit {
		listener = tls.NewListener(listener, server.TLSConfig)
	}
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		if err := <-done; err != nil && !errors.Is(err, gosmtp.ErrServerClosed) {
			t.Error(err)
		}
	})
	return r
}

func (r *relay) received() []letter.Envelope {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.letters
}

// selfSigned makes a certificate for 127.0.0.1 and the pool that trusts it.
func selfSigned(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

type relaySession struct {
	relay  *relay
	known  bool
	letter letter.Envelope
	utf8   bool
}

func (s *relaySession) AuthMechanisms() []string { return s.relay.mechs }

func (s *relaySession) Auth(mech string) (sasl.Server, error) {
	check := func(username, password string) error {
		if username != "operator" || password != s.relay.password {
			return gosmtp.ErrAuthFailed
		}
		s.known = true
		return nil
	}
	if mech == "LOGIN" {
		return &loginServer{check: check}, nil
	}
	return sasl.NewPlainServer(func(_, username, password string) error { return check(username, password) }), nil
}

// loginServer asks for name and password in turn, as old servers do.
type loginServer struct {
	check    func(username, password string) error
	step     int
	username string
}

func (l *loginServer) Next(response []byte) ([]byte, bool, error) {
	l.step++
	switch l.step {
	case 1:
		return []byte("Username:"), false, nil
	case 2:
		l.username = string(response)
		return []byte("Password:"), false, nil
	}
	return nil, true, l.check(l.username, string(response))
}

func (s *relaySession) Mail(from string, o *gosmtp.MailOptions) error {
	if !s.known {
		return gosmtp.ErrAuthRequired
	}
	s.letter, s.utf8 = letter.Envelope{From: from}, o.UTF8
	return nil
}

func (s *relaySession) Rcpt(to string, _ *gosmtp.RcptOptions) error {
	s.letter.To = to
	return nil
}

func (s *relaySession) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.letter.Data = data
	s.relay.mu.Lock()
	defer s.relay.mu.Unlock()
	s.relay.letters = append(s.relay.letters, s.letter)
	s.relay.utf8 = append(s.relay.utf8, s.utf8)
	return nil
}

func (s *relaySession) Reset()        {}
func (s *relaySession) Logout() error { return nil }
