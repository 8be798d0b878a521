package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"text/tabwriter"
	"time"

	"paperboy/internal/digest"
	"paperboy/internal/heat"
	"paperboy/internal/paper"
)

const (
	topPapers   = 10
	morningHour = 7 * time.Hour // UTC, as a new reader's letter
	aDay        = 24 * time.Hour
)

// heatReport is how well the papers that would have been first at some moments
// agree with the votes that all of them had later.
type heatReport struct {
	Mornings heatTable `json:"mornings"`
	// Staggered are moments put together from lists as if they followed each
	// other day by day: see staggered.
	Staggered heatTable `json:"staggered"`
}

type heatTable struct {
	Moments int         `json:"moments"`
	Papers  int         `json:"papers"`  // over all moments
	Changed int         `json:"changed"` // of these, the ones that were read again later
	Orders  []heatOrder `json:"orders"`
}

// heatOrder is one way to order papers, with its means over the moments.
type heatOrder struct {
	Order     string  `json:"order"`
	NDCG      float64 `json:"ndcg_at_10"`
	Precision float64 `json:"precision_at_10"`
	Won       int     `json:"won"` // moments in which its NDCG is above that of votes
	Lost      int     `json:"lost"`
}

// contender is a paper as it was known at one moment, and its votes later.
type contender struct {
	paper *paper.Paper
	votes int       // as known
	read  time.Time // when they were
	day   time.Time // of the list
	heat  float64
	later int
	again bool // later is another reading than that of votes
}

var orders = []struct {
	name    string
	compare func(a, b contender) int
}{
	{"heat", func(a, b contender) int { return cmp.Compare(b.heat, a.heat) }},
	{"votes", func(a, b contender) int {
		return cmp.Or(cmp.Compare(b.votes, a.votes), b.day.Compare(a.day))
	}},
	{"date", func(a, b contender) int { return b.day.Compare(a.day) }},
}

// rehearseHeat reads archived readings in a folder and writes how good the
// first ten by heat would have been, by votes, and by date.
func rehearseHeat(dir, format string, out io.Writer) error {
	lists, err := readArchive(dir)
	if err != nil {
		return err
	}
	r := heatReport{Mornings: measure(mornings(lists)), Staggered: measure(staggered(lists))}
	if format == "json" {
		enc := json.NewEncoder(out)
		enc.SetIndent("", "  ")
		return enc.Encode(r)
	}
	return r.write(out)
}

func (r heatReport) write(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, part := range []struct {
		name string
		heatTable
	}{{"mornings", r.Mornings}, {"lists laid together", r.Staggered}} {
		fmt.Fprintf(w, "%s: %s, %s, %d of them read again later\n", part.name,
			count(part.Moments, "moment"), count(part.Papers, "paper"), part.Changed)
		if part.Moments == 0 {
			fmt.Fprintln(w)
			continue
		}
		fmt.Fprintln(w, "order\tNDCG@10\tprecision@10\tbetter than votes\tworse")
		for _, o := range part.Orders {
			fmt.Fprintf(w, "%s\t%.3f\t%.3f\t%d\t%d\n", o.Order, o.NDCG, o.Precision, o.Won, o.Lost)
		}
		fmt.Fprintln(w)
	}
	return w.Flush()
}

// mornings are all moments at seven in the morning, UTC, with what was known of
// the lists of the last seven days. Papers that were not read again after a
// morning are left out, as it is not known what became of them, and so are
// mornings that know no more than the one before.
func mornings(lists []archivedList) [][]contender {
	var all [][]contender
	if len(lists) == 0 {
		return nil
	}
	last := lists[len(lists)-1].day.Add(digest.Window)
	for at := lists[0].day.Add(morningHour); !at.After(last); at = at.Add(aDay) {
		var pool []contender
		for _, l := range lists {
			if age := at.Sub(l.day); age >= 0 && age < digest.Window {
				pool = append(pool, l.known(at, 0)...)
			}
		}
		pool = slices.DeleteFunc(pool, func(c contender) bool { return !c.again })
		if slices.ContainsFunc(pool, func(c contender) bool { return c.read.After(at.Add(-aDay)) }) {
			all = append(all, warm(pool, at))
		}
	}
	return all
}

// staggered lays lists together that were read more than once, as if they were
// of days in a row: each in turn is the newest, known by its first reading, and
// those before it, going round, are a day older each, known by what had been
// read of them at that age. Later votes are those of a list's last reading,
// also where that was known already.
func staggered(lists []archivedList) [][]contender {
	lists = slices.DeleteFunc(slices.Clone(lists), func(l archivedList) bool { return len(l.moments) < 2 })
	if len(lists) < 2 {
		return nil
	}
	var all [][]contender
	for newest, l := range lists {
		at := l.moments[0]
		var pool []contender
		for back := range min(len(lists), int(digest.Window/aDay)) {
			older := lists[(newest-back+len(lists))%len(lists)]
			day := l.day.Add(-time.Duration(back) * aDay)
			pool = append(pool, older.known(at, day.Sub(older.day))...)
		}
		all = append(all, warm(pool, at))
	}
	return all
}

// warm gives the contenders their heat at a moment.
func warm(pool []contender, at time.Time) []contender {
	papers := make([]*paper.Paper, len(pool))
	for i, c := range pool {
		papers[i] = c.paper
	}
	for i, t := range heat.Of(papers, at) {
		pool[i].heat = t.Heat
	}
	return pool
}

// measure takes the means over all moments with more papers than are chosen.
func measure(moments [][]contender) heatTable {
	moments = slices.DeleteFunc(moments, func(pool []contender) bool { return len(pool) <= topPapers })
	t := heatTable{Moments: len(moments)}
	for _, o := range orders {
		t.Orders = append(t.Orders, heatOrder{Order: o.name})
	}
	for _, pool := range moments {
		t.Papers += len(pool)
		for _, c := range pool {
			if c.again {
				t.Changed++
			}
		}
		byVotes := ndcg(ranking(pool, orders[1].compare))
		for i, o := range orders {
			later := ranking(pool, o.compare)
			n := ndcg(later)
			t.Orders[i].NDCG += n / float64(len(moments))
			t.Orders[i].Precision += precision(later) / float64(len(moments))
			switch {
			case n > byVotes:
				t.Orders[i].Won++
			case n < byVotes:
				t.Orders[i].Lost++
			}
		}
	}
	return t
}

// ranking returns the later votes of the papers in an order; equals come with
// the higher id, which is the newer paper, first.
func ranking(pool []contender, compare func(a, b contender) int) []int {
	pool = slices.SortedFunc(slices.Values(pool), func(a, b contender) int {
		return cmp.Or(compare(a, b), cmp.Compare(b.paper.Title, a.paper.Title))
	})
	later := make([]int, len(pool))
	for i, c := range pool {
		later[i] = c.later
	}
	return later
}

// ndcg is the discounted gain of the first ten, as a share of the best there
// could be: 1 where the ten with the most later votes come in their order.
func ndcg(later []int) float64 {
	best := slices.Sorted(slices.Values(later))
	slices.Reverse(best)
	ideal := gain(best)
	if ideal == 0 {
		return 1 // any order of papers without votes is right
	}
	return gain(later) / ideal
}

func gain(later []int) (sum float64) {
	for i, votes := range later[:min(len(later), topPapers)] {
		sum += float64(votes) / math.Log2(float64(i+2))
	}
	return sum
}

// precision is the share of the first ten that has as many later votes as the
// tenth of all.
func precision(later []int) float64 {
	best := slices.Sorted(slices.Values(later))
	slices.Reverse(best)
	n := min(len(later), topPapers)
	if n == 0 {
		return 0
	}
	right := 0
	for _, votes := range later[:n] {
		if votes >= best[n-1] {
			right++
		}
	}
	return float64(right) / float64(n)
}
