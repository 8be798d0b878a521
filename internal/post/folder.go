package post

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"time"

	"paperboy/internal/letter"
)

// Folder stands in for a mail server: letters become .eml files, which any
// mail program opens.
type Folder struct{ dir string }

// draftLife is after what time a file that takes shape is taken for one that
// its process did not live to finish.
const draftLife = time.Hour

// NewFolder makes dir, for its owner only, unless it is there already, and
// removes what processes that died left unfinished in it.
func NewFolder(dir string) (*Folder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("mail folder: %w", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("mail folder: %w", err)
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") || !strings.HasSuffix(e.Name(), ".eml.draft") {
			continue
		}
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() && time.Since(info.ModTime()) > draftLife {
			_ = os.Remove(filepath.Join(dir, e.Name())) // the next start tries again
		}
	}
	return &Folder{dir: dir}, nil
}

// Open returns the folder itself: there is nothing to connect to.
func (f *Folder) Open(context.Context) (Conn, error) {
	info, err := os.Stat(f.dir)
	if err == nil && !info.IsDir() {
		err = fmt.Errorf("%s is not a folder", f.dir)
	}
	if err != nil {
		return nil, &letter.Fault{Reply: letter.Reply{Stage: letter.StageConnect, Host: f.dir, Text: err.Error()}, Err: err}
	}
	return f, nil
}

// Begin does nothing: a folder takes what comes.
func (f *Folder) Begin(context.Context, letter.Envelope) {}

// Send writes the letter to a file named by its Message-ID: sent again, it
// takes its own place. When Send returns, the letter is on the disk, or it is
// not there and the reply has code 0 at StageData.
func (f *Folder) Send(ctx context.Context, e letter.Envelope) letter.Reply {
	name := fileName(e.Data)
	err := ctx.Err()
	if err == nil {
		err = writeFile(f.dir, name, e.Data)
	}
	if err != nil {
		return letter.Reply{Stage: letter.StageData, Host: f.dir, Text: err.Error()}
	}
	return letter.Reply{Stage: letter.StageDot, Host: f.dir, Code: 250, Text: "2.0.0 written to " + name}
}

// Close does nothing.
func (f *Folder) Close() error { return nil }

// writeFile puts data on the disk under dir/name, whole or not at all. The
// file takes shape under a name that mail programs pass over.
func writeFile(dir, name string, data []byte) (err error) {
	draft := filepath.Join(dir, "."+name+".draft")
	file, err := os.OpenFile(draft, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(draft))
		}
	}()
	_, err = file.Write(data)
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	return os.Rename(draft, filepath.Join(dir, name))
}

// fileName derives a name that is safe on any file system from the letter's
// Message-ID, or from its bytes where it has none. What the name can't show of
// the Message-ID a hash keeps apart.
func fileName(data []byte) string {
	sum := sha256.Sum256(data)
	id := hex.EncodeToString(sum[:8])
	if msg, err := mail.ReadMessage(bytes.NewReader(data)); err == nil {
		if given := strings.Trim(msg.Header.Get("Message-Id"), "<> "); given != "" {
			id = given
		}
	}
	safe := strings.Map(func(r rune) rune {
		if r == '-' || r == '.' || r == '_' || r == '@' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' {
			return r
		}
		return '_'
	}, strings.ToLower(id))
	if safe != id || len(safe) > 150 || safe[0] == '.' {
		sum := sha256.Sum256([]byte(id))
		safe = strings.TrimLeft(safe[:min(len(safe), 150)], ".") + "-" + hex.EncodeToString(sum[:4])
	}
	return safe + ".eml"
}
