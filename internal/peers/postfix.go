package peers

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// Sink is Postfix's smtp-sink, a fast mail server that accepts everything.
type Sink struct {
	Addr string // host and port
	dir  string
}

// SMTPSink starts smtp-sink on a loopback port until the test ends.
func SMTPSink(t testing.TB) *Sink {
	t.Helper()
	s := &Sink{Addr: port(t), dir: t.TempDir()}
	cmd := exec.Command(sinkProgram(t), append(asRoot(), "-d", "letter.", s.Addr, "100")...)
	cmd.Dir = s.dir
	start(t, cmd, s.Addr)
	return s
}

// Letters returns the letters accepted so far, each with the lines that
// smtp-sink puts before it (X-Mail-Args, X-Rcpt-Args), in no order.
func (s *Sink) Letters(t testing.TB) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(s.dir, "letter.*"))
	if err != nil {
		t.Fatal(err)
	}
	var letters []string
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		letters = append(letters, string(data))
	}
	return letters
}

// Discarding is Postfix's smtp-sink as it is fastest: it accepts every letter
// and throws it away.
type Discarding struct {
	Host   string
	Port   int
	counts *os.File // what it prints after each letter
}

// Taken returns how many letters it took so far.
func (d *Discarding) Taken(t testing.TB) int {
	t.Helper()
	info, err := d.counts.Stat()
	if err != nil {
		t.Fatal(err)
	}
	last := make([]byte, min(info.Size(), 200)) // "sess=8 quit=8 mesg=5000\r", again and again
	if _, err := d.counts.ReadAt(last, info.Size()-int64(len(last))); err != nil {
		t.Fatalf("smtp-sink's count: %v", err)
	}
	printed := string(last)
	at := strings.LastIndex(printed, "mesg=")
	if at < 0 {
		return 0
	}
	var n int
	if _, err := fmt.Sscanf(printed[at:], "mesg=%d", &n); err != nil {
		t.Fatalf("smtp-sink's count: %v", err)
	}
	return n
}

// Source is Postfix's smtp-source: it sends this many equal messages of this
// many bytes over eight connections as fast as it can.
func (d *Discarding) Source(t testing.TB, messages, size int) *exec.Cmd {
	t.Helper()
	return exec.Command(postfixProgram(t, "smtp-source"), "-d", "-s", "8",
		"-m", strconv.Itoa(messages), "-l", strconv.Itoa(size),
		"-f", "papers@example.org", "-t", "reader@example.net", net.JoinHostPort(d.Host, strconv.Itoa(d.Port)))
}

// DiscardingSink starts such an smtp-sink on a loopback port until the test
// ends. It counts into a file: reading along would take time from what is
// measured.
func DiscardingSink(t testing.TB) *Discarding {
	t.Helper()
	addr := port(t)
	counts, err := os.Create(filepath.Join(t.TempDir(), "counts"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = counts.Close() })
	cmd := exec.Command(sinkProgram(t), append(asRoot(), "-c", addr, "100")...)
	cmd.Stdout = counts
	start(t, cmd, addr)
	host, number, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(number)
	if err != nil {
		t.Fatal(err)
	}
	return &Discarding{host, n, counts}
}

func sinkProgram(t testing.TB) string {
	t.Helper()
	return postfixProgram(t, "smtp-sink")
}

func postfixProgram(t testing.TB, name string) string {
	t.Helper()
	if program, err := exec.LookPath(name); err == nil {
		return program
	}
	debian := "/usr/sbin/" + name // outside a user's PATH
	if _, err := os.Stat(debian); err != nil {
		Missing(t, name+" (Debian's postfix)", err)
	}
	return debian
}

// asRoot tells smtp-sink whom to run as, which it wants to know from root.
func asRoot() []string {
	if os.Geteuid() == 0 {
		return []string{"-u", "root"}
	}
	return nil
}
