package main

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// overlay finds a file in the first of its file systems that has it, so that
// an operator replaces only the templates that should read otherwise.
type overlay []fs.FS

// Open opens the first layer's file; a folder is that of the last layer.
func (o overlay) Open(name string) (fs.File, error) {
	last := len(o) - 1
	for _, layer := range o[:last] {
		if info, err := fs.Stat(layer, name); err == nil && !info.IsDir() {
			return layer.Open(name)
		}
	}
	return o[last].Open(name)
}

// ReadDir lists the files of all layers, sorted by name.
func (o overlay) ReadDir(name string) ([]fs.DirEntry, error) {
	found := map[string]fs.DirEntry{}
	for _, layer := range slices.Backward(o) {
		entries, err := fs.ReadDir(layer, name)
		if err != nil {
			continue // most layers lack most folders
		}
		for _, e := range entries {
			found[e.Name()] = e
		}
	}
	if len(found) == 0 {
		return fs.ReadDir(o[len(o)-1], name)
	}
	out := make([]fs.DirEntry, 0, len(found))
	for _, e := range found {
		out = append(out, e)
	}
	slices.SortFunc(out, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return out, nil
}

// misnamed returns an error for a template in own that replaces none of builtin.
func misnamed(own, builtin fs.FS) error {
	return fs.WalkDir(own, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(name, ".tmpl") {
			return err
		}
		if _, err := fs.Stat(builtin, name); err != nil {
			return fmt.Errorf("templates: %s replaces none of the built-in ones", name)
		}
		return nil
	})
}
