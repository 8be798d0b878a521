package post

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"paperboy/internal/letter"
	"paperboy/internal/peers/smtpfault"
)

// once scripts an answer to the first command of this verb only.
func once(verb string, a smtpfault.Answer) func(smtpfault.Step) smtpfault.Answer {
	done := false
	return func(s smtpfault.Step) smtpfault.Answer {
		if s.Verb == verb && !done {
			done = true
			return a
		}
		return smtpfault.Answer{}
	}
}

// pipelined runs a test with a server that takes commands one by one, and with
// one that takes several at once.
func pipelined(t *testing.T, name string, run func(*testing.T, *smtpfault.Server)) {
	t.Run(name, func(t *testing.T) { run(t, smtpfault.New(t)) })
	t.Run(name+", pipelining", func(t *testing.T) {
		server := smtpfault.New(t)
		server.Extensions("8BITMIME", "PIPELINING")
		run(t, server)
	})
}

func TestReplies(t *testing.T) {
	say := func(reply string) smtpfault.Answer { return smtpfault.Answer{Reply: reply} }
	hangUp := smtpfault.Answer{Lost: true, HangUp: true}
	cases := map[string]struct {
		verb   string
		answer smtpfault.Answer
		stage  letter.Stage
		code   int
		text   string
		lives  bool // the connection serves on
	}{
		"sender refused":                    {"MAIL", say("550 5.7.1 not from you"), letter.StageMail, 550, "5.7.1 not from you", true},
		"sender deferred":                   {"MAIL", say("451 4.3.0 later"), letter.StageMail, 451, "4.3.0 later", true},
		"no such recipient":                 {"RCPT", say("550 5.1.1 no such user"), letter.StageRcpt, 550, "5.1.1 no such user", true},
		"no enhanced code":                  {"RCPT", say("550 no such user"), letter.StageRcpt, 550, "no such user", true},
		"several lines":                     {"RCPT", say("550 5.1.1 The account does\n5.1.1 not exist.\n\n5.1.1 see https://example.com"), letter.StageRcpt, 550, "5.1.1 The account does not exist. see https://example.com", true},
		"several codes":                     {"RCPT", say("550 5.1.1 one\n5.7.1 other"), letter.StageRcpt, 550, "5.1.1 one 5.7.1 other", true},
		"greylisted":                        {"RCPT", say("450 4.2.0 greylisted"), letter.StageRcpt, 450, "4.2.0 greylisted", true},
		"forwarded":                         {"RCPT", say("251 2.1.5 will forward"), letter.StageDot, 250, "2.0.0 queued", true},
		"can't say, but takes it":           {"RCPT", say("252 2.5.2 will try"), letter.StageDot, 250, "2.0.0 queued", true},
		"data refused":                      {"DATA", say("554 5.7.1 no"), letter.StageData, 554, "5.7.1 no", true},
		"content refused":                   {".", say("554 5.7.1 looks like spam"), letter.StageDot, 554, "5.7.1 looks like spam", true},
		"disk full":                         {".", say("452 4.3.1 disk full"), letter.StageDot, 452, "4.3.1 disk full", true},
		"accepted with another 2xx":         {".", say("251 2.6.0 got it"), letter.StageDot, 251, "2.6.0 got it", true},
		"accepted without a word":           {".", say("250 "), letter.StageDot, 250, "", true},
		"closing at MAIL":                   {"MAIL", smtpfault.Answer{Reply: "421 4.3.2 closing", HangUp: true}, letter.StageMail, 421, "4.3.2 closing", false},
		"closing at RCPT":                   {"RCPT", smtpfault.Answer{Reply: "421 4.7.0 closing", HangUp: true}, letter.StageRcpt, 421, "4.7.0 closing", false},
		"closing at RCPT, but holding on":   {"RCPT", say("421 4.7.0 closing"), letter.StageRcpt, 421, "4.7.0 closing", false},
		"closing at DATA":                   {"DATA", smtpfault.Answer{Reply: "421 4.3.2 closing", HangUp: true}, letter.StageData, 421, "4.3.2 closing", false},
		"closing at the dot":                {".", smtpfault.Answer{Reply: "421 4.3.2 closing", HangUp: true}, letter.StageDot, 421, "4.3.2 closing", false},
		"hung up at MAIL":                   {"MAIL", hangUp, letter.StageMail, 0, "", false},
		"hung up at RCPT":                   {"RCPT", hangUp, letter.StageRcpt, 0, "", false},
		"hung up at DATA":                   {"DATA", hangUp, letter.StageData, 0, "", false},
		"hung up at the dot":                {".", hangUp, letter.StageDot, 0, "", false},
		"accepted, and the answer lost":     {".", smtpfault.Answer{Reply: "250 2.0.0 ok", Lost: true, HangUp: true}, letter.StageDot, 0, "", false},
		"accepted, then hung up":            {".", smtpfault.Answer{HangUp: true}, letter.StageDot, 250, "2.0.0 queued", false},
		"answer without a code":             {"RCPT", say("no such user"), letter.StageRcpt, 0, "", false},
		"a code that there is not":          {"RCPT", say("999 what"), letter.StageRcpt, 0, "unexpected answer 999 what", false},
		"yes to DATA where 354 is due":      {"DATA", say("250 2.0.0 ok"), letter.StageData, 0, "unexpected answer 250 2.0.0 ok", false},
		"go ahead where an answer is due":   {".", say("354 go ahead"), letter.StageDot, 0, "unexpected answer 354 go ahead", false},
		"controls and colours in an answer": {"RCPT", say("550 5.1.1 \x1b[31mno\x00 such\tuser"), letter.StageRcpt, 550, "5.1.1 [31mno such user", true},
		"an answer without end":             {"RCPT", say("550 5.1.1 " + strings.Repeat("ä", 4000)), letter.StageRcpt, 550, "5.1.1 " + strings.Repeat("ä", 247) + "…", true},
	}
	for name, c := range cases {
		pipelined(t, name, func(t *testing.T, server *smtpfault.Server) {
			server.Script(once(c.verb, c.answer))
			conn := mustOpen(t, faultConfig(server))
			got := conn.Send(t.Context(), envelope("a@example.com"))
			want := letter.Reply{Stage: c.stage, Code: c.code, Host: server.Addr(), Text: c.text}
			if c.text == "" && c.code == 0 {
				want.Text = got.Text // the system's words
			}
			if diff := cmp.Diff(want, got); diff != "" || c.code == 0 && got.Text == "" {
				t.Errorf("reply (-want +got):\n%s", diff)
			}
			next := conn.Send(t.Context(), envelope("b@example.com"))
			if c.lives && (next.Code != 250 || next.Stage != letter.StageDot) {
				t.Errorf("the next letter on the connection: %+v", next)
			}
			if !c.lives {
				checkOver(t, next, c.code)
			}
		})
	}
}

// checkOver holds that a connection which is over says so, of every letter.
func checkOver(t *testing.T, r letter.Reply, code int) {
	t.Helper()
	if code != 421 {
		code = 0
	}
	if r.Stage != letter.StageConnect || r.Code != code || r.Text == "" {
		t.Errorf("the connection is over, but says %+v", r)
	}
}

// TestHungUpInTheBody has a letter larger than all buffers on the way, so that
// the server is gone before the dot for certain.
func TestHungUpInTheBody(t *testing.T) {
	server := smtpfault.New(t)
	server.Script(once("DATA", smtpfault.Answer{HangUp: true}))
	conn := mustOpen(t, faultConfig(server))
	e := envelope("a@example.com")
	e.Data = append(e.Data, bytes.Repeat([]byte(strings.Repeat("x", 76)+"\r\n"), 300_000)...)
	got := conn.Send(t.Context(), e)
	if got.Stage != letter.StageData || got.Code != 0 {
		t.Errorf("reply %+v, want code 0 at data: the letter can't have arrived", got)
	}
	checkOver(t, conn.Send(t.Context(), envelope("b@example.com")), 0)
}

func TestSilence(t *testing.T) {
	for verb, stage := range map[string]letter.Stage{
		"MAIL": letter.StageMail, "RCPT": letter.StageRcpt, "DATA": letter.StageData, ".": letter.StageDot,
	} {
		t.Run("at "+verb, func(t *testing.T) {
			server := smtpfault.New(t)
			server.Script(once(verb, smtpfault.Answer{Reply: "250 2.0.0 ok", Lost: true}))
			s, err := NewSMTP(faultConfig(server))
			if err != nil {
				t.Fatal(err)
			}
			opened, err := s.Open(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			opened.(*conn).timeout = 50 * time.Millisecond
			got := opened.Send(t.Context(), envelope("a@example.com"))
			if got.Stage != stage || got.Code != 0 || !strings.Contains(got.Text, "timeout") {
				t.Errorf("reply %+v, want code 0 at %s for a time-out", got, stage)
			}
			checkOver(t, opened.Send(t.Context(), envelope("b@example.com")), 0)
			if err := opened.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestCancelledInEveryCommand(t *testing.T) {
	for verb, stage := range map[string]letter.Stage{
		"MAIL": letter.StageMail, "RCPT": letter.StageRcpt, "DATA": letter.StageData, ".": letter.StageDot,
	} {
		t.Run("at "+verb, func(t *testing.T) {
			server := smtpfault.New(t)
			ctx, cancel := context.WithCancel(t.Context())
			server.Script(func(s smtpfault.Step) smtpfault.Answer {
				if s.Verb == verb {
					cancel()
					return smtpfault.Answer{Lost: true}
				}
				return smtpfault.Answer{}
			})
			config := faultConfig(server)
			config.Timeout = time.Hour
			conn := mustOpen(t, config)
			got := conn.Send(ctx, envelope("a@example.com"))
			if got.Stage != stage || got.Code != 0 || !strings.Contains(got.Text, "context canceled") {
				t.Errorf("reply %+v, want code 0 at %s for the cancelling", got, stage)
			}
			checkOver(t, conn.Send(t.Context(), envelope("b@example.com")), 0)
		})
	}
}

func TestCancelledBefore(t *testing.T) {
	server := smtpfault.New(t)
	conn := mustOpen(t, faultConfig(server))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	got := conn.Send(ctx, envelope("a@example.com"))
	if got.Stage != letter.StageConnect || got.Code != 0 || len(server.Received()) != 0 {
		t.Errorf("reply %+v and %d letters, want none offered", got, len(server.Received()))
	}
}

// TestRefusedRecipientsBetween holds that a refused letter leaves nothing
// behind in the transaction of the next.
func TestRefusedRecipientsBetween(t *testing.T) {
	pipelined(t, "ten letters", refusedRecipientsBetween)
}

func refusedRecipientsBetween(t *testing.T, server *smtpfault.Server) {
	server.Script(func(s smtpfault.Step) smtpfault.Answer {
		if s.Verb == "RCPT" && strings.Contains(s.Line, "gone") {
			return smtpfault.Answer{Reply: "550 5.1.1 no such user"}
		}
		return smtpfault.Answer{}
	})
	conn := mustOpen(t, faultConfig(server))
	for i := range 10 {
		to, code := fmt.Sprintf("reader%d@example.com", i), 250
		if i%3 == 1 {
			to, code = fmt.Sprintf("gone%d@example.com", i), 550
		}
		if got := conn.Send(t.Context(), envelope(to)); got.Code != code {
			t.Errorf("letter %d: %+v, want %d", i, got, code)
		}
	}
	received := server.Received()
	if len(received) != 7 {
		t.Fatalf("%d letters arrived, want 7", len(received))
	}
	resets := 0
	for _, step := range server.Steps() {
		if step.Verb == "RSET" {
			resets++
		}
	}
	if resets != 3 {
		t.Errorf("%d resets, want one after each refusal", resets)
	}
	for _, m := range received {
		want := envelope(m.To[0])
		if len(m.To) != 1 || m.From != want.From || !bytes.Equal(m.Data, want.Data) || m.Conn != 1 {
			t.Errorf("arrived: %+v", m)
		}
	}
}

func TestFailedReset(t *testing.T) {
	for name, answer := range map[string]smtpfault.Answer{
		"hung up": {Lost: true, HangUp: true}, "refused": {Reply: "500 5.5.1 what?"}, "closing": {Reply: "421 4.3.2 closing"},
	} {
		pipelined(t, name, func(t *testing.T, server *smtpfault.Server) {
			server.Script(func(s smtpfault.Step) smtpfault.Answer {
				switch {
				case s.Verb == "RSET":
					return answer
				case strings.Contains(s.Line, "gone"):
					return smtpfault.Answer{Reply: "550 5.1.1 no such user"}
				}
				return smtpfault.Answer{}
			})
			conn := mustOpen(t, faultConfig(server))
			if got := conn.Send(t.Context(), envelope("a@example.com")); got.Code != 250 {
				t.Errorf("the first letter: %+v", got)
			}
			if got := conn.Send(t.Context(), envelope("gone@example.com")); got.Code != 550 {
				t.Errorf("the refused letter: %+v", got)
			}
			got := conn.Send(t.Context(), envelope("b@example.com"))
			if got.Stage != letter.StageConnect || got.Code != 0 && got.Code != 421 {
				t.Errorf("the letter after the failed reset: %+v, want one never offered", got)
			}
			if n := len(server.Received()); n != 1 {
				t.Errorf("%d letters arrived, want 1", n)
			}
		})
	}
}

// TestServersThatLimitLetters goes on with a new connection whenever a letter
// was not offered on the old one, and with nothing else.
func TestServersThatLimitLetters(t *testing.T) {
	const limit = 3
	for name, answer := range map[string]smtpfault.Answer{
		"421 at MAIL":      {Reply: "421 4.7.0 too many letters on this connection", HangUp: true},
		"hang-up at MAIL":  {Lost: true, HangUp: true},
		"hang-up at once":  {HangUp: true}, // right after an acceptance
		"421 holding on":   {Reply: "421 4.7.0 too many letters on this connection"},
		"421 without hint": {Reply: "421", HangUp: true},
	} {
		pipelined(t, name, func(t *testing.T, server *smtpfault.Server) {
			var mu sync.Mutex
			verb, served := "MAIL", map[int]int{}
			if name == "hang-up at once" {
				verb = "."
			}
			server.Script(func(s smtpfault.Step) smtpfault.Answer {
				mu.Lock()
				defer mu.Unlock()
				if s.Verb == verb {
					served[s.Conn]++
				}
				if s.Verb == verb && served[s.Conn] > limit {
					return answer
				}
				return smtpfault.Answer{}
			})
			conn := mustOpen(t, faultConfig(server))
			for i := range 20 {
				e := envelope(fmt.Sprintf("reader%d@example.com", i))
				got := conn.Send(t.Context(), e)
				if got.Stage == letter.StageConnect {
					conn = mustOpen(t, faultConfig(server))
					got = conn.Send(t.Context(), e)
				}
				if got.Code != 250 || got.Stage != letter.StageDot {
					t.Errorf("letter %d: %+v", i, got)
				}
			}
			if n := len(server.Received()); n != 20 {
				t.Errorf("%d letters arrived of 20", n)
			}
		})
	}
}

func TestClosedConnection(t *testing.T) {
	server := smtpfault.New(t)
	conn := mustOpen(t, faultConfig(server))
	for range 2 {
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	}
	checkOver(t, conn.Send(t.Context(), envelope("a@example.com")), 0)
	steps := server.Steps()
	if last := steps[len(steps)-1]; last.Verb != "QUIT" {
		t.Errorf("left without a goodbye, after %s", last.Verb)
	}
}

// TestCloseOfADeadConnection has nothing to report: all letters have theirs.
func TestCloseOfADeadConnection(t *testing.T) {
	server := smtpfault.New(t)
	conn := mustOpen(t, faultConfig(server))
	server.HangUp()
	if err := conn.Close(); err != nil {
		t.Error(err)
	}
}
