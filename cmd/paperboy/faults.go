package main

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/mail"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"paperboy/internal/edition"
)

// unknownKeys finds the keys of the file that the configuration does not have,
// and names the nearest that it has.
func unknownKeys(n *yaml.Node, into any) []error {
	return walkKeys(n, reflect.TypeOf(into), "")
}

func walkKeys(n *yaml.Node, t reflect.Type, at string) []error {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	var faults []error
	switch {
	case n.Kind == yaml.DocumentNode:
		for _, child := range n.Content {
			faults = append(faults, walkKeys(child, t, at)...)
		}
	case n.Kind == yaml.AliasNode:
		return walkKeys(n.Alias, t, at)
	case n.Kind == yaml.SequenceNode && t.Kind() == reflect.Slice:
		for _, child := range n.Content {
			faults = append(faults, walkKeys(child, t.Elem(), at)...)
		}
	case n.Kind == yaml.MappingNode && t.Kind() == reflect.Map: // of any names
		for i := 0; i+1 < len(n.Content); i += 2 {
			faults = append(faults, walkKeys(n.Content[i+1], t.Elem(), at+n.Content[i].Value+".")...)
		}
	case n.Kind == yaml.MappingNode && t == reflect.TypeFor[smtpConfigs]():
		return walkKeys(n, t.Elem(), at)
	case n.Kind == yaml.MappingNode && t.Kind() == reflect.Struct:
		fields := yamlFields(t)
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, value := n.Content[i], n.Content[i+1]
			field, known := fields[key.Value]
			if !known {
				faults = append(faults, unknownKey(key, at, fields))
				continue
			}
			faults = append(faults, walkKeys(value, field, at+key.Value+".")...)
		}
	}
	return faults
}

func yamlFields(t reflect.Type) map[string]reflect.Type {
	fields := map[string]reflect.Type{}
	for f := range t.Fields() {
		if name := f.Tag.Get("yaml"); name != "" {
			fields[name] = f.Type
		}
	}
	return fields
}

func unknownKey(key *yaml.Node, at string, fields map[string]reflect.Type) error {
	nearest, best := "", len(key.Value)/2+2
	for name := range fields {
		if d := distance(key.Value, name); d < best || d == best && name < nearest {
			nearest, best = name, d
		}
	}
	if nearest == "" {
		known := make([]string, 0, len(fields))
		for name := range fields {
			known = append(known, name)
		}
		slices.Sort(known)
		return fmt.Errorf("line %d: unknown key %q; known here: %s", key.Line, at+key.Value, strings.Join(known, ", "))
	}
	return fmt.Errorf("line %d: unknown key %q; did you mean %q?", key.Line, at+key.Value, at+nearest)
}

// distance is the Levenshtein distance of two keys.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}

// validate returns all faults of a configuration that could be read.
func (c *config) validate(doc *yaml.Node) []error {
	f := faultList{doc: doc}
	f.httpURL("site.url", c.Site.URL)
	if u, err := url.Parse(c.Site.URL); err == nil {
		f.check(u.RawQuery == "" && u.Fragment == "" && u.User == nil, "site.url", "holds more than scheme, host and path")
	}
	f.check(c.Site.Name != "", "site.name", "is empty")
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		f.add("listen", "%q is no address and port, such as 127.0.0.1:8080", c.Listen)
	}
	for _, p := range c.TrustedProxies {
		if _, err := parsePrefix(p); err != nil {
			f.add("trusted_proxies", "%q is no address or network, such as 10.0.0.1 or 10.0.0.0/8", p)
		}
	}
	file, ok := strings.CutPrefix(c.Database, "sqlite:")
	f.check(ok && file != "", "database", fmt.Sprintf("%q is not of the form sqlite:FILE", c.Database))
	c.validateSources(&f)
	c.validateDigest(&f)
	c.validateSignup(&f)
	c.validateMail(&f)
	c.validateInbox(&f)
	for _, spec := range []struct{ key, value string }{{"pull", c.Schedule.Pull}, {"wake", c.Schedule.Wake}} {
		if err := edition.CheckCron(spec.value); err != nil {
			f.add("schedule."+spec.key, "%q: %v", spec.value, err)
		}
	}
	return f.faults
}

func (c *config) validateSources(f *faultList) {
	listed := child(f.doc, "sources")
	mistyped := listed != nil && listed.Kind != yaml.SequenceNode // and so reported
	f.check(len(c.Sources) > 0 || mistyped, "sources", "names no source: add huggingface, arxiv, feed or file")
	seen := map[string]bool{}
	for i, s := range c.Sources {
		at := fmt.Sprintf("sources[%d]", i)
		for _, fault := range s.faults {
			f.faults = append(f.faults, errors.New(inPlainWords(fault)))
		}
		name, n := s.kind()
		if n != 1 && len(s.faults) > 0 {
			continue
		}
		if n != 1 {
			f.add(at, "must have exactly one of huggingface, arxiv, hackernews, feed, file")
			continue
		}
		f.check(!seen[name], at, fmt.Sprintf("a second source named %q", name))
		seen[name] = true
		s.validate(f, at)
	}
}

// kind is the source's name and how many kinds are set in its item.
func (s sourceConfig) kind() (name string, n int) {
	if s.HuggingFace != nil {
		name, n = "huggingface", n+1
	}
	if s.ArXiv != nil {
		name, n = "arxiv", n+1
	}
	if s.HackerNews != nil {
		name, n = "hackernews", n+1
	}
	if s.Feed != nil {
		name, n = s.Feed.Name, n+1
	}
	if s.File != nil {
		name, n = s.File.Name, n+1
	}
	return name, n
}

func (s sourceConfig) validate(f *faultList, at string) {
	if h := s.HuggingFace; h != nil {
		f.httpURL(at+".huggingface.url", h.URL)
		f.check(h.Days >= 1 && h.Days <= 31, at+".huggingface.days", fmt.Sprintf("%d is not 1 to 31", h.Days))
	}
	if a := s.ArXiv; a != nil {
		f.httpURL(at+".arxiv.url", a.URL)
		f.httpURL(at+".arxiv.oai_url", a.OAIURL)
		f.check(len(a.Categories) > 0, at+".arxiv.categories", "names no category, such as cs.AI")
		f.check(a.Interval >= 0, at+".arxiv.interval", fmt.Sprintf("%v is less than nothing", time.Duration(a.Interval)))
	}
	if h := s.HackerNews; h != nil {
		f.httpURL(at+".hackernews.url", h.URL)
		f.check(h.Days >= 1 && h.Days <= 31, at+".hackernews.days", fmt.Sprintf("%d is not 1 to 31", h.Days))
	}
	if feed := s.Feed; feed != nil {
		f.check(feed.Name != "", at+".feed.name", "is missing")
		f.httpURL(at+".feed.url", feed.URL)
	}
	if s.File != nil {
		f.check(s.File.Path != "", at+".file.path", "is missing")
	}
}

// maxPapers is the most that one letter holds.
const maxPapers = 200

func (c *config) validateDigest(f *faultList) {
	d := c.Digest
	f.check(d.Hour >= 0 && d.Hour <= 23, "digest.hour", fmt.Sprintf("%d is not 0 to 23", d.Hour))
	f.check(d.Papers >= 1 && d.Papers <= maxPapers, "digest.papers", fmt.Sprintf("%d is not 1 to %d", d.Papers, maxPapers))
	if _, err := time.LoadLocation(d.Timezone); err != nil || d.Timezone == "" || d.Timezone == "Local" {
		f.add("digest.timezone", "%q is no time zone, such as Europe/Berlin", d.Timezone)
	}
}

func (c *config) validateSignup(f *faultList) {
	switch c.Signup.Mode {
	case "open", "closed":
		f.check(len(c.Signup.Domains) == 0, "signup.domains", "counts only where signup.mode is domains")
	case "domains":
		f.check(len(c.Signup.Domains) > 0, "signup.domains", "names no domain")
	default:
		f.add("signup.mode", "%q is not open, domains or closed", c.Signup.Mode)
	}
}

func (c *config) validateMail(f *faultList) {
	for _, one := range []struct{ key, value string }{{"mail.from", c.Mail.From}, {"mail.reply_to", c.Mail.ReplyTo}} {
		if _, err := mail.ParseAddress(one.value); err != nil && (one.value != "" || one.key == "mail.from") {
			f.add(one.key, "%q is no address, such as Papers <papers@example.org>", one.value)
		}
	}
	f.check(c.Mail.Connections >= 1 && c.Mail.Connections <= 100, "mail.connections", fmt.Sprintf("%d is not 1 to 100", c.Mail.Connections))
	c.validateLimits(f)
	for i, k := range c.Mail.DKIM {
		at := fmt.Sprintf("mail.dkim[%d]", i)
		f.check(k.Domain != "", at+".domain", "is missing")
		f.check(k.Selector != "", at+".selector", "is missing")
		f.check(k.KeyFile != "", at+".key_file", "is missing: `paperboy dkim` makes one")
	}
	for i, s := range c.Mail.SMTP {
		at := "mail.smtp" + c.Mail.SMTP.index(i)
		f.check(s.Host != "", at+".host", "is missing")
		f.check(s.Port >= 0 && s.Port <= 65535, at+".port", fmt.Sprintf("%d is not a port", s.Port))
		_, ok := tlsModes[s.TLS]
		f.check(ok, at+".tls", fmt.Sprintf("%q is not starttls, tls or none", s.TLS))
	}
}

func (c *config) validateLimits(f *faultList) {
	l := c.Mail.Limits
	count := func(key string, n int) {
		f.check(n >= 0, "mail.limits."+key, fmt.Sprintf("%d is less than nothing", n))
	}
	count("per_minute", l.PerMinute)
	count("per_domain.connections", l.PerDomain.Connections)
	count("per_domain.per_minute", l.PerDomain.PerMinute)
	for _, domain := range slices.Sorted(maps.Keys(l.Domains)) {
		count("domains."+domain, min(l.Domains[domain].Connections, l.Domains[domain].PerMinute))
	}
	count("warm_up.start", l.WarmUp.Start)
	f.check(l.WarmUp.Growth >= 1, "mail.limits.warm_up.growth", fmt.Sprintf("%v is less than 1", l.WarmUp.Growth))
}

// faultList gathers faults, each behind the key that it stands at and, where
// the file has that key, its line.
type faultList struct {
	doc    *yaml.Node
	faults []error
}

func (f *faultList) add(key, format string, args ...any) {
	fault := fmt.Errorf("%s: "+format, append([]any{key}, args...)...)
	if line := lineOf(f.doc, key); line > 0 {
		fault = fmt.Errorf("line %d: %w", line, fault)
	}
	f.faults = append(f.faults, fault)
}

func (f *faultList) check(ok bool, key, fault string) {
	if !ok {
		f.add(key, "%s", fault)
	}
}

func (f *faultList) httpURL(key, value string) {
	u, err := url.Parse(value)
	f.check(err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "",
		key, fmt.Sprintf("%q is no http or https address", value))
}

// lineOf is the line of a key such as sources[1].arxiv.url, or of as much of
// it as the file has; 0 if it has nothing of it.
func lineOf(doc *yaml.Node, key string) (line int) {
	n := doc
	for _, step := range strings.FieldsFunc(key, func(r rune) bool { return strings.ContainsRune(".[]", r) }) {
		if n = child(n, step); n == nil {
			return line
		}
		line = n.Line
	}
	return line
}

// child is the value at a key of a mapping, or the item at an index of a list;
// nil if there is none.
func child(n *yaml.Node, step string) *yaml.Node {
	if n.Kind == yaml.DocumentNode && len(n.Content) > 0 {
		n = n.Content[0]
	}
	if i, err := strconv.Atoi(step); err == nil && n.Kind == yaml.SequenceNode && i < len(n.Content) {
		return n.Content[i]
	}
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == step {
			return n.Content[i+1]
		}
	}
	return nil
}

// mistype is how the YAML library tells of a value of the wrong type.
var mistype = regexp.MustCompile("^(line \\d+): cannot unmarshal !!(\\w+)(?: `(.*)`)? into (.*)$")

// inPlainWords says the same without the names of Go's types.
func inPlainWords(fault string) string {
	m := mistype.FindStringSubmatch(fault)
	if m == nil {
		return fault
	}
	wanted, known := map[string]string{
		"int": "a whole number", "bool": "true or false", "string": "a text",
	}[m[4]]
	switch {
	case !known && strings.HasPrefix(m[4], "[]"):
		wanted = "a list"
	case !known:
		wanted = "keys of its own"
	}
	got := map[string]string{"seq": "a list", "map": "a mapping"}[m[2]]
	return fmt.Sprintf("%s: expected %s, got %s", m[1], wanted, cmp.Or(got, strconv.Quote(m[3])))
}
