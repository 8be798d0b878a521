//go:build !linux

package edition

// standBack and yield do nothing where it is not known how.
func standBack() {}

func yield() {}
