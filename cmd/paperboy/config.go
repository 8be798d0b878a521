package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"paperboy/internal/edition"
)

// config is the operator's file. config.example.yaml says what each key means.
type config struct {
	Site struct {
		Name          string `yaml:"name"`
		URL           string `yaml:"url"`
		Imprint       string `yaml:"imprint"`
		PostalAddress string `yaml:"postal_address"`
		SealKeysFile  string `yaml:"seal_keys_file"`
	} `yaml:"site"`
	Listen         string         `yaml:"listen"`
	TrustedProxies []string       `yaml:"trusted_proxies"`
	Database       string         `yaml:"database"`
	Sources        []sourceConfig `yaml:"sources"`
	Digest         struct {
		Hour     int    `yaml:"hour"`
		Timezone string `yaml:"timezone"`
		Papers   int    `yaml:"papers"`
		Weekends bool   `yaml:"weekends"`
	} `yaml:"digest"`
	Signup struct {
		Mode    string   `yaml:"mode"`
		Domains []string `yaml:"domains"`
	} `yaml:"signup"`
	Mail struct {
		From        string       `yaml:"from"`
		ReplyTo     string       `yaml:"reply_to"`
		SMTP        smtpConfigs  `yaml:"smtp"`
		Folder      string       `yaml:"folder"`
		Connections int          `yaml:"connections"`
		DKIM        []dkimConfig `yaml:"dkim"`
		Limits      limitsConfig `yaml:"limits"`
	} `yaml:"mail"`
	Inbox    *inboxConfig `yaml:"inbox"`
	Schedule struct {
		Pull string `yaml:"pull"`
		Wake string `yaml:"wake"`
	} `yaml:"schedule"`
	Templates string `yaml:"templates"`

	dir string // of the file: paths are relative to it
}

// smtpConfigs are the mail servers in the order of preference: one is written
// as a mapping, several as a list of such.
type smtpConfigs []smtpConfig

func (s *smtpConfigs) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.SequenceNode {
		return n.Decode((*[]smtpConfig)(s))
	}
	if n.Tag == "!!null" {
		return nil
	}
	*s = smtpConfigs{{}}
	return n.Decode(&(*s)[0])
}

// index is how a fault names the server: by its place where it has one.
func (s smtpConfigs) index(i int) string {
	if len(s) == 1 {
		return ""
	}
	return fmt.Sprintf("[%d]", i)
}

type smtpConfig struct {
	Host         string `yaml:"host"`
	Port         int    `yaml:"port"`
	TLS          string `yaml:"tls"`
	Username     string `yaml:"username"`
	PasswordFile string `yaml:"password_file"`
	CAFile       string `yaml:"ca_file"`
}

// dkimConfig is one key that letters are signed with.
type dkimConfig struct {
	Domain   string `yaml:"domain"`
	Selector string `yaml:"selector"`
	KeyFile  string `yaml:"key_file"`
}

// limitsConfig says how much mail goes out at most; zero is no limit.
type limitsConfig struct {
	PerMinute int                    `yaml:"per_minute"`
	PerDomain limitConfig            `yaml:"per_domain"`
	Domains   map[string]limitConfig `yaml:"domains"`
	WarmUp    struct {
		Start  int     `yaml:"start"`
		Growth float64 `yaml:"growth"`
	} `yaml:"warm_up"`
}

type limitConfig struct {
	Connections int `yaml:"connections"`
	PerMinute   int `yaml:"per_minute"`
}

// limits are the configuration's for package edition.
func (c *config) limits() edition.Limits {
	l := c.Mail.Limits
	places := map[string]edition.Limit{}
	for domain, limit := range l.Domains {
		places[strings.ToLower(domain)] = edition.Limit(limit)
	}
	return edition.Limits{
		PerMinute: l.PerMinute, Place: edition.Limit(l.PerDomain), Places: places,
		WarmUp: edition.WarmUp{Start: l.WarmUp.Start, Growth: l.WarmUp.Growth},
	}
}

// sourceConfig is one item of sources: exactly one of its keys is set.
type sourceConfig struct {
	HuggingFace *huggingFaceConfig `yaml:"huggingface"`
	ArXiv       *arXivConfig       `yaml:"arxiv"`
	HackerNews  *hackerNewsConfig  `yaml:"hackernews"`
	Feed        *feedConfig        `yaml:"feed"`
	File        *fileConfig        `yaml:"file"`

	faults []string // found in reading
}

type huggingFaceConfig struct {
	URL  string `yaml:"url"`
	Days int    `yaml:"days"`
}

type arXivConfig struct {
	Categories []string `yaml:"categories"`
	URL        string   `yaml:"url"`
	OAIURL     string   `yaml:"oai_url"`
	Interval   seconds  `yaml:"interval"`
}

type hackerNewsConfig struct {
	URL  string `yaml:"url"`
	Days int    `yaml:"days"`
}

type feedConfig struct {
	Name string `yaml:"name"`
	URL  string `yaml:"url"`
}

type fileConfig struct {
	Path string `yaml:"path"`
	Name string `yaml:"name"`
}

// defaults is what holds where the file says nothing.
func defaults() *config {
	var c config
	c.Site.Name = "paperboy"
	c.Site.URL = "http://127.0.0.1:8080"
	c.Listen = "127.0.0.1:8080"
	c.Database = "sqlite:paperboy.db"
	c.Digest.Hour = 7
	c.Digest.Timezone = "UTC"
	c.Digest.Papers = 10
	c.Digest.Weekends = true
	c.Signup.Mode = "open"
	c.Mail.From = "paperboy <paperboy@localhost>"
	c.Mail.Folder = "mail"
	c.Mail.Connections = 4
	c.Mail.Limits.WarmUp.Growth = 1.5
	c.Schedule.Pull = "50 * * * *"
	c.Schedule.Wake = "* * * * *"
	return &c
}

const defaultConfig = "config.yaml"

// loadConfig reads the operator's file. Its error names every fault, each with
// its line where it has one.
func loadConfig(path string) (*config, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) && path == defaultConfig {
		return nil, fmt.Errorf("no %s here: copy config.example.yaml to it, or name another with --config", path)
	}
	if err != nil {
		return nil, err
	}
	c, err := parseConfig(data)
	if err != nil {
		return nil, fmt.Errorf("%s:\n%w", path, err)
	}
	dir, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	c.dir = dir
	return c, nil
}

func parseConfig(data []byte) (*config, error) {
	c := defaults()
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, err
	}
	if len(doc.Content) > 0 && doc.Content[0].Kind != yaml.MappingNode {
		return nil, fmt.Errorf("line %d: expected keys such as %q", doc.Content[0].Line, "sources")
	}
	faults := unknownKeys(&doc, c)
	var mistyped *yaml.TypeError
	switch err := doc.Decode(c); {
	case errors.As(err, &mistyped):
		for _, e := range mistyped.Errors {
			faults = append(faults, errors.New(inPlainWords(e)))
		}
	case err != nil && doc.Kind != 0: // what follows the fault was not read
		return nil, errors.Join(append(faults, err)...)
	}
	return c, errors.Join(append(faults, c.validate(&doc)...)...)
}

// UnmarshalYAML fills the one kind of source that the item names, over its
// defaults; a kind that is only named ("- huggingface:") has them all.
// A fault is kept for the check of all values: returned, it would take the
// item out of the list.
func (s *sourceConfig) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind != yaml.MappingNode {
		s.faults = []string{fmt.Sprintf("line %d: a source is one of huggingface, arxiv, hackernews, feed, file, with its settings below", n.Line)}
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		err := s.unmarshalKind(n.Content[i].Value, n.Content[i+1])
		var mistyped *yaml.TypeError
		if errors.As(err, &mistyped) {
			s.faults = append(s.faults, mistyped.Errors...)
		} else if err != nil {
			return err
		}
	}
	return nil
}

func (s *sourceConfig) unmarshalKind(kind string, settings *yaml.Node) error {
	switch kind {
	case "huggingface":
		s.HuggingFace = &huggingFaceConfig{URL: "https://huggingface.co", Days: 7}
		return settings.Decode(s.HuggingFace)
	case "arxiv":
		s.ArXiv = &arXivConfig{
			URL: "https://rss.arxiv.org", OAIURL: "https://oaipmh.arxiv.org/oai", Interval: seconds(3 * time.Second),
		}
		return settings.Decode(s.ArXiv)
	case "hackernews":
		s.HackerNews = &hackerNewsConfig{URL: "https://hn.algolia.com", Days: 7}
		return settings.Decode(s.HackerNews)
	case "feed":
		s.Feed = &feedConfig{}
		return settings.Decode(s.Feed)
	case "file":
		s.File = &fileConfig{Name: "file"}
		return settings.Decode(s.File)
	}
	return nil // an unknown key; reported with all the others
}

// seconds is a span of time, written as "3s" or as a number of seconds.
type seconds time.Duration

func (s *seconds) UnmarshalYAML(n *yaml.Node) error {
	if f, err := strconv.ParseFloat(n.Value, 64); err == nil {
		*s = seconds(f * float64(time.Second))
		return nil
	}
	d, err := time.ParseDuration(n.Value)
	if err != nil {
		return &yaml.TypeError{Errors: []string{fmt.Sprintf("line %d: %q is no span of time, such as 3s", n.Line, n.Value)}}
	}
	*s = seconds(d)
	return nil
}

// path resolves a path of the configuration against the file's folder.
func (c *config) path(p string) string {
	if p == "" || filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(c.dir, p)
}

// database is the database's DSN with its path resolved.
func (c *config) database() string {
	return "sqlite:" + c.path(strings.TrimPrefix(c.Database, "sqlite:"))
}

// password is a mail server's: from its file, else from the environment.
func (c *config) password(s smtpConfig) (string, error) {
	if s.PasswordFile == "" && s.Username == "" {
		return "", nil
	}
	if s.PasswordFile == "" {
		return os.Getenv("PAPERBOY_SMTP_PASSWORD"), nil
	}
	b, err := os.ReadFile(c.path(s.PasswordFile))
	if err != nil {
		return "", fmt.Errorf("password_file: %w", err)
	}
	return strings.TrimRight(string(b), "\r\n"), nil
}

// proxies are the addresses that may say whom they forward for.
func (c *config) proxies() []netip.Prefix {
	var out []netip.Prefix
	for _, s := range c.TrustedProxies {
		if p, err := parsePrefix(s); err == nil {
			out = append(out, p)
		}
	}
	return out
}

func parsePrefix(s string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(s); err == nil {
		return a.Prefix(a.BitLen())
	}
	return netip.ParsePrefix(s)
}
