package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// progress shows on a terminal that something still goes on, once it has taken
// a second, until the returned function is called. Elsewhere it shows nothing.
func progress(w io.Writer, what string) (stop func()) {
	if !isTerminal(w) {
		return func() {}
	}
	ended := make(chan struct{})
	var shown sync.WaitGroup
	shown.Go(func() { showProgress(w, what, ended) })
	return func() {
		close(ended)
		shown.Wait()
	}
}

func showProgress(w io.Writer, what string, ended <-chan struct{}) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	wipe := ""
	for begun := time.Now(); ; {
		select {
		case <-ended:
			fmt.Fprint(w, wipe)
			return
		case <-tick.C:
			fmt.Fprintf(w, "\r%s … %d s ", what, int(time.Since(begun).Seconds()))
			wipe = "\r\033[K"
		}
	}
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
