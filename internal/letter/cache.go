package letter

import "sync"

// cache keeps what is used again and again, up to a size. When it is full it
// begins anew, and what is still asked for moves over from before: what is
// used stays, what is not goes, and nothing has to be counted. It is safe for
// concurrent use.
type cache[K comparable, V any] struct {
	limit int // of each of the two halves
	size  func(V) int

	mu         sync.Mutex
	young, old map[K]V
	filled     int
}

func newCache[K comparable, V any](limit int, size func(V) int) *cache[K, V] {
	return &cache[K, V]{limit: limit, size: size, young: map[K]V{}}
}

func (c *cache[K, V]) get(key K) (V, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if v, ok := c.young[key]; ok {
		return v, true
	}
	v, ok := c.old[key]
	if ok {
		c.add(key, v)
	}
	return v, ok
}

func (c *cache[K, V]) put(key K, v V) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.add(key, v)
}

func (c *cache[K, V]) add(key K, v V) {
	if c.filled >= c.limit {
		c.old, c.young, c.filled = c.young, map[K]V{}, 0
	}
	if _, ok := c.young[key]; !ok {
		c.filled += c.size(v)
	}
	c.young[key] = v
}
