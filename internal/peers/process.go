package peers

import (
	"bytes"
	"errors"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// port returns a loopback port that was free a moment ago.
func port(t testing.TB) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(listener.Addr().(*net.TCPAddr).Port))
}

// start runs a server until the test ends, and returns once all addresses
// answer, with what it prints; that is shown where the test fails.
func start(t testing.TB, cmd *exec.Cmd, addrs ...string) *lockedBuffer {
	t.Helper()
	output := new(lockedBuffer)
	if cmd.Stderr = output; cmd.Stdout == nil {
		cmd.Stdout = output
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("start %s: %v", cmd.Path, err)
	}
	gone := make(chan error, 1)
	go func() { gone <- cmd.Wait() }()
	t.Cleanup(func() {
		if err := cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
			t.Errorf("stop %s: %v", cmd.Path, err)
		}
		<-gone
		if t.Failed() {
			t.Logf("%s printed:\n%s", cmd.Path, output)
		}
	})
	deadline := time.After(time.Minute)
	for _, addr := range addrs {
		for !answers(addr) {
			select {
			case err := <-gone:
				gone <- err // for the clean-up
				t.Fatalf("%s ended early: %v\n%s", cmd.Path, err, output)
			case <-deadline:
				t.Fatalf("%s does not answer at %s\n%s", cmd.Path, addr, output)
			case <-time.After(20 * time.Millisecond):
			}
		}
	}
	return output
}

func answers(addr string) bool {
	conn, err := net.DialTimeout("tcp", addr, time.Second)
	if err != nil {
		return false
	}
	return conn.Close() == nil
}

// environment is this process's without the variables of the given prefix.
func environment(without string) []string {
	var kept []string
	for _, entry := range os.Environ() {
		if !strings.HasPrefix(entry, without) {
			kept = append(kept, entry)
		}
	}
	return kept
}

// lockedBuffer may be read while a process still writes to it.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
