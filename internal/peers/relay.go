package peers

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Postfix starts a whole Postfix of its own until the test ends, as strict as can
// be with commands ahead of their time, and returns where it takes mail. Mail to
// each of the domains goes on over the transport named, such as
// lmtp:inet:127.0.0.1:2424.
func Postfix(t testing.TB, transports map[string]string) (addr string) {
	t.Helper()
	program, err := exec.LookPath("postfix")
	if err != nil {
		program = "/usr/sbin/postfix"
		if _, err := os.Stat(program); err != nil {
			Missing(t, "Postfix", err)
		}
	}
	if os.Geteuid() != 0 {
		t.Skip("a whole Postfix has to be started by root, skipped")
	}
	dir, err := os.MkdirTemp("", "paperboy-postfix-") // t.TempDir's names are closed to Postfix' own user
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	addr = port(t)
	var domains, routes string
	for domain, transport := range transports {
		domains += " " + domain
		routes += fmt.Sprintf(" {%s = %s}", domain, transport)
	}
	for name, text := range map[string]string{
		"etc/main.cf":   fmt.Sprintf(mainCF, dir, dir, dir, domains, routes),
		"etc/master.cf": strings.ReplaceAll(masterCF, "ADDR", addr),
	} {
		if err := os.MkdirAll(filepath.Join(dir, "etc"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(os.Chmod(dir, 0o755), os.Mkdir(filepath.Join(dir, "spool"), 0o755), os.Mkdir(filepath.Join(dir, "lib"), 0o755), chownTo(filepath.Join(dir, "lib"), "postfix")); err != nil {
		t.Fatal(err)
	}
	control := func(what string) ([]byte, error) {
		return exec.Command(program, "-c", filepath.Join(dir, "etc"), what).CombinedOutput()
	}
	if out, err := control("start"); err != nil {
		t.Fatalf("postfix start: %v\n%s", err, out)
	}
	t.Cleanup(func() { _, _ = control("stop") })
	t.Cleanup(func() {
		if t.Failed() {
			if log, err := os.ReadFile(filepath.Join(dir, "log")); err == nil {
				t.Logf("Postfix says:\n%s", log)
			}
		}
	})
	for range 500 {
		if answers(addr) {
			return addr
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("Postfix does not answer at %s", addr)
	return ""
}

// chownTo gives a folder to a user of this machine.
func chownTo(path, name string) error {
	u, err := user.Lookup(name)
	if err != nil {
		return err
	}
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return err
	}
	return os.Chown(path, uid, -1)
}

const mainCF = `
compatibility_level = 3.6
queue_directory = %s/spool
data_directory = %s/lib
maillog_file = %s/log
maillog_file_prefixes = /tmp, /var
myhostname = relay.test
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = loopback-only
inet_protocols = ipv4
alias_maps =
alias_database =
local_recipient_maps =
relay_domains =%s
transport_maps = inline:{%s }
smtputf8_enable = no
smtpd_forbid_unauth_pipelining = yes
smtpd_data_restrictions = reject_unauth_pipelining
`

const masterCF = `
ADDR inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
showq unix n - n - - showq
postlog unix-dgram n - n - 1 postlogd
`
