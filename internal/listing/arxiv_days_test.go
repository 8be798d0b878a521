package listing

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSubmittedSince(t *testing.T) {
	for feed, want := range map[day]day{
		"2026-06-12": "2026-06-10", // Friday's feed: from Wednesday afternoon
		"2026-06-09": "2026-06-05", // Tuesday's: from Friday afternoon
		"2026-06-08": "2026-06-04", // Monday's: from Thursday afternoon
		"2026-06-23": "2026-06-18", // over the holiday of the 19th
		"2026-01-05": "2025-12-30", // over New Year
	} {
		if got := submittedSince(feed); got != want {
			t.Errorf("submittedSince(%s) = %s, want %s", feed, got, want)
		}
	}
}

func TestFeedDays(t *testing.T) {
	tests := []struct {
		name          string
		after, before day
		want          []day
	}{
		{"the next day misses nothing", "2026-06-29", "2026-06-30", nil},
		{"nor does a weekend", "2026-06-26", "2026-06-29", nil},
		{"Friday is missed on Saturday", "2026-06-25", "2026-06-27", []day{"2026-06-26"}},
		{"a week away", "2026-03-05", "2026-03-11", []day{"2026-03-06", "2026-03-09", "2026-03-10"}}, // the clocks change on the 8th
		{"time going backwards misses nothing", "2026-06-30", "2026-06-29", nil},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, feedDays(tt.after, tt.before)); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
}

func TestEasternDay(t *testing.T) {
	for at, want := range map[string]day{
		"2026-06-30T03:59:00Z": "2026-06-29", "2026-06-30T04:01:00Z": "2026-06-30",
		"2026-12-01T04:59:00Z": "2026-11-30", "2026-12-01T05:01:00Z": "2026-12-01",
	} {
		if got := easternDay(date(at)); got != want {
			t.Errorf("at %s it is %s, want %s", at, got, want)
		}
	}
}
