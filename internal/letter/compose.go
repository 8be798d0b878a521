package letter

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	htmltemplate "html/template"
	"io/fs"
	"net/url"
	"slices"
	"strings"
	texttemplate "text/template"
	"time"

	"paperboy/internal/interest"
	"paperboy/internal/paper"
)

// Site is what the letters of one site say of it.
type Site struct {
	Name    string
	URL     string
	From    Address
	ReplyTo string
	Imprint string // the operator's name, as the law of some places asks; may have several lines
	Postal  string // the operator's postal address, likewise
	ListID  string // RFC 2919, without angle brackets; empty: no List-Id
}

// Links are a reader's own pages.
type Links struct {
	Settings string
	Leave    string // also takes the one-click POST of RFC 8058
	Mail     string // an address, mail to which leaves; empty: none
	View     string // the letter in the browser; empty: none

	// Mark links to the page on which the reader says what they think of a
	// paper; nil: there is none.
	Mark func(paper.Key) string
}

// DigestInput is what a digest needs beside its letter.
type DigestInput struct {
	Location *time.Location // the reader's; nil: UTC
	Papers   map[paper.Key]*paper.Paper
	Links    Links
	First    bool // the reader's first letter
	Weekly   bool
}

// NoticeInput is what a notice needs beside its letter.
type NoticeInput struct {
	Link     string
	Expires  time.Time
	Location *time.Location // the reader's; nil: UTC
	Known    bool           // the address is a reader's already: new keywords were asked
	Back     bool           // the address is of a reader who left: to come back was asked
	ReplyTo  string         // an address, a reply to which confirms; empty: none
}

// MaxHTML bounds the HTML of a letter, in bytes: mail programs clip longer
// ones (Gmail above some 102 kB), and with the end goes the link to leave.
const MaxHTML = 90_000

// maxSubject bounds a subject, in characters.
const maxSubject = 150

// Composer renders letters from templates and values. It is safe for
// concurrent use.
type Composer struct {
	html   *htmltemplate.Template
	text   *texttemplate.Template
	inHTML *format
	inText *format
	looks  looks

	view     siteView
	from     Address
	replyTo  string
	listID   string // in angle brackets; empty: none
	leaves   *cache[leafKey, *leaf]
	terms    *terms
	subjects *cache[digestKey, string]
}

// NewComposer parses letter/*.tmpl of an operator's or the built-in templates
// and renders sample letters of every kind with them, so that a broken
// template is an error here, with its file and line.
func NewComposer(templates fs.FS, site Site) (*Composer, error) {
	c := &Composer{
		view: newSiteView(site), replyTo: clean(site.ReplyTo),
		from: Address{Name: clean(site.From.Name), Address: clean(site.From.Address)},
	}
	if id := clean(site.ListID); id != "" {
		c.listID = "<" + id + ">"
	}
	c.subjects = newCache[digestKey](leavesKept, func(string) int { return 1 })
	c.leaves = newCache[leafKey](leavesKept, func(*leaf) int { return 1 })
	c.terms = newCache[string](termsKept, func(interest.Interest) int { return 1 })
	var err error
	c.html, err = htmltemplate.New("letter").Funcs(Funcs()).
		Funcs(c.htmlFuncs()).
		ParseFS(templates, "letter/words.tmpl", "letter/*.html.tmpl")
	if err != nil {
		return nil, fmt.Errorf("letter templates: %w", err)
	}
	c.text, err = texttemplate.New("letter").Funcs(Funcs()).
		Funcs(c.textFuncs()).
		ParseFS(templates, "letter/words.tmpl", "letter/*.txt.tmpl")
	if err != nil {
		return nil, fmt.Errorf("letter templates: %w", err)
	}
	c.inHTML, c.inText = inHTML(c.html), inText(c.text)
	if err := c.learnLooks(); err != nil {
		return nil, fmt.Errorf("letter templates: %w", err)
	}
	if err := c.rehearse(); err != nil {
		return nil, fmt.Errorf("letter templates: %w", err)
	}
	return c, nil
}

// Encoded composes a digest as Digest does, but with its two parts ready for
// the wire. What it says of a paper is rendered and encoded once for all letters
// that say the same. room is where they are written; a nil one is made.
func (c *Composer) Encoded(l Letter, in DigestInput, room *Encoded) (Message, error) {
	if room == nil {
		room = new(Encoded)
	}
	d := desks.Get().(*desk)
	defer desks.Put(d)
	v := &d.view
	*v = c.digestView(l, in, v.Papers)
	if len(v.Papers) == 0 {
		return c.Digest(l, in)
	}
	room.begin()
	if _, err := d.body(c.inText, room); err != nil {
		return c.Digest(l, in)
	}
	room.betweenParts()
	if size, err := d.body(c.inHTML, room); err != nil || size > MaxHTML {
		return c.Digest(l, in)
	}
	subject, err := c.subject(v)
	if err != nil {
		return c.Digest(l, in)
	}
	m := c.envelope(l, subject)
	m.Encoded = room
	m.Headers = c.listHeaders(in.Links)
	return m, nil
}

// Digest composes a digest. Picks whose paper is not in the input, or has
// become one with another pick's, are left out; with none left it is an error.
func (c *Composer) Digest(l Letter, in DigestInput) (Message, error) {
	v := c.digestView(l, in, nil)
	if len(v.Papers) == 0 {
		return Message{}, fmt.Errorf("compose letter %d: none of its %d papers is known", l.ID, len(l.Picks))
	}
	m, err := c.message(l, "digest", v)
	if err != nil {
		return Message{}, err
	}
	if m.HTML, err = c.fitted(v); err != nil {
		return Message{}, fmt.Errorf("compose letter %d: %w", l.ID, err)
	}
	m.Headers = c.listHeaders(in.Links)
	return m, nil
}

// Notice composes a Confirmation, Access or Move.
func (c *Composer) Notice(l Letter, in NoticeInput) (Message, error) {
	switch l.Kind {
	case Confirmation, Access, Move:
	default:
		return Message{}, fmt.Errorf("compose letter %d: %q is no kind of notice", l.ID, l.Kind)
	}
	v := noticeView{
		Site: c.view, Kind: l.Kind, Address: clean(l.Address),
		Keywords: keywords(l.Keywords), Link: in.Link, Known: in.Known, Back: in.Back, Reply: in.ReplyTo != "",
		Made: l.Made.In(zone(in.Location)), Expires: in.Expires.In(zone(in.Location)),
	}
	m, err := c.message(l, "notice", v)
	if err != nil {
		return Message{}, err
	}
	if m.HTML, err = c.render("notice", v); err != nil {
		return Message{}, fmt.Errorf("compose letter %d: %w", l.ID, err)
	}
	if in.ReplyTo != "" {
		m.ReplyTo = clean(in.ReplyTo)
	}
	m.Headers = []Header{autoSubmitted}
	return m, nil
}

// message is what all kinds have in common: all but the HTML and headers.
func (c *Composer) message(l Letter, name string, view any) (Message, error) {
	subject, err := c.bounded(name+".subject", view)
	if err != nil {
		return Message{}, fmt.Errorf("compose letter %d: %w", l.ID, err)
	}
	text, err := c.words(name+".txt.tmpl", view)
	if err != nil {
		return Message{}, fmt.Errorf("compose letter %d: %w", l.ID, err)
	}
	m := c.envelope(l, subject)
	m.Text = tidy(text)
	return m, nil
}

// envelope is a message without its text, HTML and further headers.
func (c *Composer) envelope(l Letter, subject string) Message {
	return Message{
		From:    c.from,
		ReplyTo: c.replyTo,
		To:      l.Address,
		Subject: subject,
		ID:      l.MessageID,
		Date:    l.Made,
	}
}

// subject is what the template of digests says, kept for the other letters of
// the day that begin with the same paper.
func (c *Composer) subject(v *digestView) (string, error) {
	const name = "digest.subject"
	used := c.inText.usesOf(name)
	keep := used&^(usesTop|usesMore|usesRising) == 0
	var key digestKey
	if keep {
		key = v.key(name, used)
		if said, ok := c.subjects.get(key); ok {
			return said, nil
		}
	}
	said, err := c.bounded(name, *v)
	if keep && err == nil {
		c.subjects.put(key, said)
	}
	return said, err
}

// bounded is a subject as a template says it, in one line that is not too long.
func (c *Composer) bounded(name string, view any) (string, error) {
	said, err := c.words(name, view)
	return short(maxSubject, clean(said)), err
}

// words renders a template of the text part. Templates call it too, to wrap
// what another template says.
func (c *Composer) words(name string, view any) (string, error) {
	return c.inText.executed(name, view)
}

func (c *Composer) render(name string, view any) (string, error) {
	var b bytes.Buffer
	err := c.html.ExecuteTemplate(&b, name+".html.tmpl", view)
	return compact(strings.ReplaceAll(b.String(), nothing, "")), err
}

// compact drops the blank lines and the indentation of a template, which a
// letter need not carry: HTML reads them as one space.
func compact(html string) string {
	var b strings.Builder
	b.Grow(len(html))
	for line := range strings.Lines(html) {
		if line = strings.TrimSpace(line); line != "" {
			b.WriteString(line)
			b.WriteByte('\n')
		}
	}
	return b.String()
}

var autoSubmitted = Header{"Auto-Submitted", "auto-generated"}

// listHeaders are the headers that make a digest a list's mail (RFC 2369, 2919,
// 8058, 3834). A leave link that is no web page is no List-Unsubscribe.
func (c *Composer) listHeaders(links Links) []Header {
	h := make([]Header, 0, 4)
	if c.listID != "" {
		h = append(h, Header{"List-Id", c.listID})
	}
	if leave := webLink(links.Leave); leave != "" {
		ways := "<" + leave + ">"
		if mail := clean(links.Mail); mail != "" {
			ways = "<" + leave + ">, <mailto:" + mail + "?subject=unsubscribe>"
		}
		h = append(h,
			Header{"List-Unsubscribe", ways},
			Header{"List-Unsubscribe-Post", "List-Unsubscribe=One-Click"})
	}
	return append(h, autoSubmitted)
}

// fitted renders a digest's HTML in at most MaxHTML bytes. Where all of it is
// too long, papers give up their summary, then all but the linked title, then
// their place, each from the end of the letter, as few as will do.
func (c *Composer) fitted(v digestView) (string, error) {
	html, err := c.render("digest", v)
	if err != nil || len(html) <= MaxHTML {
		return html, err
	}
	n := len(v.Papers)
	low, high := 1, 3*n // cuts; high fits or is all that can be done
	for low < high {
		middle := (low + high) / 2
		if html, err = c.render("digest", v.cut(middle)); err != nil {
			return "", err
		}
		if len(html) <= MaxHTML {
			high = middle
		} else {
			low = middle + 1
		}
	}
	if html, err = c.render("digest", v.cut(low)); err != nil {
		return "", err
	}
	if len(html) > MaxHTML {
		return "", errors.New("the HTML is too long even without papers")
	}
	return html, nil
}

// tidy ends a text part properly: no blanks at line ends, never two empty
// lines, one line break at the end.
func tidy(s string) string {
	var out []string
	for line := range strings.Lines(s) {
		if line = trimLine(line); line == nothing {
			continue
		}
		line = strings.ReplaceAll(line, nothing, "")
		if line == "" && (len(out) == 0 || out[len(out)-1] == "") {
			continue
		}
		out = append(out, line)
	}
	return strings.TrimSpace(strings.Join(out, "\n")) + "\n"
}

// atLineEnd is what is taken off the end of a line of text.
const atLineEnd = " \t\r\n"

func trimLine(line string) string { return strings.TrimRight(line, atLineEnd) }

func zone(l *time.Location) *time.Location { return cmp.Or(l, time.UTC) }

// siteView is the site as templates see it.
type siteView struct {
	Name, URL, Host string
	Imprint, Postal []string // lines
}

func newSiteView(site Site) siteView {
	s := siteView{
		Name: clean(site.Name), URL: site.URL,
		Imprint: lines(site.Imprint), Postal: lines(site.Postal),
	}
	if u, err := url.Parse(site.URL); err == nil {
		s.Host = u.Host
	}
	return s
}

// noticeView is what the notice templates are given.
type noticeView struct {
	Site          siteView
	Kind          Kind
	Address       string
	Keywords      string // empty: all papers
	Link          string
	Known, Back   bool
	Reply         bool      // a reply confirms too
	Made, Expires time.Time // in the reader's zone
}

// digestView is what the digest templates are given.
type digestView struct {
	Site          siteView
	Day           time.Time // the slot, in the reader's zone
	Weekly, First bool
	Papers        []entry
	Keywords      string // empty: all papers
	More          int    // how many further papers matched
	Omitted       int    // papers left to the text part, for want of room
	Settings      string
	Leave         string
	View          string // empty: none

	rec *recorder
}

// Top is the paper that the subject names.
func (v digestView) Top() entry { return v.Papers[0] }

// Count is the number of papers in the letter, those left to the text part
// included.
func (v digestView) Count() int { return len(v.Papers) + v.Omitted }

// Rest is how many papers follow the top one.
func (v digestView) Rest() int { return v.Count() - 1 }

// Rising is how many of the papers trend upwards.
func (v digestView) Rising() int {
	n := 0
	for _, e := range v.Papers {
		if e.Card.Rising {
			n++
		}
	}
	return n
}

// digestView is the view of a letter, with its entries in the place of others.
func (c *Composer) digestView(l Letter, in DigestInput, entries []entry) digestView {
	v := digestView{
		Site: c.view, Weekly: in.Weekly, First: in.First,
		Keywords: keywords(l.Keywords), Settings: in.Links.Settings, Leave: in.Links.Leave, View: in.Links.View,
		Day: l.Made.In(zone(in.Location)),
	}
	v.Papers = c.entries(slices.Grow(entries[:0], len(l.Picks)), &l, &in)
	v.More = max(0, l.Matched-len(l.Picks))
	return v
}

// cut shortens the view by a number of steps, 3 for every paper.
func (v digestView) cut(steps int) digestView {
	n := len(v.Papers)
	v.Papers = slices.Clone(v.Papers)
	for i := range v.Papers {
		back := n - i // 1 for the last paper
		v.Papers[i].Lean = steps >= back
		v.Papers[i].Bare = steps >= n+back
	}
	v.Omitted = max(0, steps-2*n)
	v.Papers = v.Papers[:n-v.Omitted]
	return v
}

// longestKeywords is how much of a reader's keywords a letter repeats.
const longestKeywords = 300

// keywords puts a reader's keywords on one line.
func keywords(s string) string {
	return short(longestKeywords, strings.Join(lines(s), ", "))
}
