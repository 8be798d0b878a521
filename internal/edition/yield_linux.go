package edition

import "syscall"

// yield lets go first who waits for this processor, other programs too, of which
// the scheduler of goroutines knows nothing (sched_yield(2)). That scheduler is not
// told of it either: it would look every 20 µs for what blocks so long.
func yield() { _, _, _ = syscall.RawSyscall(syscall.SYS_SCHED_YIELD, 0, 0, 0) }
