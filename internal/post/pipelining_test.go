package post

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"net"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"paperboy/internal/letter"
	"paperboy/internal/peers/smtpfault"
)

// A server that wants the letter though it refused the recipient gets none.
func TestGoAheadAfterARefusal(t *testing.T) {
	server := smtpfault.New(t)
	server.Extensions("PIPELINING")
	declined := false
	server.Script(func(s smtpfault.Step) smtpfault.Answer {
		switch {
		case s.Verb == "RCPT" && strings.Contains(s.Line, "gone"):
			return smtpfault.Answer{Reply: "550 5.1.1 no such user"}
		case s.Verb == "DATA":
			return smtpfault.Answer{Reply: "354 go ahead, whatever"}
		case s.Verb == "." && !declined:
			declined = true
			return smtpfault.Answer{Reply: "554 5.5.1 no valid recipients"}
		}
		return smtpfault.Answer{}
	})
	conn := mustOpen(t, faultConfig(server))
	if got := conn.Send(t.Context(), envelope("gone@example.com")); got.Code != 550 || got.Stage != letter.StageRcpt {
		t.Errorf("the refused letter: %+v", got)
	}
	if got := conn.Send(t.Context(), envelope("b@example.com")); got.Code != 250 {
		t.Errorf("the next letter: %+v", got)
	}
	if got := server.Received(); len(got) != 1 || !bytes.Equal(got[0].Data, envelope("b@example.com").Data) {
		t.Errorf("arrived: %+v", got)
	}
}

// The three commands before a letter are one packet, and the letter with its
// dot follows at once: two waits in all.
func TestCommandsGoOutTogether(t *testing.T) {
	opened, heard := scripted(t, goAheadAll, "250 queued\r\n")
	e := letter.Envelope{From: "a@example.org", To: "b@example.com", Data: []byte("Subject: x\r\n\r\n.dot\r\n")}
	if got := opened.Send(t.Context(), e); got.Code != 250 {
		t.Fatalf("reply: %+v", got)
	}
	want := []string{
		"MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n",
		"Subject: x\r\n\r\n..dot\r\n.\r\n",
	}
	if diff := gocmp.Diff(want, []string{<-heard, <-heard}); diff != "" {
		t.Errorf("on the wire (-want +got):\n%s", diff)
	}
}

func TestWireForm(t *testing.T) {
	for in, want := range map[string]string{
		"":                          "\r\n",
		"a\r\n":                     "a\r\n",
		"a":                         "a\r\n",
		"a\nb\rc\r\n":               "a\r\nb\r\nc\r\n",
		".\r\n":                     "..\r\n",
		"a\r\n.\r\nb\r\n":           "a\r\n..\r\nb\r\n",
		"a\n.\r.\r\n..\r\n.b":       "a\r\n..\r\n..\r\n...\r\n..b\r\n",
		"no . at\r\nthe begin.\r\n": "no . at\r\nthe begin.\r\n",
	} {
		if got := string(wireForm(letter.Envelope{Data: []byte(in)})); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}

// goAheadAll answers the commands before a letter.
const goAheadAll = "250 ok\r\n250 ok\r\n354 go ahead\r\n"

// scripted opens a connection to a server that says one of the replies whenever
// it was told something, and passes on what that was.
func scripted(t *testing.T, replies ...string) (conn Conn, heard <-chan string) {
	t.Helper()
	told := make(chan string, len(replies)+2)
	port := talk(t, func(theirs net.Conn) {
		buf := make([]byte, 1<<16)
		for _, reply := range append([]string{"220 here\r\n", "250-here\r\n250 PIPELINING\r\n"}, replies...) {
			_, _ = theirs.Write([]byte(reply)) // a fault shows at the client
			n, _ := theirs.Read(buf)
			told <- string(buf[:n])
		}
	})
	conn = mustOpen(t, Config{Host: "127.0.0.1", Port: port, TLS: "none"})
	<-told // EHLO
	return conn, told
}

// talk listens on a port and has say speak to whoever connects.
func talk(t testing.TB, say func(net.Conn)) (port int) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				say(conn)
			}()
		}
	}()
	return listener.Addr().(*net.TCPAddr).Port
}

// What is begun is at the server but for its final dot, which alone goes out
// when the letter is sent.
func TestALetterGoesOutAhead(t *testing.T) {
	conn, heard := scripted(t, goAheadAll, "", "250 queued\r\n")
	e := letter.Envelope{From: "a@example.org", To: "b@example.com", Data: []byte("Subject: x\r\n\r\n.dot\r\n")}
	conn.Begin(t.Context(), e)
	want := []string{
		"MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n",
		"Subject: x\r\n\r\n..dot\r\n",
	}
	if diff := gocmp.Diff(want, []string{<-heard, <-heard}); diff != "" {
		t.Errorf("on the wire ahead (-want +got):\n%s", diff)
	}
	if got := conn.Send(t.Context(), e); got.Code != 250 {
		t.Errorf("reply: %+v", got)
	}
	if got := <-heard; got != ".\r\n" {
		t.Errorf("on the wire at last: %q", got)
	}
}

// Whom the next letter is for goes out in one packet with the end of a letter.
func TestTheNextLetterIsTold(t *testing.T) {
	conn, heard := scripted(t, goAheadAll, "", "250 queued\r\n"+goAheadAll, "250 queued\r\n")
	first := letter.Envelope{From: "a@example.org", To: "b@example.com", Data: []byte("1\r\n")}
	second := letter.Envelope{From: "a@example.org", To: "c@example.com", Data: []byte("2\r\n")}
	first.Next = &second
	conn.Begin(t.Context(), first)
	got := []string{<-heard, <-heard}
	for _, e := range []letter.Envelope{first, second} {
		if reply := conn.Send(t.Context(), e); reply.Code != 250 {
			t.Fatalf("reply: %+v", reply)
		}
	}
	want := []string{
		"MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n",
		"1\r\n",
		".\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<c@example.com>\r\nDATA\r\n",
		"2\r\n.\r\n",
	}
	if diff := gocmp.Diff(want, append(got, <-heard, <-heard)); diff != "" {
		t.Errorf("on the wire (-want +got):\n%s", diff)
	}
}

// withoutGone starts a server that takes commands at once, and knows nobody whose
// address has "gone" in it.
func withoutGone(t *testing.T) *smtpfault.Server {
	server := smtpfault.New(t)
	server.Extensions("PIPELINING")
	server.Script(func(s smtpfault.Step) smtpfault.Answer {
		if s.Verb == "RCPT" && strings.Contains(s.Line, "gone") {
			return smtpfault.Answer{Reply: "550 5.1.1 no such user"}
		}
		return smtpfault.Answer{}
	})
	return server
}

// A letter has its own answer, whatever the next one gets; and a server that
// waits for a letter hears no goodbye in its place.
func TestTheNextLetterIsRefusedOrGivenUp(t *testing.T) {
	server := withoutGone(t)
	conn := mustOpen(t, faultConfig(server))
	mails := []letter.Envelope{envelope("a@example.com"), envelope("gone@example.com"), envelope("b@example.com"), envelope("c@example.com")}
	for i := range mails[:3] {
		mails[i].Next = &mails[i+1]
		code := 250
		if strings.HasPrefix(mails[i].To, "gone") {
			code = 550
		}
		if got := conn.Send(t.Context(), mails[i]); got.Code != code {
			t.Errorf("%s: %+v, want %d", mails[i].To, got, code)
		}
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	for _, step := range server.Steps() {
		if step.Verb == "QUIT" {
			t.Error("a goodbye was said to the server that waits for a letter")
		}
	}
	if n := len(server.Received()); n != 2 {
		t.Errorf("%d letters arrived, want 2", n)
	}
}

// halting is a wire that breaks behind the final dot, within the next letter's
// commands.
type halting struct{ net.Conn }

func (h halting) Write(b []byte) (int, error) {
	end := bytes.Index(b, []byte(".\r\nMAIL"))
	if end < 0 {
		return h.Conn.Write(b)
	}
	n, err := h.Conn.Write(b[:end+10])
	return n, cmp.Or(err, errors.New("connection reset"))
}

// A letter whose final dot went out is answered, though what followed it did not.
func TestTheDotGoesOutAndTheNextLetterDoesNot(t *testing.T) {
	server := smtpfault.New(t)
	server.Extensions("PIPELINING")
	opened := mustOpen(t, faultConfig(server))
	wire := opened.(*conn).wire
	wire.Conn = halting{wire.Conn}
	first, second := envelope("a@example.com"), envelope("b@example.com")
	first.Next = &second
	opened.Begin(t.Context(), first)
	if got := opened.Send(t.Context(), first); got.Code != 250 || len(server.Received()) != 1 {
		t.Errorf("%+v, and %d letters arrived", got, len(server.Received()))
	}
	checkOver(t, opened.Send(t.Context(), second), 0)
}

// A connection that was told of one letter carries no other under its name.
func TestAnotherLetterThanTheOneTold(t *testing.T) {
	server := smtpfault.New(t)
	server.Extensions("PIPELINING")
	conn := mustOpen(t, faultConfig(server))
	first, second := envelope("a@example.com"), envelope("b@example.com")
	first.Next = &second
	if got := conn.Send(t.Context(), first); got.Code != 250 {
		t.Fatalf("the first letter: %+v", got)
	}
	other := envelope("c@example.com")
	conn.Begin(t.Context(), other)
	if got := conn.Send(t.Context(), other); got.Stage != letter.StageConnect || got.Code != 0 {
		t.Errorf("the other letter: %+v", got)
	}
	checkOver(t, conn.Send(t.Context(), second), 0)
	if got := server.Received(); len(got) != 1 {
		t.Errorf("arrived: %+v", got)
	}
}

// What came of a letter that was begun is told when it is sent, a refusal like
// any other.
func TestRefusedAhead(t *testing.T) {
	server := withoutGone(t)
	conn := mustOpen(t, faultConfig(server))
	for _, to := range []string{"a@example.com", "b@example.com", "gone@example.com"} {
		conn.Begin(t.Context(), envelope(to))
		if got := conn.Send(t.Context(), envelope(to)); (got.Code == 250) != (to != "gone@example.com") {
			t.Errorf("%s: %+v", to, got)
		}
	}
	conn.Begin(t.Context(), envelope("c@example.com")) // after a refusal it waits for the reset
	if got := conn.Send(t.Context(), envelope("c@example.com")); got.Code != 250 {
		t.Errorf("after the refusal: %+v", got)
	}
	if n := len(server.Received()); n != 3 {
		t.Errorf("%d letters arrived, want 3", n)
	}
}

// A letter that is begun can be given up at any time, also where the server
// does not answer.
func TestBegunAndGivenUp(t *testing.T) {
	server := smtpfault.New(t)
	server.Extensions("PIPELINING")
	ctx, cancel := context.WithCancel(t.Context())
	server.Script(func(s smtpfault.Step) smtpfault.Answer {
		if s.Verb == "DATA" {
			cancel()
			return smtpfault.Answer{Lost: true}
		}
		return smtpfault.Answer{}
	})
	conn := mustOpen(t, faultConfig(server))
	conn.Begin(ctx, envelope("a@example.com"))
	if got := conn.Send(t.Context(), envelope("a@example.com")); got.Code != 0 || got.Stage == letter.StageDot {
		t.Errorf("the letter that was given up: %+v", got)
	}
	if n := len(server.Received()); n != 0 {
		t.Errorf("%d letters arrived, want none", n)
	}
}

// A server that hung up before a letter was begun was never asked about it.
func TestBegunAtAServerThatHungUp(t *testing.T) {
	server := smtpfault.New(t)
	server.Extensions("PIPELINING")
	conn := mustOpen(t, faultConfig(server))
	if got := conn.Send(t.Context(), envelope("a@example.com")); got.Code != 250 {
		t.Fatalf("the first letter: %+v", got)
	}
	server.HangUp()
	conn.Begin(t.Context(), envelope("b@example.com"))
	if got := conn.Send(t.Context(), envelope("b@example.com")); got.Stage != letter.StageConnect {
		t.Errorf("the letter that was begun: %+v", got)
	}
}

// discard is a server that agrees to everything and keeps nothing.
func discard(conn net.Conn) {
	in := bufio.NewReaderSize(conn, 64<<10)
	answers := map[string]string{"EHLO": "250-here\r\n250 PIPELINING\r\n", "DATA": "354 go ahead\r\n"}
	_, _ = conn.Write([]byte("220 here\r\n"))
	letter := false
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return
		}
		if letter && string(line) != ".\r\n" {
			continue
		}
		verb := string(line[:min(4, len(line))])
		letter = verb == "DATA"
		_, _ = conn.Write([]byte(cmp.Or(answers[verb], "250 ok\r\n")))
	}
}

// BenchmarkSend hands letters of 32 KB to a server that throws them away.
func BenchmarkSend(b *testing.B) {
	s, err := NewSMTP(Config{Host: "127.0.0.1", Port: talk(b, discard), TLS: "none"})
	if err != nil {
		b.Fatal(err)
	}
	conn, err := s.Open(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	e := letter.Envelope{From: "a@example.org", To: "b@example.com",
		Data: bytes.Repeat([]byte(strings.Repeat("x", 74)+"\r\n"), 32<<10/76)}
	for b.Loop() {
		if got := conn.Send(b.Context(), e); got.Code != 250 {
			b.Fatalf("%+v", got)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "letters/s")
}
