package paper

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Name is one name of a paper; a paper has one or more, and no two papers share
// one: "arxiv:2605.01234" (never with a version), "doi:10.1234/abc",
// "url:https://…", "id:SOURCE:…", else "title:" and a hash.
type Name string

// The kinds of names, strongest first.
const (
	arxivName = "arxiv:"
	doiName   = "doi:"
	urlName   = "url:"
	idName    = "id:"
	titleName = "title:"
)

// longestName bounds what is taken for a name, in bytes: longer addresses
// exist, but none that is worth keeping as a key.
const longestName = 2048

// ArXiv returns the arXiv id, without a version, if the name is one.
func (n Name) ArXiv() (id string, ok bool) {
	return strings.CutPrefix(string(n), arxivName)
}

// DOI returns the DOI if the name is one.
func (n Name) DOI() (doi string, ok bool) {
	return strings.CutPrefix(string(n), doiName)
}

// strength orders names: the smaller, the surer that it means this paper alone.
func (n Name) strength() int {
	for i, kind := range []string{arxivName, doiName, urlName, idName} {
		if strings.HasPrefix(string(n), kind) {
			return i
		}
	}
	return 4
}

// ParseName reads what a source calls a paper: an arXiv id (old or new style,
// with or without version, prefix, or the address of one of its pages), a DOI
// (bare, prefixed or as an address), or any other http address. It reports
// false for anything else: such a string means something to its source only.
func ParseName(s string) (Name, bool) {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > longestName || !utf8.ValidString(s) {
		return "", false
	}
	if id, ok := parseArXiv(s); ok {
		return Name(arxivName + id), true
	}
	if n, ok := parseDOI(s); ok {
		return n, len(n) <= longestName // small letters may take more bytes
	}
	return parseURL(s)
}

var (
	newID = regexp.MustCompile(`^(\d\d)(0[1-9]|1[0-2])\.(\d{4,5})(?:v[1-9]\d*)?$`)
	oldID = regexp.MustCompile(`^([a-z]+(?:-[a-z]+)?)(?:\.[a-z][a-z-]*)?/((?:9[1-9]|0[0-7])(?:0[1-9]|1[0-2])\d{3})(?:v[1-9]\d*)?$`)
)

// archives are the names an old-style arXiv id can begin with.
var archives = set(`acc-phys adap-org alg-geom ao-sci astro-ph atom-ph bayes-an
	chao-dyn chem-ph cmp-lg comp-gas cond-mat cs dg-ga funct-an gr-qc hep-ex
	hep-lat hep-ph hep-th math math-ph mtrl-th nlin nucl-ex nucl-th patt-sol
	physics plasm-ph q-alg q-bio quant-ph solv-int supr-con`)

// parseArXiv reads an arXiv id with or without "arXiv:" or "oai:arXiv.org:"
// before it and a category such as "[cs.CL]" after it.
func parseArXiv(s string) (string, bool) {
	s = strings.ToLower(s)
	for _, prefix := range []string{"oai:arxiv.org:", "arxiv:"} {
		if rest, ok := strings.CutPrefix(s, prefix); ok {
			s, _, _ = strings.Cut(strings.TrimSpace(rest), " [")
			break
		}
	}
	return arXivID(s)
}

// arXivID returns the id without its version and subject class. The number of
// digits and the months are checked: 2605.0123 and 9913.12345 are no ids.
func arXivID(s string) (string, bool) {
	if m := newID.FindStringSubmatch(s); m != nil {
		yymm, number := m[1]+m[2], m[3]
		digits := 5
		if yymm < "1501" {
			digits = 4
		}
		if yymm < "0704" || yymm > "9012" || len(number) != digits || strings.Trim(number, "0") == "" {
			return "", false
		}
		return yymm + "." + number, true
	}
	m := oldID.FindStringSubmatch(s)
	// Old-style ids were given out until March 2007.
	if m == nil || !archives[m[1]] || m[2][:2] == "07" && m[2][:4] > "0703" || strings.HasSuffix(m[2], "000") {
		return "", false
	}
	return m[1] + "/" + m[2], true
}

var (
	doi        = regexp.MustCompile(`^10\.\d{4,9}(?:\.\d+)*/\S+$`)
	arXivDOI   = "10.48550/arxiv."
	versionDOI = regexp.MustCompile(`^(10\.(?:1101|64898)/(?:\d{4}\.\d\d\.\d\d\.)?\d+)v\d+$`)
)

// parseDOI reads a DOI, bare or after "doi:". DOIs know no case. The one that
// arXiv gives each paper is the paper's arXiv name.
func parseDOI(s string) (Name, bool) {
	s = strings.ToLower(s)
	if rest, ok := strings.CutPrefix(s, "doi:"); ok {
		s = strings.TrimSpace(rest)
	}
	s = strings.TrimRight(s, ".,;")
	if !doi.MatchString(s) {
		return "", false
	}
	if rest, ok := strings.CutPrefix(s, arXivDOI); ok {
		if id, ok := arXivID(rest); ok {
			return Name(arxivName + id), true
		}
	}
	// bioRxiv and medRxiv write the version of a preprint behind its DOI.
	if m := versionDOI.FindStringSubmatch(s); m != nil {
		s = m[1]
	}
	return Name(doiName + s), true
}

// Names returns all names that a listing gives its paper, strongest first and
// without repeats. An id that only its source understands is kept with the
// source's name; the title names the paper only where nothing else does.
func (l Listing) Names() []Name {
	var names []Name
	add := func(n Name, ok bool) {
		if ok && !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	if n, ok := ParseName(l.ID); ok {
		add(n, true)
	} else if id := strings.TrimSpace(l.ID); id != "" {
		add(Name(idName+l.Source+":"+shorten(id)), true)
	}
	// arXiv gives several DOIs in one field where a paper appeared twice.
	for field := range strings.FieldsSeq(l.DOI) {
		add(parseDOI(field))
		add(doiOfAddress(field))
	}
	// A site's front page is the address of no paper: feeds give it for all.
	if n, ok := ParseName(l.URL); ok && !frontPage(n) {
		add(n, true)
	}
	if n, ok := ParseName(l.PDF); ok && strings.HasPrefix(string(n), arxivName) {
		add(n, true)
	}
	if len(names) == 0 {
		add(TitleName(Text(l.Title, l.Markup), l.Authors), true)
	}
	return byStrength(names)
}

func byStrength(names []Name) []Name {
	slices.SortStableFunc(names, func(a, b Name) int { return a.strength() - b.strength() })
	return names
}

// shorten keeps an id as it is up to the longest name, and its hash beyond.
func shorten(id string) string {
	if len(id) <= longestName {
		return id
	}
	return hash(id)
}

// TitleName names a paper by its title and first author, for listings with no
// id and no address. Case, accents, punctuation and the order of the author's
// names don't matter.
func TitleName(title string, authors []string) Name {
	words := fold(Text(title, TeX))
	if len(words) == 0 {
		words = []string{strings.TrimSpace(title)}
	}
	var first []string
	if len(authors) > 0 {
		first = fold(Text(authors[0], TeX))
		slices.Sort(first)
	}
	return Name(titleName + hash(strings.Join(words, " ")+"\n"+strings.Join(first, " ")))
}

// hash returns 32 hexadecimal digits of SHA-256.
func hash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:16])
}

func set(words string) map[string]bool {
	m := make(map[string]bool)
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}
