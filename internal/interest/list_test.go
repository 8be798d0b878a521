package interest

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// FuzzList holds that damage of any kind is told or read, and never a crash.
func FuzzList(f *testing.F) {
	f.Add([]byte(List(nil).Append(0, 3, []int32{1, 500}).Append(3, 900, []int32{7})))
	f.Fuzz(func(t *testing.T, list []byte) {
		wanted := []bool{true, false, true, true}
		var each, first []int32
		whole := List(list).Each(0, wanted, func(_ int, at []int32) { each = append(each, at[0]) })
		also := readFirsts(list, func(doc int, at int32) {
			if uint(doc) < uint(len(wanted)) && wanted[doc] {
				first = append(first, at)
			}
		})
		if whole && also && !slices.Equal(each, first) {
			t.Errorf("%v: each %v, firsts %v", list, each, first)
		}
		r := newReader([]Stretch{{0, list}, {2, list}})
		for d := r.seek(0); d != done; d = r.seek(d + 1) {
			r.read(nil)
		}
	})
}

func readFirsts(list List, yield func(doc int, at int32)) bool {
	var f firsts
	for i, last := 0, 0; i < len(list); last = f.docs[f.n-1] {
		next, ok := f.read(list, i, last)
		if !ok {
			return false
		}
		for k := range f.n {
			yield(f.docs[k], f.at[k])
		}
		i = next
	}
	return true
}

// TestAReaderSkipsNothingThatIsAskedFor reads lists of several stretches from
// document to document, some read and some passed over.
func TestAReaderSkipsNothingThatIsAskedFor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		places := map[int][]int32{}
		var lists []Stretch
		var docs []int
		last := -5
		for range rapid.IntRange(1, 4).Draw(t, "stretches") {
			l := Stretch{Base: last + 1}
			before := l.Base
			for range rapid.IntRange(1, 300).Draw(t, "documents") {
				last += rapid.IntRange(1, 200).Draw(t, "step")
				at := slices.Sorted(slices.Values(rapid.SliceOfNDistinct(rapid.Int32Range(0, 70000), 1, 20, rapid.ID).Draw(t, "places")))
				l.List = l.List.Append(before, last, at)
				before = last
				docs, places[last] = append(docs, last), at
			}
			lists = append(lists, l)
		}
		r := newReader(lists)
		for from := -9; ; {
			from += rapid.IntRange(1, 400).Draw(t, "on")
			d := r.seek(from)
			k, _ := slices.BinarySearch(docs, from)
			if k == len(docs) {
				if d != done {
					t.Fatalf("from %d on there is %d", from, d)
				}
				return
			}
			if d != docs[k] {
				t.Fatalf("from %d on: %d, want %d", from, d, docs[k])
			}
			if rapid.Bool().Draw(t, "read") {
				if got := r.read(nil); !slices.Equal(got, places[d]) {
					t.Fatalf("document %d: %v, want %v", d, got, places[d])
				}
			}
			from = max(from, d)
		}
	})
}
