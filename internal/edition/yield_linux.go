package edition

import (
	"runtime"
	"syscall"
)

// patient is how much nicer a goroutine is that stands back: it gets a tenth of a
// processor that others want, enough to let go soon of what they wait for.
const patient = 10

// standBack has the goroutine run on a thread of its own, which ends with it, and
// go behind all others that want a processor (setpriority(2), which on Linux is
// about the calling thread). A refusal changes nothing but the order.
func standBack() {
	runtime.LockOSThread()
	if prio, err := syscall.Getpriority(syscall.PRIO_PROCESS, 0); err == nil {
		nice := 20 - prio // as the kernel returns it
		_ = syscall.Setpriority(syscall.PRIO_PROCESS, 0, nice+patient)
	}
}

// yield lets go first who waits for this processor, other programs too, of which
// the scheduler of goroutines knows nothing (sched_yield(2)). The call is a raw
// one: for others that last 20 µs, the runtime's monitor takes their place away
// and then looks every 20 µs for more of them, at the cost of the sending.
func yield() { _, _, _ = syscall.RawSyscall(syscall.SYS_SCHED_YIELD, 0, 0, 0) }
