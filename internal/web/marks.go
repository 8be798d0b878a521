package web

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"paperboy/internal/digest"
	"paperboy/internal/interest"
	"paperboy/internal/letter"
	"paperboy/internal/paper"
	"paperboy/internal/subscription"
)

// markPage is where a reader says what they think of a paper.
type markPage struct {
	Title    string
	Heading  []letter.Piece
	Path     string // of the paper's page
	Action   string
	Settings string
	More     *markLine // said already
	Less     *markLine
	Muted    *markLine
	Authors  []choice
	Keywords []choice
	Done     bool // something was just said or taken back
	Gone     bool // the paper is no longer known
}

// choice is an author or keyword that can be muted.
type choice struct {
	Text  string
	Muted *markLine
}

// markLine is a mark as pages list it.
type markLine struct {
	subscription.Mark
	Path string // of the paper's page; empty: it is not of a paper
}

// longestTitle bounds a title that is shown whole, in bytes.
const longestTitle = 1000

// mostAuthors bounds the authors that a page offers to mute.
const mostAuthors = 30

func (s *server) showMarks(w http.ResponseWriter, r *http.Request) error {
	reader, p, err := s.marked(w, r)
	if err != nil || !subscribed(reader) {
		return s.orGone(w, reader, err)
	}
	marks, err := s.Readers.Marks(r.Context(), reader.ID)
	if err != nil {
		return err
	}
	page := markPage{
		Action: s.prefix + r.URL.Path, Settings: s.local(s.Links.Settings(reader.ID)),
		Done: r.URL.Query().Get("done") != "", Gone: p == nil,
	}
	if p != nil {
		page.fill(p, reader, s.lines(marks))
	}
	return s.show(w, http.StatusOK, "mark", page)
}

// marked returns the reader and the paper that a link to mark is about; the
// paper is nil where it is not known any more.
func (s *server) marked(w http.ResponseWriter, r *http.Request) (subscription.Reader, *paper.Paper, error) {
	personal(w)
	t, err := s.open(r, subscription.Marking)
	if err != nil {
		return subscription.Reader{}, nil, err
	}
	reader, err := s.Readers.Reader(r.Context(), t.Reader)
	if err != nil {
		return reader, nil, err
	}
	key := paper.Key(t.Ticket)
	known, err := s.Catalogue.Papers(r.Context(), []paper.Key{key})
	return reader, known[key], err
}

// lines says where marks lead.
func (s *server) lines(marks []subscription.Mark) []markLine {
	lines := make([]markLine, len(marks))
	for i, m := range marks {
		lines[i] = markLine{Mark: m}
		if m.Opinion.OfPaper() {
			lines[i].Path = s.prefix + paperPath(m.Paper)
		}
	}
	return lines
}

func (m *markPage) fill(p *paper.Paper, reader subscription.Reader, lines []markLine) {
	said := func(o subscription.Opinion, text string) *markLine {
		i := slices.IndexFunc(lines, func(l markLine) bool {
			return l.Opinion == o && (o.OfPaper() && l.Paper == p.Key || !o.OfPaper() && l.Text == text)
		})
		if i < 0 {
			return nil
		}
		return &lines[i]
	}
	m.Title, m.Heading, m.Path = p.PlainTitle(), typeset(p.RichTitle(), longestTitle), paperPath(p.Key)
	m.More, m.Less, m.Muted = said(subscription.More, ""), said(subscription.Less, ""), said(subscription.MutePaper, "")
	for _, name := range authorsOf(p) {
		m.Authors = append(m.Authors, choice{name, said(subscription.MuteAuthor, name)})
	}
	for _, term := range termsOf(p, reader.Keywords) {
		m.Keywords = append(m.Keywords, choice{term, said(subscription.MuteKeyword, term)})
	}
}

// authorsOf are the names that can be muted: of a very long list the first and
// the last.
func authorsOf(p *paper.Paper) []string {
	names := p.PlainAuthors()
	if len(names) > mostAuthors {
		names = append(slices.Clone(names[:mostAuthors-1]), names[len(names)-1])
	}
	return names
}

// termsOf are the reader's terms that the paper matches, as they typed them.
func termsOf(p *paper.Paper, keywords string) []string {
	want, err := interest.Parse(keywords)
	if err != nil || want.Empty() {
		return nil
	}
	m, _ := want.Match(interest.Read(p))
	var terms []string
	for _, h := range m.Hits {
		if !slices.Contains(terms, h.Term) {
			terms = append(terms, h.Term)
		}
	}
	return terms
}

// mark keeps what the reader said, or takes it back.
func (s *server) mark(w http.ResponseWriter, r *http.Request) error {
	reader, p, err := s.marked(w, r)
	if err != nil || !subscribed(reader) {
		return s.orGone(w, reader, err)
	}
	if err := parse(r); err != nil {
		return err
	}
	switch undo := r.PostForm.Get("undo"); {
	case undo != "":
		err = s.forget(r.Context(), reader.ID, undo)
	case p == nil:
		err = errBadForm
	default:
		err = s.remember(r, reader, p)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, s.prefix+r.URL.Path+"?done=yes", http.StatusSeeOther)
	return nil
}

// remember keeps the opinion that a form gives of a paper, one of its authors
// or a keyword.
func (s *server) remember(r *http.Request, reader subscription.Reader, p *paper.Paper) error {
	m := subscription.Mark{Opinion: subscription.Opinion(r.PostForm.Get("opinion")), Text: r.PostForm.Get("text")}
	switch {
	case m.Opinion.OfPaper():
		m.Paper, m.Text = p.Key, p.PlainTitle()
	case m.Opinion == subscription.MuteAuthor && slices.Contains(authorsOf(p), m.Text):
	case m.Opinion == subscription.MuteKeyword && slices.Contains(termsOf(p, reader.Keywords), m.Text):
	default:
		return errBadForm
	}
	return s.keep(r.Context(), reader.ID, m)
}

func (s *server) keep(ctx context.Context, reader int64, m subscription.Mark) error {
	if err := s.Readers.Remember(ctx, reader, m, s.Now()); err != nil {
		return err
	}
	s.Log.Info("marked", "reader", reader, "opinion", m.Opinion)
	return nil
}

func (s *server) forget(ctx context.Context, reader int64, id string) error {
	mark, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return errBadForm
	}
	if err := s.Readers.Forget(ctx, reader, mark); err != nil {
		return err
	}
	s.Log.Info("mark taken back", "reader", reader)
	return nil
}

// longestMute bounds a keyword to be muted, in bytes.
const longestMute = 200

// readMute takes a keyword to be muted from the posted form.
func readMute(r *http.Request) (keyword, fault string) {
	keyword = strings.TrimSpace(r.PostForm.Get("keyword"))
	_, err := digest.ParseMute(keyword)
	var syntax *interest.SyntaxError
	switch {
	case len(keyword) > longestMute:
		fault = "That is too long for one keyword."
	case errors.As(err, &syntax):
		fault = "That can't be read: expected " + syntax.Expected + ", found " + syntax.Found + "."
	case err != nil:
		fault = "Please name what you don't want to read about."
	}
	return keyword, fault
}
