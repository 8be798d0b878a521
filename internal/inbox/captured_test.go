package inbox_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"paperboy/internal/inbox"
	"paperboy/internal/peers"
)

func TestCapturedBounces(t *testing.T) {
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
	only := map[string]bool{}
	if list := os.Getenv("ONLY"); list != "" {
		b, _ := os.ReadFile(list)
		for _, f := range strings.Fields(string(b)) {
			only[f] = true
		}
	}
	want := map[string][]string{}
	reasons := map[string][]string{}
	for _, l := range labels {
		k := "soft"
		switch {
		case l.HardBounce:
			k = "hard"
		case l.Reason == "feedback":
			k = "complaint"
		case l.Reason == "vacation":
			k = "vacation"
		case l.Reason == "delivered":
			k = "none"
		}
		want[l.File] = append(want[l.File], k)
		reasons[l.File] = append(reasons[l.File], l.Reason)
	}
	right, all := 0, 0
	for file, ks := range want {
		if len(only) > 0 && !only[file] {
			continue
		}
		raw, err := os.ReadFile(filepath.Join(peers.Data(t, "bounces", "mail"), file))
		if err != nil {
			t.Fatal(err)
		}
		r := inbox.Classify(raw)
		for i := range max(len(ks), len(r.Verdicts)) {
			all++
			var w, g, rs string
			var v inbox.Verdict
			if i < len(ks) {
				w, rs = ks[i], reasons[file][i]
			}
			if i < len(r.Verdicts) {
				v = r.Verdicts[i]
				g = string(v.Kind)
			}
			if g == "delayed" {
				g = "soft"
			}
			if w == g {
				right++
			} else {
				f := ""
				if g == "hard" {
					f = "FALSE HARD "
				}
				t.Logf("%s%s#%d want %s(%s) got %s: <%s> %s %d %.300s", f, file, i, w, rs, g, v.Recipient, v.Status, v.Code, v.Text)
			}
		}
	}
	t.Logf("%d of %d right", right, all)
}
