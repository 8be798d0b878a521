//go:build unix

package peers

import (
	"os"
	"syscall"
)

// lock waits until this process alone holds the file. The system lets go of it
// when the file is closed or the process ends.
func lock(file *os.File) error { return syscall.Flock(int(file.Fd()), syscall.LOCK_EX) }
