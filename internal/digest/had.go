package digest

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"paperboy/internal/paper"
)

// Had is in short what a reader's letters up to a slot held, so that a year of
// them need not be read again every day. The letters are the record; where the
// two could differ, Had is thrown away and made again.
type Had struct {
	Slot  time.Time   // of the newest of these letters; zero: there are none
	Made  time.Time   // when the newest of them with papers in it was made
	Sent  []paper.Key // rising; complete from Floor on
	Floor paper.Key
	// Era rises when one of these letters turns out to be what it was not.
	Era int64
}

// hadVersion is the first byte of a packed Had.
const hadVersion = 1

// Pack packs all but Slot and Era: Made in nanoseconds since 1970 (0: never),
// Floor, and of Sent the number, the first key and the steps to the next ones,
// as varints.
func (h Had) Pack() []byte {
	out := make([]byte, 0, 32+2*len(h.Sent))
	out = append(out, hadVersion)
	made := int64(0)
	if !h.Made.IsZero() {
		made = h.Made.UnixNano()
	}
	out = binary.AppendVarint(out, made)
	out = binary.AppendVarint(out, int64(h.Floor))
	out = binary.AppendUvarint(out, uint64(len(h.Sent)))
	last := paper.Key(0)
	for _, key := range h.Sent {
		out = binary.AppendVarint(out, int64(key-last))
		last = key
	}
	return out
}

var errHad = errors.New("can't be read")

// UnpackHad reads what Pack wrote.
func UnpackHad(packed []byte) (Had, error) {
	if len(packed) == 0 || packed[0] != hadVersion {
		return Had{}, fmt.Errorf("packed record of what a reader had: version: %w", errHad)
	}
	rest := packed[1:]
	ok := true
	next := func() int64 {
		n, size := binary.Varint(rest)
		if size <= 0 {
			ok = false
			return 0
		}
		rest = rest[size:]
		return n
	}
	var h Had
	if made := next(); made != 0 {
		h.Made = time.Unix(0, made).UTC()
	}
	h.Floor = paper.Key(next())
	n, size := binary.Uvarint(rest)
	if size <= 0 || n > uint64(len(rest)) {
		return Had{}, fmt.Errorf("packed record of what a reader had: number of papers: %w", errHad)
	}
	rest = rest[size:]
	h.Sent = make([]paper.Key, n)
	last := paper.Key(0)
	for i := range h.Sent {
		last += paper.Key(next())
		h.Sent[i] = last
	}
	if !ok || len(rest) > 0 || !slices.IsSorted(h.Sent) {
		return Had{}, fmt.Errorf("packed record of what a reader had: papers: %w", errHad)
	}
	return h, nil
}
