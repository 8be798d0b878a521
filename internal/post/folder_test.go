package post

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"paperboy/internal/letter"
)

func letterBytes(t *testing.T, id, text string) []byte {
	t.Helper()
	m := sample()
	m.ID, m.Text = id, text
	data, err := Build(m)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// names lists what is in a folder, hidden files too.
func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

func openFolder(t *testing.T, dir string) Conn {
	t.Helper()
	folder, err := NewFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := folder.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

func TestFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "mail", "out")
	conn := openFolder(t, dir)
	first := letterBytes(t, "digest.7.20260512@example.org", "first")
	other := letterBytes(t, "digest.8.20260512@example.org", "other")
	for _, data := range [][]byte{first, other, first} { // the first twice
		got := conn.Send(t.Context(), letter.Envelope{From: "a@example.org", To: "b@example.com", Data: data})
		if got.Stage != letter.StageDot || got.Code != 250 || got.Host != dir {
			t.Errorf("reply %+v", got)
		}
	}
	want := []string{"digest.7.20260512@example.org.eml", "digest.8.20260512@example.org.eml"}
	if diff := cmp.Diff(want, names(t, dir)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	got, err := os.ReadFile(filepath.Join(dir, want[0]))
	if err != nil || string(got) != string(first) {
		t.Errorf("the file is not the letter: %q, error %v", got, err)
	}
	if info, err := os.Stat(dir); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o700 {
		t.Errorf("folder's mode %v, error %v: others can read the letters", info.Mode(), err)
	}
	if err := conn.Close(); err != nil {
		t.Error(err)
	}
}

func TestAFolderLosesOldDraftsAndNothingElse(t *testing.T) {
	dir := t.TempDir()
	put := func(name string, age time.Duration) {
		path, at := filepath.Join(dir, name), time.Now().Add(-age)
		if err := errors.Join(os.WriteFile(path, nil, 0o600), os.Chtimes(path, at, at)); err != nil {
			t.Fatal(err)
		}
	}
	put(".digest.1@example.org.eml.draft", 2*time.Hour)
	put(".digest.2@example.org.eml.draft", time.Minute) // another process is at it
	put("digest.3@example.org.eml", 2*time.Hour)
	put(".hidden", 2*time.Hour)
	put("my.eml.draft", 2*time.Hour)
	openFolder(t, dir)
	want := []string{".digest.2@example.org.eml.draft", ".hidden", "digest.3@example.org.eml", "my.eml.draft"}
	if diff := cmp.Diff(want, names(t, dir)); diff != "" {
		t.Errorf("left (-want +got):\n%s", diff)
	}
}

func TestFolderFileNames(t *testing.T) {
	seen := map[string]string{}
	for _, id := range []string{
		"a@example.org", "A@example.org", "a/b@example.org", "a:b@example.org", "../../etc/passwd@example.org",
		".hidden@example.org", "a|b@example.org", strings.Repeat("x", 300) + "@example.org", strings.Repeat("x", 301) + "@example.org",
	} {
		name := fileName(letterBytes(t, id, "text"))
		if strings.ContainsAny(name, `/\:*?"<>|`) || strings.HasPrefix(name, ".") || len(name) > 200 || !strings.HasSuffix(name, ".eml") {
			t.Errorf("%q gives the unsafe name %q", id, name)
		}
		if other, ok := seen[strings.ToLower(name)]; ok {
			t.Errorf("%q and %q share the name %q", id, other, name)
		}
		seen[strings.ToLower(name)] = id
	}
	if a, b := fileName([]byte("no header")), fileName([]byte("Subject: no id\r\n\r\n")); a == b {
		t.Errorf("two letters without a Message-ID share the name %q", a)
	}
}

func TestFolderFaults(t *testing.T) {
	data := letterBytes(t, "a@example.org", "text")
	send := func(ctx context.Context, conn Conn) letter.Reply {
		return conn.Send(ctx, letter.Envelope{From: "a@example.org", To: "b@example.com", Data: data})
	}
	t.Run("a folder that is gone", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "mail")
		conn := openFolder(t, dir)
		if err := os.Remove(dir); err != nil {
			t.Fatal(err)
		}
		if got := send(t.Context(), conn); got.Stage != letter.StageData || got.Code != 0 || !strings.Contains(got.Text, dir) {
			t.Errorf("reply %+v, want code 0 at data with the path", got)
		}
		_, err := (&Folder{dir: dir}).Open(t.Context())
		if fault := new(letter.Fault); !errors.As(err, &fault) || fault.Stage != letter.StageConnect {
			t.Errorf("opening it gives %v", err)
		}
	})
	t.Run("a name that is taken by a folder", func(t *testing.T) {
		dir := t.TempDir()
		if err := os.MkdirAll(filepath.Join(dir, "a@example.org.eml", "x"), 0o700); err != nil {
			t.Fatal(err)
		}
		if got := send(t.Context(), openFolder(t, dir)); got.Stage != letter.StageData || got.Code != 0 {
			t.Errorf("reply %+v, want code 0 at data", got)
		}
		if diff := cmp.Diff([]string{"a@example.org.eml"}, names(t, dir)); diff != "" {
			t.Errorf("a draft was left (-want +got):\n%s", diff)
		}
	})
	t.Run("a file where the folder should be", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "mail")
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := NewFolder(path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("error %v does not name it", err)
		}
	})
	t.Run("cancelled", func(t *testing.T) {
		dir := t.TempDir()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if got := send(ctx, openFolder(t, dir)); got.Stage != letter.StageData || got.Code != 0 || len(names(t, dir)) != 0 {
			t.Errorf("reply %+v, files %v, want none", got, names(t, dir))
		}
	})
}

func BenchmarkFolder(b *testing.B) {
	folder, err := NewFolder(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	m := sample()
	m.HTML = strings.Repeat(m.HTML, 40)
	data, err := Build(m)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if got := folder.Send(b.Context(), letter.Envelope{Data: data}); got.Code != 250 {
			b.Fatal(got)
		}
	}
}

func BenchmarkBuild(b *testing.B) {
	m := sample()
	m.HTML = strings.Repeat(m.HTML, 40)
	for b.Loop() {
		if _, err := Build(m); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkBuildEncoded builds letters of 32 KB whose parts come encoded.
func BenchmarkBuildEncoded(b *testing.B) {
	m := sample()
	m.Encoded = letter.NewEncoded(bytes.Repeat([]byte("text\r\n"), 1<<10), bytes.Repeat([]byte("html\r\n"), 4<<10))
	for b.Loop() {
		if _, err := Build(m); err != nil {
			b.Fatal(err)
		}
	}
}
