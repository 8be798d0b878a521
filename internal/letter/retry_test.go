package letter_test

import (
	"testing"
	"time"

	"paperboy/internal/letter"
)

func TestPause(t *testing.T) {
	at := func(hour, minute int) time.Time { return time.Date(2026, 5, 12, hour, minute, 0, 0, time.UTC) }
	tomorrow := time.Date(2026, 5, 13, 0, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name     string
		code     int
		requests int
		at, want time.Time
	}{
		{"the first request is heard for ten minutes", 421, 1, at(7, 0), at(7, 10)},
		{"none before it is the first", 421, 0, at(7, 0), at(7, 10)},
		{"the second for longer", 421, 2, at(7, 0), at(7, 20)},
		{"the fifth for much longer", 451, 5, at(7, 0), at(9, 40)},
		{"but not for ever", 421, 60, at(7, 0), at(11, 0)},
		{"a day's quota lasts until tomorrow", 550, 1, at(7, 0), tomorrow},
		{"in UTC", 550, 1, at(7, 0).In(time.FixedZone("", -8*3600)), tomorrow},
		{"and never a moment only", 550, 1, at(23, 59), tomorrow.Add(59 * time.Minute)},
	} {
		if got := letter.Pause(letter.Reply{Stage: letter.StageRcpt, Code: tt.code}, tt.requests, tt.at); !got.Equal(tt.want) {
			t.Errorf("%s: until %s, want %s", tt.name, got, tt.want)
		}
	}
}
