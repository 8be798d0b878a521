package store

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestAStampSortsAsItsTimeAndIsReadAgain: in any zone, to the nanosecond.
func TestAStampSortsAsItsTimeAndIsReadAgain(t *testing.T) {
	first, last := time.Date(1, 1, 2, 0, 0, 0, 0, time.UTC).Unix(), time.Date(9999, 12, 30, 0, 0, 0, 0, time.UTC).Unix()
	rapid.Check(t, func(t *rapid.T) {
		zone := time.FixedZone("", rapid.IntRange(-14*3600, 14*3600).Draw(t, "zone"))
		at := time.Unix(rapid.Int64Range(first, last).Draw(t, "second"), rapid.Int64Range(0, 999_999_999).Draw(t, "nanosecond")).In(zone)
		if got, want := stamp(at), at.UTC().Format(layout); got != want {
			t.Fatalf("stamped as %v, want %s", got, want)
		}
		var read time.Time
		if err := (moment{&read}).Scan(stamp(at)); err != nil || read != at.UTC() {
			t.Fatalf("%v is read as %v, %v", stamp(at), read, err)
		}
	})
}
