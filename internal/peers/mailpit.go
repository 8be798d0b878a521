package peers

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

const (
	mailpitModule  = "github.com/axllent/mailpit"
	mailpitVersion = "v1.27.11"
)

// MailpitServer is a running Mailpit: a mail server that keeps what it gets
// and shows it through an API.
type MailpitServer struct {
	SMTPAddr string // host and port
	URL      string // of the API
}

// Mailpit starts an empty Mailpit on loopback ports until the test ends. It is
// built once per machine, and only where peers are required.
func Mailpit(t testing.TB) *MailpitServer {
	t.Helper()
	program, err := buildMailpit()
	if err != nil {
		Missing(t, "Mailpit", err)
	}
	smtp, api := port(t), port(t)
	cmd := exec.Command(program, "--smtp", smtp, "--listen", api, "--database", filepath.Join(t.TempDir(), "mailpit.db"),
		"--disable-version-check", "--smtp-disable-rdns", "--max", "0")
	cmd.Env = environment("MP_")
	start(t, cmd, smtp, api)
	return &MailpitServer{SMTPAddr: smtp, URL: "http://" + api}
}

// buildMailpit returns the program's path. The version is part of it, so that
// another pin builds anew.
func buildMailpit() (path string, err error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "paperboy-peers", "mailpit-"+mailpitVersion)
	path = filepath.Join(dir, "mailpit")
	if runtime.GOOS == "windows" {
		path += ".exe"
	}
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	if !Required() {
		return "", errors.New("it is not built yet, which is only done with PAPERBOY_PEERS=required")
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	guard, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, guard.Close()) }()
	if err := lock(guard); err != nil {
		return "", err
	}
	if _, err := os.Stat(path); err == nil {
		return path, nil // somebody else built it meanwhile
	}
	return path, install(dir, filepath.Base(path))
}

// install builds next to the final place and moves it there whole.
func install(dir, name string) error {
	draft, err := os.MkdirTemp(dir, "build-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(draft)
	cmd := exec.Command("go", "install", mailpitModule+"@"+mailpitVersion)
	cmd.Dir = draft // outside any module
	cmd.Env = append(os.Environ(), "GOBIN="+draft, "GOFLAGS=")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go install %s@%s: %w\n%s", mailpitModule, mailpitVersion, err, out)
	}
	return os.Rename(filepath.Join(draft, name), filepath.Join(dir, name))
}

// MailpitAddress is a mailbox as Mailpit lists it.
type MailpitAddress struct{ Name, Address string }

// MailpitMessage is one kept message, as listed; Text, HTML and ReturnPath
// only as Message returns it.
type MailpitMessage struct {
	ID, MessageID, Subject string
	From                   MailpitAddress
	To, ReplyTo            []MailpitAddress
	Created, Date          time.Time
	ReturnPath, Text, HTML string
}

// Messages lists all messages, newest first, without their bodies.
func (m *MailpitServer) Messages(t testing.TB) []MailpitMessage {
	t.Helper()
	var all []MailpitMessage
	for {
		var page struct {
			Total    int
			Messages []MailpitMessage
		}
		m.get(t, fmt.Sprintf("/api/v1/messages?start=%d&limit=200", len(all)), &page)
		all = append(all, page.Messages...)
		if len(page.Messages) == 0 || len(all) >= page.Total {
			return all
		}
	}
}

// Message returns one message with its text and HTML, decoded.
func (m *MailpitServer) Message(t testing.TB, id string) MailpitMessage {
	t.Helper()
	var message MailpitMessage
	m.get(t, "/api/v1/message/"+url.PathEscape(id), &message)
	return message
}

// Headers returns one message's header fields.
func (m *MailpitServer) Headers(t testing.TB, id string) map[string][]string {
	t.Helper()
	var headers map[string][]string
	m.get(t, "/api/v1/message/"+url.PathEscape(id)+"/headers", &headers)
	return headers
}

// MailpitWarning is something in a message's HTML, by its name at
// caniemail.com, that some mail programs do not support.
type MailpitWarning struct {
	Slug    string
	Results []struct {
		Family  string // gmail, outlook, apple-mail …, in words
		Name    string // with its platform and version
		Support string // yes, no or partial
	}
}

// HTMLCheck returns how much of one message's HTML mail programs support, in
// per cent, and what some do not.
func (m *MailpitServer) HTMLCheck(t testing.TB, id string) (supported float64, warnings []MailpitWarning) {
	t.Helper()
	var check struct {
		Total    struct{ Supported float64 }
		Warnings []MailpitWarning
	}
	m.get(t, "/api/v1/message/"+url.PathEscape(id)+"/html-check", &check)
	return check.Total.Supported, check.Warnings
}

// MailpitLink is a link of a message and what its server answered to a HEAD; 0
// is no answer.
type MailpitLink struct {
	URL        string
	StatusCode int
	Status     string
}

// LinkCheck follows every link of one message, in text and HTML.
func (m *MailpitServer) LinkCheck(t testing.TB, id string) []MailpitLink {
	t.Helper()
	var check struct{ Links []MailpitLink }
	m.get(t, "/api/v1/message/"+url.PathEscape(id)+"/link-check", &check)
	return check.Links
}

// Raw returns one message as it came over the wire.
func (m *MailpitServer) Raw(t testing.TB, id string) []byte {
	t.Helper()
	return m.call(t, http.MethodGet, "/api/v1/message/"+url.PathEscape(id)+"/raw")
}

// DeleteAll empties the box.
func (m *MailpitServer) DeleteAll(t testing.TB) {
	t.Helper()
	m.call(t, http.MethodDelete, "/api/v1/messages")
}

func (m *MailpitServer) get(t testing.TB, path string, into any) {
	t.Helper()
	if err := json.Unmarshal(m.call(t, http.MethodGet, path), into); err != nil {
		t.Fatalf("mailpit %s: %v", path, err)
	}
}

func (m *MailpitServer) call(t testing.TB, method, path string) []byte {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, m.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != http.StatusOK {
		t.Fatalf("mailpit %s: %s\n%s", path, response.Status, body)
	}
	return body
}
