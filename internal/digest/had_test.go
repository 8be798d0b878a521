package digest_test

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"paperboy/internal/digest"
	"paperboy/internal/paper"
)

func TestHadUnpacksAsItWasPacked(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := digest.Had{
			Floor: paper.Key(rapid.Int64Range(0, 1<<40).Draw(t, "floor")),
			Sent:  slices.Sorted(slices.Values(rapid.SliceOf(rapid.Map(rapid.Int64Range(1, 1<<40), func(n int64) paper.Key { return paper.Key(n) })).Draw(t, "sent"))),
		}
		if rapid.Bool().Draw(t, "made") {
			want.Made = time.Unix(rapid.Int64Range(1, 4e9).Draw(t, "seconds"), rapid.Int64Range(1, 999999999).Draw(t, "nanoseconds")).UTC()
		}
		packed := want.Pack()
		got, err := digest.UnpackHad(packed)
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); err != nil || diff != "" {
			t.Fatalf("%v (-packed +unpacked)\n%s", err, diff)
		}
		if cut := packed[:rapid.IntRange(0, len(packed)-1).Draw(t, "cut")]; true {
			if got, err := digest.UnpackHad(cut); err == nil {
				t.Fatalf("%x, cut off, reads as %+v", cut, got)
			}
		}
		if _, err := digest.UnpackHad(append(packed, 0)); err == nil {
			t.Fatal("a byte too many is not seen")
		}
	})
}

// A year of papers, ten a day, of which two weeks are carried along.
func TestHadIsSmall(t *testing.T) {
	h := digest.Had{Made: now, Floor: 250000}
	for n := range paper.Key(150) {
		h.Sent = append(h.Sent, h.Floor+n*70)
	}
	if n := len(h.Pack()); n > 320 {
		t.Errorf("150 papers take %d bytes", n)
	}
}

func FuzzUnpackHad(f *testing.F) {
	f.Add(digest.Had{Made: now, Floor: 7, Sent: []paper.Key{7, 9, 1000}}.Pack())
	f.Add([]byte{1, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 127})
	f.Fuzz(func(t *testing.T, packed []byte) {
		h, err := digest.UnpackHad(packed)
		if err != nil {
			return
		}
		again, err := digest.UnpackHad(h.Pack())
		if err != nil || !bytes.Equal(again.Pack(), h.Pack()) {
			t.Errorf("%x reads as %+v, and then as %+v, %v", packed, h, again, err)
		}
	})
}
