package paper

import (
	"net/url"
	"regexp"
	"strings"
)

// paperPage finds the id in the path of a page about a paper.
type paperPage struct {
	hosts map[string]bool // nil: any host
	path  *regexp.Regexp
	parse func(string) (Name, bool)
}

var paperPages = []paperPage{
	{set("arxiv.org export.arxiv.org browse.arxiv.org rss.arxiv.org de.arxiv.org cn.arxiv.org lanl.arxiv.org alphaxiv.org ar5iv.org ar5iv.labs.arxiv.org"),
		regexp.MustCompile(`^/(?:abs|pdf|html|format|ps|e-print|src|overview)/(.+?)(?:\.pdf)?$`), arXivName},
	{set("huggingface.co hf.co"), regexp.MustCompile(`^/papers/([^/]+)$`), arXivName},
	{set("papers.cool scirate.com"), regexp.MustCompile(`^/arxiv/(.+)$`), arXivName},
	{set("doi.org dx.doi.org"), regexp.MustCompile(`^/(10\..+)$`), parseDOI},
	{set("biorxiv.org medrxiv.org"),
		regexp.MustCompile(`^/content/(10\.\d+/[\d.]+(?:v\d+)?)(?:\.[a-z.-]+)?$`), parseDOI},
	{nil, regexp.MustCompile(`^/doi/(?:(?:abs|full|pdf|epdf|pdfdirect)/)?(10\..+)$`), parseDOI},
}

func arXivName(s string) (Name, bool) {
	id, ok := arXivID(strings.ToLower(s))
	return Name(arxivName + id), ok
}

// bareHosts are the sites whose addresses people write without a scheme.
var bareHosts = regexp.MustCompile(`^(?i:(?:www\.|export\.|dx\.)?(?:arxiv\.org|doi\.org|huggingface\.co))/`)

// parseURL reads the address of a paper's page: the name of the paper where
// the address tells it, else the address in its normal form.
func parseURL(s string) (Name, bool) {
	u, ok := parseAddress(s)
	if !ok {
		return "", false
	}
	if n, ok := nameOfPage(u); ok {
		return n, true
	}
	n := Name(urlName + normalise(u))
	return n, len(n) <= longestName
}

func parseAddress(s string) (*url.URL, bool) {
	if bareHosts.MatchString(s) {
		s = "https://" + s
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || hostOf(u) == "" {
		return nil, false
	}
	return u, true
}

// doiOfAddress returns the name that the address of a DOI stands for.
func doiOfAddress(s string) (Name, bool) {
	u, ok := parseAddress(s)
	if !ok {
		return "", false
	}
	return nameOfPage(u)
}

func nameOfPage(u *url.URL) (Name, bool) {
	host, path := hostOf(u), strings.TrimRight(u.Path, "/")
	for _, page := range paperPages {
		if page.hosts != nil && !page.hosts[host] {
			continue
		}
		if m := page.path.FindStringSubmatch(path); m != nil {
			if n, ok := page.parse(m[1]); ok {
				return n, true
			}
		}
	}
	return "", false
}

// hostOf returns the host in lower case, without "www." before a domain
// and final dots.
func hostOf(u *url.URL) string {
	host := strings.TrimRight(strings.ToLower(u.Hostname()), ".")
	for {
		rest, ok := strings.CutPrefix(host, "www.")
		if !ok || !strings.Contains(rest, ".") {
			return host
		}
		host = rest
	}
}

// tracking are the parameters that tell where a reader came from, and so
// differ between addresses of one page; so do all that begin with utm_.
var tracking = set("fbclid gclid dclid msclkid twclid yclid igshid mc_cid mc_eid ref_src")

// normalise writes equal pages alike: https for http, the host in lower case
// without "www.", user, default port, fragment, tracking parameters and slash
// at the end; the other parameters sorted, the path without dots in it.
func normalise(u *url.URL) string {
	u = u.ResolveReference(&url.URL{Path: u.Path, RawPath: u.RawPath, RawQuery: u.RawQuery})
	host := hostOf(u)
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port := u.Port(); port != "" && port != "80" && port != "443" {
		host += ":" + port
	}
	s := "https://" + host + strings.TrimRight(u.EscapedPath(), "/")
	if q := query(u.RawQuery); q != "" {
		s += "?" + q
	}
	return s
}

// query sorts parameters; one that can't be read is kept as it is.
func query(raw string) string {
	params, err := url.ParseQuery(raw)
	if err != nil {
		return raw
	}
	for key := range params {
		if tracking[strings.ToLower(key)] || strings.HasPrefix(strings.ToLower(key), "utm_") {
			delete(params, key)
		}
	}
	return params.Encode()
}

// frontPage reports whether the name is an address without path or parameters.
func frontPage(n Name) bool {
	rest, ok := strings.CutPrefix(string(n), urlName+"https://")
	return ok && !strings.ContainsAny(rest, "/?")
}

// link returns the address if a page may safely be linked there: only http and
// https, and nothing that could break out of a header or an attribute.
func link(s string) string {
	u, err := url.Parse(strings.TrimSpace(s))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return ""
	}
	return u.String()
}
