package letter_test

import (
	"testing"

	"paperboy/internal/letter"
)

// One ordinary letter of ten papers: a round composes one for every reader.
func BenchmarkDigest(b *testing.B) {
	c := composer(b)
	ps := captured(b, "2026-06-30")[:10]
	l, in := addressed(b, "video, diffusion, agents", ps, 3)
	for b.Loop() {
		if _, err := c.Digest(l, in); err != nil {
			b.Fatal(err)
		}
	}
}

// The same for the wire, where most of it was rendered for somebody before.
func BenchmarkEncoded(b *testing.B) {
	c := composer(b)
	ps := captured(b, "2026-06-30")[:10]
	l, in := addressed(b, "video, diffusion, agents", ps, 3)
	b.ReportAllocs()
	room := new(letter.Encoded)
	for b.Loop() {
		if _, err := c.Encoded(l, in, room); err != nil {
			b.Fatal(err)
		}
	}
}
