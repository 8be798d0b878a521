//go:build !linux

package edition

// standBack says that it is not known how.
func standBack() bool { return false }

func yield() {}
