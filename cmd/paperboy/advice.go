package main

import (
	"fmt"
	"io"
	"strings"

	"paperboy/internal/interest"
)

// writeHelp says in words what keywords bring, and what would serve better.
func writeHelp(w io.Writer, h interest.Help) error {
	var b strings.Builder
	fmt.Fprintf(&b, "These keywords match %s of the last seven days and %d of the last %s, some %s a day, of %s listed.\n",
		count(h.Week, "paper"), h.Month, count(h.Days, "day"), perDay(h.PerDay), count(h.Papers, "paper"))
	for _, k := range h.Keywords {
		fmt.Fprintf(&b, "  %s: %s\n", k.Keyword, verdictOn(k))
		for _, s := range k.Spelling {
			fmt.Fprintf(&b, "    %s is hardly ever written; did you mean %s?\n", s.Word, strings.Join(s.Instead, " or "))
		}
		for _, s := range k.Better {
			fmt.Fprintf(&b, "    better: %s, some %s a day\n", s.Keyword, perDay(s.PerDay))
		}
	}
	for _, title := range h.Samples {
		fmt.Fprintf(&b, "  such as: %s\n", title)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func verdictOn(k interest.KeywordHelp) string {
	switch {
	case k.Excludes:
		return fmt.Sprintf("takes away %d", k.Month)
	case k.Warning == interest.TooBroad:
		return fmt.Sprintf("%d, too broad: %s of all papers listed", k.Month, percent(k.OfPapers))
	case k.Warning == interest.Nothing:
		return "nothing matches"
	}
	return fmt.Sprintf("%d, %s of them", k.Month, percent(k.Share))
}

func percent(share float64) string { return fmt.Sprintf("%.0f %%", 100*share) }

func perDay(n float64) string {
	if n >= 10 {
		return fmt.Sprintf("%.0f", n)
	}
	return fmt.Sprintf("%.1f", n)
}
