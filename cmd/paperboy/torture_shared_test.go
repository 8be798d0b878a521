//go:build unix

package main

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"paperboy/internal/peers/smtpfault"
)

// Processes that run at once on one database share its letters out: none comes
// twice, though all of them pull, match and enqueue.
func TestProcessesAtOnceSendNothingTwice(t *testing.T) {
	w := newTown(t, t.TempDir(), 120)
	var all []*process
	for range 3 {
		all = append(all, w.start())
	}
	for i, p := range all {
		if p.wait() != nil {
			t.Errorf("process %d: %v\n%s", i+1, p.err, &p.log)
		}
	}
	if n := w.keepsPromise(); n > 0 {
		t.Errorf("%d letters came twice", n)
	}
}

// A process that is stopped (a machine put to sleep, a debugger) until its
// heartbeat is old finds its letters taken over when it goes on: what it was in
// the midst of may come again, one a connection, and nothing else.
func TestAStalledProcessSendsNothingThatAnotherTookOver(t *testing.T) {
	for _, stall := range []gap{
		{name: "after the final dot, before the 250", verb: "."},
		{name: "right after the 250", verb: ".", after: true},
	} {
		t.Run(stall.name, func(t *testing.T) {
			w := newTown(t, t.TempDir(), 120)
			var first *process
			started, stopped := make(chan bool), make(chan bool)
			w.at(stall, 20, func() {
				<-started
				w.stall(first)
				close(stopped)
			})
			first = w.start()
			close(started)
			select {
			case <-stopped:
			case <-first.over:
				t.Fatalf("it ended before: %v\n%s", first.err, &first.log)
			}
			w.calm()
			before := w.taken()
			second := w.start()
			if second.wait() != nil {
				t.Fatalf("the process that takes over: %v\n%s", second.err, &second.log)
			}
			taken := w.taken()
			if err := first.Process.Signal(syscall.SIGCONT); err != nil {
				t.Fatal(err)
			}
			_ = first.wait() // it may say that it was taken for dead
			late := w.taken() - taken
			repeats := w.keepsPromise()
			if late > lines || repeats > lines {
				t.Errorf("%d letters after it went on, %d repeats, with %d connections", late, repeats, lines)
			}
			t.Logf("%d letters before it was stopped, %d by the second, %d after it went on, %d repeats", before, taken-before, late, repeats)
		})
	}
}

// At the end the program waits for answers that are due, and says so; told a
// second time, it ends at once.
func TestASecondSignalEndsTheProgramAtOnce(t *testing.T) {
	w := newTown(t, t.TempDir(), 20)
	asked := make(chan bool, 20)
	w.server.Script(func(s smtpfault.Step) smtpfault.Answer {
		if s.Verb == "." {
			asked <- true
		}
		return smtpfault.Answer{Lost: s.Verb == "."}
	})
	p := w.start()
	<-asked
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for !strings.Contains(p.log.String(), "waiting for the mail server's answers") {
		select {
		case <-p.over:
			t.Fatalf("it did not wait: %v\n%s", p.err, &p.log)
		case <-time.After(10 * time.Millisecond):
		}
	}
	for over := false; !over; {
		_ = p.Process.Signal(syscall.SIGTERM) // it may be over
		select {
		case <-p.over:
			over = true
		case <-time.After(100 * time.Millisecond):
		}
	}
	if status := p.ProcessState.Sys().(syscall.WaitStatus); !status.Signaled() || status.Signal() != syscall.SIGTERM {
		t.Errorf("it ended with %v\n%s", p.ProcessState, &p.log)
	}
	w.calm()
	w.keepsPromise()
}

// at calls do, once, at the server's step of a gap for the nth letter.
func (w *town) at(g gap, nth int, do func()) {
	var mu sync.Mutex
	strike := 0 // number of the step
	w.server.Script(func(s smtpfault.Step) smtpfault.Answer {
		mu.Lock()
		defer mu.Unlock()
		if s.Verb != g.verb {
			return smtpfault.Answer{}
		}
		if nth--; nth == 0 && g.after {
			strike = s.N
		} else if nth == 0 {
			do()
		}
		return smtpfault.Answer{}
	})
	w.server.After(func(s smtpfault.Step) {
		mu.Lock()
		defer mu.Unlock()
		if s.N == strike {
			do()
		}
	})
}

// calm makes the server one that takes all.
func (w *town) calm() {
	w.server.Script(func(smtpfault.Step) smtpfault.Answer { return smtpfault.Answer{} })
	w.server.After(func(smtpfault.Step) {})
}

// stall stops a process, as a debugger does, and makes all that was heard of
// processes so far a long time ago. The process holds no lock of the database:
// one that did would keep everybody from it.
func (w *town) stall(p *process) {
	held, err := w.holder().BeginTx(w.Context(), nil)
	if err != nil {
		w.Errorf("hold the database: %v", err)
		return
	}
	if err := p.Process.Signal(syscall.SIGSTOP); err != nil {
		w.Error(err)
	}
	if err := awaitStop(p.Process.Pid); err != nil {
		w.Error(err)
	}
	_, err = held.ExecContext(w.Context(), `UPDATE owners SET beat = '2001' || substr(beat, 5)`)
	if err := errors.Join(err, held.Commit()); err != nil {
		w.Error(err)
	}
}

// awaitStop waits until the signal has reached all threads of a child.
func awaitStop(pid int) error {
	for {
		var status syscall.WaitStatus
		switch _, err := syscall.Wait4(pid, &status, syscall.WUNTRACED, nil); {
		case err == syscall.EINTR:
		case err != nil:
			return err
		case !status.Stopped():
			return fmt.Errorf("process %d ended before it was stopped", pid)
		default:
			return nil
		}
	}
}
