package web

import (
	"net/netip"
	"testing"
	"time"
)

func TestLimiterIsBounded(t *testing.T) {
	l := newLimiter()
	now := time.Date(2026, 5, 1, 7, 0, 0, 0, time.UTC)
	busy := netip.MustParseAddr("198.51.100.7")
	refused := 0
	for i := range 4 * clients {
		other := netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)})
		if wait := l.take(other, now); wait > 0 {
			t.Fatalf("client %d is refused for what others did", i)
		}
		if i%1000 == 0 && l.take(busy, now) > 0 {
			refused++
		}
	}
	if n := len(l.young) + len(l.old); n > 2*clients {
		t.Errorf("%d clients are kept", n)
	}
	if refused != 4*clients/1000-burst {
		t.Errorf("one who asks all the time was refused %d times: it is forgotten among many others", refused)
	}
}
