//go:build !linux

package edition

// yield does nothing where it is not known how.
func yield() {}
