package store

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// gates are those that this process is in, by name, each with the end of the
// lease that it took.
type gates struct {
	mu     sync.Mutex
	leases map[string]time.Time
}

func (g *gates) set(name string, until time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.leases == nil {
		g.leases = map[string]time.Time{}
	}
	g.leases[name] = until
}

func (g *gates) take(name string) time.Time {
	g.mu.Lock()
	defer g.mu.Unlock()
	until := g.leases[name]
	delete(g.leases, name)
	return until
}

// TryEnter enters a gate that only one of all processes may be in, until
// LeaveGate, or to the end of the lease where the process dies in it. If the
// gate is not free, wait says how long it will not be; nothing is reserved.
func (s *Store) TryEnter(ctx context.Context, gate string, now time.Time, lease time.Duration) (wait time.Duration, err error) {
	const enter = `
		INSERT INTO gates (name, free_at) VALUES ($1, $2)
		ON CONFLICT (name) DO UPDATE SET free_at = excluded.free_at WHERE gates.free_at <= $3`
	until := now.Add(lease)
	err = s.write(ctx, func(t *tx) error {
		n, err := t.exec(enter, gate, stamp(until), stamp(now))
		if err != nil || n > 0 {
			return err
		}
		var free time.Time
		err = t.one(`SELECT free_at FROM gates WHERE name = $1`, []any{gate}, moment{&free})
		wait = free.Sub(now)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("enter gate %s: %w", gate, err)
	}
	if wait == 0 {
		s.gates.set(gate, until)
	}
	return wait, nil
}

// LeaveGate leaves a gate and keeps it shut for the interval. A process whose
// lease has run out meanwhile takes nothing from the one that is in now.
func (s *Store) LeaveGate(ctx context.Context, gate string, now time.Time, interval time.Duration) error {
	const leave = `UPDATE gates SET free_at = $2 WHERE name = $1 AND (free_at = $3 OR free_at < $2)`
	err := s.write(ctx, func(t *tx) error {
		_, err := t.exec(leave, gate, stamp(now.Add(interval)), stamp(s.gates.take(gate)))
		return err
	})
	if err != nil {
		return fmt.Errorf("leave gate %s: %w", gate, err)
	}
	return nil
}
