package edition

import "syscall"

// yield lets go first who waits for this processor, other programs too, of which
// the scheduler of goroutines knows nothing (sched_yield(2)). The call is a raw
// one: for others that last 20 µs, the runtime's monitor takes their place away
// and then looks every 20 µs for more of them, at the cost of the sending.
func yield() { _, _, _ = syscall.RawSyscall(syscall.SYS_SCHED_YIELD, 0, 0, 0) }
