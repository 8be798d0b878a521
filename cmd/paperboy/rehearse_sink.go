package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
)

// sinkCount is what a sink took.
type sinkCount struct {
	Letters int64 `json:"letters"`
	Bytes   int64 `json:"bytes"` // of the letters, as they stood on the wire
}

// runSink is the mail server of a rehearsal: it prints its address, takes every
// letter and keeps none, and prints its count once in is at its end. It is a
// process of its own, so that its memory is not the sender's, and ends with the
// one that holds the other end of in.
func runSink(ctx context.Context, in io.Reader, out io.Writer) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	var s sink
	var accepting sync.WaitGroup
	accepting.Go(func() { s.accept(listener) })
	fmt.Fprintln(out, listener.Addr())
	_, err = io.Copy(io.Discard, in)
	err = errors.Join(err, listener.Close())
	accepting.Wait()
	return errors.Join(err, json.NewEncoder(out).Encode(sinkCount{Letters: s.letters.Load(), Bytes: s.bytes.Load()}))
}

// sink counts over all connections.
type sink struct{ letters, bytes atomic.Int64 }

func (s *sink) accept(listener net.Listener) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer conn.Close()
			_ = s.serve(conn) // a connection that breaks is its sender's trouble
		}()
	}
}

// serve speaks as much SMTP (RFC 5321, with pipelining, RFC 2920) as takes
// letters. Replies are held back while more commands wait to be read.
func (s *sink) serve(conn io.ReadWriter) error {
	in, out := bufio.NewReaderSize(conn, 64<<10), bufio.NewWriter(conn)
	reply := "220 sink ready"
	for {
		fmt.Fprintf(out, "%s\r\n", reply)
		if in.Buffered() == 0 {
			if err := out.Flush(); err != nil {
				return err
			}
		}
		line, err := in.ReadSlice('\n')
		if err != nil {
			return err
		}
		verb, _, _ := strings.Cut(strings.TrimSpace(string(line)), " ")
		switch strings.ToUpper(verb) {
		case "EHLO":
			reply = "250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 ENHANCEDSTATUSCODES"
		case "DATA":
			fmt.Fprint(out, "354 go ahead\r\n")
			if err := out.Flush(); err != nil {
				return err
			}
			n, err := discardLetter(in)
			if err != nil {
				return err
			}
			s.letters.Add(1)
			s.bytes.Add(n)
			reply = "250 2.0.0 taken"
		case "QUIT":
			fmt.Fprint(out, "221 2.0.0 bye\r\n")
			return out.Flush()
		case "HELO", "MAIL", "RCPT", "RSET", "NOOP":
			reply = "250 2.0.0 ok"
		default:
			reply = "500 5.5.2 unknown command"
		}
	}
}

// discardLetter reads up to the final dot and returns the letter's length
// without it.
func discardLetter(in *bufio.Reader) (n int64, err error) {
	for begins := true; ; {
		line, err := in.ReadSlice('\n')
		if begins && string(line) == ".\r\n" {
			return n, nil
		}
		if begins = err == nil; err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return n, err
		}
		n += int64(len(line))
	}
}

// childSink is a sink in a process of its own.
type childSink struct {
	addr string
	cmd  *exec.Cmd
	in   io.Closer
	out  *bufio.Reader
}

// startSink runs this program once more, as a sink.
func startSink(ctx context.Context, err io.Writer) (_ *childSink, fault error) {
	defer func() {
		if fault != nil {
			fault = fmt.Errorf("start the mail server of the rehearsal: %w", fault)
		}
	}()
	program, fault := os.Executable()
	if fault != nil {
		return nil, fault
	}
	s := &childSink{cmd: exec.CommandContext(ctx, program)}
	s.cmd.Args = []string{os.Args[0], "rehearse", sinkArgument}
	s.cmd.Stderr = err
	if s.in, fault = s.cmd.StdinPipe(); fault != nil {
		return nil, fault
	}
	out, fault := s.cmd.StdoutPipe()
	if fault != nil {
		return nil, fault
	}
	s.out = bufio.NewReader(out)
	if fault := s.cmd.Start(); fault != nil {
		return nil, fault
	}
	line, fault := s.out.ReadString('\n')
	if fault != nil {
		return nil, errors.Join(fault, s.cmd.Wait())
	}
	s.addr = strings.TrimSpace(line)
	return s, nil
}

// stop ends the sink and returns what it took.
func (s *childSink) stop() (n sinkCount, err error) {
	err = s.in.Close()
	err = errors.Join(err, json.NewDecoder(s.out).Decode(&n), s.cmd.Wait())
	return n, err
}
