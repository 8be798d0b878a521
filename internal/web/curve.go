package web

import (
	"fmt"
	"strings"
	"time"

	"paperboy/internal/heat"
	"paperboy/internal/paper"
)

// curve is a paper's votes over time, drawn as an SVG path.
type curve struct {
	Width, Height int
	Line          string // the path's commands
	Area          string // the same, closed along the bottom
	First, Last   time.Time
	Most          int
	DotX, DotY    string // the newest reading
	Points        []point
}

// point is what was counted at one moment.
type point struct {
	At    time.Time
	Votes int
}

const (
	curveWidth  = 600
	curveHeight = 120
	curveMargin = 6
	// mostPoints bounds the drawing; more than pixels can't be seen.
	mostPoints = 120
	// mostRows bounds the table beside it.
	mostRows = 12
)

// newCurve draws the votes of all sources, added up at each reading up to now.
// It needs two moments at which votes were told; else it is nil.
func newCurve(readings []paper.Reading, now time.Time) *curve {
	points := thin(votesOverTime(readings, now), mostPoints)
	if len(points) < 2 {
		return nil
	}
	c := &curve{
		Width: curveWidth, Height: curveHeight,
		First: points[0].At, Last: points[len(points)-1].At, Points: thin(points, mostRows),
	}
	for _, p := range points {
		c.Most = max(c.Most, p.Votes)
	}
	var line strings.Builder
	for i, p := range points {
		command := 'L'
		if i == 0 {
			command = 'M'
		}
		c.DotX, c.DotY = c.place(p)
		fmt.Fprintf(&line, "%c%s %s", command, c.DotX, c.DotY)
	}
	c.Line = line.String()
	bottom := curveHeight - curveMargin
	c.Area = fmt.Sprintf("%sL%s %dL%d %dZ", c.Line, c.DotX, bottom, curveMargin, bottom)
	return c
}

// place returns where a point is drawn.
func (c *curve) place(p point) (x, y string) {
	share := float64(p.At.Sub(c.First)) / float64(c.Last.Sub(c.First))
	height := float64(p.Votes) / float64(max(c.Most, 1))
	return fmt.Sprintf("%.1f", curveMargin+share*(curveWidth-2*curveMargin)),
		fmt.Sprintf("%.1f", curveHeight-curveMargin-height*(curveHeight-2*curveMargin))
}

// votesOverTime adds up what the sources told at each moment.
func votesOverTime(readings []paper.Reading, now time.Time) []point {
	var out []point
	for i, r := range readings {
		last := i+1 == len(readings) || !readings[i+1].At.Equal(r.At)
		if r.At.After(now) || !last {
			continue
		}
		if votes := heat.Signals(readings[:i+1], r.At).Votes; votes.Known {
			out = append(out, point{r.At, votes.N})
		}
	}
	return out
}

// thin keeps at most n points, evenly, the first and last among them.
func thin(points []point, n int) []point {
	if len(points) <= n {
		return points
	}
	out := make([]point, n)
	for i := range out {
		out[i] = points[i*(len(points)-1)/(n-1)]
	}
	return out
}
