package peers

import (
	"bytes"
	"os/exec"
	"regexp"
	"strconv"
	"testing"
)

// scored is a rule's line in SpamAssassin's report: points, name, description.
var scored = regexp.MustCompile(`(?m)^\s*(-?\d+\.\d)\s+([A-Z][A-Z0-9_]+)\s`)

// SpamAssassin returns the points of each of Debian's rules that fires on a
// message. It asks no network and has learned nothing.
func SpamAssassin(t testing.TB, message []byte) map[string]float64 {
	t.Helper()
	cmd := exec.Command(Program(t, "spamassassin"), "--test-mode", "--local", "--nocreate-prefs",
		"--cf", "use_bayes 0", "--cf", "use_auto_whitelist 0", "--cf", "use_txrep 0")
	cmd.Env = append(cmd.Environ(), "HOME="+t.TempDir(), "LC_ALL=C.UTF-8")
	cmd.Stdin = bytes.NewReader(message)
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("spamassassin: %v\n%s", err, complaint.String())
	}
	_, report, found := bytes.Cut(out, []byte("Content analysis details:"))
	if !found {
		t.Fatalf("spamassassin gave no report:\n%s", out)
	}
	rules := map[string]float64{}
	for _, line := range scored.FindAllSubmatch(report, -1) {
		points, err := strconv.ParseFloat(string(line[1]), 64)
		if err != nil {
			t.Fatal(err)
		}
		rules[string(line[2])] += points
	}
	return rules
}
