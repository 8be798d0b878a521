package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"paperboy/internal/peers/smtpfault"
)

// program writes a configuration and papers into a folder, and runs commands of
// the program on them.
type program struct {
	*testing.T
	config string
}

func newProgram(t *testing.T, mail string) program {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("papers.jsonl", `{"id": "2606.00001", "title": "Diffusion", "summary": "Slow.", "votes": 12}`+"\n")
	write("config.yaml", "sources: [{file: {path: papers.jsonl}}]\nmail:\n  from: papers@example.org\n"+mail)
	return program{t, filepath.Join(dir, "config.yaml")}
}

func (p program) run(want int, arguments ...string) string {
	p.Helper()
	var out, complaints bytes.Buffer
	arguments = append(arguments, "--config", p.config)
	if code := run(p.Context(), arguments, streams{strings.NewReader(""), &out, &complaints}); code != want {
		p.Fatalf("%v: exit code %d, want %d\n%s%s", arguments, code, want, &out, &complaints)
	}
	return out.String() + complaints.String()
}

const mannersTime = "2026-06-18T08:00:00Z"

// The first server is away: letters go over the second, and both are told of.
func TestTheSecondMailServerServes(t *testing.T) {
	away, server := smtpfault.New(t), smtpfault.New(t)
	away.Script(func(s smtpfault.Step) smtpfault.Answer {
		return smtpfault.Answer{Reply: "421 4.3.2 not now", HangUp: true}
	})
	p := newProgram(t, fmt.Sprintf("  smtp:\n  - {host: 127.0.0.1, port: %d, tls: none}\n  - {host: 127.0.0.1, port: %d, tls: none}\n", away.Port, server.Port))
	p.run(done, "readers", "add", "ana@example.net", "--keywords", "diffusion", "--hour", "7")
	out := p.run(done, "run", "--now", mannersTime)
	if len(server.Received()) != 1 || !strings.Contains(out, "1 delivered") || !strings.Contains(out, "mail server left aside") {
		t.Errorf("%d letters arrived:\n%s", len(server.Received()), out)
	}
	if out := p.run(failed, "check"); !strings.Contains(out, "failed  mail: ") || !strings.Contains(out, "ok      mail: 127.0.0.1 takes letters") {
		t.Errorf("check:\n%s", out)
	}
}

// What the mail server said against us, and a place's wish, reach the operator.
func TestCheckTellsWhatServersSaid(t *testing.T) {
	server := smtpfault.New(t)
	server.Script(func(s smtpfault.Step) smtpfault.Answer {
		switch {
		case s.Verb == "RCPT" && strings.Contains(s.Line, "@gmail.example"):
			return smtpfault.Answer{Reply: "550 5.4.5 daily sending quota exceeded by papers@example.org"}
		case s.Verb == "MAIL" && strings.Contains(s.Line, "papers@"):
			return smtpfault.Answer{}
		}
		return smtpfault.Answer{}
	})
	p := newProgram(t, fmt.Sprintf("  smtp: {host: 127.0.0.1, port: %d, tls: none}\n", server.Port))
	p.run(done, "readers", "add", "ana@gmail.example", "--keywords", "diffusion", "--hour", "7")
	p.run(done, "readers", "add", "bo@example.net", "--keywords", "diffusion", "--hour", "7")
	if out := p.run(done, "run"); !strings.Contains(out, "1 delivered, 1 to be tried again") {
		t.Fatalf("run:\n%s", out)
	}
	if out := p.run(done, "readers", "list"); strings.Contains(out, "suppressed") {
		t.Errorf("a quota suppresses a reader:\n%s", out)
	}
	out := p.run(done, "check")
	if !strings.Contains(out, "mail to gmail.example: is paused until ") || !strings.Contains(out, "550 5.4.5 daily sending quota") || strings.Contains(out, "papers@example.org: ") {
		t.Errorf("check:\n%s", out)
	}
	server.Script(func(s smtpfault.Step) smtpfault.Answer {
		if s.Verb == "MAIL" {
			return smtpfault.Answer{Reply: "550 5.7.1 your mail is not wanted here"}
		}
		return smtpfault.Answer{}
	})
	p.run(done, "readers", "add", "cy@example.net", "--keywords", "diffusion", "--hour", "7")
	if out := p.run(failed, "run"); !strings.Contains(out, "sending stopped") {
		t.Errorf("run:\n%s", out)
	}
	if out := p.run(failed, "check"); !strings.Contains(out, "sending: was stopped at ") || !strings.Contains(out, "at mail: 550 5.7.1 your mail is not wanted") {
		t.Errorf("check:\n%s", out)
	}
}

// A ceiling holds letters back, and a single round does not wait for tomorrow.
func TestAWarmUpIsTheConfigurations(t *testing.T) {
	server := smtpfault.New(t)
	p := newProgram(t, fmt.Sprintf("  limits: {warm_up: {start: 2}}\n  smtp: {host: 127.0.0.1, port: %d, tls: none}\n", server.Port))
	for _, name := range []string{"ana", "bo", "cy"} {
		p.run(done, "readers", "add", name+"@example.net", "--keywords", "diffusion", "--hour", "7")
	}
	if out := p.run(done, "run", "--dry-run", "--now", mannersTime); !strings.Contains(out, "would send 3 letters") {
		t.Errorf("a dry run:\n%s", out)
	}
	if out := p.run(done, "run", "--now", mannersTime); !strings.Contains(out, "2 delivered") || !strings.Contains(out, "waiting to be sent: 1 letter") {
		t.Errorf("the first day:\n%s", out)
	}
	if out := p.run(done, "run", "--now", "2026-06-19T00:00:01Z"); !strings.Contains(out, "1 delivered") || len(server.Received()) != 3 {
		t.Errorf("the second day:\n%s", out)
	}
}
