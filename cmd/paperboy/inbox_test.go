package main

import (
	"bytes"
	"context"
	"fmt"
	"net/mail"
	"net/smtp"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"paperboy/internal/peers"
	"paperboy/internal/peers/smtpfault"
)

// postbox is a paperboy with an inbox, whose letters go to a mail server.
type postbox struct {
	*testing.T
	config string
	server *smtpfault.Server
}

const withInbox = `
sources: [{file: {path: papers.jsonl}}]
mail: {from: paperboy@papers.example, smtp: {host: 127.0.0.1, port: %d}}
inbox: {address: bounces@papers.example, subscribe: subscribe@papers.example%s}
`

// aPaper is one of today.
func aPaper() string {
	return fmt.Sprintf(`{"id": "2606.00001", "title": "Diffusion", "summary": "We diffuse slowly.", "published": %q, "votes": 12}`+"\n",
		time.Now().UTC().Format(time.DateOnly))
}

func newPostbox(t *testing.T, more string) *postbox {
	t.Helper()
	server := smtpfault.New(t)
	dir := folderWith(t, fmt.Sprintf(withInbox, server.Port, more), aPaper())
	return &postbox{T: t, config: filepath.Join(dir, "config.yaml"), server: server}
}

// paperboy runs a command with a mail on its standard input, and returns its
// exit code and all that it printed.
func (p *postbox) paperboy(in string, args ...string) (int, string) {
	p.Helper()
	var out bytes.Buffer
	code := run(p.Context(), append(args, "--config", p.config), streams{strings.NewReader(in), &out, &out})
	return code, out.String()
}

// receive takes a mail, as a mail server pipes it.
func (p *postbox) receive(to, raw string) {
	p.Helper()
	if code, out := p.paperboy(raw, "receive", "--to", to); code != done {
		p.Fatalf("receive ends with %d:\n%s", code, out)
	}
}

// send makes a round and returns the letter that went out last, and its
// envelope.
func (p *postbox) send() (smtpfault.Message, mail.Header) {
	p.Helper()
	before := len(p.server.Received())
	if code, out := p.paperboy("", "run"); code != done {
		p.Fatalf("run ends with %d:\n%s", code, out)
	}
	got := p.server.Received()
	if len(got) != before+1 {
		p.Fatalf("%d letters went out", len(got)-before)
	}
	m, err := mail.ReadMessage(bytes.NewReader(got[before].Data))
	if err != nil {
		p.Fatal(err)
	}
	return got[before], m.Header
}

// shows fails unless the list of readers has the text.
func (p *postbox) shows(want string) {
	p.Helper()
	if _, out := p.paperboy("", "readers", "list"); !strings.Contains(out, want) {
		p.Errorf("the list lacks %q:\n%s", want, out)
	}
}

var mailto = regexp.MustCompile(`<https?://[^>]+>,\s*<mailto:([^?>]+)\?subject=unsubscribe>`)

// Subscribe, confirm, read, leave: all of it by mail, through the addresses
// that the mails themselves name.
func TestAReadersLifeByMail(t *testing.T) {
	p := newPostbox(t, "")
	p.receive("subscribe@papers.example", "From: Ana <ana@example.net>\nSubject: diffusion\nMessage-ID: <1@example.net>\n\n")
	letter, header := p.send()
	confirm := header.Get("Reply-To")
	if !strings.Contains(confirm, "bounces+") || !bytes.Contains(letter.Data, []byte("reply to this mail")) {
		t.Fatalf("the confirmation can't be answered: Reply-To %q", confirm)
	}
	p.shows("pending")
	confirm = strings.Trim(confirm, "<>")
	p.receive(confirm, "From: ana@example.net\nAuto-Submitted: auto-replied\nSubject: Away\n\n")
	p.shows("pending")
	p.receive(confirm, "From: ana@example.net\nSubject: Re: Confirm\n\n> confirm\n")
	p.shows("active")
	_, header = p.send()
	found := mailto.FindStringSubmatch(strings.Join(strings.Fields(header.Get("List-Unsubscribe")), " "))
	if found == nil {
		t.Fatalf("List-Unsubscribe is %q", header.Get("List-Unsubscribe"))
	}
	p.receive(found[1], "From: somebody@example.com\nSubject: unsubscribe\n\n")
	p.shows("left")
}

func TestReturnPathsBringTheBounceBack(t *testing.T) {
	p := newPostbox(t, "")
	p.paperboy("", "readers", "add", "ana@example.net", "--keywords", "diffusion")
	letter, _ := p.send()
	if !strings.HasPrefix(letter.From, "bounces+") || len(strings.Split(letter.From, "@")[0]) > 64 {
		t.Fatalf("the return path is %q", letter.From)
	}
	p.receive(strings.ToUpper(letter.From), "From: MAILER-DAEMON@mail.example.org\nSubject: Undelivered Mail Returned to Sender\n\n"+
		"<ana@example.net>: host mx.example.net said: 550 5.1.1 User unknown (in reply to RCPT TO command)\n")
	p.shows("suppressed")
}

// A mail server keeps a mail, or refuses it, by the exit code.
func TestReceiveExitCodes(t *testing.T) {
	p := newPostbox(t, "")
	for name, c := range map[string]struct {
		config, to string
		code       int
	}{
		"for nobody here":           {p.config, "nobody@papers.example", noUser},
		"a forged token":            {p.config, "bounces+aaaaaaaa@papers.example", noUser},
		"nothing to us":             {p.config, "bounces@papers.example", done},
		"a configuration that errs": {filepath.Join(t.TempDir(), "none.yaml"), "bounces@papers.example", tempFail},
		"no inbox":                  {filepath.Join(folderWith(t, "sources: [{file: {path: p}}]", ""), "config.yaml"), "x@papers.example", tempFail},
	} {
		p.config = c.config
		if code, out := p.paperboy("From: ana@example.net\n\nhello", "receive", "--to", c.to); code != c.code {
			t.Errorf("%s: exit code %d, not %d:\n%s", name, code, c.code, out)
		}
	}
}

func TestReceiveReadsPostfixEnvironment(t *testing.T) {
	p := newPostbox(t, "")
	t.Setenv("ORIGINAL_RECIPIENT", "subscribe@papers.example")
	t.Setenv("SENDER", "")
	if code, out := p.paperboy("From: ana@example.net\nSubject: diffusion\n\n", "receive"); code != done {
		t.Fatalf("exit code %d:\n%s", code, out)
	}
	if _, out := p.paperboy("", "readers", "list"); strings.Contains(out, "ana@") {
		t.Errorf("a null sender subscribed:\n%s", out)
	}
	t.Setenv("SENDER", "ana@example.net")
	p.paperboy("From: ana@example.net\nSubject: diffusion\n\n", "receive")
	p.shows("pending")
}

func TestInboxFaultsNameTheirPlace(t *testing.T) {
	for inbox, want := range map[string]string{
		"{subscribe: s@x.example}":                                   "inbox.address: is missing",
		"{address: bounces}":                                         `inbox.address: "bounces" has no @`,
		"{address: bounces+x@x.example}":                             "inbox.address: ",
		"{address: a-name-that-is-far-too-long@x.example}":           "at most 20 characters",
		"{address: b@x.example, subscribe: a b@x.example}":           "inbox.subscribe: ",
		"{address: b@x.example, listen: here}":                       "inbox.listen: ",
		"{address: b@x.example, protocol: uucp}":                     `"uucp" is not lmtp or smtp`,
		"{address: b@x.example, interval: 1ms}":                      "inbox.interval: ",
		"{address: b@x.example, imap: {username: u}}":                "inbox.imap.host: is missing",
		"{address: b@x.example, imap: {host: h, tls: maybe}}":        `"maybe" is not tls, starttls or none`,
		"{address: b@x.example, imap: {host: h, pasword_file: abc}}": `unknown key "inbox.imap.pasword_file"; did you mean "inbox.imap.password_file"?`,
	} {
		_, err := parseConfig([]byte("sources: [{huggingface: }]\ninbox: " + inbox))
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "line 2") {
			t.Errorf("%s: %v", inbox, err)
		}
	}
	c, err := parseConfig([]byte("sources: [{huggingface: }]\ninbox: {address: b@x.example, imap: {host: h, username: u}}"))
	if err != nil || c.Inbox.IMAP.TLS != "tls" || c.Inbox.IMAP.Folder != "INBOX" || c.Inbox.Protocol != "lmtp" || c.Inbox.Aside == "" {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestServeTakesMail(t *testing.T) {
	addr := freeAddress(t)
	p := newPostbox(t, ", listen: "+addr+", protocol: smtp, maildir: in, interval: 1s")
	dir := filepath.Dir(p.config)
	for _, sub := range []string{"in/new", "in/cur"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if _, out := p.paperboy("", "check"); !strings.Contains(out, "ok      inbox smtp: serve listens at "+addr) ||
		!strings.Contains(out, "ok      inbox maildir in: 0 mails waiting") {
		t.Errorf("check says:\n%s", out)
	}
	ctx, stop := context.WithCancel(t.Context())
	var out output
	ended := make(chan int, 1)
	config := strings.Replace(fmt.Sprintf(withInbox, p.server.Port, ", listen: "+addr+", protocol: smtp, maildir: in, interval: 1s"),
		"sources:", "listen: 127.0.0.1:0\nsources:", 1)
	if err := os.WriteFile(p.config, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	go func() { ended <- run(ctx, []string{"serve", "--config", p.config}, streams{nil, &out, &out}) }()
	defer func() {
		stop()
		if code := <-ended; code != done {
			t.Errorf("serve ends with %d:\n%s", code, &out)
		}
	}()
	eventually(t, "serving", func() bool { return strings.Contains(out.String(), "msg=serving") })
	raw := "From: ana@example.net\r\nSubject: diffusion\r\n\r\n"
	if err := smtp.SendMail(addr, nil, "ana@example.net", []string{"subscribe@papers.example"}, []byte(raw)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "in/new/1"), []byte("To: subscribe@papers.example\nFrom: bea@example.net\n\nrobots\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	eventually(t, "both asked to confirm", func() bool { return len(p.server.Received()) == 2 })
}

// A real mail server: Postfix takes the letter, finds nobody to give it to, and
// sends its report to the return path, which leads back over LMTP.
func TestPostfixReturnsALetter(t *testing.T) {
	addr := freeAddress(t)
	far := smtpfault.New(t)
	far.Script(func(s smtpfault.Step) smtpfault.Answer {
		if s.Verb == "RCPT" {
			return smtpfault.Answer{Reply: "550 5.1.1 no such user here"}
		}
		return smtpfault.Answer{}
	})
	relay := peers.Postfix(t, map[string]string{
		"papers.example": "lmtp:inet:" + addr, "example.net": fmt.Sprintf("smtp:[127.0.0.1]:%d", far.Port),
	})
	p := newPostbox(t, "")
	dir := filepath.Dir(p.config)
	config := fmt.Sprintf(`
listen: 127.0.0.1:0
sources: [{file: {path: papers.jsonl}}]
mail: {from: paperboy@papers.example, smtp: {host: 127.0.0.1, port: %s}}
inbox: {address: bounces@papers.example, listen: "%s"}
`, relay[strings.LastIndexByte(relay, ':')+1:], addr)
	if err := os.WriteFile(filepath.Join(dir, "config.yaml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	p.paperboy("", "readers", "add", "ana@example.net", "--keywords", "diffusion")
	ctx, stop := context.WithCancel(t.Context())
	var out output
	ended := make(chan int, 1)
	go func() { ended <- run(ctx, []string{"serve", "--config", p.config}, streams{nil, &out, &out}) }()
	defer func() {
		stop()
		<-ended
	}()
	eventually(t, "serving", func() bool { return strings.Contains(out.String(), "msg=serving") })
	if code, said := p.paperboy("", "run"); code != done {
		t.Fatalf("run ends with %d:\n%s", code, said)
	}
	eventually(t, "the bounce taken", func() bool { return strings.Contains(out.String(), `msg="came back" kind=hard`) })
	p.shows("suppressed")
}
