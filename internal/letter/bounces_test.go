package letter_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"paperboy/internal/letter"
	"paperboy/internal/peers"
)

var diagnostic = regexp.MustCompile(`(?mi)^Diagnostic-Code:[ \t]*smtp;[ \t]*((?:.*)(?:\r?\n[ \t]+.*)*)`)
var replyCode = regexp.MustCompile(`\b([45][0-9][0-9])[ -]`)

// plain says that nobody is there. The labels know such replies from other
// recipients of the same mail, or from after DATA, as something else.
var plain = regexp.MustCompile(`(?i)user unknown|unknown user|no such user`)

// slow are the labels of replies that speak of how much mail we send.
var slow = map[string]bool{"badreputation": true, "blocked": true, "speeding": true, "toomanyconn": true, "exceedlimit": true}

// The replies that real bounces quote are judged as though each had come at
// RCPT: whose address was not labelled dead must not be suppressed.
func TestCapturedRepliesSuppressOnlyTheDead(t *testing.T) {
	body, err := os.ReadFile(peers.Data(t, "bounces", "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	var labels []struct {
		File, Reason string
		HardBounce   bool
	}
	if err := json.Unmarshal(body, &labels); err != nil {
		t.Fatal(err)
	}
	found, dead := 0, 0
	for _, l := range labels {
		mail, err := os.ReadFile(filepath.Join(peers.Data(t, "bounces", "mail"), l.File))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range diagnostic.FindAllSubmatch(mail, -1) {
			code := replyCode.FindSubmatch(m[1])
			if code == nil {
				continue
			}
			n, err := strconv.Atoi(string(code[1]))
			if err != nil {
				t.Fatal(err)
			}
			got := letter.Judge(letter.Reply{Stage: letter.StageRcpt, Code: n, Text: string(m[1])})
			if l.HardBounce {
				dead++
			}
			if got == letter.SlowDown && !slow[l.Reason] {
				t.Errorf("%s (%s): the destination is paused by %q", l.File, l.Reason, m[1])
			}
			if got != letter.NoRecipient {
				continue
			}
			if found++; !l.HardBounce && !plain.Match(m[1]) {
				t.Errorf("%s (%s): a living reader is suppressed by %q", l.File, l.Reason, m[1])
			}
		}
	}
	t.Logf("%d of %d replies of the dead recognised", found, dead)
	if found < dead/2 {
		t.Errorf("only %d of %d replies of the dead are recognised", found, dead)
	}
}
