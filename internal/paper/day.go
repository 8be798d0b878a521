package paper

import "time"

// Day is a day of UTC on which papers came into the catalogue.
type Day struct {
	Date   time.Time // its midnight
	Papers int
}
