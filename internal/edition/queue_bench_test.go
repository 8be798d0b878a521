package edition

import (
	"fmt"
	"testing"
	"time"
)

// A letter's way through the queue, without limits and with some, where they
// go to a hundred places.
func BenchmarkQueue(b *testing.B) {
	for name, l := range map[string]Limits{
		"without limits": {},
		"with limits":    {Place: Limit{Connections: 8, PerMinute: 1 << 30}},
	} {
		b.Run(name, func(b *testing.B) {
			q := newQueue(newManners(l), time.Now)
			parcels := make([]*parcel, queueRoom)
			for n := range parcels {
				parcels[n] = parcelTo(n, fmt.Sprintf("reader@place%d.example", n))
			}
			for n := 0; b.Loop(); n++ {
				q.put(b.Context(), parcels[n%queueRoom])
				if n >= queueRoom-1 {
					q.back(q.poll(), true)
				}
			}
		})
	}
}
