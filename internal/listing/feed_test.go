package listing

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"paperboy/internal/paper"
)

const rssFeed = `<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Blog</title>
<item><title>AT&amp;T &amp;amp; &lt;b&gt;bold&lt;/b&gt; x&amp;lt;y</title><link>/posts/1</link><guid isPermaLink="false">post-1</guid>
<description><![CDATA[<p>Hello &amp; <i>you</i></p>]]></description><dc:creator>Ann Lee, Bo Ek</dc:creator>
<category>ml</category><pubDate>Tue, 30 Jun 2026 10:00:00 GMT</pubDate></item>
<item><description>no title</description><link>https://e.org/2</link></item>
<item><title>Paper</title><link>https://arxiv.org/abs/2605.01234</link><author>ann@e.org (Ann Lee)</author>
<enclosure url="https://e.org/3.pdf" type="application/pdf" length="1"/></item>
<item><title>Bad</title><link>javascript:alert(1)</link></item>
</channel></rss>`

const atomFeed = `<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>J</title><updated>2026-06-30T00:00:00Z</updated>
<entry><title type="html">On &lt;i&gt;things&lt;/i&gt;</title><id>https://doi.org/10.1234/abc</id><link href="https://e.org/a"/>
<author><name>Ann Lee</name></author><author><name>Bo Ek</name></author><updated>2026-06-30T01:00:00Z</updated>
<summary>Text.</summary><category term="q-bio"/></entry></feed>`

const rxivFeed = `<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:prism="http://purl.org/rss/1.0/modules/prism/">
<channel rdf:about="http://biorxiv.org"><title>bioRxiv</title></channel>
<item rdf:about="http://biorxiv.org/cgi/content/short/2026.06.01.123456v1?rss=1"><title><![CDATA[A gene]]></title>
<link>http://biorxiv.org/cgi/content/short/2026.06.01.123456v1?rss=1</link>
<description><![CDATA[BackgroundThe cell.]]></description><dc:creator><![CDATA[Zhang, X., de la Cruz, J.-P., O'Neil, R. M.]]></dc:creator>
<dc:date>2026-06-29</dc:date><dc:identifier>doi:10.1101/2026.06.01.123456</dc:identifier>
<dc:title><![CDATA[A gene]]></dc:title><dc:publisher>Cold Spring Harbor Laboratory</dc:publisher>
<prism:publicationDate>2026-06-29</prism:publicationDate><prism:section></prism:section></item></rdf:RDF>`

func TestFeedShapes(t *testing.T) {
	tests := []struct {
		name, body string
		want       func(url string) []paper.Listing
	}{
		{"RSS: relative links, HTML once decoded, entries without a title passed over", rssFeed, func(url string) []paper.Listing {
			return []paper.Listing{
				{ID: "post-1", URL: url + "/posts/1", Title: "AT&T &amp; <b>bold</b> x&lt;y", Summary: "<p>Hello &amp; <i>you</i></p>",
					Authors: []string{"Ann Lee", "Bo Ek"}, Categories: []string{"ml"},
					Published: date("2026-06-30T10:00:00Z"), Listed: date("2026-06-30T10:00:00Z")},
				{ID: "https://arxiv.org/abs/2605.01234", URL: "https://arxiv.org/abs/2605.01234", Title: "Paper",
					Authors: []string{"Ann Lee"}, PDF: "https://e.org/3.pdf"},
				{ID: "javascript:alert(1)", Title: "Bad"},
			}
		}},
		{"Atom: a DOI in the id", atomFeed, func(string) []paper.Listing {
			return []paper.Listing{{ID: "https://doi.org/10.1234/abc", DOI: "10.1234/abc", URL: "https://e.org/a",
				Title: "On <i>things</i>", Summary: "Text.", Authors: []string{"Ann Lee", "Bo Ek"}, Categories: []string{"q-bio"},
				Published: date("2026-06-30T01:00:00Z"), Listed: date("2026-06-30T01:00:00Z")}}
		}},
		{"bioRxiv: RDF, surnames first, the DOI beside", rxivFeed, func(string) []paper.Listing {
			return []paper.Listing{{ID: "10.1101/2026.06.01.123456", DOI: "10.1101/2026.06.01.123456",
				URL:   "http://biorxiv.org/cgi/content/short/2026.06.01.123456v1?rss=1",
				Title: "A gene", Summary: "BackgroundThe cell.", Authors: []string{"X. Zhang", "J.-P. de la Cruz", "R. M. O'Neil"},
				Published: date("2026-06-29T00:00:00Z"), Listed: date("2026-06-29T00:00:00Z")}}
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			url := serve(t, says(tt.body))
			b, err := NewFeed(testClient(), "blog", url+"/feed.xml").Fetch(t.Context(), tuesday, "")
			if err != nil {
				t.Fatal(err)
			}
			want := tt.want(url)
			for i := range want {
				want[i].Source, want[i].Markup, want[i].Authority = "blog", paper.HTML, paper.Copied
			}
			if diff := cmp.Diff(want, b.Listings); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFeedSaysHowTheDayIs(t *testing.T) {
	body, etag := rssFeed, `"1"`
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if etag != "" && r.Header.Get("If-None-Match") == etag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Header().Set("ETag", etag)
		fmt.Fprint(w, body)
	})
	source, memo := NewFeed(testClient(), "blog", url), ""
	empty := `<rss version="2.0"><channel><title>Blog</title></channel></rss>`
	steps := []struct {
		name     string
		change   func()
		listings int
		quiet    string
	}{
		{"new", nil, 3, ""},
		{"not modified", nil, 0, "not modified"},
		{"the same entries under a new date", func() { etag = `"2"` }, 0, "no new entries"},
		{"an entry changed", func() { etag, body = "", strings.Replace(rssFeed, "Hello", "Hallo", 1) }, 3, ""},
		{"empty", func() { body = empty }, 0, "the feed is empty"},
	}
	for _, step := range steps {
		if step.change != nil {
			step.change()
		}
		b, err := source.Fetch(t.Context(), tuesday, memo)
		if err != nil || len(b.Listings) != step.listings || b.Quiet != step.quiet || b.Stale != "" {
			t.Errorf("%s: %d listings, quiet %q, stale %q, %v", step.name, len(b.Listings), b.Quiet, b.Stale, err)
		}
		memo = b.Memo
	}
}

func TestFeedFailureKeepsTheMemo(t *testing.T) {
	fail := false
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if fail {
			fmt.Fprint(w, "<html><body>Maintenance")
			return
		}
		w.Header().Set("ETag", `"1"`)
		fmt.Fprint(w, rssFeed)
	})
	source := NewFeed(testClient(), "blog", url)
	first, err := source.Fetch(t.Context(), tuesday, "")
	if err != nil {
		t.Fatal(err)
	}
	fail = true
	second, err := source.Fetch(t.Context(), tuesday, first.Memo)
	wantError(t, err, "blog: ", url, "neither RSS nor Atom", "Maintenance")
	if second.Memo != first.Memo {
		t.Errorf("memo %s became %s", first.Memo, second.Memo)
	}
}

// wrap puts items into a feed.
func wrap(items string) string {
	return `<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>F</title>` + items + `</channel></rss>`
}

func TestFeedHostile(t *testing.T) {
	lol := `<!DOCTYPE rss [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;">]>`
	var spaces strings.Builder
	for i := range 200 {
		fmt.Fprintf(&spaces, ` xmlns:n%d="u%d"`, i, i)
	}
	tests := []struct {
		name, body string
		want       []string
	}{
		{"an XML bomb", lol + wrap(`<item><title>&lol2;</title></item>`), []string{"declares XML entities"}},
		{"deep nesting", wrap(strings.Repeat("<a>", 100_000)), []string{"nested deeper than 128"}},
		{"a million elements", wrap(strings.Repeat("<b/>", 1_000_000)), []string{"more than 250000 elements"}},
		{"a hundred thousand entries", wrap(strings.Repeat("<item/>", 100_000)), []string{"more than 20000 entries"}},
		{"a tag without end", wrap("<item " + strings.Repeat("a ", 1<<20)), []string{"a tag is longer"}},
		{"hundreds of name spaces", "<rss" + spaces.String() + "><channel/></rss>", []string{"more than 100 name spaces"}},
		{"a feed cut short", wrap("")[:60] + "<item><title>A", []string{"neither RSS nor Atom"}},
		{"JSON", `{"version":"https://jsonfeed.org/version/1","items":[]}`, []string{"not XML", "jsonfeed"}},
		{"nothing", "", []string{"not XML"}},
		{"a title of a megabyte", wrap(`<item><title>` + strings.Repeat("x", 1<<20) + `</title></item><item><title>ok</title></item>`),
			[]string{"entry 1", "title is longer"}},
		{"an author of a megabyte", wrap(`<item><title>T</title><dc:creator>` + strings.Repeat("x", 1<<20) + `</dc:creator></item>`),
			[]string{"an author's name is longer"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := NewFeed(testClient(), "blog", serve(t, says(tt.body))).Fetch(t.Context(), tuesday, "")
			wantError(t, err, append(tt.want, "blog: ")...)
			if len(err.Error()) > 1000 {
				t.Errorf("the error is %d bytes long", len(err.Error()))
			}
		})
	}
	t.Run("control characters and markup are text", func(t *testing.T) {
		body := wrap("<item><title>A\x00\x1b[31m&#x202e; &lt;script&gt;</title></item>")
		b, err := NewFeed(testClient(), "blog", serve(t, says(body))).Fetch(t.Context(), tuesday, "")
		if err != nil || !slices.Equal(titles(b.Listings), []string{"A[31m\u202e <script>"}) {
			t.Errorf("%q, %v", titles(b.Listings), err)
		}
	})
	t.Run("Latin-1 is read as such", func(t *testing.T) {
		body := `<?xml version="1.0" encoding="ISO-8859-1"?>` + wrap("<item><title>Fr\xe9chet</title></item>")
		b, err := NewFeed(testClient(), "blog", serve(t, says(body))).Fetch(t.Context(), tuesday, "")
		if err != nil || !slices.Equal(titles(b.Listings), []string{"Fréchet"}) {
			t.Errorf("%q, %v", titles(b.Listings), err)
		}
	})
	t.Run("an ordinary DOCTYPE and comments pass", func(t *testing.T) {
		body := `<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://e.org/rss.dtd"><!-- <a><b> -->` + wrap("<item><title>ok</title></item>")
		b, err := NewFeed(testClient(), "blog", serve(t, says(body))).Fetch(t.Context(), tuesday, "")
		if err != nil || len(b.Listings) != 1 {
			t.Errorf("%q, %v", titles(b.Listings), err)
		}
	})
}

func TestAuthors(t *testing.T) {
	tests := []struct {
		in   string
		want []string
	}{
		{"Ann Lee", []string{"Ann Lee"}},
		{"Ann Lee, Bo Ek and C. Doe", []string{"Ann Lee", "Bo Ek", "C. Doe"}},
		{"Ann Lee, Bo Ek, and C. Doe", []string{"Ann Lee", "Bo Ek", "C. Doe"}},
		{"Ann Lee & Bo Ek", []string{"Ann Lee", "Bo Ek"}},
		{"Doe, Jane; Roe, Richard", []string{"Jane Doe", "Richard Roe"}},
		{"Zhang, X., Li, Y. W.", []string{"X. Zhang", "Y. W. Li"}},
		{"Ferdinand de Saussure, Anders Andersen", []string{"Ferdinand de Saussure", "Anders Andersen"}},
		{"Robert Downey, Jr., Sammy Davis Jr.", []string{"Robert Downey, Jr.", "Sammy Davis Jr."}},
		{"", nil},
		{" , ,", nil},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, authors(tt.in)); diff != "" {
			t.Errorf("%q: %s", tt.in, diff)
		}
	}
}

func TestSplitNamesKeepsTeXTogether(t *testing.T) {
	tests := []struct {
		in   string
		want []string
	}{
		{`Andr\'e Weil, Pavel {\v S}mid, Jo\~ao {D,E}`, []string{`Andr\'e Weil`, `Pavel {\v S}mid`, `Jo\~ao {D,E}`}},
		{"Ann Lee (MIT, Cambridge), Bo Ek", []string{"Ann Lee (MIT, Cambridge)", "Bo Ek"}},
		{`A\,B. Lee, Bo`, []string{`A\,B. Lee`, "Bo"}},
		{"Ann } Lee, Bo", []string{"Ann } Lee", "Bo"}},
		{"Ann { Lee, Bo", []string{"Ann { Lee", "Bo"}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, splitNames(tt.in, ',')); diff != "" {
			t.Errorf("%q: %s", tt.in, diff)
		}
	}
}
