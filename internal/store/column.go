package store

import (
	"encoding/json"
	"fmt"
	"time"

	"paperboy/internal/paper"
)

// layout is how times are stored: UTC text of fixed width, which sorts as the
// times do in every engine, and keeps a time as it was given.
const layout = "2006-01-02T15:04:05.000000000Z"

// stamp is a time as a parameter; the zero time, and what no calendar of ours
// holds, is NULL.
func stamp(t time.Time) any {
	t = t.UTC()
	if t.IsZero() || t.Year() < 1 || t.Year() > 9999 {
		return nil
	}
	// What Format makes of layout, which takes it three times as long.
	b := t.AppendFormat(make([]byte, 0, len(layout)), time.RFC3339)
	b[len(b)-1] = '.'
	for rest, unit := t.Nanosecond(), 100_000_000; unit > 0; unit /= 10 {
		b = append(b, '0'+byte(rest/unit%10))
	}
	return string(append(b, 'Z'))
}

// due is a time of the next look: the zero time, at once, is before all others.
func due(t time.Time) any {
	if at := stamp(t); at != nil {
		return at
	}
	return ""
}

// moment scans a stored time.
type moment struct{ *time.Time }

func (m moment) Scan(v any) error {
	switch v := v.(type) {
	case nil:
		*m.Time = time.Time{}
		return nil
	case string:
		if v == "" {
			*m.Time = time.Time{}
			return nil
		}
		t, err := time.Parse(time.RFC3339, v) // as layout is, and Parse has a short cut for it
		*m.Time = t
		return err
	}
	return fmt.Errorf("a stored time is %T, not text", v)
}

// flag is a truth as a parameter: engines differ in their booleans.
func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

// truth scans a flag.
type truth struct{ *bool }

func (f truth) Scan(v any) error {
	switch v := v.(type) {
	case int64:
		*f.bool = v != 0
		return nil
	case bool: // what an engine makes of a condition
		*f.bool = v
		return nil
	}
	return fmt.Errorf("a stored flag is %T, not a number", v)
}

// count is a Count as a parameter, NULL where it is unknown.
func count(c paper.Count) any {
	if !c.Known {
		return nil
	}
	return c.N
}

// counted scans a Count.
type counted struct{ *paper.Count }

func (c counted) Scan(v any) error {
	switch v := v.(type) {
	case nil:
		*c.Count = paper.Count{}
		return nil
	case int64:
		*c.Count = paper.Known(int(v))
		return nil
	}
	return fmt.Errorf("a stored count is %T, not a number", v)
}

// list is a list of texts as a parameter: a JSON array, empty for none.
func list(all []string) (string, error) {
	if len(all) == 0 {
		return "", nil
	}
	b, err := json.Marshal(all)
	return string(b), err
}

// texts scans a list.
type texts struct{ into *[]string }

func (l texts) Scan(v any) error {
	text, ok := v.(string)
	switch {
	case !ok:
		return fmt.Errorf("a stored list is %T, not text", v)
	case text == "":
		*l.into = nil
		return nil
	}
	return json.Unmarshal([]byte(text), l.into)
}
