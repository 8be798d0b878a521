package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"paperboy/internal/peers"
)

// smallDisk is a file system of its own, in memory, of 12 MB.
func smallDisk(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("paperboy-test", dir, "tmpfs", 0, "size=12m"); err != nil {
		peers.Missing(t, "a small file system, which root can mount", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Errorf("unmount %s: %v", dir, err)
		}
	})
	return dir
}

const ballast = "ballast"

// fill takes all the room that is left on the town's disk.
func (w *town) fill() {
	f, err := os.Create(filepath.Join(w.dir, ballast))
	if err != nil {
		w.Error(err)
		return
	}
	defer f.Close()
	for size := 1 << 20; size > 0; {
		_, err := f.Write(make([]byte, size))
		if err != nil && !errors.Is(err, syscall.ENOSPC) {
			w.Error(err)
			return
		}
		if err != nil {
			size /= 2
		}
	}
}

func (w *town) empty() {
	w.Helper()
	if err := os.Remove(filepath.Join(w.dir, ballast)); err != nil {
		w.Fatal(err)
	}
}

// A disk that is full stops the sending before anything is sent that can't be
// settled, but for one letter a connection; with room again nobody was missed.
func TestAFullDiskStopsTheSendingAndMissesNobody(t *testing.T) {
	for _, full := range []struct {
		name  string
		nth   int // letter at which the disk fills; 0: before the start
		taken int // at most
	}{
		{"before the start", 0, 0},
		{"in the midst of the sending", 60, 60 + 2*lines},
	} {
		t.Run(full.name, func(t *testing.T) {
			w := newTown(t, smallDisk(t), 120)
			if full.nth == 0 {
				w.fill()
			} else {
				w.at(gap{verb: "."}, full.nth, w.fill)
			}
			p := w.start()
			if p.wait() == nil || !strings.Contains(p.log.String(), "disk") {
				t.Errorf("the process on a full disk: %v\n%s", p.err, &p.log)
			}
			if n := w.taken(); n > full.taken {
				t.Errorf("%d letters taken on a full disk, want %d at most", n, full.taken)
			}
			w.calm()
			w.empty()
			if n := w.keepsPromise(); n > lines {
				t.Errorf("%d repeats with %d connections", n, lines)
			}
		})
	}
}

// A database that can't be written to sends nothing, and says so.
func TestAReadOnlyDatabaseSendsNothing(t *testing.T) {
	w := newTown(t, smallDisk(t), 120)
	remount := func(flags uintptr) {
		if err := syscall.Mount("paperboy-test", w.dir, "tmpfs", syscall.MS_REMOUNT|flags, ""); err != nil {
			t.Fatal(err)
		}
	}
	remount(syscall.MS_RDONLY)
	p := w.start()
	if p.wait() == nil || !strings.Contains(p.log.String(), "read-only file system") {
		t.Errorf("the process on a read-only database: %v\n%s", p.err, &p.log)
	}
	if n := w.taken(); n > 0 {
		t.Errorf("%d letters sent, and none can be recorded", n)
	}
	remount(0)
	if n := w.keepsPromise(); n > 0 {
		t.Errorf("%d repeats", n)
	}
}
