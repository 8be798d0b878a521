package inbox

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Maildir is a folder into which a mail server delivers, one file a mail.
type Maildir struct {
	Path    string
	Handler *Handler
}

// Check looks whether the folder is a maildir that can be read.
func (d Maildir) Check(context.Context) (waiting int, err error) {
	names, err := d.waiting()
	return len(names), err
}

func (d Maildir) waiting() ([]string, error) {
	entries, err := os.ReadDir(filepath.Join(d.Path, "new"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s is no maildir: it has no folder new", d.Path)
	}
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if e.Type().IsRegular() && !strings.HasPrefix(e.Name(), ".") {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names)
	return names, nil
}

// Poll handles all mails that are new: the inbox's are removed, the others are
// marked as seen and left for people. One that can't be handled now is left as
// it is, and stops none behind it.
func (d Maildir) Poll(ctx context.Context) error {
	names, err := d.waiting()
	if err != nil {
		return err
	}
	var errs []error
	for _, name := range names {
		if ctx.Err() != nil {
			break
		}
		if err := d.one(ctx, name); err != nil {
			errs = append(errs, fmt.Errorf("mail %s: %w", name, err))
		}
	}
	return firstOf(errs)
}

func (d Maildir) one(ctx context.Context, name string) error {
	file := filepath.Join(d.Path, "new", name)
	raw, err := d.read(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // another process was here first
	}
	if err != nil {
		return err
	}
	ours, err := d.Handler.Handle(ctx, Mail{Raw: raw})
	switch {
	case err != nil:
		return err
	case ours:
		err = os.Remove(file)
	default:
		name, _, _ = strings.Cut(name, ":")
		err = os.Rename(file, filepath.Join(d.Path, "cur", name+":2,S"))
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func (d Maildir) read(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return ReadMail(f)
}
