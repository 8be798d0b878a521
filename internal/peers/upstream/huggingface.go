package upstream

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"paperboy/internal/peers"
)

// capturedLists reads the captured lists by date.
func capturedLists(t testing.TB) map[string][]byte {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(peers.Data(t, "hf"), "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	lists := map[string][]byte{}
	for _, f := range files {
		list, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		lists[strings.TrimSuffix(filepath.Base(f), ".json")] = list
	}
	return lists
}

// dailyPapers answers as Hugging Face: an empty list for a day without papers
// or still to come, 400 for a date that is none.
func (s *Server) dailyPapers(w http.ResponseWriter, r *http.Request, today time.Time) {
	q := r.URL.Query()
	date, err := time.Parse(time.DateOnly, q.Get("date"))
	if err != nil {
		http.Error(w, `{"error":"Invalid date"}`, http.StatusBadRequest)
		return
	}
	items := []json.RawMessage{}
	if list, ok := s.lists[q.Get("date")]; ok && !date.After(today) {
		if err := json.Unmarshal(list, &items); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
	}
	limit, page := number(q.Get("limit"), 50), number(q.Get("p"), 0)
	from := min(page*limit, len(items))
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if err := json.NewEncoder(w).Encode(items[from:min(from+limit, len(items))]); err != nil {
		return // the client went away
	}
}

func number(s string, other int) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return other
	}
	return n
}
