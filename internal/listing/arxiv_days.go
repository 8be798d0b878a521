package listing

import "time"

// day is a calendar day of arXiv's, in US Eastern time: YYYY-MM-DD, so that
// days compare as strings. Empty is none.
type day string

// eastern is US Eastern time. Where the zone is not known, five hours behind
// UTC: an hour's error at the change of a day is mended by the next fetch.
var eastern = func() *time.Location {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		return time.FixedZone("EST", -5*60*60)
	}
	return zone
}()

func easternDay(t time.Time) day { return day(t.In(eastern).Format(time.DateOnly)) }

// time returns the day's first moment in US Eastern time.
func (d day) time() time.Time {
	t, err := time.ParseInLocation(time.DateOnly, string(d), eastern)
	if err != nil {
		return time.Time{}
	}
	return t
}

func (d day) add(days int) day { return day(d.time().AddDate(0, 0, days).Format(time.DateOnly)) }

// weekend reports whether no feed is made on the day: announcements are on
// the evenings of Sunday to Thursday, and the feed holds them from midnight.
func (d day) weekend() bool {
	w := d.time().Weekday()
	return w == time.Saturday || w == time.Sunday
}

// feedDay returns the last day not after d that has a feed.
func (d day) feedDay() day {
	for d.weekend() {
		d = d.add(-1)
	}
	return d
}

// holidays are arXiv's days without an announcement, as published for the
// year; others are made known at short notice. They only explain an unchanged
// feed: nothing is left unread because of one.
var holidays = map[day]bool{
	"2026-01-01": true, "2026-01-19": true, "2026-06-19": true, "2026-07-03": true,
	"2026-09-07": true, "2026-11-26": true, "2026-12-25": true, "2026-12-29": true,
	"2026-12-31": true,
}

// holiday reports whether the feed of a day may be missing for a holiday: its
// own, or that of the evening before.
func (d day) holiday() bool { return holidays[d] || holidays[d.add(-1)] }

// feedDays returns the days with a feed after one day and before another.
func feedDays(after, before day) []day {
	var days []day
	for d := after.add(1); d < before; d = d.add(1) {
		if !d.weekend() {
			days = append(days, d)
		}
	}
	return days
}
