package main

import (
	"bufio"
	"bytes"
	"strings"
	"testing"
	"testing/iotest"
)

// conversation is what a client says, and where the answers go.
type conversation struct {
	*bufio.Reader
	bytes.Buffer
}

func (c *conversation) Read(p []byte) (int, error) { return c.Reader.Read(p) }

func TestSinkTakesLettersHoweverTheyArrive(t *testing.T) {
	const letter = "Subject: x\r\n\r\n..stuffed\r\n.\rno end\r\n"
	one := "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n"
	talk := "EHLO x\r\n" + one + letter + ".\r\n" + one + ".\r\n" + one + strings.Repeat("x", 200<<10) + "\r\n.\r\nQUIT\r\n"
	for name, in := range map[string]*bufio.Reader{
		"at once":      bufio.NewReader(strings.NewReader(talk)),
		"byte by byte": bufio.NewReader(iotest.OneByteReader(strings.NewReader(talk))),
	} {
		var s sink
		c := &conversation{Reader: in}
		if err := s.serve(c); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if n, want := s.bytes.Load(), int64(len(letter)+200<<10+2); s.letters.Load() != 3 || n != want {
			t.Errorf("%s: took %d letters of %d bytes, want 3 of %d", name, s.letters.Load(), n, want)
		}
		if n := strings.Count(c.String(), "250 2.0.0 taken\r\n"); n != 3 {
			t.Errorf("%s: %d letters acknowledged, want 3:\n%s", name, n, c.String())
		}
	}
}

func TestSinkTakesNoLetterThatBreaksOff(t *testing.T) {
	var s sink
	c := &conversation{Reader: bufio.NewReader(strings.NewReader("DATA\r\nSubject: x\r\n\r\n.\r"))}
	if err := s.serve(c); err == nil || s.letters.Load() != 0 {
		t.Errorf("%d letters, error %v", s.letters.Load(), err)
	}
}
