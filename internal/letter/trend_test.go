package letter

import (
	"testing"
	"time"

	"paperboy/internal/paper"
)

func TestTrend(t *testing.T) {
	now := time.Date(2026, 6, 18, 7, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		votes []int // at the end of each day up to now
		want  string
	}{
		"votes that come":             {[]int{0, 3, 7, 14}, "▁▂▄█"},
		"a week and no more":          {[]int{1, 1, 2, 3, 4, 5, 6, 7, 8}, "▂▃▄▅▆▇█"},
		"two days are no trend":       {[]int{1, 9}, ""},
		"votes that never change":     {[]int{5, 5, 5, 5}, ""},
		"none ever":                   {[]int{0, 0, 0}, ""},
		"votes that were taken back":  {[]int{8, 6, 4}, "█▆▄"},
		"a source's negative mistake": {[]int{-1, 2, 4}, "▁▄█"},
		"no readings":                 {nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var readings []paper.Reading
			for i, v := range c.votes {
				at := now.Add(-time.Duration(len(c.votes)-1-i) * 24 * time.Hour)
				readings = append(readings, paper.Reading{Source: "hf", At: at, Signals: paper.Signals{Votes: paper.Known(v)}})
			}
			if got := trend(readings, now); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
