package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"paperboy/internal/peers"
)

func TestExampleIsTheDefaults(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(peers.Root(t), "config.example.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := parseConfig(data)
	if err != nil {
		t.Fatal(err)
	}
	want, err := parseConfig([]byte("sources:\n- huggingface:\n- arxiv: {categories: [cs.AI, cs.CL, cs.LG]}\n"))
	if err != nil {
		t.Fatal(err)
	}
	got.TrustedProxies, got.Signup.Domains = nil, nil // the example shows them empty
	if diff := configDiff(got, want); diff != "" {
		t.Errorf("config.example.yaml differs from the defaults (-example +defaults):\n%s", diff)
	}
}

// Every key that the program knows must stand in the example.
func TestExampleHasEveryKey(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(peers.Root(t), "config.example.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range allKeys(defaults()) {
		if !strings.Contains(string(data), key+":") {
			t.Errorf("config.example.yaml lacks %s", key)
		}
	}
}

func TestConfigFaults(t *testing.T) {
	const sources = "sources: [{huggingface: {}}]\n"
	for name, c := range map[string]struct {
		yaml string
		want []string
	}{
		"a misspelt key gets its line and the nearest": {
			sources + "digest:\n  paper: 3\n", []string{`line 3: unknown key "digest.paper"; did you mean "digest.papers"?`}},
		"a strange key gets the known ones": {
			sources + "mail: {zzzzzzzzzz: 1}\n", []string{`unknown key "mail.zzzzzzzzzz"; known here: connections, dkim, folder, from, limits, reply_to, smtp`}},
		"a misspelt key in a source": {
			"sources:\n- huggingface:\n    day: 3\n", []string{`line 3: unknown key "sources.huggingface.day"; did you mean "sources.huggingface.days"?`}},
		"all faults at once": {
			"sources: []\ndigest: {hour: 24, timezone: Mars/Olympus}\nmail: {from: nobody}\nlistne: x\n",
			[]string{"names no source", "24 is not 0 to 23", "Mars/Olympus", `mail.from: "nobody"`, "listen"}},
		"a wrong type gets its line": {
			sources + "digest: {hour: seven}\n", []string{`line 2: expected a whole number, got "seven"`}},
		"a wrong value gets its line": {
			sources + "digest:\n  papers: 3\n  hour: 25\n", []string{"line 4: digest.hour: 25"}},
		"a fault in one source hides none in the others, nor elsewhere": {
			"sources:\n- arxiv: {categories: [cs.AI], interval: soon}\n- feed: {name: x, url: y}\ndigest: {hour: 25}\n",
			[]string{`line 2: "soon"`, "line 3: sources[1].feed.url", "line 4: digest.hour"}},
		"an address that letters could not link below": {
			sources + "site: {url: 'https://a:b@x.org/?q=1'}\n", []string{"holds more than scheme, host and path"}},
		"two kinds in one source": {
			"sources: [{huggingface: {}, file: {path: x}}]\n", []string{"exactly one of"}},
		"two sources of one name": {
			"sources: [{file: {path: x}}, {file: {path: y}}]\n", []string{`a second source named "file"`}},
		"a feed without an address": {
			"sources: [{feed: {name: x}}]\n", []string{`sources[0].feed.url: ""`}},
		"a time to wait without a unit that is no number": {
			"sources: [{arxiv: {categories: [cs.AI], interval: soon}}]\n", []string{`"soon" is no span of time`}},
		"another database": {
			sources + "database: mysql://x\n", []string{"not of the form sqlite:FILE"}},
		"a cron expression with a zone that cron's parser panics on": {
			sources + "schedule: {pull: TZ=UTC}\n", []string{"schedule.pull"}},
		"both cron expressions": {
			sources + "schedule:\n  pull: hourly\n  wake: '61 * * * *'\n", []string{`line 3: schedule.pull: "hourly"`, `line 4: schedule.wake: "61 * * * *"`}},
		"domains without their mode": {
			sources + "signup: {domains: [a.org]}\n", []string{"signup.domains"}},
		"an unknown way of TLS": {
			sources + "mail: {smtp: {host: h, tls: ssl3}}\n", []string{`"ssl3" is not starttls, tls or none`}},
		"a misspelt key in the only mail server": {
			sources + "mail:\n  smtp: {host: h, prot: 25}\n", []string{`line 3: unknown key "mail.smtp.prot"; did you mean "mail.smtp.port"?`}},
		"faults in the second of two mail servers": {
			sources + "mail:\n  smtp:\n  - host: h\n  - port: 70000\n    tsl: none\n",
			[]string{`line 6: unknown key "mail.smtp.tsl"`, "line 5: mail.smtp[1].host: is missing", "line 5: mail.smtp[1].port: 70000"}},
		"a mail server that is a mere name": {
			sources + "mail: {smtp: mail.example.org}\n", []string{"line 2: expected keys of its own"}},
		"a misspelt limit of one domain": {
			sources + "mail:\n  limits:\n    domains:\n      gmail.com: {per_hour: 3}\n",
			[]string{`line 5: unknown key "mail.limits.domains.gmail.com.per_hour"`}},
		"limits below nothing": {
			sources + "mail:\n  limits: {per_minute: -1, domains: {gmail.com: {connections: -2}}, warm_up: {growth: 0.5}}\n",
			[]string{"line 3: mail.limits.per_minute: -1", "mail.limits.domains.gmail.com: -2", "line 3: mail.limits.warm_up.growth: 0.5"}},
		"no YAML":      {"a: [", []string{"yaml"}},
		"nothing":      {"", []string{"names no source"}},
		"a mere list":  {"- a\n", []string{"line 1"}},
		"a bare value": {"sources: [huggingface]\n", []string{"line 1: a source is one of"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parseConfig([]byte(c.yaml))
			if err == nil {
				t.Fatal("no error")
			}
			if name != "two kinds in one source" && strings.Contains(err.Error(), "exactly one of") {
				t.Errorf("a fault that is none:\n%v", err)
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error lacks %q:\n%v", want, err)
				}
			}
		})
	}
}

func TestSourcesHaveTheirDefaults(t *testing.T) {
	c, err := parseConfig([]byte("sources:\n- huggingface:\n- arxiv: {categories: [cs.AI], interval: 0.01}\n- file: {path: p.jsonl}\n- hackernews:\n"))
	if err != nil {
		t.Fatal(err)
	}
	if h := c.Sources[0].HuggingFace; h == nil || h.URL != "https://huggingface.co" || h.Days != 7 {
		t.Errorf("huggingface: %+v", h)
	}
	if a := c.Sources[1].ArXiv; a == nil || a.URL != "https://rss.arxiv.org" || time.Duration(a.Interval) != 10*time.Millisecond {
		t.Errorf("arxiv: %+v", a)
	}
	if h := c.Sources[3].HackerNews; h == nil || h.URL != "https://hn.algolia.com" || h.Days != 7 {
		t.Errorf("hackernews: %+v", h)
	}
	if f := c.Sources[2].File; f == nil || f.Name != "file" {
		t.Errorf("file: %+v", f)
	}
}

func TestSecretsStayOutOfErrors(t *testing.T) {
	t.Setenv("PAPERBOY_SMTP_PASSWORD", "geheim")
	c, err := parseConfig([]byte("sources: [{huggingface: }]\nmail: {smtp: {host: mail.example.org, tls: none, username: u}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.servers(); err == nil || strings.Contains(err.Error(), "geheim") {
		t.Errorf("a password in clear over a network: %v", err)
	}
}

func TestOneMailServerOrSeveral(t *testing.T) {
	for yaml, want := range map[string][]string{
		"":                          nil,
		"mail: {smtp: }":            nil,
		"mail: {smtp: {host: a}}":   {"a"},
		"mail: {smtp: [{host: a}]}": {"a"},
		"mail:\n  smtp:\n  - host: a\n    port: 26\n  - {host: b, tls: none}": {"a", "b"},
	} {
		c, err := parseConfig([]byte("sources: [{huggingface: }]\n" + yaml))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range c.Mail.SMTP {
			got = append(got, s.Host)
		}
		servers, err := c.servers()
		if err != nil || !slices.Equal(got, want) || len(servers) != len(want) {
			t.Errorf("%s: %v, %d servers, %v", yaml, got, len(servers), err)
		}
	}
}
