package peers

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
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
	Host string
	Port int
}

// DiscardingSink starts such an smtp-sink on a loopback port until the test
// ends.
func DiscardingSink(t testing.TB) *Discarding {
	t.Helper()
	addr := port(t)
	start(t, exec.Command(sinkProgram(t), append(asRoot(), addr, "100")...), addr)
	host, number, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(number)
	if err != nil {
		t.Fatal(err)
	}
	return &Discarding{host, n}
}

func sinkProgram(t testing.TB) string {
	t.Helper()
	if program, err := exec.LookPath("smtp-sink"); err == nil {
		return program
	}
	const debian = "/usr/sbin/smtp-sink" // outside a user's PATH
	if _, err := os.Stat(debian); err != nil {
		Missing(t, "smtp-sink (Debian's postfix)", err)
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
