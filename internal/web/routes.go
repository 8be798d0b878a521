package web

import (
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"path"
	"runtime/debug"
	"strings"

	"paperboy/internal/subscription"
)

// maxBody bounds what a form may send, in bytes.
const maxBody = 64 << 10

// handle answers a request. The error it returns is turned into a page by
// server.fail, and nowhere else.
type handle func(w http.ResponseWriter, r *http.Request) error

// methods are the ways to ask for one address. HEAD goes where GET goes.
type methods struct{ get, post handle }

func (s *server) routes() map[string]methods {
	return map[string]methods{
		"/{$}":                     {get: s.showFront},
		"/preview":                 {s.showPreview, s.previewPosted},
		"/papers":                  {get: s.showPapers},
		"/paper/{key}":             {get: s.showPaper},
		"/archive":                 {get: s.showArchive},
		"/archive/{month}":         {get: s.showMonth},
		"/{day}":                   {get: s.showDay},
		"/{day}/{feed}":            {get: s.showDayFeed},
		"/feed.atom":               {get: s.showFeed("atom")},
		"/feed.json":               {get: s.showFeed("json")},
		"/robots.txt":              {get: s.showRobots},
		"/sitemap.xml":             {get: s.showSiteMap},
		"/favicon.ico":             {get: s.showFavicon},
		"/subscribe":               {post: s.subscribe},
		"/confirm/{token}":         {s.showConfirm, s.confirm},
		"/leave/{token}":           {s.showLeave, s.leave},
		"/leave/{token}/undo":      {post: s.comeBack},
		"/leave/{token}/why":       {post: s.explain},
		"/settings/{token}":        {s.showSettings, s.changeSettings},
		"/settings/{token}/pause":  {post: s.pause},
		"/settings/{token}/resume": {post: s.resume},
		"/settings/{token}/mute":   {post: s.muteKeyword},
		"/settings/{token}/unmark": {post: s.unmark},
		"/settings/{token}/link":   {post: s.linkFromSettings},
		"/mark/{token}":            {s.showMarks, s.mark},
		"/view/{token}":            {get: s.showView},
		"/link":                    {s.showLink, s.askLink},
		"/account/{token}":         {get: s.showAccount},
		"/account/{token}/export":  {get: s.export},
		"/account/{token}/move":    {post: s.askMove},
		"/account/{token}/delete":  {post: s.deleteAll},
		"/move/{token}":            {s.showMove, s.move},
		"/static/{file}":           {get: s.showStatic},
		"/healthz":                 {get: s.health},
		"/":                        {get: s.nowhere, post: s.nowhere},
	}
}

func (s *server) nowhere(http.ResponseWriter, *http.Request) error { return errNotFound }

// handler is the routes with all that stands around them.
func (s *server) handler(base *url.URL) (http.Handler, error) {
	mux := http.NewServeMux()
	for pattern, m := range s.routes() {
		mux.Handle(pattern, s.answer(m))
	}
	forms := http.NewCrossOriginProtection()
	// A proxy may pass on another Host than the one the browser sees.
	if err := forms.AddTrustedOrigin(base.Scheme + "://" + base.Host); err != nil {
		return nil, err
	}
	// A mailbox provider's page may press the one-click button (RFC 8058). The
	// sealed link is proof enough, and all that it opens is the way out.
	forms.AddInsecureBypassPattern("POST /leave/{token}")
	forms.SetDenyHandler(s.answer(methods{
		get:  func(http.ResponseWriter, *http.Request) error { return errCrossOrigin },
		post: func(http.ResponseWriter, *http.Request) error { return errCrossOrigin },
	}))
	return s.logged(s.secured(base, s.recovered(s.unprefixed(forms.Handler(mux))))), nil
}

// answer calls the method's handle and turns its error into a page.
func (s *server) answer(m methods) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h, allow := m.post, "POST"
		switch {
		case m.get != nil && m.post != nil:
			allow = "GET, HEAD, POST"
		case m.get != nil:
			allow = "GET, HEAD"
		}
		if r.Method != http.MethodPost {
			h = m.get
		}
		if h == nil || r.Method != http.MethodPost && r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", allow)
			h = func(http.ResponseWriter, *http.Request) error { return errMethod }
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		if err := h(w, r); err != nil {
			s.fail(w, r, err)
		}
	})
}

// unprefixed takes the site's path off a request. A proxy may have done so
// already, and /healthz is asked for directly.
func (s *server) unprefixed(next http.Handler) http.Handler {
	nowhere := s.answer(methods{s.nowhere, s.nowhere})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p := r.URL.Path
		if rest, ok := strings.CutPrefix(p, s.prefix); ok && s.prefix != "" && (rest == "" || rest[0] == '/') {
			p = rest
		}
		if p == "" {
			p = "/"
		}
		// The mux would lead an unclean path to a clean one without the prefix.
		if clean := path.Clean(p); p[0] != '/' || clean != p && clean+"/" != p {
			nowhere.ServeHTTP(w, r)
			return
		}
		stripped := r.Clone(r.Context())
		stripped.URL.Path, stripped.URL.RawPath = p, ""
		next.ServeHTTP(w, stripped)
		r.Pattern = stripped.Pattern
	})
}

// policy lets a page load what lies beside it, and nothing else.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

func (s *server) secured(base *url.URL, next http.Handler) http.Handler {
	// Without a referrer a form's Origin is 'null', and over plain HTTP browsers
	// send no Sec-Fetch-Site beside it: forms could not be told from foreign ones.
	referrer := "no-referrer"
	if name := base.Hostname(); base.Scheme == "http" && name != "localhost" && name != "127.0.0.1" && name != "::1" {
		referrer = "same-origin"
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", referrer)
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
		// Pages that everybody may keep say so themselves.
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

func (s *server) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			what := recover()
			if what == nil {
				return
			}
			if err, ok := what.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(what)
			}
			s.Log.Error("page panicked", "page", r.Pattern, "panic", what, "stack", string(debug.Stack()))
			s.fail(w, r, errPanicked)
		}()
		next.ServeHTTP(w, r)
	})
}

// logged notes requests at debug, by their pattern: an address may hold a
// sealed link, and who asks is nobody's business.
func (s *server) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.Log.Enabled(r.Context(), slog.LevelDebug) {
			next.ServeHTTP(w, r)
			return
		}
		start := s.Now()
		seen := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(seen, r)
		s.Log.Debug("page", "method", r.Method, "page", r.Pattern, "status", seen.status, "took", s.Now().Sub(start))
	})
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// open reads the sealed link that a request's address holds.
func (s *server) open(r *http.Request, want subscription.Purpose) (subscription.Token, error) {
	return s.Links.Sealer.Open(r.PathValue("token"), want, s.Now())
}

// personal marks a page that is one reader's own.
func personal(w http.ResponseWriter) { w.Header().Set("X-Robots-Tag", "noindex, nofollow") }
