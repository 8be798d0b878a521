package interest

import (
	"cmp"
	"math/bits"
	"slices"
	"unicode"
)

const (
	// A word that so many papers have is meant as it stands; in a large
	// catalogue, where slips of authors' pens add up, one in so many more.
	meantFrom = 3
	meantPer  = 20_000
	// A word is taken for another that is at least so many times as frequent.
	likelier     = 5
	shortestWord = 4 // characters; shorter ones are like too many others
	longWord     = 6 // from here on two slips are thought of
)

// spelling looks for the words of a keyword that hardly any paper has, and
// returns them with what may be meant, and the keyword spelt so.
func (h *helping) spelling(n node) (all []Spelling, right node, err error) {
	if n.kind != kindTerm {
		right = n
		for k, m := range n.nodes {
			more, r, err := h.spelling(m)
			if err != nil {
				return nil, n, err
			}
			all, right.nodes = append(all, more...), replaced(right.nodes, k, r)
		}
		return all, right, nil
	}
	t := *n.term
	if t.field == inCategory || t.field == inSource {
		return nil, n, nil
	}
	words := analyse(t.text)
	if t.prefix {
		words = words[:len(words)-1]
	}
	for _, w := range slices.Backward(words) {
		word := t.text[w.Start:w.End]
		instead, err := h.instead(w.Form, word, t.field == inAuthor)
		if err != nil {
			return nil, n, err
		}
		if len(instead) > 0 {
			all = slices.Insert(all, 0, Spelling{word, instead})
			t.text = t.text[:w.Start] + instead[0] + t.text[w.End:]
		}
	}
	right, ok := t.node()
	if right.weight = n.weight; !ok {
		right = n
	}
	return all, right, nil
}

// instead returns what may be meant by a word.
func (h *helping) instead(form, word string, name bool) ([]string, error) {
	letters := []rune(form)
	if len(letters) < shortestWord || slices.ContainsFunc(letters, func(r rune) bool { return !unicode.IsLetter(r) || solitary(r) }) {
		return nil, nil
	}
	t := term{text: word, quoted: true}
	if name {
		t.field = inAuthor
	}
	alone, ok := t.node()
	if !ok {
		return nil, nil
	}
	meant := meantFrom + h.ever/meantPer
	_, known, err := h.Count(newInterest([]node{alone}))
	if err == nil && known < meant {
		known, err = h.Known(newInterest([]node{alone}))
	}
	if err != nil || known >= meant {
		return nil, err
	}
	vocabulary, err := h.Vocabulary(name)
	return nearestWords(letters, known, vocabulary), err
}

// nearestWords returns the words of fewest slips from one, first those that
// begin as it does, then the most frequent ones.
func nearestWords(word []rune, known int, vocabulary []Common) []string {
	type near struct {
		Common
		slips int
		other bool // another first letter
	}
	most := 1
	if len(word) >= longWord {
		most = 2
	}
	var all []near
	has := lettersOf(string(word))
	for _, c := range vocabulary {
		// A slip changes two of a word's letters at most.
		if bits.OnesCount32(has^lettersOf(c.Form)) > 2*most {
			continue
		}
		if c.Papers < likelier*(known+1) || len(c.Form) < len(word)-most || len(c.Form) > 4*(len(word)+most) {
			continue
		}
		letters := []rune(c.Form)
		if slips := distance(word, letters, most); 0 < slips && slips <= most {
			most = slips // others are no further away
			all = append(all, near{c, slips, letters[0] != word[0]})
		}
	}
	slices.SortFunc(all, func(a, b near) int {
		return cmp.Or(cmp.Compare(a.slips, b.slips), compareFlags(a.other, b.other), cmp.Compare(b.Papers, a.Papers), cmp.Compare(a.Form, b.Form))
	})
	var words []string
	stems := map[string]bool{}
	for _, n := range all {
		if stem := stemOf(n.Form); n.slips == all[0].slips && !stems[stem] && len(words) < suggested {
			stems[stem] = true
			words = append(words, n.Form)
		}
	}
	return words
}

// lettersOf is the set of a word's letters, one bit for each; those beyond a to
// z share the bits.
func lettersOf(word string) (set uint32) {
	for _, r := range word {
		set |= 1 << (uint32(r) & 31)
	}
	return set
}

func compareFlags(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// distance counts the slips between two words: a letter left out, put in,
// taken for another, or two in the wrong order (optimal string alignment).
// What is more than most is returned as most+1.
func distance(a, b []rune, most int) int {
	if len(a)-len(b) > most || len(b)-len(a) > most {
		return most + 1
	}
	var rows [3][64]int
	if len(b) >= len(rows[0]) {
		return most + 1
	}
	before, last, now := &rows[0], &rows[1], &rows[2]
	for j := range b {
		last[j+1] = j + 1
	}
	least := 0
	for i := range a {
		now[0] = i + 1
		leastBefore := least
		least = now[0]
		for j := range b {
			d := last[j]
			if a[i] != b[j] {
				d = 1 + min(d, last[j+1], now[j])
				if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
					d = min(d, 1+before[j-1])
				}
			}
			now[j+1] = d
			least = min(least, d)
		}
		if least > most && leastBefore >= most {
			return most + 1
		}
		before, last, now = last, now, before
	}
	return min(last[len(b)], most+1)
}
