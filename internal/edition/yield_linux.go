package edition

import "syscall"

// yield lets go first who waits for this processor, other programs too, of which
// the scheduler of goroutines knows nothing (sched_yield(2)).
func yield() { _, _, _ = syscall.Syscall(syscall.SYS_SCHED_YIELD, 0, 0, 0) }
