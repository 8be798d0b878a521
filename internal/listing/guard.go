package listing

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"syscall"
)

// guard keeps requests out of private networks. The host that the operator
// wrote may be anywhere; any other host, met by a redirect, must be public.
// The two kinds never share a connection: one dialled for a configured host
// must not serve a redirect to the same place.
type guard struct {
	own, foreign http.RoundTripper
	choose       func(*http.Request) (*url.URL, error) // the operator's proxy for a request
	proxies      sync.Map                              // host:port of the proxies in use: dialled on the operator's word
}

func newGuard() *guard {
	g := &guard{own: newTransport(&net.Dialer{}), choose: http.ProxyFromEnvironment}
	open := &net.Dialer{}
	strict := newTransport(&net.Dialer{Control: refusePrivate})
	dial := strict.DialContext
	strict.Proxy = g.proxy
	strict.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		if _, ok := g.proxies.Load(address); ok {
			return open.DialContext(ctx, network, address)
		}
		return dial(ctx, network, address)
	}
	g.foreign = strict
	return g
}

// RoundTrip implements http.RoundTripper.
func (g *guard) RoundTrip(req *http.Request) (*http.Response, error) {
	if base, _ := req.Context().Value(baseKey{}).(string); strings.EqualFold(req.URL.Hostname(), base) {
		return g.own.RoundTrip(req)
	}
	return g.foreign.RoundTrip(req)
}

// proxy chooses the proxy for a foreign host. A proxy dials in our place, so
// the host is looked up here; one that only the proxy can resolve is left to
// the proxy.
func (g *guard) proxy(req *http.Request) (*url.URL, error) {
	u, err := g.choose(req)
	if u == nil || err != nil {
		return u, err
	}
	ips, err := net.DefaultResolver.LookupNetIP(req.Context(), "ip", req.URL.Hostname())
	for _, ip := range ips {
		if err == nil && !public(ip) {
			return nil, &lastingError{fmt.Errorf("redirect to the private address %s refused", ip.Unmap())}
		}
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443", "socks5": "1080", "socks5h": "1080"}[u.Scheme]
	}
	g.proxies.Store(net.JoinHostPort(u.Hostname(), port), struct{}{})
	return u, nil
}

type baseKey struct{}

// withBase names the host that the operator configured.
func withBase(ctx context.Context, host string) context.Context {
	return context.WithValue(ctx, baseKey{}, host)
}

// refusePrivate is a net.Dialer's Control: it sees the address after look-up,
// so that a name which resolves to another address each time gains nothing.
func refusePrivate(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return &lastingError{fmt.Errorf("address %q: %w", address, err)}
	}
	if !public(at.Addr()) {
		return &lastingError{fmt.Errorf("redirect to the private address %s refused", at.Addr().Unmap())}
	}
	return nil
}

// reserved are the blocks that IsGlobalUnicast and IsPrivate let pass and that
// are still not the public Internet (IANA special-purpose registries).
var reserved = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),
	netip.MustParsePrefix("100.64.0.0/10"),
	netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("::/96"), // IPv4-compatible
	netip.MustParsePrefix("64:ff9b:1::/48"),
	netip.MustParsePrefix("2001::/32"), // Teredo
	netip.MustParsePrefix("fec0::/10"), // site-local
}

var (
	nat64  = netip.MustParsePrefix("64:ff9b::/96")
	sixTo4 = netip.MustParsePrefix("2002::/16")
)

// public reports whether an address belongs to the public Internet; one that
// holds an IPv4 address (mapped, NAT64, 6to4) is judged by that.
func public(ip netip.Addr) bool {
	ip = ip.Unmap().WithZone("")
	b := ip.As16()
	switch {
	case nat64.Contains(ip):
		ip = netip.AddrFrom4([4]byte(b[12:16]))
	case sixTo4.Contains(ip):
		ip = netip.AddrFrom4([4]byte(b[2:6]))
	}
	if !ip.IsGlobalUnicast() || ip.IsPrivate() {
		return false
	}
	for _, block := range reserved {
		if block.Contains(ip) {
			return false
		}
	}
	return true
}
