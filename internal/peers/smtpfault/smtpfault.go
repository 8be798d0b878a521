// Package smtpfault is a mail server for tests that does as it is told: it can
// give any answer, or none, or hang up, at any point of a conversation. Told
// nothing, it accepts every letter. Only tests import it.
//
//	server := smtpfault.New(t)
//	server.Script(func(s smtpfault.Step) smtpfault.Answer {
//		if s.Verb == "RCPT" && strings.Contains(s.Line, "gone@") {
//			return smtpfault.Answer{Reply: "550 5.1.1 no such user"}
//		}
//		return smtpfault.Answer{}
//	})
package smtpfault

import (
	"bufio"
	"fmt"
	"net"
	"net/textproto"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Step is one point of a conversation: the server has heard a command, and is
// about to answer.
type Step struct {
	N    int    // counts the steps of all connections, from 1
	Conn int    // counts the connections, from 1
	Verb string // CONNECT (the greeting), EHLO, MAIL, RCPT, DATA, "." (a whole letter), RSET, QUIT, …
	Line string // the command as it came; with AUTH, only its first line
}

// Answer is what the server does at a step. The zero Answer is what a good
// server does.
type Answer struct {
	// Reply is a code and a text, several lines parted by "\n"; empty: the
	// usual one. A letter is accepted, and in Received, if the reply to its
	// final dot is 2xx, whether or not the reply is sent.
	Reply string
	// Lost keeps the reply from being sent. Without HangUp the server is then
	// silent, and listens on.
	Lost bool
	// HangUp closes the connection, after the reply has gone out.
	HangUp bool
}

// Message is an accepted letter with its envelope, addresses as they stood in
// the angle brackets.
type Message struct {
	Conn int
	From string
	To   []string
	Data []byte // dots unstuffed, CRLF line ends
}

// Server listens on a loopback port until the test ends.
type Server struct {
	Host string
	Port int

	listener net.Listener
	running  sync.WaitGroup

	mu         sync.Mutex
	script     func(Step) Answer
	after      func(Step)
	keep       func(Message)
	extensions []string
	steps      []Step
	received   []Message
	conns      []net.Conn
	closed     bool
}

// New starts a server, which is stopped when the test ends.
func New(t testing.TB) *Server {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := listener.Addr().(*net.TCPAddr)
	s := &Server{
		Host: "127.0.0.1", Port: addr.Port, listener: listener,
		script:     func(Step) Answer { return Answer{} },
		after:      func(Step) {},
		extensions: []string{"8BITMIME", "ENHANCEDSTATUSCODES"},
	}
	s.keep = s.receive
	s.running.Go(s.accept)
	t.Cleanup(s.stop)
	return s
}

// Addr returns host and port.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// Script sets what is asked before every reply. Connections are served side by
// side, so decide may be called so too.
func (s *Server) Script(decide func(Step) Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.script = decide
}

// After sets what is called once a reply has gone out. The connection hears
// nothing more until it returns: the place to stop the program under test.
func (s *Server) After(call func(Step)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.after = call
}

// Keep sets who is given the accepted letters in place of Received, which would
// hold them all: before the reply goes out, from all connections side by side.
func (s *Server) Keep(call func(Message)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keep = call
}

// Extensions sets what EHLO names, such as "AUTH PLAIN" or "SMTPUTF8".
func (s *Server) Extensions(lines ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.extensions = lines
}

// Received returns the accepted letters in the order of their acceptance.
func (s *Server) Received() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.received)
}

// Steps returns all that happened so far.
func (s *Server) Steps() []Step {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.steps)
}

// HangUp closes all connections there are. New ones are taken.
func (s *Server) HangUp() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, conn := range s.conns {
		_ = conn.Close() // the client may have been faster
	}
	s.conns = nil
}

func (s *Server) receive(m Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.received = append(s.received, m)
}

func (s *Server) stop() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	_ = s.listener.Close() // it fails only where it is closed already
	s.HangUp()
	s.running.Wait()
}

func (s *Server) accept() {
	for n := 1; ; n++ {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		if s.closed {
			_ = conn.Close()
		}
		s.conns = append(s.conns, conn)
		s.mu.Unlock()
		s.running.Go(func() {
			defer conn.Close()
			c := &session{server: s, n: n, conn: conn, text: textproto.NewReader(bufio.NewReader(conn))}
			c.serve()
		})
	}
}

// session is one conversation.
type session struct {
	server *Server
	n      int
	conn   net.Conn
	text   *textproto.Reader
	letter Message
}

// serve answers until somebody hangs up.
func (c *session) serve() {
	if _, ok := c.step("CONNECT", "", "220 smtpfault at your service"); !ok {
		return
	}
	for {
		line, err := c.text.ReadLine()
		if err != nil {
			return
		}
		verb, rest, _ := strings.Cut(line, " ")
		verb = strings.ToUpper(verb)
		reply, ok := c.step(verb, line, c.usual(verb))
		if !ok {
			return
		}
		c.note(verb, rest, reply)
		if verb == "DATA" && strings.HasPrefix(reply, "3") && !c.take() {
			return
		}
	}
}

// usual is what a good server answers to a command.
func (c *session) usual(verb string) string {
	switch verb {
	case "EHLO":
		c.server.mu.Lock()
		defer c.server.mu.Unlock()
		return strings.Join(append([]string{"250 smtpfault"}, c.server.extensions...), "\n")
	case "HELO":
		return "250 smtpfault"
	case "MAIL":
		return "250 2.1.0 sender ok"
	case "RCPT":
		return "250 2.1.5 recipient ok"
	case "DATA":
		if len(c.letter.To) == 0 {
			return "503 5.5.1 no recipients"
		}
		return "354 go ahead"
	case "RSET", "NOOP":
		return "250 2.0.0 ok"
	case "QUIT":
		return "221 2.0.0 bye"
	case "AUTH":
		return "235 2.7.0 you are who you say"
	}
	return "500 5.5.2 what?"
}

// note keeps the envelope as far as the server agreed to it.
func (c *session) note(verb, rest, reply string) {
	agreed := strings.HasPrefix(reply, "2")
	switch {
	case verb == "MAIL" && agreed:
		c.letter = Message{Conn: c.n, From: bracketed(rest)}
	case verb == "RCPT" && agreed:
		c.letter.To = append(c.letter.To, bracketed(rest))
	case verb == "RSET" && agreed, verb == "EHLO", verb == "HELO":
		c.letter = Message{}
	}
}

// take reads a letter and answers to its final dot. It reports whether the
// conversation goes on.
func (c *session) take() bool {
	data, err := c.text.ReadDotBytes()
	if err != nil {
		return false
	}
	c.letter.Data = []byte(strings.ReplaceAll(string(data), "\n", "\r\n"))
	_, ok := c.step(".", "", "250 2.0.0 queued")
	c.letter = Message{}
	return ok
}

// step asks the script, does what it says, and returns the reply and whether
// the conversation goes on. An accepted letter is kept before it is
// acknowledged, as servers must.
func (c *session) step(verb, line, usual string) (reply string, ok bool) {
	s := c.server
	s.mu.Lock()
	step := Step{N: len(s.steps) + 1, Conn: c.n, Verb: verb, Line: line}
	s.steps = append(s.steps, step)
	script, after, keep := s.script, s.after, s.keep
	s.mu.Unlock()

	answer := script(step)
	reply = answer.Reply
	if reply == "" {
		reply = usual
	}
	if verb == "." && strings.HasPrefix(reply, "2") {
		keep(c.letter)
	}
	if !answer.Lost {
		if _, err := c.conn.Write([]byte(wire(reply))); err != nil {
			return reply, false
		}
		after(step)
	}
	return reply, !answer.HangUp && verb != "QUIT"
}

// wire writes a reply as it goes over the line: every line with the code, all
// but the last with a hyphen after it. What begins with no code goes as it is.
func wire(reply string) string {
	lines := strings.Split(reply, "\n")
	if len(lines) == 1 || len(reply) < 4 || reply[3] != ' ' {
		return reply + "\r\n"
	}
	code := reply[:3]
	lines[0] = lines[0][4:]
	var b strings.Builder
	for i, line := range lines {
		sep := "-"
		if i == len(lines)-1 {
			sep = " "
		}
		fmt.Fprintf(&b, "%s%s%s\r\n", code, sep, line)
	}
	return b.String()
}

func bracketed(s string) string {
	_, s, _ = strings.Cut(s, "<")
	s, _, _ = strings.Cut(s, ">")
	return s
}
