package main

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// mailbox reads the letters that were put into a mail folder.
type mailbox string

// delivered is one letter in the folder.
type delivered struct {
	Name     string // of its file
	Subject  string
	To       string
	Date     time.Time
	Header   mail.Header
	Text     string
	HTML     string
	Modified time.Time
}

// letters returns the folder's letters, the newest first.
func (m mailbox) letters() ([]delivered, error) {
	files, err := filepath.Glob(filepath.Join(string(m), "*.eml"))
	if err != nil {
		return nil, err
	}
	out := make([]delivered, 0, len(files))
	for _, file := range files {
		d, err := readLetter(file)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		out = append(out, d)
	}
	slices.SortFunc(out, func(a, b delivered) int { return b.Modified.Compare(a.Modified) })
	return out, nil
}

func readLetter(file string) (d delivered, err error) {
	f, err := os.Open(file)
	if err != nil {
		return d, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return d, err
	}
	d, err = parseLetter(f)
	d.Name, d.Modified = strings.TrimSuffix(filepath.Base(file), ".eml"), info.ModTime()
	return d, err
}

func parseLetter(r io.Reader) (d delivered, err error) {
	m, err := mail.ReadMessage(r)
	if err != nil {
		return d, err
	}
	to, err := mail.ParseAddress(m.Header.Get("To"))
	if err != nil {
		return d, err
	}
	d = delivered{To: to.Address, Header: m.Header}
	if d.Subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject")); err != nil {
		return d, err
	}
	if d.Date, err = m.Header.Date(); err != nil {
		return d, err
	}
	return d, d.readBody(m)
}

func (d *delivered) readBody(m *mail.Message) error {
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		return err
	}
	if !strings.HasPrefix(kind, "multipart/") {
		body, err := io.ReadAll(quotedprintable.NewReader(m.Body))
		d.Text = unixLines(body)
		return err
	}
	parts := multipart.NewReader(m.Body, params["boundary"])
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		body, err := io.ReadAll(part)
		if err != nil {
			return err
		}
		if strings.HasPrefix(part.Header.Get("Content-Type"), "text/html") {
			d.HTML = unixLines(body)
		} else {
			d.Text = unixLines(body)
		}
	}
}

func unixLines(b []byte) string { return strings.ReplaceAll(string(b), "\r\n", "\n") }
