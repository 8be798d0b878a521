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
	urls  map[string]string // the path of each file, by its own name
}

// kinds are the media types of static files, the same on every machine.
var kinds = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
}

func readStatic(templates fs.FS, prefix string) (static, error) {
	s := static{files: map[string][]byte{}, urls: map[string]string{}}
	for _, name := range []string{"style.css", "zone.js", "icon.svg"} {
		data, err := fs.ReadFile(templates, "static/"+name)
		if err != nil {
			return s, err
		}
		sum := sha256.Sum256(data)
		ext := path.Ext(name)
		hashed := strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:6]) + ext
		s.files[hashed] = data
		s.urls[name] = prefix + "/static/" + hashed
	}
	return s, nil
}

// url is the function of templates that names a static file.
func (s static) url(name string) (string, error) {
	if u, ok := s.urls[name]; ok {
		return u, nil
	}
	return "", fmt.Errorf("there is no static file %q", name)
}

func (s *server) showStatic(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("file")
	data, ok := s.static.files[name]
	if !ok {
		return errNotFound
	}
	w.Header().Set("Content-Type", kinds[path.Ext(name)])
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(data))
	return nil
}
