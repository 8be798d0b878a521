package web

import (
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// client returns the address that a request comes from. What a request says
// itself of whom it is forwarded for is believed only as far as trusted
// proxies said it: read from the right, up to the first that is not trusted.
func client(r *http.Request, trusted []netip.Prefix) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	at := plainAddr(peer.Addr())
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && isTrusted(at, trusted); i-- {
		hop, ok := parseHop(strings.TrimSpace(hops[i]))
		if !ok {
			break
		}
		at = hop
	}
	return at
}

// parseHop reads an address, with a port or without.
func parseHop(s string) (netip.Addr, bool) {
	if a, err := netip.ParseAddr(strings.Trim(s, "[]")); err == nil {
		return plainAddr(a), true
	}
	ap, err := netip.ParseAddrPort(s)
	return plainAddr(ap.Addr()), err == nil
}

func plainAddr(a netip.Addr) netip.Addr { return a.Unmap().WithZone("") }

func isTrusted(a netip.Addr, trusted []netip.Prefix) bool {
	for _, p := range trusted {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// A client may ask for this many mails at once, and one more each minute. A
// university behind one address still gets through.
const (
	burst   = 10
	refill  = time.Minute
	clients = 5000 // in each of the two generations kept
)

// limiter holds how many mails each client asked for, in two generations: when
// the younger is full it becomes the older, and the older is forgotten. So its
// size is bounded, and who asks often is not forgotten.
type limiter struct {
	mu         sync.Mutex
	young, old map[netip.Prefix]*rate.Limiter
}

func newLimiter() *limiter { return &limiter{young: map[netip.Prefix]*rate.Limiter{}} }

// take takes one mail from what the client has left, or returns how long to
// wait for it.
func (l *limiter) take(a netip.Addr, now time.Time) (wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	one := l.of(keyOf(a))
	if one.AllowN(now, 1) {
		return 0
	}
	reserved := one.ReserveN(now, 1)
	defer reserved.CancelAt(now)
	return reserved.DelayFrom(now)
}

func (l *limiter) of(key netip.Prefix) *rate.Limiter {
	if one, ok := l.young[key]; ok {
		return one
	}
	one, ok := l.old[key]
	if !ok {
		one = rate.NewLimiter(rate.Every(refill), burst)
	}
	if len(l.young) >= clients {
		l.young, l.old = map[netip.Prefix]*rate.Limiter{}, l.young
	}
	l.young[key] = one
	return one
}

// keyOf takes the addresses that one customer commonly has as one: of IPv6
// that is a /64.
func keyOf(a netip.Addr) netip.Prefix {
	bits := a.BitLen()
	if a.Is6() {
		bits = 64
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return netip.Prefix{} // all whose address is not known share one
	}
	return p
}

// admit takes one mail from the client's allowance.
func (s *server) admit(r *http.Request) error {
	if wait := s.clients.take(client(r, s.TrustedProxies), s.Now()); wait > 0 {
		return &busyError{wait}
	}
	return nil
}
