package edition

import (
	"runtime"

	"golang.org/x/sys/unix"
)

// standBack has the goroutine run on a thread of its own, which ends with it, and
// only while nothing else wants its processor (SCHED_IDLE, sched(7)): a processor
// that has no more to do than this counts as free. It reports whether the system
// allows that; there may be no way back.
func standBack() bool {
	runtime.LockOSThread()
	return unix.SchedSetAttr(0, &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_IDLE}, 0) == nil
}

// yield lets go first who waits for this processor, other programs too, of which
// the scheduler of goroutines knows nothing (sched_yield(2)). The call is a raw
// one: for others that last 20 µs, the runtime's monitor takes their place away
// and then looks every 20 µs for more of them, at the cost of the sending.
func yield() { _, _, _ = unix.RawSyscall(unix.SYS_SCHED_YIELD, 0, 0, 0) }
