package listing

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"paperboy/internal/paper"
	"paperboy/internal/peers/upstream"
)

// newArXiv returns the source over a stand-in, with a gate that nobody waits at.
func newArXiv(s *upstream.Server, categories ...string) Source {
	return NewArXiv(testClient(), &doorman{}, ArXivOptions{
		Categories: categories, URL: s.URL, OAIURL: s.OAIURL, Interval: time.Microsecond,
	})
}

// submitted makes a paper of cs.AI; more categories come after.
func submitted(id, when string, categories ...string) upstream.Paper {
	if len(categories) == 0 {
		categories = []string{"cs.AI"}
	}
	at := date(when)
	return upstream.Paper{
		ID: id, Title: "Paper " + id, Abstract: "About " + id, Authors: []string{"Ann Lee"},
		Categories: categories, Published: at, Updated: at,
	}
}

func revised(p upstream.Paper, when string) upstream.Paper {
	p.Updated = date(when)
	return p
}

func news(ls []paper.Listing) []string {
	out := []string{}
	for _, l := range ls {
		if !l.Revision {
			out = append(out, arxivID(l.ID))
		}
	}
	slices.Sort(out)
	return out
}

func TestArXivItem(t *testing.T) {
	const rss = `<?xml version='1.0' encoding='UTF-8'?><rss xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" version="2.0"><channel><title>cs.AI updates on arXiv.org</title>
<item><title>If $x&lt;y$ \&amp; &amp;lt;think&amp;gt; then $500</title><link>https://arxiv.org/abs/2203.01250</link>
<description>arXiv:2203.01250v3 Announce Type: replace-cross 
Abstract: We show $x&lt;y$
and 50\% &lt;b&gt;.</description><guid isPermaLink="false">oai:arXiv.org:2203.01250v3</guid><category>cs.AI</category><category>68T50</category>
<pubDate>Tue, 30 Jun 2026 00:00:00 -0400</pubDate><arxiv:announce_type>replace-cross</arxiv:announce_type>
<dc:rights>http://creativecommons.org/licenses/by/4.0/</dc:rights><arxiv:DOI>10.1234/abc</arxiv:DOI>
<dc:creator>Andr\'e {\v S}mid, Sammy Davis, Jr., Ann Lee (MIT, Cambridge)</dc:creator></item></channel></rss>`
	const atom = `<?xml version='1.0' encoding='UTF-8'?><feed xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns="http://www.w3.org/2005/Atom"><title>cs.AI updates on arXiv.org</title>
<entry><id>oai:arXiv.org:2203.01250v3</id><title>If $x&lt;y$ \&amp; &amp;lt;think&amp;gt; then $500</title><updated>2026-06-30T04:00:00+00:00</updated><link href="https://arxiv.org/abs/2203.01250" rel="alternate" type="text/html"/>
<summary>arXiv:2203.01250v3 Announce Type: replace-cross 
Abstract: We show $x&lt;y$
and 50\% &lt;b&gt;.</summary><category term="cs.AI"/><category term="68T50"/><published>2026-06-30T00:00:00-04:00</published>
<arxiv:announce_type>replace-cross</arxiv:announce_type><arxiv:DOI>10.1234/abc</arxiv:DOI>
<dc:creator>Andr\'e {\v S}mid, Sammy Davis, Jr., Ann Lee (MIT, Cambridge)</dc:creator></entry></feed>`
	want := []paper.Listing{{
		Source: "arxiv", ID: "oai:arXiv.org:2203.01250v3", DOI: "10.1234/abc", URL: "https://arxiv.org/abs/2203.01250",
		Title: `If $x<y$ \& &lt;think&gt; then $500`, Summary: "We show $x<y$\nand 50\\% <b>.",
		Authors: []string{`Andr\'e {\v S}mid`, "Sammy Davis, Jr.", "Ann Lee (MIT, Cambridge)"}, Categories: []string{"cs.AI", "68T50"},
		Markup: paper.TeX, Authority: paper.Origin, Listed: date("2026-06-30T04:00:00Z"), Revision: true,
	}}
	for name, body := range map[string]string{"RSS": rss, "Atom": atom} {
		t.Run(name, func(t *testing.T) {
			a := NewArXiv(testClient(), &doorman{}, ArXivOptions{
				Categories: []string{"cs.AI"}, URL: serve(t, says(body)), Interval: time.Microsecond,
			})
			b, err := a.Fetch(t.Context(), tuesday, "")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, b.Listings); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestArXivSaysHowTheDayIs(t *testing.T) {
	s := upstream.New(t, upstream.Options{ArXiv: []upstream.Paper{
		submitted("2606.00001", "2026-06-25T12:00:00Z"), // Friday's feed
		submitted("2606.00002", "2026-06-29T12:00:00Z"), // Tuesday's
		submitted("2607.00001", "2026-06-30T12:00:00Z"), // Wednesday's
		submitted("2607.00002", "2026-07-01T12:00:00Z"), // Thursday's
	}})
	source, memo := newArXiv(s, "cs.AI"), ""
	steps := []struct {
		name, now, quiet, stale string
		news                    []string
		hold                    string
	}{
		{"Friday brings a paper", "2026-06-26T12:00:00Z", "", "", []string{"2606.00001"}, ""},
		{"Friday again", "2026-06-26T18:00:00Z", "not modified", "", nil, ""},
		{"Saturday's feed is empty", "2026-06-27T12:00:00Z", "no announcement on a Saturday", "", nil, ""},
		{"Monday's has Friday's batch at first", "2026-06-29T05:00:00Z", "no new announcement yet", "", nil, "2026-06-26T12:00:00Z"},
		{"Monday's is empty", "2026-06-29T12:00:00Z", "the feed is empty", "", nil, ""},
		{"Tuesday brings a paper", "2026-06-30T12:00:00Z", "", "", []string{"2606.00002"}, ""},
		{"Wednesday's has Tuesday's batch under a new date", "2026-07-01T12:00:00Z", "", "cs.AI: the feed of 2026-07-01 is the batch of 2026-06-30 again", nil, "2026-06-30T12:00:00Z"},
		{"Wednesday's is mended", "2026-07-01T16:00:00Z", "", "", []string{"2607.00001"}, ""},
		{"Thursday brings a paper", "2026-07-02T16:00:00Z", "", "", []string{"2607.00002"}, ""},
		{"the Friday of a holiday has Thursday's batch", "2026-07-03T16:00:00Z", "no new announcement: a holiday of arXiv's", "", nil, "2026-07-02T12:00:00Z"},
	}
	for _, step := range steps {
		s.SetDay(date(step.now))
		s.Hold(time.Time{})
		if step.hold != "" {
			s.Hold(date(step.hold))
		}
		b, err := source.Fetch(t.Context(), date(step.now), memo)
		if err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if b.Quiet != step.quiet || b.Stale != step.stale || !slices.Equal(news(b.Listings), step.news) {
			t.Errorf("%s: %v, quiet %q, stale %q", step.name, news(b.Listings), b.Quiet, b.Stale)
		}
		memo = b.Memo
	}
}

func TestArXivCatchesUp(t *testing.T) {
	monday := "2026-06-22T12:00:00Z"
	papers := []upstream.Paper{
		revised(submitted("1706.03762", "2017-06-12T12:00:00Z"), "2026-06-23T12:00:00Z"), // revised on a missed day
		submitted("2606.10001", "2026-06-12T12:00:00Z"),                                  // long read
		submitted("2606.10011", "2026-06-19T12:00:00Z"),                                  // Monday's, which was read
		submitted("2606.10002", "2026-06-22T12:00:00Z"),                                  // Tuesday's
		revised(submitted("2606.10003", "2026-06-22T13:00:00Z"), "2026-06-24T12:00:00Z"), // Tuesday's, a second version since
		submitted("2606.10004", "2026-06-23T12:00:00Z", "stat.ML", "cs.CL"),              // Wednesday's, in the other category
		submitted("2606.10005", "2026-06-24T12:00:00Z", "cs.CL", "cs.AI"),                // Thursday's, in both
		submitted("2606.10006", "2026-06-25T12:00:00Z"),                                  // Friday's, which the feed brings
	}
	s := upstream.New(t, upstream.Options{ArXiv: papers, Page: 2})
	source := newArXiv(s, "cs.AI", "cs.CL")
	s.SetDay(date(monday))
	first, err := source.Fetch(t.Context(), date(monday), "")
	if err != nil || !slices.Equal(news(first.Listings), []string{"2606.10011"}) {
		t.Fatalf("Monday: %v, %v", news(first.Listings), err)
	}
	if n := len(s.Requests("/oai")); n > 0 {
		t.Fatalf("the first fetch asked OAI-PMH %d times", n)
	}

	friday := date("2026-06-26T12:00:00Z")
	s.SetDay(friday)
	b, err := source.Fetch(t.Context(), friday, first.Memo)
	if err != nil {
		t.Fatal(err)
	}
	// Monday's paper may come again: the catalogue knows it.
	news := slices.DeleteFunc(news(b.Listings), func(id string) bool { return id == "2606.10011" })
	want := []string{"2606.10002", "2606.10003", "2606.10004", "2606.10005", "2606.10006"}
	if diff := cmp.Diff(want, news); diff != "" {
		t.Errorf("new: %s", diff)
	}
	i := slices.IndexFunc(b.Listings, func(l paper.Listing) bool { return l.ID == "oai:arXiv.org:1706.03762" })
	if i < 0 || !b.Listings[i].Revision {
		t.Error("the revision of an old paper is not marked as one")
	}
	sets := map[string]bool{}
	for _, r := range s.Requests("/oai") {
		if set := r.Query.Get("set"); set != "" {
			sets[set+" from "+r.Query.Get("from")] = true
		}
	}
	if diff := cmp.Diff(map[string]bool{"cs:cs:AI from 2026-06-22": true, "cs:cs:CL from 2026-06-22": true}, sets); diff != "" {
		t.Error(diff)
	}

	asked := len(s.Requests("/oai"))
	if _, err := source.Fetch(t.Context(), friday, b.Memo); err != nil || len(s.Requests("/oai")) != asked {
		t.Errorf("caught up and asked OAI-PMH again, %v", err)
	}
}

func TestArXivOAIRecord(t *testing.T) {
	p := submitted("2606.10002", "2026-06-22T12:00:00Z", "cs.AI", "cs.LG")
	p.Title, p.Abstract, p.Authors = "A $x<y$\n  title", "B & C", []string{`Andr\'e Weil`, "Plato"}
	s := upstream.New(t, upstream.Options{ArXiv: []upstream.Paper{p}})
	now := date("2026-06-24T12:00:00Z")
	s.SetDay(now)
	b, err := newArXiv(s, "cs.AI").Fetch(t.Context(), now, `{"read":{"cs.AI":{"day":"2026-06-22"}}}`)
	if err != nil {
		t.Fatal(err)
	}
	want := []paper.Listing{{
		Source: "arxiv", ID: "oai:arXiv.org:2606.10002", URL: "https://arxiv.org/abs/2606.10002",
		Title: "A $x<y$\n  title", Summary: "B & C", Authors: []string{`Andr\'e Weil`, "Plato"},
		Categories: []string{"cs.AI", "cs.LG"}, Markup: paper.TeX, Authority: paper.Origin,
		Published: date("2026-06-22T00:00:00Z"), Listed: date("2026-06-23T00:00:00Z"),
	}}
	if diff := cmp.Diff(want, b.Listings); diff != "" {
		t.Error(diff)
	}
}

// oaiDoc wraps records into an answer.
func oaiDoc(inner string) string {
	return `<?xml version="1.0"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">` + inner + `</OAI-PMH>`
}

func oaiRec(id, created, attrs string) string {
	return fmt.Sprintf(`<record><header %s><identifier>oai:arXiv.org:%s</identifier><datestamp>2026-06-23</datestamp></header>
<metadata><arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>%[2]s</id><created>%s</created><title>T %[2]s</title><abstract>A</abstract></arXiv></metadata></record>`, attrs, id, created)
}

func TestArXivHarvest(t *testing.T) {
	const since = `{"read":{"cs.AI":{"day":"2026-06-22","newest":"2606.20000"}}}` // Tuesday's feed is missed
	tests := []struct {
		name, body string
		news       []string
		revisions  int
		fault      []string
	}{
		{"nothing that day", oaiDoc(`<error code="noRecordsMatch">none</error>`), nil, 0, nil},
		{"submitted for that feed", oaiDoc(`<ListRecords>` + oaiRec("2606.20001", "2026-06-22", "") + `</ListRecords>`), []string{"2606.20001"}, 0, nil},
		{"held back for weeks: its number tells", oaiDoc(`<ListRecords>` + oaiRec("2606.20002", "2026-05-30", "") + `</ListRecords>`), []string{"2606.20002"}, 0, nil},
		{"announced long before", oaiDoc(`<ListRecords>` + oaiRec("2605.00001", "2026-05-01", "") + oaiRec("hep-th/9901001", "1999-01-01", "") + `</ListRecords>`), nil, 2, nil},
		{"deleted", oaiDoc(`<ListRecords>` + oaiRec("2606.20003", "2026-06-22", `status="deleted"`) + `</ListRecords>`), nil, 0, nil},
		{"a record without a date is one record", oaiDoc(`<ListRecords>` + oaiRec("2606.20004", "", "") + oaiRec("2606.20005", "2026-06-22", "") + `</ListRecords>`),
			[]string{"2606.20005"}, 0, []string{"record 1", "2606.20004", "created: expected a date"}},
		{"an error of the interface", oaiDoc(`<error code="badArgument">no such set</error>`), nil, 0, []string{"badArgument: no such set", "missed since 2026-06-22"}},
		{"HTML", `<html><body>Sorry`, nil, 0, []string{"not an answer of OAI-PMH", "Sorry"}},
		{"an answer cut short", oaiDoc("")[:60], nil, 0, []string{"not an answer of OAI-PMH"}},
		{"a token for ever", oaiDoc(`<ListRecords>` + oaiRec("2606.20006", "2026-06-22", "") + `<resumptionToken>x</resumptionToken></ListRecords>`),
			[]string{"2606.20006"}, 0, []string{"same resumption token"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := upstream.New(t, upstream.Options{ArXiv: []upstream.Paper{}, Day: date("2026-06-24T12:00:00Z")})
			s.Fail("/oai", says(tt.body))
			b, err := newArXiv(s, "cs.AI").Fetch(t.Context(), date("2026-06-24T12:00:00Z"), since)
			if tt.fault == nil && err != nil {
				t.Fatal(err)
			}
			if tt.fault != nil {
				wantError(t, err, append(tt.fault, "arxiv: cs.AI")...)
			}
			if got := news(b.Listings); !slices.Equal(got, tt.news) || len(b.Listings)-len(got) != tt.revisions {
				t.Errorf("%v new of %v", got, ids(b.Listings))
			}
		})
	}
}

func TestArXivKeepsAGapThatItCouldNotFill(t *testing.T) {
	s := upstream.New(t, upstream.Options{ArXiv: []upstream.Paper{
		submitted("2606.10002", "2026-06-22T12:00:00Z"), submitted("2606.10004", "2026-06-23T12:00:00Z"),
	}})
	source, wednesday := newArXiv(s, "cs.AI"), date("2026-06-24T12:00:00Z")
	s.SetDay(wednesday)
	s.Fail("/oai", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) })
	b, err := source.Fetch(t.Context(), wednesday, `{"read":{"cs.AI":{"day":"2026-06-22"}}}`)
	wantError(t, err, "arxiv", "cs.AI", "404")
	if !slices.Equal(news(b.Listings), []string{"2606.10004"}) {
		t.Errorf("the feed's papers are lost: %v", news(b.Listings))
	}
	s.Fail("/oai", nil)
	b, err = source.Fetch(t.Context(), wednesday.Add(time.Hour), b.Memo)
	if err != nil || !slices.Contains(news(b.Listings), "2606.10002") {
		t.Errorf("the gap is forgotten: %v, %v", news(b.Listings), err)
	}
}

func TestArXivMissedFridayIsFetchedOnSaturday(t *testing.T) {
	s := upstream.New(t, upstream.Options{ArXiv: []upstream.Paper{submitted("2606.10009", "2026-06-25T12:00:00Z")}})
	saturday := date("2026-06-27T12:00:00Z")
	s.SetDay(saturday)
	b, err := newArXiv(s, "cs.AI").Fetch(t.Context(), saturday, `{"read":{"cs.AI":{"day":"2026-06-25"}}}`)
	if err != nil || !slices.Equal(news(b.Listings), []string{"2606.10009"}) {
		t.Errorf("%v, %v", news(b.Listings), err)
	}
}

func TestArXivGroupsFailAlone(t *testing.T) {
	s := upstream.New(t, upstream.Options{Day: tuesday, ArXiv: []upstream.Paper{
		submitted("2606.00002", "2026-06-29T12:00:00Z"), submitted("2606.00003", "2026-06-29T12:00:00Z", "math.OC", "cs.AI"),
	}})
	s.Fail("/rss/bad.XX", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `<rss version="2.0"><channel><title>Feed error for query: bad.XX</title><description>Bad archive 'bad'.</description></channel></rss>`)
	})
	source := newArXiv(s, "bad.XX+cs.AI", "cs.CL", "math.OC", "cs.LG", "cs.AI")
	b, err := source.Fetch(t.Context(), tuesday, "")
	wantError(t, err, "bad.XX+cs.AI: ", "400", "Feed error for query: bad.XX", "Bad archive")
	if !slices.Equal(news(b.Listings), []string{"2606.00003"}) {
		t.Errorf("%v", news(b.Listings))
	}
	var paths []string
	for _, r := range s.Requests("/rss/") {
		paths = append(paths, r.Path)
	}
	if diff := cmp.Diff([]string{"/rss/bad.XX+cs.AI", "/rss/cs.CL+math.OC+cs.LG"}, paths); diff != "" {
		t.Error(diff)
	}
}

func TestArXivNewInOneFeedAndReplacedInAnother(t *testing.T) {
	kind := map[string]string{"/rss/cs.AI": "replace", "/rss/cs.CL": "cross", "/rss/cs.LG": "replace-cross"}
	s := upstream.New(t, upstream.Options{ArXiv: []upstream.Paper{}, Day: tuesday})
	s.Fail("/rss/", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `<rss version="2.0" xmlns:arxiv="http://arxiv.org/schemas/atom"><channel><title>x</title><item><title>T</title>
<guid>oai:arXiv.org:2606.1v1</guid><arxiv:announce_type>%s</arxiv:announce_type></item></channel></rss>`, kind[strings.Split(r.URL.Path, "+")[0]])
	})
	b, err := newArXiv(s, "cs.AI+a", "cs.CL+b", "cs.LG+c").Fetch(t.Context(), tuesday, "")
	if err != nil || len(b.Listings) != 1 || b.Listings[0].Revision {
		t.Errorf("%+v, %v, want one listing, not a revision", b.Listings, err)
	}
}

func TestArXivSplitsACutFeed(t *testing.T) {
	var papers []upstream.Paper
	for i := range 1500 {
		papers = append(papers, submitted(fmt.Sprintf("2606.0%04d", i), "2026-06-29T12:00:00Z", "cs.AI"),
			submitted(fmt.Sprintf("2606.1%04d", i), "2026-06-29T12:00:00Z", "cs.LG"))
	}
	for i := range 2001 {
		papers = append(papers, submitted(fmt.Sprintf("2606.2%04d", i), "2026-06-29T12:00:00Z", "math.OC"))
	}
	s := upstream.New(t, upstream.Options{ArXiv: papers, Day: tuesday})
	b, err := newArXiv(s, "cs.AI", "cs.LG").Fetch(t.Context(), tuesday, "")
	if err != nil || len(b.Listings) != 3000 {
		t.Errorf("%d listings, %v, want 3000", len(b.Listings), err)
	}
	b, err = newArXiv(s, "math.OC").Fetch(t.Context(), tuesday, `{"read":{"math.OC":{"day":"2026-06-29"}}}`)
	wantError(t, err, "math.OC", "arXiv's limit")
	s.Fail("/rss/", nil)
	wednesday := tuesday.AddDate(0, 0, 1)
	s.SetDay(wednesday)
	if _, err := newArXiv(s, "math.OC").Fetch(t.Context(), wednesday, b.Memo); err != nil {
		t.Fatal(err)
	}
	if len(s.Requests("/oai")) == 0 {
		t.Error("the cut feed's day is not caught up with")
	}
}

func TestArXivOneRequestEveryThreeSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		empty := func() (*http.Response, error) { return body(wrap("")), nil }
		p := &played{answers: []func() (*http.Response, error){status(503, "Retry-After", "60"), empty}}
		c := NewClient("test")
		c.http.Transport = p
		gate := &doorman{free: time.Now().Add(2 * time.Second)} // another process asked a second ago
		start := time.Now()
		source := NewArXiv(c, gate, ArXivOptions{Categories: []string{"a.A", "a.B", "a.C", "a.D", "a.E", "a.F", "a.G"}})
		if _, err := source.Fetch(t.Context(), time.Now(), ""); err != nil {
			t.Fatal(err)
		}
		var at []time.Duration
		for _, when := range p.at {
			at = append(at, when.Sub(start))
		}
		want := []time.Duration{2 * time.Second, 62 * time.Second, 65 * time.Second, 68 * time.Second}
		if diff := cmp.Diff(want, at); diff != "" {
			t.Error(diff)
		}
		wantPauses := []time.Duration{time.Minute, arxivInterval, arxivInterval, arxivInterval}
		if diff := cmp.Diff(wantPauses, gate.pauses); diff != "" {
			t.Errorf("a Retry-After must hold for all processes: %s", diff)
		}
		if gate.lease <= wholeTimeout || gate.lease > wholeTimeout+time.Minute {
			t.Errorf("the lease is %v", gate.lease)
		}
	})
}

func TestArXivLeavesTheGateWhateverHappens(t *testing.T) {
	tests := []struct {
		name   string
		answer func() (*http.Response, error)
		pause  time.Duration
	}{
		{"broken", broken, arxivInterval},
		{"not found", status(404), arxivInterval},
		{"to be left alone for hours", status(503, "Retry-After", "7200"), 2 * time.Hour},
		{"to be left alone for ever", status(503, "Retry-After", "4000000000"), maxPause},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				gate := &doorman{}
				c := NewClient("test")
				c.http.Transport = &played{answers: []func() (*http.Response, error){tt.answer}}
				source := NewArXiv(c, gate, ArXivOptions{Categories: []string{"cs.AI+cs.CL", "cs.LG"}})
				if _, err := source.Fetch(t.Context(), time.Now(), ""); err == nil {
					t.Error("no error")
				}
				if gate.inside {
					t.Error("the gate is still held")
				}
				if gate.pauses[0] != tt.pause {
					t.Errorf("left for %v, want %v", gate.pauses[0], tt.pause)
				}
			})
		})
	}
}

func TestArXivWaitsForItsTurnWithinReason(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := &doorman{free: time.Now().Add(time.Hour)}
		source := NewArXiv(NewClient("test"), gate, ArXivOptions{Categories: []string{"cs.AI+b", "cs.CL"}})
		start := time.Now()
		_, err := source.Fetch(t.Context(), start, `{"read":{"cs.AI":{"day":"1999-12-01"}}}`)
		wantError(t, err, "not to be asked before 2000-01-01T01:00:00Z")
		if n := strings.Count(err.Error(), "not to be asked"); n != 1 || time.Since(start) > 0 {
			t.Errorf("said %d times, waited %v", n, time.Since(start))
		}
	})
	synctest.Test(t, func(t *testing.T) {
		fault := errors.New("database is gone")
		source := NewArXiv(NewClient("test"), &doorman{err: fault}, ArXivOptions{Categories: []string{"cs.AI"}})
		if _, err := source.Fetch(t.Context(), time.Now(), ""); !errors.Is(err, fault) {
			t.Errorf("error %v, want the gate's", err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		source := NewArXiv(NewClient("test"), &doorman{inside: true}, ArXivOptions{Categories: []string{"cs.AI"}})
		if _, err := source.Fetch(ctx, time.Now(), ""); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v, want the context's", err)
		}
	})
}

func TestOAISet(t *testing.T) {
	for category, want := range map[string]string{
		"cs.AI": "cs:cs:AI", "stat.ML": "stat:stat:ML", "eess.AS": "eess:eess:AS", "math.OC": "math:math:OC",
		"astro-ph.GA": "physics:astro-ph:GA", "hep-th": "physics:hep-th", "physics.optics": "physics:physics:optics",
		"cond-mat.str-el": "physics:cond-mat:str-el", "q-bio.NC": "q-bio:q-bio:NC", "q-fin.ST": "q-fin:q-fin:ST",
		"econ.EM": "econ:econ:EM", "quant-ph": "physics:quant-ph", "cs": "cs:cs",
	} {
		if got := oaiSet(category); got != want {
			t.Errorf("oaiSet(%q) = %q, want %q", category, got, want)
		}
	}
}

func TestArXivCapturedDays(t *testing.T) {
	s := upstream.New(t, upstream.Options{})
	categories := []string{"cs.AI", "cs.LG", "stat.ML", "cs.CL", "cs.CV", "cs.RO", "cs.NE", "cs.MA", "cs.IR", "cs.HC", "cs.SI", "eess.AS", "eess.IV"}
	source, memo := newArXiv(s, categories...), ""
	byFeed := map[string]bool{}
	for day := range 9 { // 18 to 26 June, 2026
		now := date("2026-06-18T12:00:00Z").AddDate(0, 0, day)
		s.SetDay(now)
		b, err := source.Fetch(t.Context(), now, memo)
		if err != nil {
			t.Fatal(err)
		}
		memo = b.Memo
		for _, id := range news(b.Listings) {
			byFeed[id] = true
		}
	}
	now := date("2026-06-26T12:00:00Z")
	b, err := newArXiv(s, categories...).Fetch(t.Context(), now, `{"read":{`+readSince("2026-06-18", categories)+`}}`)
	if err != nil {
		t.Fatal(err)
	}
	byHarvest := 0
	for _, id := range news(b.Listings) {
		if byFeed[id] {
			byHarvest++
		}
	}
	t.Logf("%d papers by daily reading, %d of them after a week away", len(byFeed), byHarvest)
	if len(byFeed) < 3000 || byHarvest < len(byFeed)*8/10 {
		t.Errorf("%d papers by daily reading, %d of them after a week away", len(byFeed), byHarvest)
	}
}

func readSince(day string, categories []string) string {
	var parts []string
	for _, c := range categories {
		parts = append(parts, fmt.Sprintf(`%q:{"day":%q}`, c, day))
	}
	return strings.Join(parts, ",")
}
