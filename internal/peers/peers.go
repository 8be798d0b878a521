// Package peers finds the real parts that tests run against: captured
// responses, a browser, mail servers. A missing one skips the test with a
// word, or fails it where PAPERBOY_PEERS=required. Only tests import it.
package peers

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Required reports whether a missing peer is a failure.
func Required() bool { return os.Getenv("PAPERBOY_PEERS") == "required" }

// Missing ends the test: it is skipped, or failed where peers are required.
func Missing(t testing.TB, what string, why error) {
	t.Helper()
	if Required() {
		t.Fatalf("peer %s is required and missing: %v", what, why)
	}
	t.Skipf("peer %s is missing, skipped: %v", what, why)
}

// Root returns the project's root folder.
func Root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("no go.mod above the working directory")
		}
		dir = up
	}
}

// Data returns the path of a captured response below ../shared/data.
func Data(t testing.TB, parts ...string) string {
	t.Helper()
	path := filepath.Join(append([]string{Root(t), "..", "shared", "data"}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		Missing(t, "shared/data", err)
	}
	return path
}

// Program returns the path of the first of these programs that is installed.
func Program(t testing.TB, names ...string) string {
	t.Helper()
	var why error
	for _, name := range names {
		path, err := exec.LookPath(name)
		if err == nil {
			return path
		}
		why = err
	}
	Missing(t, names[0], why)
	return ""
}

// Axe returns the path of axe-core's script, which finds what keeps people from
// using a page: the file that PAPERBOY_AXE names, or the one that .ci/run puts
// into the user's cache.
func Axe(t testing.TB) string {
	t.Helper()
	path := os.Getenv("PAPERBOY_AXE")
	if path == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			Missing(t, "axe-core", err)
		}
		path = filepath.Join(cache, "paperboy", "node_modules", "axe-core", "axe.min.js")
	}
	if _, err := os.Stat(path); err != nil {
		Missing(t, "axe-core", err)
	}
	return path
}
