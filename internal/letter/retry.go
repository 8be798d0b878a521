package letter

import (
	"fmt"
	"hash/fnv"
	"strings"
	"time"
)

// delays between attempts: soon at first, for greylisting asks for minutes,
// then up to every four hours.
var delays = []time.Duration{
	5 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour,
}

const (
	// retriesEnd is how long after its first attempt a letter is given up.
	retriesEnd = 48 * time.Hour
	// hourly is the attempt from which on a letter is tried each hour where the
	// server refuses us: the operator may mend that at any time.
	hourly = 4
)

// Retry returns when a letter is tried again after its nth attempt (from 1),
// made at the time at, and false once that would be over two days after its
// first. Up to a quarter of the delay is added, derived from reader and attempt:
// after an outage not all letters come back at one moment, and equal input gives
// an equal time.
func Retry(o Outcome, attempts int, first, at time.Time, reader int64) (again time.Time, ok bool) {
	n := max(attempts, 1)
	if o == RefusesUs {
		n = min(n, hourly)
	}
	delay := delays[min(n, len(delays))-1]
	h := fnv.New32a()
	fmt.Fprintf(h, "%d/%d", reader, attempts)
	again = at.Add(delay + delay/4*time.Duration(h.Sum32()%1024)/1024)
	return again, again.Sub(first) <= retriesEnd
}

const (
	shortPause = 10 * time.Minute
	longPause  = 4 * time.Hour
	quotaPause = time.Hour // at least, where midnight is near
)

// Pause returns until when a destination is left in peace after its nth request
// in a row (from 1), made at the time at, to slow down: after a quota of the
// day (5yz) until tomorrow in UTC, else for ten minutes, doubled by each
// further request up to four hours.
func Pause(r Reply, requests int, at time.Time) time.Time {
	if r.Code/100 == 5 {
		midnight := at.UTC().Truncate(24 * time.Hour).Add(24 * time.Hour)
		if soon := at.Add(quotaPause); soon.After(midnight) {
			return soon
		}
		return midnight
	}
	pause := shortPause
	for n := 1; n < requests && pause < longPause; n++ {
		pause *= 2
	}
	return at.Add(min(pause, longPause))
}

// NewMessageID returns the Message-ID, without angle brackets, of the reader's
// letter for a slot. It is the same whenever it is made, so that a letter that
// goes out twice after a crash is one letter to mail programs. host is the
// sender's; a port is dropped, and so is what can't stand in a Message-ID.
func NewMessageID(k Kind, reader int64, slot time.Time, host string) string {
	return fmt.Sprintf("%s.%d.%s@%s", k, reader, slot.UTC().Format("20060102T150405.000"), idHost(host))
}

func idHost(host string) string {
	host, _, _ = strings.Cut(host, ":")
	host = strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '.', r == '-':
			return r
		}
		return -1
	}, strings.ToLower(host))
	if host = strings.Trim(host, "."); host == "" {
		return "paperboy.invalid"
	}
	return host
}
