package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"paperboy/internal/peers"
)

// rows are the packages in the order in which they may import one another:
// each only from rows below its own. Of the row of six none imports another.
var rows = [][]string{
	{"paper"},
	{"interest", "heat"},
	{"letter", "subscription"},
	{"digest"},
	{"listing", "store", "post", "inbox", "web", "edition"},
}

// soleImporters are the third-party modules that only one package touches.
var soleImporters = map[string]string{
	"github.com/wneessen/go-mail":    "internal/post",
	"github.com/robfig/cron/v3":      "internal/edition",
	"modernc.org/sqlite":             "internal/store",
	"github.com/mmcdole/gofeed":      "internal/listing",
	"github.com/emersion/go-imap/v2": "internal/inbox",
}

// impure are what the pure packages must not name.
var impure = []string{"net", "net/http", "database/sql", "os", "os/exec", "io/ioutil", "log", "log/slog", "syscall"}

var pure = []string{"paper", "interest", "heat", "digest", "letter", "subscription"}

func TestImportsPointOneWay(t *testing.T) {
	eachImport(t, func(dir, path string) {
		from, inside := strings.CutPrefix(dir, "internal/")
		to, ours := strings.CutPrefix(path, "paperboy/internal/")
		if !inside || !ours || row(from) < 0 {
			return
		}
		if row(to) < 0 || row(to) >= row(from) {
			t.Errorf("%s imports %s", dir, path)
		}
	})
}

func TestPurePackagesStayPure(t *testing.T) {
	eachImport(t, func(dir, path string) {
		if !slices.Contains(pure, strings.TrimPrefix(dir, "internal/")) {
			return
		}
		if slices.Contains(impure, path) {
			t.Errorf("%s is pure and imports %s", dir, path)
		}
	})
}

func TestOnlyOnePackageTouchesEachModule(t *testing.T) {
	eachImport(t, func(dir, path string) {
		for module, home := range soleImporters {
			if (path == module || strings.HasPrefix(path, module+"/")) && dir != home {
				t.Errorf("%s imports %s, which is %s's", dir, path, home)
			}
		}
	})
}

func TestTopLevelHoldsWhatItShould(t *testing.T) {
	entries, err := os.ReadDir(peers.Root(t))
	if err != nil {
		t.Fatal(err)
	}
	allowed := []string{"cmd", "internal", "templates", "config.example.yaml", "go.mod", "go.sum", "README.md", "LICENSE"}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") && !slices.Contains(allowed, e.Name()) {
			t.Errorf("%s at the top level", e.Name())
		}
	}
}

func row(pkg string) int {
	return slices.IndexFunc(rows, func(r []string) bool { return slices.Contains(r, pkg) })
}

// eachImport calls fn with every import of the code, tests left out.
func eachImport(t *testing.T, fn func(dir, path string)) {
	t.Helper()
	root := peers.Root(t)
	seen := 0
	err := filepath.WalkDir(root, func(file string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		dir, err := filepath.Rel(root, filepath.Dir(file))
		if err != nil {
			return err
		}
		for _, spec := range f.Imports {
			path, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			seen++
			fn(filepath.ToSlash(dir), path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 100 {
		t.Fatalf("only %d imports seen", seen)
	}
}
