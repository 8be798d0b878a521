package edition

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
)

// heapRoom is what the heap may grow to while letters are sent, in bytes, before
// its garbage is collected. The usual wait is until there is as much garbage as
// is in use, and of that there is little when a sending begins.
const heapRoom = 60 << 20

// heap is the one of this process.
var heap roomy

// roomy has the garbage collector wait until the heap fills its room, or until it
// would begin anyway, where more is in use.
type roomy struct {
	mu       sync.Mutex
	sendings int  // that go on
	waits    bool // for the next collection
	usual    int  // percent, as runtime/debug.SetGCPercent takes it; negative: nothing is collected
}

// grow makes the heap roomy until done is called, and every other sending is done.
func (h *roomy) grow() (done func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.sendings++; h.sendings == 1 {
		h.usual = debug.SetGCPercent(-1)
		h.adjust()
	}
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.sendings--; h.sendings == 0 {
			debug.SetGCPercent(h.usual)
		}
	}
}

// adjust lets the heap grow by what its room has left, as far as is known from
// the last time that garbage was collected, and is called again after the next.
func (h *roomy) adjust() {
	if h.usual < 0 {
		return
	}
	debug.SetGCPercent(max(h.usual, percentLeft(inUse())))
	if !h.waits {
		h.waits = true
		runtime.AddCleanup(new(*roomy), (*roomy).collected, h)
	}
}

func (h *roomy) collected() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.waits = false
	if h.sendings > 0 {
		h.adjust()
	}
}

// percentLeft is by how much a heap may grow to fill its room, tenfold at most:
// what will be in use then is not known.
func percentLeft(inUse uint64) int {
	return int(min(1100, 100*heapRoom/max(inUse, 1))) - 100
}

// inUse is what of the heap was in use when garbage was collected last, in bytes.
func inUse() uint64 {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	return live[0].Value.Uint64()
}
