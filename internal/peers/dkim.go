package peers

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"
)

// mailDKIM prints what Perl's Mail::DKIM finds for each RSA signature. It asks
// no DNS: the records are its arguments, name and text in turn.
const mailDKIM = `
use Mail::DKIM::Verifier; use Mail::DKIM::DNS; use Net::DNS;
my %records = @ARGV;
no warnings 'redefine';
*Mail::DKIM::DNS::query = sub {
	my $text = $records{lc $_[0]} or return;
	return Net::DNS::RR->new(name => $_[0], type => 'TXT', txtdata => [$text =~ /(.{1,255})/gs]);
};
my $v = Mail::DKIM::Verifier->new;
$v->load(\*STDIN);
for my $s ($v->signatures) {
	next unless $s->algorithm =~ /^rsa/;
	print join(' ', $s->selector . '._domainkey.' . $s->domain, $s->result_detail), "\n";
}`

// dkimpy prints the same of Python's dkimpy, for signatures of any kind.
const dkimpy = `
import sys, dkim
records = dict(zip(sys.argv[1::2], sys.argv[2::2]))
look = lambda name, timeout=5: records.get(name.decode().rstrip('.').lower(), '').encode() or None
message = sys.stdin.buffer.read()
d = dkim.DKIM(message)
for i in range(sum(1 for name, _ in d.headers if name.lower() == b'dkim-signature')):
    d = dkim.DKIM(message)
    ok = d.verify(idx=i, dnsfunc=look)
    name = d.selector.decode() + '._domainkey.' + d.domain.decode()
    print(name, 'pass' if ok else 'fail')
`

// MailDKIM returns a line for each RSA signature of a message, its name in the
// DNS and "pass" or why not, as Perl's Mail::DKIM sees it.
func MailDKIM(t testing.TB, message []byte, records map[string]string) []string {
	t.Helper()
	return verify(t, message, records, "perl", "Mail::DKIM (Debian's libmail-dkim-perl)",
		[]string{"-MMail::DKIM::Verifier", "-e", "1"}, []string{"-e", mailDKIM})
}

// DKIMPy returns a line for each signature of a message, its name in the DNS
// and "pass" or "fail", as Python's dkimpy sees it. Debian's packages serve
// Debian's Python, which need not be the first in the PATH.
func DKIMPy(t testing.TB, message []byte, records map[string]string) []string {
	t.Helper()
	return verify(t, message, records, "/usr/bin/python3", "dkimpy (Debian's python3-dkim and python3-nacl)",
		[]string{"-c", "import dkim, nacl"}, []string{"-c", dkimpy})
}

func verify(t testing.TB, message []byte, records map[string]string, program, what string, try, arguments []string) []string {
	t.Helper()
	path := Program(t, program)
	if out, err := exec.Command(path, try...).CombinedOutput(); err != nil {
		t.Logf("%s", out)
		Missing(t, what, err)
	}
	for name, text := range records {
		arguments = append(arguments, name, text)
	}
	cmd := exec.Command(path, arguments...)
	cmd.Stdin = bytes.NewReader(message)
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", what, err, complaint.String())
	}
	return strings.FieldsFunc(string(out), func(r rune) bool { return r == '\n' })
}
