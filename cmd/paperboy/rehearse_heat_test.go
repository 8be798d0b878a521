package main

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"paperboy/internal/peers"
)

// archived writes a folder of readings.
func archived(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// invented are readings of a day's list of twelve papers, by the time after its
// midnight: the best paper's votes, the second has half of them, the third a
// third, and so on.
func invented(day string, votes map[string]int) string {
	var b strings.Builder
	midnight, err := time.Parse(time.DateOnly, day)
	if err != nil {
		panic(err)
	}
	for after, best := range votes {
		hours, err := time.ParseDuration(after)
		if err != nil {
			panic(err)
		}
		for rank := range 12 {
			id := day[2:4] + day[5:7] + ".0" + day[8:10] + string(rune('a'+rank))
			b.WriteString(strings.Join([]string{day, midnight.Add(hours).Format(time.RFC3339), id, strconv.Itoa(best / (rank + 1)), "1"}, ",") + "\n")
		}
	}
	return b.String()
}

func heatOf(t *testing.T, dir string) heatReport {
	t.Helper()
	var out strings.Builder
	if err := rehearseHeat(dir, "json", &out); err != nil {
		t.Fatal(err)
	}
	var r heatReport
	if err := json.Unmarshal([]byte(out.String()), &r); err != nil {
		t.Fatal(err)
	}
	return r
}

func (t heatTable) of(name string) heatOrder {
	return t.Orders[slices.IndexFunc(t.Orders, func(o heatOrder) bool { return o.Order == name })]
}

func TestAMorningSeesWhatVotesOfDifferentAgeHide(t *testing.T) {
	// At the morning of the 6th yesterday's list has had a night, and the one of
	// the 4th all of its votes but a few. In the end the younger one has more.
	dir := archived(t, map[string]string{"readings.csv": "list_date,captured_at,paper_id,upvotes,num_comments\n" +
		invented("2026-05-04", map[string]int{"16h": 60, "40h": 100, "400h": 110}) +
		invented("2026-05-05", map[string]int{"16h": 90, "400h": 200})})
	r := heatOf(t, dir)
	// Of the mornings from the 5th on, the two after a reading.
	if r.Mornings.Moments != 2 || r.Mornings.Papers != 12+24 || r.Mornings.Changed != 36 {
		t.Errorf("%+v", r.Mornings)
	}
	byHeat, byVotes, byDate := r.Mornings.of("heat"), r.Mornings.of("votes"), r.Mornings.of("date")
	if byHeat.NDCG <= byVotes.NDCG || byHeat.Won != 1 || byHeat.Lost != 0 || byVotes.Won+byVotes.Lost != 0 {
		t.Errorf("heat %+v, votes %+v", byHeat, byVotes)
	}
	if byDate.NDCG >= byVotes.NDCG {
		t.Errorf("date %+v, votes %+v", byDate, byVotes)
	}
	if r.Staggered.Moments != 2 || r.Staggered.Papers != 48 {
		t.Errorf("%+v", r.Staggered)
	}
}

func TestWhatWasReadOnceTellsNoMorning(t *testing.T) {
	day := `[{"numComments":2,"paper":{"id":"2605.00001","upvotes":7}},{"paper":{"id":"2605.00002"}}]`
	r := heatOf(t, archived(t, map[string]string{"2026-05-04.json": day, "2026-05-05.json": "[]"}))
	if r.Mornings.Moments != 0 || r.Staggered.Moments != 0 {
		t.Errorf("%+v", r)
	}
	var out strings.Builder
	if err := rehearseHeat(archived(t, map[string]string{"2026-05-04.json": day}), "text", &out); err != nil || !strings.Contains(out.String(), "mornings: 0 moments") {
		t.Errorf("%v\n%s", err, out.String())
	}
}

func TestADaysFileCountsAsAReading(t *testing.T) {
	var items []string
	for rank := range 12 {
		items = append(items, `{"numComments":1,"paper":{"id":"2605.004`+string(rune('a'+rank))+`","upvotes":`+strconv.Itoa(60/(rank+1))+`}}`)
	}
	r := heatOf(t, archived(t, map[string]string{
		"2026-05-04.json": "[" + strings.Join(items, ",") + "]",
		"readings.csv":    invented("2026-05-04", map[string]int{"200h": 70}),
	}))
	if r.Mornings.Moments != 1 || r.Mornings.of("votes").NDCG != 1 {
		t.Errorf("%+v", r.Mornings)
	}
}

func TestAFaultyArchiveIsNamed(t *testing.T) {
	for name, tt := range map[string]struct {
		files map[string]string
		want  []string
	}{
		"an empty folder":        {nil, []string{"no readings.csv and no YYYY-MM-DD.json"}},
		"a row cut short":        {map[string]string{"readings.csv": "2026-05-04,2026-05-04T16:00:00Z,2605.1,7,1\n2026-05-04\n"}, []string{"readings.csv", "line 2"}},
		"a date that is none":    {map[string]string{"readings.csv": "soon,2026-05-04T16:00:00Z,2605.1,7,1\n"}, []string{"line 1", `"soon" is no date`}},
		"a time that is none":    {map[string]string{"readings.csv": "2026-05-04,noon,2605.1,7,1\n"}, []string{"line 1", `"noon" is no time`}},
		"votes that are none":    {map[string]string{"readings.csv": "2026-05-04,2026-05-04T16:00:00Z,2605.1,many,1\n"}, []string{"line 1", `"many"`}},
		"a file of another form": {map[string]string{"2026-05-04.json": `{"error":"x"}`}, []string{"2026-05-04.json"}},
		"a paper without an id":  {map[string]string{"2026-05-04.json": `[{}]`}, []string{"2026-05-04.json", "item 0 has no paper.id"}},
		"a day that is none":     {map[string]string{"2026-99-04.json": `[]`}, []string{"2026-99-04.json"}},
	} {
		t.Run(name, func(t *testing.T) {
			err := rehearseHeat(archived(t, tt.files), "text", &strings.Builder{})
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q does not say %q", err, want)
				}
			}
		})
	}
}

func TestHeatIsRehearsedFromTheCommandLine(t *testing.T) {
	dir := archived(t, map[string]string{"2026-05-04.json": "[]", "readings.csv": invented("2026-05-04", map[string]int{"16h": 60, "200h": 70})})
	for name, tt := range map[string]struct {
		args []string
		code int
		want string
	}{
		"a table":                   {[]string{"--heat", dir}, done, "NDCG@10"},
		"JSON":                      {[]string{"--heat", dir, "--format", "json"}, done, `"ndcg_at_10"`},
		"an empty folder":           {[]string{"--heat", t.TempDir()}, failed, "no readings.csv"},
		"readers as well":           {[]string{"--heat", dir, "--readers", "5"}, misused, "--heat takes no --readers"},
		"a format that there isn't": {[]string{"--heat", dir, "--format", "xml"}, misused, `"xml" is not text or json`},
	} {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			code := run(t.Context(), append([]string{"rehearse"}, tt.args...), streams{strings.NewReader(""), &out, &out})
			if code != tt.code || !strings.Contains(out.String(), tt.want) {
				t.Errorf("exit code %d, want %d and %q in:\n%s", code, tt.code, tt.want, out.String())
			}
		})
	}
}

func TestNDCGAndPrecision(t *testing.T) {
	log2 := math.Log2
	tests := []struct {
		name            string
		later           []int
		ndcg, precision float64
	}{
		{"the best order", []int{9, 5, 2, 0}, 1, 1},
		{"the first two exchanged", []int{5, 9, 2}, (5 + 9/log2(3) + 1) / (9 + 5/log2(3) + 1), 1},
		{"one of the ten missed", append(slices.Repeat([]int{5}, 9), 1, 5), (gain(slices.Repeat([]int{5}, 9)) + 1/log2(11)) / gain(slices.Repeat([]int{5}, 10)), 0.9},
		{"no votes at all", []int{0, 0}, 1, 1},
		{"a tie at the tenth place is no miss", append(slices.Repeat([]int{5}, 10), 5, 5), 1, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if n, p := ndcg(tt.later), precision(tt.later); math.Abs(n-tt.ndcg) > 1e-12 || math.Abs(p-tt.precision) > 1e-12 {
				t.Errorf("NDCG %v, precision %v; want %v, %v", n, p, tt.ndcg, tt.precision)
			}
		})
	}
}

func TestHeatOnCapturedReadings(t *testing.T) {
	dir := peers.Data(t, "hf")
	var out strings.Builder
	if err := rehearseHeat(dir, "text", &out); err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + out.String())
	r := heatOf(t, dir)
	for name, table := range map[string]heatTable{"mornings": r.Mornings, "staggered": r.Staggered} {
		byHeat, byVotes, byDate := table.of("heat"), table.of("votes"), table.of("date")
		// So few days tell no small difference, but a broken formula they do.
		if table.Moments < 2 || byHeat.NDCG < byVotes.NDCG-0.02 || byHeat.NDCG < byDate.NDCG+0.2 {
			t.Errorf("%s: heat %+v, votes %+v, date %+v", name, byHeat, byVotes, byDate)
		}
	}
}
