package edition

import (
	"runtime"
	"runtime/debug"
	"testing"
	"time"

	"paperboy/internal/letter"
)

// percent is the one that holds now.
func percent() int {
	now := debug.SetGCPercent(100)
	debug.SetGCPercent(now)
	return now
}

// becomes waits for what happens once garbage is collected.
func becomes(t *testing.T, what string, is func(percent int) bool) {
	t.Helper()
	for range 1000 {
		runtime.GC()
		if is(percent()) {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Errorf("garbage is collected at %d %% more, want %s", percent(), what)
}

func TestHeapIsRoomyWhileSending(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	var h roomy
	first, second := h.grow(), h.grow()
	becomes(t, "more: there is room", func(p int) bool { return p > 100 })
	inUse := make([]byte, heapRoom)
	becomes(t, "100: the room is full", func(p int) bool { return p == 100 })
	runtime.KeepAlive(inUse)
	becomes(t, "more: there is room again", func(p int) bool { return p > 100 })
	first()
	if p := percent(); p <= 100 {
		t.Errorf("one of two sendings is done: garbage is collected at %d %% more", p)
	}
	second()
	becomes(t, "100: all are done", func(p int) bool { return p == 100 })
}

func TestSendingMakesTheHeapRoomy(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	runtime.GC() // what other tests left may fill the room
	during := 0
	answer := func(string) letter.Reply {
		during = percent()
		return letter.Reply{}
	}
	e, _, _ := mannered(t, Limits{}, 1, answer, "a@example.net")
	if r, err := e.Send(t.Context(), time.Now()); err != nil || r.Delivered != 1 {
		t.Fatalf("%+v, %v", r, err)
	}
	if during <= 100 || percent() != 100 {
		t.Errorf("garbage is collected at %d %% more while letters are sent, and at %d %% afterwards", during, percent())
	}
}

func TestHeapThatIsNotCollected(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	var h roomy
	done := h.grow()
	if p := percent(); p != -1 {
		t.Errorf("nothing was to be collected, now at %d %% more", p)
	}
	done()
	if p := percent(); p != -1 {
		t.Errorf("nothing was to be collected, afterwards at %d %% more", p)
	}
}

func TestPercentLeft(t *testing.T) {
	for inUse, want := range map[uint64]int{0: 1000, 1 << 20: 1000, heapRoom / 2: 100, heapRoom / 4: 300, 2 * heapRoom: -50} {
		if got := percentLeft(inUse); got != want {
			t.Errorf("%d bytes in use: %d %%, want %d", inUse, got, want)
		}
	}
}
