package post

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	gosmtp "github.com/emersion/go-smtp"
	"github.com/google/go-cmp/cmp"

	"paperboy/internal/letter"
	"paperboy/internal/peers/smtpfault"
)

func TestNewSMTPDefaults(t *testing.T) {
	for tls, port := range map[string]int{"": 587, "starttls": 587, "tls": 465, "none": 25} {
		s, err := NewSMTP(Config{Host: "relay.example", TLS: tls})
		if err != nil || s.Port != port || s.Timeout != 5*time.Minute {
			t.Errorf("tls %q: %+v, error %v, want port %d", tls, s, err, port)
		}
	}
}

func TestNewSMTPRefuses(t *testing.T) {
	cases := map[string]struct {
		config Config
		want   []string // in the error
	}{
		"no host":                        {Config{}, []string{"host: it is not set"}},
		"a URL as host":                  {Config{Host: "smtp://relay.example"}, []string{"host", "smtp://relay.example"}},
		"a socket as host":               {Config{Host: "unix:///run/relay"}, []string{"host"}},
		"a line break in the host":       {Config{Host: "relay.example\r\n"}, []string{"host"}},
		"a port out of range":            {Config{Host: "relay.example", Port: 70000}, []string{"port: 70000"}},
		"encryption if it happens to be": {Config{Host: "relay.example", TLS: "opportunistic"}, []string{`"opportunistic"`, "starttls, tls, none"}},
		"a password in clear":            {Config{Host: "relay.example", TLS: "none", Username: "u", Password: "hunter2"}, []string{"in clear"}},
		"a username alone":               {Config{Host: "relay.example", Username: "u"}, []string{"password: it is not set"}},
		"a password alone":               {Config{Host: "relay.example", Password: "hunter2"}, []string{"username: it is not set"}},
		"a line break in the password":   {Config{Host: "relay.example", Username: "u", Password: "hunter2\n"}, []string{"password: it has"}},
		"a command in the EHLO name":     {Config{Host: "relay.example", Hello: "a\r\nQUIT"}, []string{"hello"}},
		"a negative time-out":            {Config{Host: "relay.example", Timeout: -1}, []string{"timeout"}},
		"not all faults of several":      {Config{Port: -1, TLS: "ssl"}, []string{"host", "port", "tls"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := NewSMTP(c.config)
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q does not say %q", err, want)
				}
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("error %q has the password", err)
			}
		})
	}
}

// envelope is a letter whose body tests the transport: dots, a long line.
func envelope(to string) letter.Envelope {
	return letter.Envelope{From: "papers@example.org", To: to, Data: []byte(
		"Subject: to " + to + "\r\n\r\nfirst\r\n.\r\n..two dots\r\n.one dot\r\n" + strings.Repeat("x", 900) + "\r\nlast\r\n")}
}

func (r *relay) config(mode string) Config {
	return Config{Host: "127.0.0.1", Port: r.addr.Port, TLS: mode, Username: "operator", Password: "s3cret", CA: r.ca,
		Timeout: 20 * time.Second}
}

func open(t *testing.T, c Config) (Conn, error) {
	t.Helper()
	s, err := NewSMTP(c)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := s.Open(t.Context())
	if err == nil {
		t.Cleanup(func() {
			if err := conn.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	return conn, err
}

func mustOpen(t *testing.T, c Config) Conn {
	t.Helper()
	conn, err := open(t, c)
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

func TestRealServer(t *testing.T) {
	for name, c := range map[string]struct {
		mode   string
		mech   string
		adjust func(*gosmtp.Server)
	}{
		"STARTTLS, PLAIN":                 {"starttls", "PLAIN", func(*gosmtp.Server) {}},
		"STARTTLS, LOGIN":                 {"starttls", "LOGIN", func(*gosmtp.Server) {}},
		"TLS, PLAIN":                      {"tls", "PLAIN", func(*gosmtp.Server) {}},
		"TLS, LOGIN":                      {"tls", "LOGIN", func(*gosmtp.Server) {}},
		"in clear to this machine":        {"none", "PLAIN", func(s *gosmtp.Server) { s.AllowInsecureAuth = true; s.TLSConfig = nil }},
		"in clear to this machine, LOGIN": {"none", "LOGIN", func(s *gosmtp.Server) { s.AllowInsecureAuth = true; s.TLSConfig = nil }},
	} {
		t.Run(name, func(t *testing.T) {
			r := startRelay(t, c.mode == "tls", c.adjust)
			r.mechs = []string{c.mech}
			conn := mustOpen(t, r.config(c.mode))
			var want []letter.Envelope
			for i := range 3 {
				e := envelope(fmt.Sprintf("reader%d@example.com", i))
				want = append(want, e)
				reply := conn.Send(t.Context(), e)
				if reply.Stage != letter.StageDot || reply.Code != 250 || reply.Host != r.addr.String() || !strings.HasPrefix(reply.Text, "2.0.0 ") {
					t.Errorf("reply to letter %d: %+v", i, reply)
				}
			}
			if diff := cmp.Diff(want, r.received()); diff != "" {
				t.Errorf("what arrived is not what was sent (-sent +arrived):\n%s", diff)
			}
			if n := r.accepted.Load(); n != 1 {
				t.Errorf("%d connections for three letters", n)
			}
		})
	}
}

func TestOpenFaults(t *testing.T) {
	r := startRelay(t, false, func(*gosmtp.Server) {})
	untls := startRelay(t, false, func(s *gosmtp.Server) { s.TLSConfig = nil; s.AllowInsecureAuth = true })
	with := func(c Config, change func(*Config)) Config {
		change(&c)
		return c
	}
	cases := map[string]struct {
		config Config
		stage  letter.Stage
		code   int
		text   string
	}{
		"a wrong password":                        {with(r.config("starttls"), func(c *Config) { c.Password = "wrong" }), letter.StageAuth, 535, "5.7.8 "},
		"a certificate that nobody vouches for":   {with(r.config("starttls"), func(c *Config) { c.CA = nil }), letter.StageConnect, 0, "certificate"},
		"a certificate for another name":          {with(r.config("starttls"), func(c *Config) { c.Host = "localhost" }), letter.StageConnect, 0, "certificate"},
		"STARTTLS was stripped":                   {untls.config("starttls"), letter.StageConnect, 0, "STARTTLS"},
		"TLS spoken to a server that speaks none": {untls.config("tls"), letter.StageConnect, 0, "tls"},
		"nobody there":                            {Config{Host: "127.0.0.1", Port: 1, TLS: "none"}, letter.StageConnect, 0, "refused"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := open(t, c.config)
			checkFault(t, err, c.stage, c.code, c.text)
		})
	}
	if n := len(r.received()) + len(untls.received()); n != 0 {
		t.Errorf("%d letters arrived", n)
	}
}

func checkFault(t *testing.T, err error, stage letter.Stage, code int, text string) {
	t.Helper()
	fault := new(letter.Fault)
	if !errors.As(err, &fault) {
		t.Fatalf("error %v is no *letter.Fault", err)
	}
	if fault.Stage != stage || fault.Code != code || !strings.Contains(fault.Text, text) || fault.Host == "" {
		t.Errorf("fault %+v, want stage %s, code %d and %q", fault.Reply, stage, code, text)
	}
	if code == 0 && fault.Err == nil {
		t.Error("the fault wraps nothing")
	}
}

// faultConfig is for a faulty server: in clear, and soon tired of waiting.
func faultConfig(s *smtpfault.Server) Config {
	return Config{Host: s.Host, Port: s.Port, TLS: "none", Timeout: 20 * time.Second}
}

// at scripts one answer to every command of this verb.
func at(verb string, a smtpfault.Answer) func(smtpfault.Step) smtpfault.Answer {
	return func(s smtpfault.Step) smtpfault.Answer {
		if s.Verb == verb {
			return a
		}
		return smtpfault.Answer{}
	}
}

func TestOpenFaultsAsScripted(t *testing.T) {
	hangUp := smtpfault.Answer{Lost: true, HangUp: true}
	cases := map[string]struct {
		extension string
		verb      string
		answer    smtpfault.Answer
		stage     letter.Stage
		code      int
		text      string
	}{
		"greeted with a refusal":     {"", "CONNECT", smtpfault.Answer{Reply: "554 5.7.1 not you"}, letter.StageConnect, 554, "5.7.1 not you"},
		"greeted with 'too busy'":    {"", "CONNECT", smtpfault.Answer{Reply: "421 4.3.2 too busy\n4.3.2 come back", HangUp: true}, letter.StageConnect, 421, "4.3.2 too busy come back"},
		"no greeting":                {"", "CONNECT", hangUp, letter.StageConnect, 0, "EOF"},
		"another protocol":           {"", "CONNECT", smtpfault.Answer{Reply: "HTTP/1.1 400 Bad Request", HangUp: true}, letter.StageConnect, 0, "HTTP/1.1"},
		"hung up at EHLO":            {"", "EHLO", hangUp, letter.StageConnect, 0, ""},
		"421 at EHLO":                {"", "EHLO", smtpfault.Answer{Reply: "421 4.7.0 go away", HangUp: true}, letter.StageConnect, 421, "4.7.0 go away"},
		"no AUTH on offer":           {"8BITMIME", "", smtpfault.Answer{}, letter.StageAuth, 0, "offers no authentication"},
		"no AUTH that we know":       {"AUTH GSSAPI XOAUTH2", "", smtpfault.Answer{}, letter.StageAuth, 0, "GSSAPI, XOAUTH2"},
		"password refused":           {"AUTH PLAIN", "AUTH", smtpfault.Answer{Reply: "535 5.7.8 no"}, letter.StageAuth, 535, "5.7.8 no"},
		"password refused for now":   {"AUTH PLAIN", "AUTH", smtpfault.Answer{Reply: "454 4.7.0 directory down"}, letter.StageAuth, 454, "4.7.0 directory down"},
		"hung up at AUTH":            {"AUTH PLAIN", "AUTH", hangUp, letter.StageAuth, 0, "EOF"},
		"password said back":         {"AUTH PLAIN", "AUTH", smtpfault.Answer{Reply: "535 5.7.8 hunter2 is not it"}, letter.StageAuth, 535, "5.7.8 (password) is not it"},
		"password said back encoded": {"AUTH PLAIN", "AUTH", smtpfault.Answer{Reply: "535 5.7.8 bad AG9wZXJhdG9yAGh1bnRlcjI="}, letter.StageAuth, 535, "5.7.8 bad (password)"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			server := smtpfault.New(t)
			config := faultConfig(server)
			if c.stage == letter.StageAuth {
				server.Extensions(c.extension)
				config.Username, config.Password = "operator", "hunter2"
			}
			server.Script(at(c.verb, c.answer))
			_, err := open(t, config)
			checkFault(t, err, c.stage, c.code, c.text)
			for ; err != nil; err = errors.Unwrap(err) {
				if strings.Contains(err.Error(), "hunter2") {
					t.Errorf("error %q has the password", err)
				}
			}
		})
	}
}

func TestStrongestAuthIsTaken(t *testing.T) {
	for offer, want := range map[string]string{
		"AUTH PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256 SCRAM-SHA-256-PLUS": "AUTH SCRAM-SHA-256 ",
		"AUTH LOGIN PLAIN SCRAM-SHA-1":                                           "AUTH SCRAM-SHA-1 ",
		"AUTH LOGIN PLAIN CRAM-MD5":                                              "AUTH CRAM-MD5",
		"AUTH LOGIN PLAIN NTLM":                                                  "AUTH PLAIN ",
		"AUTH login":                                                             "AUTH LOGIN",
	} {
		t.Run(offer, func(t *testing.T) {
			server := smtpfault.New(t)
			server.Extensions(offer)
			server.Script(at("AUTH", smtpfault.Answer{Reply: "535 5.7.8 no"}))
			config := faultConfig(server)
			config.Username, config.Password = "operator", "hunter2"
			if _, err := open(t, config); err == nil {
				t.Fatal("no error")
			}
			for _, step := range server.Steps() {
				if step.Verb == "AUTH" && strings.HasPrefix(step.Line+" ", want) {
					return
				}
			}
			t.Errorf("%q is not among %+v", want, server.Steps())
		})
	}
}

func TestCRAMMD5(t *testing.T) {
	server := smtpfault.New(t)
	server.Extensions("AUTH CRAM-MD5")
	server.Script(func(s smtpfault.Step) smtpfault.Answer {
		switch { // the example of RFC 2195
		case s.Verb == "AUTH":
			return smtpfault.Answer{Reply: "334 PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+"}
		case s.Line == "dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw":
			return smtpfault.Answer{Reply: "235 2.7.0 ok"}
		}
		return smtpfault.Answer{}
	})
	config := faultConfig(server)
	config.Username, config.Password = "tim", "tanstaaftanstaaf"
	mustOpen(t, config)
}

func TestOpenGivesUp(t *testing.T) {
	for name, verb := range map[string]string{"at the greeting": "CONNECT", "at EHLO": "EHLO", "at AUTH": "AUTH"} {
		t.Run(name, func(t *testing.T) {
			server := smtpfault.New(t)
			server.Extensions("AUTH PLAIN")
			ctx, cancel := context.WithCancel(t.Context())
			server.Script(func(s smtpfault.Step) smtpfault.Answer {
				if s.Verb == verb {
					cancel()
					return smtpfault.Answer{Lost: true}
				}
				return smtpfault.Answer{}
			})
			config := faultConfig(server)
			config.Username, config.Password, config.Timeout = "operator", "hunter2", time.Hour
			s, err := NewSMTP(config)
			if err != nil {
				t.Fatal(err)
			}
			_, err = s.Open(ctx)
			if !errors.Is(err, context.Canceled) {
				t.Errorf("error %v is not that of the context", err)
			}
		})
	}
}

func TestAddressesBeyondASCII(t *testing.T) {
	for name, c := range map[string]struct {
		offered bool
		to      string
		want    letter.Reply // Host left out
		arrived string       // empty: nothing
		utf8    bool
	}{
		"a domain needs no SMTPUTF8":              {false, "leser@zeitung-köln.example", letter.Reply{Stage: letter.StageDot, Code: 250}, "leser@xn--zeitung-kln-zfb.example", false},
		"a plain address does not ask for it":     {true, "reader@example.com", letter.Reply{Stage: letter.StageDot, Code: 250}, "reader@example.com", false},
		"a name is sent where it is on offer":     {true, "jürgen@example.com", letter.Reply{Stage: letter.StageDot, Code: 250}, "jürgen@example.com", true},
		"a name is refused where it is not":       {false, "jürgen@example.com", letter.Reply{Stage: letter.StageRcpt, Code: 553}, "", false},
		"a recipient that would open a new line":  {true, "a@example.com>\r\nRCPT TO:<b@example.com", letter.Reply{Stage: letter.StageRcpt, Code: 553}, "", false},
		"a recipient that closes its own bracket": {true, "a@example.com> SIZE=1 <b@example.com", letter.Reply{Stage: letter.StageRcpt, Code: 553}, "", false},
		"a recipient without a domain":            {true, "root", letter.Reply{Stage: letter.StageRcpt, Code: 553}, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			r := startRelay(t, false, func(s *gosmtp.Server) { s.EnableSMTPUTF8 = c.offered })
			conn := mustOpen(t, r.config("starttls"))
			got := conn.Send(t.Context(), letter.Envelope{From: "papers@example.org", To: c.to, Data: []byte("Subject: x\r\n\r\nx\r\n")})
			text := got.Text
			got.Text, got.Host = "", ""
			if got != c.want || text == "" {
				t.Errorf("reply %+v with text %q, want %+v", got, text, c.want)
			}
			received := r.received()
			switch {
			case c.arrived == "" && len(received) != 0:
				t.Errorf("arrived: %+v", received)
			case c.arrived != "" && (len(received) != 1 || received[0].To != c.arrived || r.utf8[0] != c.utf8):
				t.Errorf("arrived: %+v, SMTPUTF8 %v", received, r.utf8)
			}
			after := conn.Send(t.Context(), envelope("next@example.com"))
			if after.Code != 250 {
				t.Errorf("the next letter on the connection: %+v", after)
			}
		})
	}
}

func TestLoneLineEndsAreMended(t *testing.T) {
	server := smtpfault.New(t)
	conn := mustOpen(t, faultConfig(server))
	e := envelope("reader@example.com")
	e.Data = []byte("Subject: x\n\nfirst\r.\rsecond\n.\nMAIL FROM:<evil@example.com>\r\n.\r\nno end")
	if reply := conn.Send(t.Context(), e); reply.Code != 250 {
		t.Fatalf("reply %+v", reply)
	}
	want := []byte("Subject: x\r\n\r\nfirst\r\n.\r\nsecond\r\n.\r\nMAIL FROM:<evil@example.com>\r\n.\r\nno end\r\n")
	got := server.Received()
	if len(got) != 1 || !bytes.Equal(got[0].Data, want) {
		t.Errorf("arrived: %+v, want one: %q", got, want)
	}
}
