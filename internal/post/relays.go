package post

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"paperboy/internal/letter"
)

// asideFor is how long a mail server that could not be had is left aside.
const asideFor = 5 * time.Minute

// Opener opens connections to a mail server, as SMTP does. Its error is a
// *letter.Fault.
type Opener interface {
	Open(ctx context.Context) (Conn, error)
}

// Relays are several mail servers in the order of preference. One that can't be
// reached, does not let us in, or takes no mail for now, is left aside for some
// minutes, and the next one used; then it has its turn again.
type Relays struct {
	servers []Opener
	log     *slog.Logger

	mu    sync.Mutex
	aside []time.Time // until when, per server; zero: in use
}

// NewRelays returns the servers as one. What happens to each is logged.
func NewRelays(log *slog.Logger, servers ...Opener) *Relays {
	return &Relays{servers: servers, log: log, aside: make([]time.Time, len(servers))}
}

// Open connects to the first server that can be had; where all are aside, all
// are tried. Its error is that of the most preferred one.
func (r *Relays) Open(ctx context.Context) (Conn, error) {
	var first error
	for _, i := range r.turns(time.Now()) {
		conn, err := r.servers[i].Open(ctx)
		if err == nil {
			r.back(i)
			return &relayed{Conn: conn, relays: r, server: i}, nil
		}
		if ctx.Err() != nil {
			return nil, err
		}
		first = cmp.Or(first, err)
		reply := letter.Reply{Stage: letter.StageConnect, Text: err.Error()}
		if fault := new(letter.Fault); errors.As(err, &fault) {
			reply = fault.Reply
		}
		r.leave(i, reply)
	}
	return nil, first
}

// turns is which servers to try. One whose time aside has passed is tried by
// the first who asks; while it keeps them waiting, the others go on elsewhere.
func (r *Relays) turns(now time.Time) []int {
	r.mu.Lock()
	defer r.mu.Unlock()
	var free, all []int
	for i, until := range r.aside {
		all = append(all, i)
		if now.Before(until) {
			continue
		}
		free = append(free, i)
		if !until.IsZero() {
			r.aside[i] = now.Add(asideFor)
		}
	}
	if len(free) > 0 {
		return append(free, missing(all, free)...)
	}
	return all
}

// missing are those of all that are not in some.
func missing(all, some []int) []int {
	var out []int
	for _, i := range all {
		if len(some) > 0 && some[0] == i {
			some = some[1:]
			continue
		}
		out = append(out, i)
	}
	return out
}

// leave puts a server aside and tells the operator, once.
func (r *Relays) leave(i int, why letter.Reply) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.aside[i].IsZero() {
		r.log.Error("mail server left aside", "host", why.Host, "stage", string(why.Stage), "code", why.Code,
			"text", letter.WithoutAddresses(why.Text), "looked at again after", asideFor.String())
	}
	r.aside[i] = time.Now().Add(asideFor)
}

// back takes a server into use.
func (r *Relays) back(i int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.aside[i].IsZero() {
		r.log.Info("mail server in use again", "place", i+1)
	}
	r.aside[i] = time.Time{}
}

// free reports whether a server, of those before the given one, can be tried.
func (r *Relays) free(before int, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, until := range r.aside[:before] {
		if !now.Before(until) {
			return true
		}
	}
	return false
}

// relayed is a connection to one of several servers.
type relayed struct {
	Conn
	relays *Relays
	server int
}

// Begin begins a letter, unless a server preferred to this one gets it.
func (c *relayed) Begin(ctx context.Context, e letter.Envelope) {
	if !c.relays.free(c.server, time.Now()) {
		c.Conn.Begin(ctx, e)
	}
}

// Send offers a letter, unless a server preferred to this one can be tried
// again. What a server says for now of all letters, before a recipient is
// named, sends this one to the next server, if there is one.
func (c *relayed) Send(ctx context.Context, e letter.Envelope) letter.Reply {
	if c.relays.free(c.server, time.Now()) {
		return letter.Reply{Stage: letter.StageConnect, Text: "a preferred mail server can be tried again"}
	}
	reply := c.Conn.Send(ctx, e)
	if reply.Stage != letter.StageMail || reply.Code >= 500 {
		return reply
	}
	c.relays.leave(c.server, reply)
	if !c.relays.free(len(c.relays.servers), time.Now()) {
		return reply
	}
	return letter.Reply{Stage: letter.StageConnect, Host: reply.Host, Text: fmt.Sprintf("%d %s", reply.Code, reply.Text)}
}
