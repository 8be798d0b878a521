package edition

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"syscall"
)

// machine names where process numbers mean what they mean here. Containers may
// have the same name, and each has a process 1: on Linux the boot and the
// space of process numbers tell them apart.
func machine() (string, error) {
	name, err := os.Hostname()
	if err != nil {
		return "", err
	}
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return name, nil // no Linux
	}
	space, err := os.Readlink("/proc/self/ns/pid")
	if err != nil {
		return name, nil
	}
	return name + " " + string(bytes.TrimSpace(boot)) + " " + space, nil
}

// alive reports whether a process of this machine still runs. This process'
// own number proves nothing: in a container every run may have the same, so
// its predecessor is left to its heartbeat.
func alive(pid int) bool {
	if pid == os.Getpid() {
		return true
	}
	p, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	defer p.Release()
	err = p.Signal(syscall.Signal(0))
	if err == nil {
		return !ended(pid)
	}
	// Where there are no signals, a process that was found is one.
	return errors.Is(err, os.ErrPermission) || errors.Is(err, syscall.EPERM) || errors.Is(err, errors.ErrUnsupported)
}

// ended reports whether a process is over, though its parent has not looked:
// signals still find it (proc(5)).
func ended(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	_, state, _ := bytes.Cut(stat[bytes.LastIndexByte(stat, ')')+1:], []byte(" "))
	return len(state) > 0 && (state[0] == 'Z' || state[0] == 'X')
}
