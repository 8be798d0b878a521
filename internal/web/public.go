package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// head is what a page for everybody tells those who link to it. Personal pages
// have none.
type head struct {
	Title       string // of the page, without the site's name
	Description string
	Canonical   string // the page's public URL
	Image       string // shown beside a link to it
	Feed        string // the path of its Atom feed; JSON lies beside it
}

// headOf is the head of the page at a path of the site.
func (s *server) headOf(path, title, description string) head {
	return head{
		Title: title, Description: description, Canonical: s.public(path),
		Image: s.public(s.static.path("preview.png")),
	}
}

// public returns the public URL of a path of the site.
func (s *server) public(path string) string { return s.base + path }

const (
	briefly = time.Minute // what changes with the votes
	longer  = 10 * time.Minute
)

// publish answers with a page that everybody may keep for a while.
func (s *server) publish(w http.ResponseWriter, r *http.Request, name string, h head, page any, keep time.Duration) error {
	body, err := s.render(name, view{Site: s.siteView(), Page: page, Head: h})
	if err != nil {
		return err
	}
	return serve(w, r, "text/html; charset=utf-8", body, time.Time{}, keep)
}

// serve answers with bytes under a tag of their content: who has them already
// is told so (RFC 9110, 13.1).
func serve(w http.ResponseWriter, r *http.Request, kind string, body []byte, changed time.Time, keep time.Duration) error {
	sum := sha256.Sum256(body)
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("ETag", `"`+hex.EncodeToString(sum[:12])+`"`)
	h.Set("Cache-Control", "public, max-age="+strconv.Itoa(int(keep/time.Second)))
	http.ServeContent(w, r, "", changed, bytes.NewReader(body))
	return nil
}

// query writes a path with parameters; empty ones are left out.
func query(path string, pairs ...string) string {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			v.Set(pairs[i], pairs[i+1])
		}
	}
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}
