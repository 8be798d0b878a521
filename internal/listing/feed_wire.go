package listing

import (
	"bytes"
	"cmp"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/mmcdole/gofeed"

	"paperboy/internal/paper"
)

// parseFeed reads an RSS or Atom document.
func parseFeed(body []byte) (*gofeed.Feed, error) {
	doc, err := checkXML(body)
	if err != nil {
		return nil, err
	}
	// A new parser each time: it isn't promised to be safe for several at once.
	f, err := gofeed.NewParser().Parse(bytes.NewReader(doc))
	if err != nil {
		return nil, fmt.Errorf("neither RSS nor Atom that can be read: %w; it begins with %s", err, opening(doc))
	}
	return f, nil
}

// readFeed turns a feed's entries into listings. Entries without a title are
// no papers and are passed over; other faults are collected in t.
func readFeed(body []byte, source, address string, t *troubles) ([]paper.Listing, error) {
	f, err := parseFeed(body)
	if err != nil {
		return nil, err
	}
	var out []paper.Listing
	for i, item := range f.Items {
		if clean(item.Title) == "" {
			continue
		}
		l := feedListing(item, address)
		l.Source = source
		if err := tidy(&l); err != nil {
			t.add(fmt.Errorf("entry %d (%s): %w", i+1, opening([]byte(item.Title)), err))
			continue
		}
		out = append(out, l)
	}
	return out, nil
}

func feedListing(item *gofeed.Item, address string) paper.Listing {
	l := paper.Listing{
		URL:        resolve(address, item.Link),
		Title:      item.Title,
		Summary:    cmp.Or(item.Description, item.Content),
		Authors:    feedAuthors(item),
		Categories: item.Categories,
		Markup:     paper.HTML,
		Authority:  paper.Copied,
		Published:  when(item.PublishedParsed),
		Listed:     cmp.Or(when(item.PublishedParsed), when(item.UpdatedParsed)),
		Revision:   strings.HasPrefix(announceType(item), "replace"),
		DOI:        feedDOI(item),
	}
	l.ID = cmp.Or(item.GUID, l.DOI, l.URL)
	for _, e := range item.Enclosures {
		if e.Type == "application/pdf" {
			l.PDF = resolve(address, e.URL)
		}
	}
	return l
}

func when(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

// resolve makes a feed's relative link absolute.
func resolve(base, link string) string {
	link = strings.TrimSpace(link)
	b, err := url.Parse(base)
	if err != nil || link == "" {
		return link
	}
	u, err := b.Parse(link)
	if err != nil {
		return ""
	}
	return u.String()
}

// extension returns the values of an extension element such as prism:doi.
func extension(item *gofeed.Item, space, name string) []string {
	var out []string
	for _, e := range item.Extensions[space][name] {
		out = append(out, e.Value)
	}
	return out
}

// announceType returns arXiv's word for an entry: new, cross, replace or
// replace-cross; empty in other feeds.
func announceType(item *gofeed.Item) string {
	for _, v := range extension(item, "arxiv", "announce_type") {
		return strings.ToLower(strings.TrimSpace(v))
	}
	return ""
}

var (
	doiPattern = regexp.MustCompile(`10\.\d{4,9}/[^\s"<>?#]+`)
	// bioRxiv's and medRxiv's page addresses hold the DOI and a version:
	// /content/10.1101/2026.06.01.123456v1, or /content/short/2026.06.01.123456v1.
	rxivLink = regexp.MustCompile(`^https?://(?:www\.|connect\.)?(?:bio|med)rxiv\.org/.*?((?:10\.\d{4,9}/)?(?:\d{4}\.\d{2}\.\d{2}\.)?\d{6,8})(?:v\d+)?(?:[.?#/].*)?$`)
)

// feedDOI finds a DOI in the places where feeds have it.
func feedDOI(item *gofeed.Item) string {
	places := slices.Concat(extension(item, "prism", "doi"), extension(item, "arxiv", "DOI"),
		extension(item, "dc", "identifier"), []string{item.GUID})
	for _, s := range places {
		if doi := doiPattern.FindString(s); doi != "" {
			return doi
		}
	}
	if m := rxivLink.FindStringSubmatch(item.Link); m != nil {
		if strings.HasPrefix(m[1], "10.") {
			return m[1]
		}
		return "10.1101/" + m[1]
	}
	return ""
}

// feedAuthors returns the authors' names: Dublin Core's, else the feed's own.
// One element may hold several names.
func feedAuthors(item *gofeed.Item) []string {
	var out []string
	for _, c := range extension(item, "dc", "creator") {
		out = append(out, authors(c)...)
	}
	if len(out) > 0 {
		return out
	}
	for _, a := range item.Authors {
		if a != nil {
			out = append(out, authors(a.Name)...)
		}
	}
	return out
}
