package listing

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"paperboy/internal/paper"
)

// fit checks what every listing promises, whatever it was read from.
func fit(t *testing.T, ls []paper.Listing) {
	t.Helper()
	for _, l := range ls {
		if l.Title == "" || l.Source == "" {
			t.Errorf("listing without title or source: %+v", l)
		}
		for _, s := range append([]string{l.ID, l.DOI, l.Title, l.Summary, l.Brief, l.Organization}, l.Authors...) {
			if !utf8.ValidString(s) || strings.ContainsAny(s, "\x00\x1b\x7f") {
				t.Errorf("unclean text %q", s)
			}
		}
		for _, page := range []string{l.URL, l.PDF, l.Discussion, l.Code, l.Project} {
			if page != "" && !strings.HasPrefix(strings.ToLower(page), "http") {
				t.Errorf("page %q is no web address", page)
			}
		}
	}
}

// seed adds documents, each also cut in half.
func seed(f *testing.F, docs ...string) {
	f.Helper()
	for _, doc := range docs {
		f.Add([]byte(doc))
		f.Add([]byte(doc[:len(doc)/2]))
	}
}

func FuzzFeed(f *testing.F) {
	seed(f, rssFeed, atomFeed, rxivFeed, wrap("<item><title>&#x41;<![CDATA[<b>]]></title><link>//e.org</link></item>"),
		`<feed xmlns="http://www.w3.org/2005/Atom" xml:base="http://e.org/a/"><entry><title type="xhtml"><div>x<br/>y</div></title><link href="../b"/></entry></feed>`)
	f.Fuzz(func(t *testing.T, doc []byte) {
		var faults troubles
		ls, err := readFeed(doc, "blog", "https://example.org/feed", &faults)
		if err == nil {
			fit(t, ls)
		}
	})
}

func FuzzRSS(f *testing.F) {
	seed(f, wrap(`<item><title>T</title><guid>oai:arXiv.org:2606.00001v2</guid><description>arXiv:2606.00001v2 Announce Type: new
Abstract: A</description><dc:creator>Andr\'e {\v S}mid, Jr., B</dc:creator></item>`), rssFeed, atomFeed)
	f.Fuzz(func(t *testing.T, doc []byte) {
		feed, err := parseFeed(doc)
		if err != nil {
			return
		}
		for _, item := range feed.Items {
			if l, err := arxivListing(item, "2026-06-30"); err == nil {
				fit(t, []paper.Listing{l})
			}
		}
	})
}

func FuzzOAI(f *testing.F) {
	seed(f, oaiDoc(`<ListRecords>`+oaiRec("2606.20001", "2026-06-22", "")+`<resumptionToken>x</resumptionToken></ListRecords>`),
		oaiDoc(`<error code="noRecordsMatch">none</error>`), oaiDoc(`<error code="badArgument"/>`))
	f.Fuzz(func(t *testing.T, doc []byte) {
		page, err := readOAI(doc)
		if err != nil {
			return
		}
		for _, rec := range page.Records {
			if l, err := rec.listing(); err == nil {
				fit(t, []paper.Listing{l})
			}
		}
	})
}

func FuzzHuggingFace(f *testing.F) {
	seed(f, `[{"title":"o","numComments":3,"organization":"x","paper":{"id":"2606.1","title":"T","upvotes":1,"authors":[{"name":"A"}],"publishedAt":"2026-06-25T00:00:00.000Z"}}]`,
		`[null,{},5,{"paper":[]}]`)
	f.Fuzz(func(t *testing.T, doc []byte) {
		items, err := readItems(doc)
		if err != nil {
			return
		}
		for _, item := range items {
			if l, err := readHuggingFaceItem(item, "https://example.org"); err == nil {
				fit(t, []paper.Listing{l})
			}
		}
	})
}

func FuzzFile(f *testing.F) {
	seed(f, `{"id":2605.01230,"title":"T","summary":"S","authors":"A, B and C; D","url":"https://e.org","published":"2026-06-30","votes":3}`+"\r\n\n{}",
		"\ufeff{\"title\":\"T\",\"summary\":\"S\",\"authors\":[\"A\"],\"published\":null}", "{\"title\":\"\xff\"}", `[1]`, `{"title":5}`)
	f.Fuzz(func(t *testing.T, doc []byte) {
		first, content, fault := readLines(t.Context(), "file", "in", bytes.NewReader(doc))
		fit(t, first.Listings)
		again, same, err := readLines(t.Context(), "file", "in", bytes.NewReader(doc))
		if content == "" || content != same || len(first.Listings) != len(again.Listings) || (err == nil) != (fault == nil) {
			t.Errorf("the same text reads differently: %v, %v", fault, err)
		}
	})
}
