package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"
)

// static is the files that pages load, each under a name that holds a hash of
// its content: a browser may keep it for ever, and sees a change at once.
type static struct {
	files map[string][]byte // by the name with the hash
	paths map[string]string // below the site, by the file's own name
	// prefix is the path of the site.
	prefix string
}

// kinds are the media types of static files, the same on every machine.
var kinds = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
	".png": "image/png",
}

func readStatic(templates fs.FS, prefix string) (static, error) {
	s := static{files: map[string][]byte{}, paths: map[string]string{}, prefix: prefix}
	for _, name := range []string{"style.css", "page.js", "icon.svg", "icon.png", "preview.png"} {
		data, err := fs.ReadFile(templates, "static/"+name)
		if err != nil {
			return s, err
		}
		sum := sha256.Sum256(data)
		ext := path.Ext(name)
		hashed := strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:6]) + ext
		s.files[hashed] = data
		s.paths[name] = "/static/" + hashed
	}
	return s, nil
}

// url is the function of templates that names a static file.
func (s static) url(name string) (string, error) {
	if p, ok := s.paths[name]; ok {
		return s.prefix + p, nil
	}
	return "", fmt.Errorf("there is no static file %q", name)
}

// path is where a static file lies below the site.
func (s static) path(name string) string { return s.paths[name] }

// content is a static file's own.
func (s static) content(name string) []byte { return s.files[path.Base(s.paths[name])] }

func (s *server) showStatic(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("file")
	data, ok := s.static.files[name]
	if !ok {
		return errNotFound
	}
	w.Header().Set("Content-Type", kinds[path.Ext(name)])
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	// Pictures are shown beside links to us, on other sites too.
	if path.Ext(name) == ".png" {
		w.Header().Set("Cross-Origin-Resource-Policy", "cross-origin")
	}
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(data))
	return nil
}
