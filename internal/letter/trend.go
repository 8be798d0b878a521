package letter

import (
	"time"

	"paperboy/internal/heat"
	"paperboy/internal/paper"
)

// trendDays is how far back the drawing of a paper's votes reaches.
const trendDays = 7

var bars = []rune("▁▂▃▄▅▆▇█")

// trend draws the votes at the end of each of the last days as bars, the
// highest of them full. Fewer than three days with readings, or votes that
// never changed, are no trend.
func trend(readings []paper.Reading, now time.Time) string {
	var votes []int
	for back := trendDays - 1; back >= 0; back-- {
		v := heat.Signals(readings, now.Add(-time.Duration(back)*24*time.Hour)).Votes
		if v.Known {
			votes = append(votes, v.N)
		}
	}
	if len(votes) < 3 || votes[0] == votes[len(votes)-1] {
		return ""
	}
	most := 0
	for _, v := range votes {
		most = max(most, v)
	}
	drawn := make([]rune, len(votes))
	for i, v := range votes {
		drawn[i] = bars[max(v, 0)*(len(bars)-1)/most]
	}
	return string(drawn)
}
