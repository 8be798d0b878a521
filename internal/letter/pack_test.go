package letter_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"paperboy/internal/letter"
	"paperboy/internal/paper"
	"pgregory.net/rapid"
)

func TestPackedPicksComeBackAsTheyWere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var picks []letter.Pick
		for range rapid.IntRange(0, 5).Draw(t, "picks") {
			p := letter.Pick{
				Paper:  paper.Key(rapid.Int64().Draw(t, "key")),
				Heat:   rapid.Float64().Draw(t, "heat"),
				Rising: rapid.Bool().Draw(t, "rising"), Leads: rapid.SampledFrom([]string{"", "cs.RO", "math.AG"}).Draw(t, "leads"),
			}
			for range rapid.IntRange(0, 3).Draw(t, "reasons") {
				p.Reasons = append(p.Reasons, letter.Reason{
					Term: rapid.String().Draw(t, "term"), Field: rapid.String().Draw(t, "field"), Text: rapid.String().Draw(t, "text"),
				})
			}
			picks = append(picks, p)
		}
		got, err := letter.UnpackPicks(letter.PackPicks(picks))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(picks, got); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestTenPicksStaySmall(t *testing.T) {
	var picks []letter.Pick
	for i := range 10 {
		picks = append(picks, letter.Pick{Paper: paper.Key(20_000 + i), Heat: 12.34, Rising: true, Leads: "cs.RO", Reasons: []letter.Reason{
			{Term: `"diffusion policy"`, Field: "title", Text: "Diffusion Policy"},
			{Term: "robot", Field: "abstract", Text: fmt.Sprintf("robotics%d", i)},
			{Term: "author:lecun", Field: "author", Text: "Yann LeCun"},
		}})
	}
	if n := len(letter.PackPicks(picks)); n > 450 {
		t.Errorf("ten picks take %d bytes, want well under 600", n)
	}
}

func TestPicksOfTheFirstFormAreStillRead(t *testing.T) {
	// One pick as version 1 wrote it: paper 7, heat 1, "a" in the title as "b".
	packed := []byte("\x01\x03\x01a\x05title\x01b\x01\x0e\x3f\xf0\x00\x00\x00\x00\x00\x00\x01\x00\x01\x02")
	got, err := letter.UnpackPicks(packed)
	want := []letter.Pick{{Paper: 7, Heat: 1, Reasons: []letter.Reason{{Term: "a", Field: "title", Text: "b"}}}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
}

func TestBrokenPicksAreAnError(t *testing.T) {
	good := letter.PackPicks([]letter.Pick{{Paper: 7, Heat: 1, Leads: "cs.RO", Reasons: []letter.Reason{{Term: "a", Field: "title", Text: "b"}}}})
	for n := 1; n < len(good); n++ {
		if _, err := letter.UnpackPicks(good[:n]); err == nil {
			t.Errorf("the first %d of %d bytes pass as whole", n, len(good))
		}
	}
	for name, packed := range map[string][]byte{
		"a later version":            append([]byte{9}, good[1:]...),
		"bytes after the end":        append(good[:len(good):len(good)], 0),
		"more texts than there are":  {1, 0xff, 0xff, 0xff, 0xff, 0x0f},
		"a mark of a later version":  append(append([]byte{2, 0, 1, 2}, make([]byte, 8)...), 4, 0),
		"a text longer than it all":  {1, 1, 0xff, 0xff, 0x03},
		"a reason without its texts": append(append([]byte{1, 0, 1, 2}, make([]byte, 8)...), 1, 5, 5, 5),
	} {
		if _, err := letter.UnpackPicks(packed); err == nil || !strings.HasPrefix(err.Error(), "packed picks: ") {
			t.Errorf("%s: error is %v", name, err)
		}
	}
}

func FuzzUnpackPicks(f *testing.F) {
	f.Add(letter.PackPicks(nil))
	f.Add(letter.PackPicks([]letter.Pick{{Paper: 7, Heat: math.Pi, Rising: true, Leads: "cs.RO", Reasons: []letter.Reason{{Term: "a", Field: "title", Text: "b"}}}}))
	f.Fuzz(func(t *testing.T, packed []byte) {
		picks, err := letter.UnpackPicks(packed)
		if err != nil || len(picks) == 0 {
			return
		}
		again, err := letter.UnpackPicks(letter.PackPicks(picks))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(picks, again, cmp.Comparer(func(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) })); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestRetriesGoOnForTwoDays(t *testing.T) {
	start := time.Date(2026, 5, 4, 7, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		outcome letter.Outcome
		longest time.Duration // between two attempts
		atLeast int
	}{
		{letter.Temporary, 5 * time.Hour, 10},
		{letter.RefusesUs, 75 * time.Minute, 36},
	} {
		for reader := range int64(50) {
			at, n := start, 0
			for {
				next, again := letter.Retry(test.outcome, n+1, start, at, reader)
				if !again {
					break
				}
				n++
				if wait := next.Sub(at); wait < 5*time.Minute || wait > test.longest {
					t.Fatalf("%s: attempt %d of reader %d waits %v", test.outcome, n, reader, wait)
				}
				at = next
			}
			if took := at.Sub(start); took < 43*time.Hour || took > 48*time.Hour || n < test.atLeast {
				t.Errorf("%s: reader %d: %d retries in %v, want nearly two days", test.outcome, reader, n, took)
			}
		}
	}
}

// A program that runs once a day tries a letter on two days more, not on as
// many as it would have tries.
func TestRetriesEndByTheClock(t *testing.T) {
	start := time.Date(2026, 5, 4, 7, 0, 0, 0, time.UTC)
	for n, want := range []bool{true, true, false} {
		at := start.Add(time.Duration(n) * 24 * time.Hour)
		if _, again := letter.Retry(letter.Temporary, n+1, start, at, 1); again != want {
			t.Errorf("after the attempt of day %d: tried again %t, want %t", n+1, again, want)
		}
	}
}

func TestRetriesAreSpreadAndRepeatable(t *testing.T) {
	at := time.Date(2026, 5, 4, 7, 0, 0, 0, time.UTC)
	times := map[time.Time]bool{}
	for reader := range int64(100) {
		next, _ := letter.Retry(letter.Temporary, 4, at, at, reader)
		again, _ := letter.Retry(letter.Temporary, 4, at, at, reader)
		if !next.Equal(again) {
			t.Fatalf("reader %d: %v, then %v", reader, next, again)
		}
		times[next] = true
	}
	if len(times) < 50 {
		t.Errorf("100 readers come back at %d moments: all at once after an outage", len(times))
	}
}

func TestNewMessageID(t *testing.T) {
	slot := time.Date(2026, 5, 4, 7, 0, 0, 0, time.FixedZone("", 2*3600))
	tests := []struct{ name, host, want string }{
		{"the instant, not the zone", "paperboy.example", "digest.42.20260504T050000.000@paperboy.example"},
		{"a port is no part of it", "Paperboy.example:8080", "digest.42.20260504T050000.000@paperboy.example"},
		{"nothing can be injected", "a>\r\nBcc: b", "digest.42.20260504T050000.000@abcc"},
		{"no host is no empty domain", "", "digest.42.20260504T050000.000@paperboy.invalid"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := letter.NewMessageID(letter.Digest, 42, slot, tt.host)
			if got != tt.want {
				t.Errorf("Message-ID of %q is %q, want %q", tt.host, got, tt.want)
			}
		})
	}
}
