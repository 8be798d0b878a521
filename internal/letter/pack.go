package letter

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"

	"paperboy/internal/paper"
)

// packVersion is the first byte of packed picks. A change of the form takes the
// next number, and reading keeps knowing the older ones: they stand in
// databases.
const (
	packVersion = 2 // 1 had no marks
	risingMark  = 1
	leadsMark   = 2
)

// PackPicks packs picks for the outbox. The form, after the version: a table
// of the distinct strings of all reasons (count, then length and bytes of
// each), then the picks (count, then key, heat as eight bytes, marks, the table's
// index of what it leads if so marked, number of reasons, and of each reason
// the table's index of term, field and text). Numbers are varints. Readers'
// terms recur from pick to pick, which is what the table saves.
func PackPicks(picks []Pick) []byte {
	table := make([]string, 0, 16)
	number := func(s string) uint64 { // a letter's texts are few
		n := slices.Index(table, s)
		if n < 0 {
			n, table = len(table), append(table, s)
		}
		return uint64(n)
	}
	body := binary.AppendUvarint(nil, uint64(len(picks)))
	for _, p := range picks {
		body = binary.AppendVarint(body, int64(p.Paper))
		body = binary.BigEndian.AppendUint64(body, math.Float64bits(p.Heat))
		var marks uint64
		if p.Rising {
			marks |= risingMark
		}
		if p.Leads != "" {
			marks |= leadsMark
		}
		body = binary.AppendUvarint(body, marks)
		if p.Leads != "" {
			body = binary.AppendUvarint(body, number(p.Leads))
		}
		body = binary.AppendUvarint(body, uint64(len(p.Reasons)))
		for _, r := range p.Reasons {
			for _, s := range []string{r.Term, r.Field, r.Text} {
				body = binary.AppendUvarint(body, number(s))
			}
		}
	}
	out := binary.AppendUvarint([]byte{packVersion}, uint64(len(table)))
	for _, s := range table {
		out = binary.AppendUvarint(out, uint64(len(s)))
		out = append(out, s...)
	}
	return slices.Concat(out, body)
}

// UnpackPicks reads what PackPicks wrote. No bytes at all are no picks, as a
// letter without any has them.
func UnpackPicks(packed []byte) ([]Pick, error) {
	if len(packed) == 0 {
		return nil, nil
	}
	if packed[0] < 1 || packed[0] > packVersion {
		return nil, fmt.Errorf("packed picks: version %d is unknown", packed[0])
	}
	u := &unpacker{rest: packed[1:], version: packed[0]}
	texts := string(u.rest) // the texts of the table lie in one piece
	table := make([]string, u.count(1))
	for i := range table {
		n := len(u.bytes(u.number()))
		end := len(texts) - len(u.rest)
		table[i] = texts[end-n : end]
	}
	var picks []Pick
	if n := u.count(10); n > 0 {
		picks, u.reasons = make([]Pick, n), make([]Reason, 0, n)
	}
	for i := range picks {
		picks[i] = u.pick(table)
	}
	if u.err == nil && len(u.rest) > 0 {
		u.fail("bytes follow the last pick")
	}
	if u.err != nil {
		return nil, fmt.Errorf("packed picks: at byte %d of %d: %w", len(packed)-len(u.rest), len(packed), u.err)
	}
	return picks, nil
}

// unpacker reads on until the first error and then gives zeroes.
type unpacker struct {
	version byte
	rest    []byte
	reasons []Reason // of all picks
	err     error
}

func (u *unpacker) fail(why string) {
	if u.err == nil {
		u.err = errors.New(why)
	}
}

func (u *unpacker) number() uint64 {
	n, size := binary.Uvarint(u.rest)
	if size <= 0 || u.err != nil {
		u.fail("a number is cut off")
		return 0
	}
	u.rest = u.rest[size:]
	return n
}

// count reads how many things of at least size bytes follow. A number that
// can't be true is an error before anything is made for it.
func (u *unpacker) count(size int) uint64 {
	n := u.number()
	if n > uint64(len(u.rest)/size) {
		u.fail("more is announced than there is")
		return 0
	}
	return n
}

func (u *unpacker) bytes(n uint64) []byte {
	if n > uint64(len(u.rest)) {
		u.fail("a text is cut off")
		return nil
	}
	b := u.rest[:n]
	u.rest = u.rest[n:]
	return b
}

func (u *unpacker) pick(table []string) Pick {
	key, size := binary.Varint(u.rest)
	if size <= 0 {
		u.fail("a key is cut off")
		return Pick{}
	}
	u.rest = u.rest[size:]
	p := Pick{Paper: paper.Key(key)}
	if b := u.bytes(8); b != nil {
		p.Heat = math.Float64frombits(binary.BigEndian.Uint64(b))
	}
	if u.version > 1 {
		u.marks(&p, table)
	}
	begin := len(u.reasons)
	for range u.count(3) {
		u.reasons = append(u.reasons, Reason{u.text(table), u.text(table), u.text(table)})
	}
	if end := len(u.reasons); end > begin {
		p.Reasons = u.reasons[begin:end:end]
	}
	return p
}

func (u *unpacker) marks(p *Pick, table []string) {
	marks := u.number()
	if marks > risingMark|leadsMark {
		u.fail("a mark is unknown")
	}
	p.Rising = marks&risingMark != 0
	if marks&leadsMark != 0 {
		p.Leads = u.text(table)
	}
}

func (u *unpacker) text(table []string) string {
	n := u.number()
	if n >= uint64(len(table)) {
		u.fail("a reason names a text that is not there")
		return ""
	}
	return table[n]
}
