package inbox_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"paperboy/internal/inbox"
	"paperboy/internal/peers"
)

// doubtful are the labels that say something else than their mails do, with
// the reason. They are left out of the count.
var doubtful = map[string]string{
	"arf-12.eml": "an opt-out request: nobody calls the mail spam",
	"arf-18.eml": "a DMARC failure report: it is about the sender's set-up",
	"arf-26.eml": "the mail program's own unsubscribe mail: its user leaves",

	"lhost-ezweb-02.eml":     "labelled suspended, and says '550 user unknown (in reply to RCPT TO command)'",
	"lhost-opensmtpd-12.eml": "labelled hard, and says that it is only a temporary failure and the message is kept",
	"lhost-exim-31.eml":      "labelled hard, and says 'may not exist, they may be blacklisted, or missing the proper dns entries'",
	"lhost-fml-03.eml":       "a list manager's warning to its own administrator about a mail seen twice: no mail came back",
	"rhost-cox-01.eml":       "the report names one recipient twice, and is labelled as two",
	"rhost-aol-06.eml":       "labelled hard for 'Malformed or unexpected name server reply', which is a fault on the way; lhost-postfix-17.eml has the same words, labelled so",
}

// ours are the mails that came without a label, labelled by reading them.
var ours = map[string]string{
	"arf-24.eml":              "complaint", // an abuse report in words, with the original
	"lhost-mimecast-01.eml":   "hard",      // 5.4.1 Recipient address rejected: Access denied, of Microsoft's directory
	"lhost-mimecast-02.eml":   "soft",      // unable to relay
	"lhost-office365-04.eml":  "hard",      // 5.1.351 … 550 User unknown
	"lhost-office365-07.eml":  "hard",      // the same
	"lhost-office365-08.eml":  "soft",      // message expired, connection refused
	"lhost-office365-10.eml":  "hard",      // 5.1.351 … 550 Unknown user
	"lhost-office365-11.eml":  "hard",      // 5.1.1 User Unknown
	"lhost-postfix-79.eml":    "soft",      // procmail could not lock the mailbox
	"lhost-trendmicro-03.eml": "soft",      // unable to deliver, no reason
	"lhost-x1-04.eml":         "soft",      // connection timed out
	"rfc3464-37.eml":          "hard",      // unknown host
	"rfc3464-38.eml":          "soft",      // mailbox is full
	"rfc3464-39.eml":          "soft",      // did not reach, no reason
	"rfc3464-66.eml":          "soft",      // 5.0.0, the words of a reply without its code: as in rfc3464-42.eml
	"rhost-gsuite-15.eml":     "soft",      // NXDOMAIN with status 4.0.0: as in rfc3464-53.eml
	"rhost-microsoft-06.eml":  "soft",      // authentication
	"rhost-zoho-01.eml":       "hard",      // 5.1.1 User does not exist
	"rhost-zoho-03.eml":       "soft",      // flagged as spam
}

// label is what the captured mails are labelled with, one for each recipient.
type label struct {
	File, Reason string
	HardBounce   bool
}

func (l label) kind() string {
	switch {
	case l.HardBounce:
		return "hard"
	case l.Reason == "feedback":
		return "complaint"
	case l.Reason == "vacation":
		return "vacation"
	case l.Reason == "delivered":
		return "none"
	}
	return "soft"
}

// captured returns the labels of all captured mails, by file.
func captured(t *testing.T) map[string][]string {
	t.Helper()
	body, err := os.ReadFile(peers.Data(t, "bounces", "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	var labels []label
	if err := json.Unmarshal(body, &labels); err != nil {
		t.Fatal(err)
	}
	all := map[string][]string{}
	for _, l := range labels {
		all[l.File] = append(all[l.File], l.kind())
	}
	for file, kind := range ours {
		if all[file] != nil {
			t.Errorf("%s has a label", file)
		}
		all[file] = []string{kind}
	}
	return all
}

// found is what the inbox makes of a captured mail, one for each recipient.
func found(t *testing.T, file string) (kinds, why []string) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(peers.Data(t, "bounces", "mail"), file))
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range inbox.Classify(raw).Verdicts {
		kind := string(v.Kind)
		if v.Kind == inbox.Delayed {
			kind = "soft"
		}
		kinds, why = append(kinds, kind), append(why, v.String())
	}
	return kinds, why
}

// Bounces of many systems: at least 95 % right, recipient by recipient, and
// nobody taken for dead who is not.
func TestCapturedBounces(t *testing.T) {
	right, all, strictly, every := 0, 0, 0, 0
	perKind := map[string][2]int{}
	for file, want := range captured(t) {
		got, why := found(t, file)
		for i := range max(len(want), len(got)) {
			w, g, reason := at(want, i), at(got, i), at(why, i)
			if ours[file] == "" {
				if every++; w == g {
					strictly++
				}
			}
			if doubtful[file] != "" {
				continue
			}
			n := perKind[w]
			n[1]++
			if all++; w == g {
				n[0]++
				right++
			} else {
				t.Logf("%s, recipient %d: want %q, got %q: %s", file, i+1, w, g, reason)
			}
			perKind[w] = n
			if g == "hard" && w != "hard" {
				t.Errorf("%s, recipient %d is %q and taken for dead: %s", file, i+1, w, reason)
			}
		}
	}
	t.Logf("%d of %d right, %.1f %%, %d doubtful labels left out", right, all, 100*float64(right)/float64(all), len(doubtful))
	for kind, n := range perKind {
		t.Logf("%-9s %d of %d", kind, n[0], n[1])
	}
	t.Logf("against every label that came with the mails: %d of %d, %.1f %%", strictly, every, 100*float64(strictly)/float64(every))
	if float64(right) < 0.95*float64(all) {
		t.Errorf("only %d of %d are right", right, all)
	}
}

func at(all []string, i int) string {
	if i < len(all) {
		return all[i]
	}
	return ""
}

// What a mail says must not hang on how it came: line ends, a leading mbox
// line, fields that servers put before it.
func TestTransportChangesNoVerdict(t *testing.T) {
	files := slices.Sorted(maps.Keys(captured(t)))
	for i := 0; i < len(files); i += 15 {
		file := files[i]
		raw, err := os.ReadFile(filepath.Join(peers.Data(t, "bounces", "mail"), file))
		if err != nil {
			t.Fatal(err)
		}
		unix := strings.ReplaceAll(string(raw), "\r\n", "\n")
		want := fmt.Sprint(inbox.Classify([]byte(unix)))
		for name, form := range map[string]string{
			"CRLF":           strings.ReplaceAll(unix, "\n", "\r\n"),
			"a Received":     received(unix),
			"an ending line": unix + "\n",
		} {
			if got := fmt.Sprint(inbox.Classify([]byte(form))); got != want {
				t.Errorf("%s with %s:\n%s\nwithout:\n%s", file, name, got, want)
			}
		}
	}
}

// received puts a field before a mail, behind its mbox line.
func received(mail string) string {
	lines := strings.SplitAfterN(mail, "\n", 2)
	at := 0
	if strings.HasPrefix(lines[0], "From ") {
		at = 1
	}
	return strings.Join(slices.Insert(lines, at, "Received: from a by b; Thu, 1 Jan 2026 00:00:00 +0000\n"), "")
}
