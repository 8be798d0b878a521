package listing

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"golang.org/x/net/html/charset"

	"paperboy/internal/paper"
)

const (
	// maxMissed is how many days back OAI-PMH is asked for.
	maxMissed = 30
	// maxOAIPages bounds one category's answer; a page holds about 1,000
	// records, and the largest category has some 4,000 modified in a week.
	maxOAIPages = 100
)

// catchUp asks OAI-PMH for the announcements between the last one read and
// today's, category by category, and notes how far each is read now. Where it
// fails, the note stays as it was, so that the next fetch tries again.
func (r *arxivRound) catchUp(ctx context.Context) {
	for _, g := range r.groups {
		for _, c := range g {
			if err := r.category(ctx, c); err != nil {
				r.add(fmt.Errorf("%s, announcements missed since %s: %w", c, r.before.Read[c].Day, err))
				r.gone = away(ctx, err)
			}
		}
	}
}

func (r *arxivRound) category(ctx context.Context, c string) error {
	was, known := r.before.Read[c]
	reached, answered := r.reached[c]
	if !known {
		if answered {
			r.after.Read[c] = r.begin(reached)
		}
		return nil
	}
	r.after.Read[c] = was
	if missed := r.missed(was.Day, reached.Day); len(missed) > 0 {
		if r.gone {
			return nil // told once already
		}
		newest, err := r.harvestSet(ctx, c, missed[0], was.Newest)
		if err != nil {
			return err
		}
		was = arxivRead{Day: missed[len(missed)-1], Newest: newest}
	}
	r.after.Read[c] = arxivRead{Day: max(was.Day, reached.Day), Newest: max(was.Newest, reached.Newest)}
	return nil
}

// begin is how far a category counts as read at its first fetch: what was
// announced before is not asked for.
func (r *arxivRound) begin(reached arxivRead) arxivRead {
	if reached.Day != "" {
		return reached
	}
	return arxivRead{Day: r.today.add(-1).feedDay()}
}

// missed returns the feed days after the last one read that today's feed can
// not bring any more.
func (r *arxivRound) missed(read, reached day) []day {
	days := feedDays(max(read, r.today.add(-maxMissed)), r.today)
	if n := len(days); n > 0 && days[n-1] == reached {
		days = days[:n-1] // Friday's feed, still there on a Saturday
	}
	return days
}

// submittedSince returns the first day of submission of the papers in a day's
// feed: they came in from the afternoon two announcements before it.
func submittedSince(d day) day {
	for range 2 {
		for d = d.add(-1); d.weekend() || d.holiday(); d = d.add(-1) {
		}
	}
	return d
}

// harvestSet lists the records of a category that were modified since the
// announcement of a missed feed, and returns the highest id met that was
// announced since. OAI-PMH tells when a record was modified, not when it was
// announced: a paper is new if it was submitted late enough for that feed, or
// if its id is higher than all announced before (arXiv numbers papers as it
// announces them, so this finds those that were held back for weeks). All else
// is a revision.
func (r *arxivRound) harvestSet(ctx context.Context, category string, missed day, newest string) (string, error) {
	h := harvest{since: submittedSince(missed), before: newest, highest: newest}
	q := url.Values{
		"verb": {"ListRecords"}, "metadataPrefix": {"arXiv"}, "set": {oaiSet(category)},
		// The announcement is on the evening before the feed's day.
		"from": {string(missed.add(-1))},
	}
	token := ""
	for range maxOAIPages {
		page, err := r.oaiPage(ctx, q)
		if err != nil {
			return "", err
		}
		for i, rec := range page.Records {
			if err := r.record(rec, &h); err != nil {
				r.add(fmt.Errorf("%s, OAI-PMH record %d: %w", category, i+1, err))
			}
		}
		next := strings.TrimSpace(page.Token)
		if next == "" {
			return h.highest, nil
		}
		if next == token {
			return "", errors.New("OAI-PMH gives the same resumption token again")
		}
		token = next
		q = url.Values{"verb": {"ListRecords"}, "resumptionToken": {token}}
	}
	return "", fmt.Errorf("OAI-PMH has more than %d pages", maxOAIPages)
}

// harvest is what tells new papers among the records of a category.
type harvest struct {
	since   day    // the first day of submission
	before  string // the highest id announced before, empty if not known
	highest string // the highest id of a new paper
}

// record keeps one record, as new or as a revision.
func (r *arxivRound) record(rec oaiRecord, h *harvest) error {
	if rec.Header.Status == "deleted" {
		return nil
	}
	l, err := rec.listing()
	if err != nil {
		return err
	}
	id := arxivID(l.ID)
	numbered := newStyle.MatchString(id)
	later := numbered && h.before != "" && id > h.before
	l.Revision = !later && day(l.Published.Format(time.DateOnly)) < h.since
	if !l.Revision && numbered {
		h.highest = max(h.highest, id)
	}
	r.keep(l)
	return nil
}

// newStyle ids, YYMM.NNNNN, grow with each announcement.
var newStyle = regexp.MustCompile(`^\d{4}\.\d{5}$`)

// oaiPhysics are the archives that OAI-PMH keeps in the set physics.
var oaiPhysics = map[string]bool{
	"astro-ph": true, "cond-mat": true, "gr-qc": true, "hep-ex": true, "hep-lat": true,
	"hep-ph": true, "hep-th": true, "math-ph": true, "nlin": true, "nucl-ex": true,
	"nucl-th": true, "physics": true, "quant-ph": true,
}

// oaiSet returns the set of a category, GROUP:ARCHIVE:CLASS: cs:cs:AI,
// physics:astro-ph:GA, physics:hep-th.
func oaiSet(category string) string {
	archive, class, divided := strings.Cut(category, ".")
	set := archive + ":" + archive
	if oaiPhysics[archive] {
		set = "physics:" + archive
	}
	if divided {
		set += ":" + class
	}
	return set
}

// oaiAnswer is what OAI-PMH answers to ListRecords.
type oaiAnswer struct {
	XMLName xml.Name `xml:"OAI-PMH"`
	Faults  []struct {
		Code string `xml:"code,attr"`
		Text string `xml:",chardata"`
	} `xml:"error"`
	Records []oaiRecord `xml:"ListRecords>record"`
	Token   string      `xml:"ListRecords>resumptionToken"`
}

// oaiRecord is a record in the format arXiv.
type oaiRecord struct {
	Header struct {
		Status     string `xml:"status,attr"`
		Identifier string `xml:"identifier"`
		Datestamp  string `xml:"datestamp"`
	} `xml:"header"`
	ArXiv struct {
		ID      string `xml:"id"`
		Created string `xml:"created"`
		Authors []struct {
			Keyname   string `xml:"keyname"`
			Forenames string `xml:"forenames"`
			Suffix    string `xml:"suffix"`
		} `xml:"authors>author"`
		Title      string `xml:"title"`
		Categories string `xml:"categories"`
		DOI        string `xml:"doi"`
		Abstract   string `xml:"abstract"`
	} `xml:"metadata>arXiv"`
}

func (r *arxivRound) oaiPage(ctx context.Context, q url.Values) (oaiAnswer, error) {
	address := r.oai + "?" + q.Encode()
	a, err := r.get(ctx, request{url: address, accept: "text/xml, application/xml"})
	if err != nil {
		return oaiAnswer{}, err
	}
	page, err := readOAI(a.body)
	if err != nil {
		return oaiAnswer{}, fmt.Errorf("GET %s: %w", redact(address), err)
	}
	return page, nil
}

// readOAI reads an answer. 'No records match' is an answer without records.
func readOAI(body []byte) (oaiAnswer, error) {
	doc, err := checkXML(body)
	if err != nil {
		return oaiAnswer{}, err
	}
	var page oaiAnswer
	d := xml.NewDecoder(bytes.NewReader(doc))
	d.CharsetReader = charset.NewReaderLabel
	if err := d.Decode(&page); err != nil {
		return oaiAnswer{}, fmt.Errorf("not an answer of OAI-PMH: %w; it begins with %s", err, opening(doc))
	}
	for _, fault := range page.Faults {
		if fault.Code != "noRecordsMatch" {
			return oaiAnswer{}, fmt.Errorf("OAI-PMH answers %s: %s", clean(fault.Code), clean(fault.Text))
		}
	}
	return page, nil
}

// listing turns a record into a listing; who asks says whether it is new.
func (rec oaiRecord) listing() (paper.Listing, error) {
	m := rec.ArXiv
	l := paper.Listing{
		Source:     "arxiv",
		ID:         rec.Header.Identifier,
		DOI:        m.DOI,
		Title:      m.Title,
		Summary:    m.Abstract,
		Categories: strings.Fields(m.Categories),
		Markup:     paper.TeX,
		Authority:  paper.Origin,
	}
	if l.ID == "" {
		l.ID = m.ID
	}
	if clean(l.ID) == "" {
		return paper.Listing{}, errors.New("identifier is missing")
	}
	l.URL = "https://arxiv.org/abs/" + arxivID(clean(l.ID))
	for _, a := range m.Authors {
		name := strings.TrimSpace(a.Forenames + " " + a.Keyname)
		if a.Suffix != "" {
			name += ", " + a.Suffix
		}
		l.Authors = append(l.Authors, name)
	}
	for _, date := range []struct {
		to   *time.Time
		text string
		name string
	}{{&l.Published, m.Created, "created"}, {&l.Listed, rec.Header.Datestamp, "datestamp"}} {
		at, err := oaiDate(date.text)
		if err != nil {
			return paper.Listing{}, fmt.Errorf("%s: %s: %w", opening([]byte(l.ID)), date.name, err)
		}
		*date.to = at
	}
	if err := tidy(&l); err != nil {
		return paper.Listing{}, fmt.Errorf("%s: %w", opening([]byte(l.ID)), err)
	}
	return l, nil
}

// oaiDate reads a date of either granularity that OAI-PMH has (3.3).
func oaiDate(s string) (time.Time, error) {
	s = strings.TrimSpace(s)
	if t, err := time.Parse(time.DateOnly, s); err == nil {
		return t, nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}, fmt.Errorf("expected a date YYYY-MM-DD, found %s", opening([]byte(s)))
	}
	return t.UTC(), nil
}
