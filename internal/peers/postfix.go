package peers

import (
	"os"
	"os/exec"
	"path/filepath"
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
	program, err := exec.LookPath("smtp-sink")
	if err != nil {
		program = "/usr/sbin/smtp-sink" // where Debian has it, outside a user's PATH
		if _, err := os.Stat(program); err != nil {
			Missing(t, "smtp-sink (Debian's postfix)", err)
		}
	}
	s := &Sink{Addr: port(t), dir: t.TempDir()}
	arguments := []string{"-d", "letter.", s.Addr, "100"}
	if os.Geteuid() == 0 { // it then wants to be told whom to run as
		arguments = append([]string{"-u", "root"}, arguments...)
	}
	cmd := exec.Command(program, arguments...)
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
