package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"paperboy/internal/letter"
	"paperboy/internal/paper"
	"paperboy/internal/subscription"
)

// What is kept about a reader, in a form of its own: it is read by people and
// stays as it is when the program's types change.
type (
	exported struct {
		Reader   exportedReader    `json:"reader"`
		Requests []exportedRequest `json:"requests,omitempty"`
		Marks    []exportedMark    `json:"marks,omitempty"`
		Letters  []*exportedLetter `json:"letters"` // newest first
		Bounces  []exportedBounce  `json:"bounces,omitempty"`
	}
	exportedReader struct {
		Address      string             `json:"address"`
		State        subscription.State `json:"state"`
		Keywords     string             `json:"keywords"`
		Hour         int                `json:"hour"`
		Zone         string             `json:"timezone"`
		Rhythm       string             `json:"rhythm"`
		Weekday      string             `json:"weekday,omitempty"`
		Weekends     bool               `json:"weekends"`
		Papers       int                `json:"papers,omitempty"`
		Language     string             `json:"language,omitempty"`
		Consent      exportedConsent    `json:"consent"`
		Created      time.Time          `json:"created,omitzero"`
		Confirmed    time.Time          `json:"confirmed,omitzero"`
		Paused       time.Time          `json:"paused,omitzero"`
		PausedUntil  time.Time          `json:"paused_until,omitzero"`
		Left         time.Time          `json:"left,omitzero"`
		LeftWhy      string             `json:"left_because,omitempty"`
		Suppressed   time.Time          `json:"suppressed,omitzero"`
		SuppressedBy string             `json:"suppressed_by,omitempty"`
		Since        time.Time          `json:"since,omitzero"`
		NextDue      time.Time          `json:"next_due,omitzero"`
	}
	exportedMark struct {
		Opinion subscription.Opinion `json:"opinion"` // paper, author, keyword: muted
		Of      string               `json:"of"`
		At      time.Time            `json:"at"`
	}
	exportedConsent struct {
		At      time.Time `json:"at,omitzero"`
		Wording string    `json:"wording,omitempty"`
		How     string    `json:"how,omitempty"`
	}
	exportedRequest struct {
		Kind     letter.Kind     `json:"kind"`
		State    string          `json:"state"`
		Address  string          `json:"address"`
		Keywords string          `json:"keywords"`
		Consent  exportedConsent `json:"consent"`
		Expires  time.Time       `json:"expires"`
	}
	exportedLetter struct {
		Kind      letter.Kind       `json:"kind"`
		Address   string            `json:"address"`
		Slot      time.Time         `json:"slot"`
		Made      time.Time         `json:"made"`
		MessageID string            `json:"message_id"`
		State     letter.State      `json:"state"`
		Keywords  string            `json:"keywords"`
		Papers    []exportedPick    `json:"papers,omitempty"`
		Attempts  []exportedAttempt `json:"attempts,omitempty"`
	}
	exportedBounce struct {
		At     time.Time         `json:"at"`
		Kind   letter.BounceKind `json:"kind"`
		Status string            `json:"status,omitempty"`
		Code   int               `json:"code,omitempty"`
		Text   string            `json:"text,omitempty"`
	}
	exportedPick struct {
		Name    paper.Name `json:"id,omitempty"`
		Title   string     `json:"title"`
		URL     string     `json:"url,omitempty"`
		Matched []string   `json:"matched,omitempty"`
	}
	exportedAttempt struct {
		At      time.Time      `json:"at"`
		Outcome letter.Outcome `json:"outcome"`
		Stage   letter.Stage   `json:"stage"`
		Host    string         `json:"host,omitempty"`
		Code    int            `json:"code,omitempty"`
		Text    string         `json:"text,omitempty"`
	}
)

// Export returns all that is kept about a reader, as indented JSON.
func (s *Store) Export(ctx context.Context, id int64) ([]byte, error) {
	var e exported
	err := s.read(ctx, func(t *tx) (err error) {
		if e.Reader, err = t.exportReader(id); err != nil {
			return err
		}
		if e.Requests, err = t.exportRequests(id); err != nil {
			return err
		}
		if e.Marks, err = t.exportMarks(id); err != nil {
			return err
		}
		if e.Letters, err = t.exportLetters(id); err != nil {
			return err
		}
		e.Bounces, err = t.exportBounces(id)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("export %w", aboutReader(id, err))
	}
	return json.MarshalIndent(e, "", "  ")
}

func (t *tx) exportReader(id int64) (exportedReader, error) {
	r, err := t.reader(id)
	if err != nil {
		return exportedReader{}, err
	}
	e := exportedReader{
		Address: r.Address, State: r.State, Keywords: r.Keywords,
		Hour: r.Rhythm.Hour, Zone: r.Rhythm.Zone, Rhythm: "daily", Weekends: r.Rhythm.Weekends,
		Papers: r.Papers, Language: r.Language, Consent: exportedConsent(r.Consent),
		Created: r.Created, Confirmed: r.Confirmed, PausedUntil: r.PausedUntil, Left: r.LeftAt, LeftWhy: r.LeftWhy,
		Suppressed: r.SuppressedAt, Since: r.Since, NextDue: r.NextDue,
	}
	if r.Rhythm.Weekly {
		e.Rhythm, e.Weekday = "weekly", r.Rhythm.Weekday.String()
	}
	const rest = `SELECT paused, suppressed_by FROM readers WHERE id = $1`
	return e, t.one(rest, []any{id}, moment{&e.Paused}, &e.SuppressedBy)
}

func (t *tx) exportRequests(reader int64) ([]exportedRequest, error) {
	const query = `
		SELECT kind, state, address, keywords, consent_at, consent_wording, consent_how, expires
		FROM requests WHERE reader = $1 ORDER BY ticket`
	return collect(t, query, []any{reader}, func(scan func(...any) error, q *exportedRequest) error {
		return scan(&q.Kind, &q.State, &q.Address, &q.Keywords,
			moment{&q.Consent.At}, &q.Consent.Wording, &q.Consent.How, moment{&q.Expires})
	})
}

func (t *tx) exportMarks(reader int64) ([]exportedMark, error) {
	marks, err := t.marks(reader)
	all := make([]exportedMark, len(marks))
	for i, m := range marks {
		all[i] = exportedMark{m.Opinion, m.Text, m.At}
	}
	return all, err
}

func (t *tx) exportLetters(reader int64) ([]*exportedLetter, error) {
	const query = `SELECT ` + letterColumns + ` FROM letters WHERE reader = $1 ORDER BY made DESC, id DESC`
	letters, err := collect(t, query, []any{reader}, scanLetter)
	if err != nil {
		return nil, err
	}
	papers, err := t.papersOf(letters)
	if err != nil {
		return nil, err
	}
	attempts, err := t.attempts(reader)
	if err != nil {
		return nil, err
	}
	all := make([]*exportedLetter, len(letters))
	for i, l := range letters {
		all[i] = &exportedLetter{
			Kind: l.Kind, Address: l.Address, Slot: l.Slot, Made: l.Made, MessageID: l.MessageID,
			State: l.State, Keywords: l.Keywords, Attempts: attempts[l.ID],
		}
		for _, p := range l.Picks {
			all[i].Papers = append(all[i].Papers, exportPick(p, papers[p.Paper]))
		}
	}
	return all, nil
}

func (t *tx) exportBounces(reader int64) ([]exportedBounce, error) {
	const all = 10_000
	bounces, err := t.bounces(reader, all)
	out := make([]exportedBounce, len(bounces))
	for i, b := range bounces {
		out[i] = exportedBounce{At: b.At, Kind: b.Kind, Status: b.Status, Code: b.Code, Text: b.Text}
	}
	return out, err
}

func exportPick(p letter.Pick, known *paper.Paper) exportedPick {
	var e exportedPick
	if known != nil {
		e.Title = known.PlainTitle()
		e.URL = cmp.Or(known.Links.Abstract, known.Links.Discussion)
		if len(known.Names) > 0 {
			e.Name = known.Names[0]
		}
	}
	for _, r := range p.Reasons {
		e.Matched = append(e.Matched, r.Term)
	}
	return e
}

func (t *tx) papersOf(letters []letter.Letter) (map[paper.Key]*paper.Paper, error) {
	var keys []paper.Key
	for _, l := range letters {
		for _, p := range l.Picks {
			keys = append(keys, p.Paper)
		}
	}
	return t.papersByKey(keys)
}

// attempts returns the delivery attempts for a reader, by letter.
func (t *tx) attempts(reader int64) (map[int64][]exportedAttempt, error) {
	const query = `
		SELECT letter, at, outcome, stage, host, code, text FROM attempts
		WHERE letter IN (SELECT id FROM letters WHERE reader = $1) ORDER BY letter, number`
	all := map[int64][]exportedAttempt{}
	err := t.each(query, []any{reader}, func(scan func(...any) error) error {
		var id int64
		var a exportedAttempt
		err := scan(&id, moment{&a.At}, &a.Outcome, &a.Stage, &a.Host, &a.Code, &a.Text)
		all[id] = append(all[id], a)
		return err
	})
	return all, err
}
