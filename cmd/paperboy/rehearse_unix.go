//go:build unix

package main

import (
	"runtime"
	"syscall"
)

// mostResident is the peak of this process' resident memory in bytes by
// getrusage, 0 where it fails.
func mostResident() int64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	if runtime.GOOS == "darwin" {
		return int64(usage.Maxrss)
	}
	return int64(usage.Maxrss) * 1024 // everyone else counts in KiB
}
