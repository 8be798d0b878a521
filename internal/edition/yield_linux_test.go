package edition

import (
	"runtime"
	"syscall"
	"testing"
)

// Composing ahead goes behind all else, and takes no other goroutine with it.
func TestStandBack(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before := niceness(t)
	behind := make(chan int)
	go func() {
		standBack()
		behind <- niceness(t)
	}()
	if got, want := <-behind, min(before+patient, 19); got != want {
		t.Errorf("stands back with a niceness of %d, want %d", got, want)
	}
	if got := niceness(t); got != before {
		t.Errorf("the others have a niceness of %d now, want %d as before", got, before)
	}
}

func niceness(t *testing.T) int {
	prio, err := syscall.Getpriority(syscall.PRIO_PROCESS, 0)
	if err != nil {
		t.Error(err)
	}
	return 20 - prio
}
