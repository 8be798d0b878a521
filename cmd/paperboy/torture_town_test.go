//go:build unix

package main

import (
	"bytes"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/mail"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"paperboy/internal/letter"
	"paperboy/internal/paper"
	"paperboy/internal/peers/smtpfault"
	"paperboy/internal/store"
)

// townDay is the moment that every process of a town acts for.
var townDay = time.Date(2026, 6, 18, 8, 0, 0, 0, time.UTC)

// lines is how many connections a process of a town keeps open.
const lines = 8

// town is a database of readers who are owed a letter each, and the mail server
// that these come to. The processes that send them are the real program.
type town struct {
	*testing.T
	dir     string
	program string
	server  *smtpfault.Server
	owed    map[string]mailed // by address: what a process that nothing befalls sends

	mu       sync.Mutex
	arrivals []mailed // in the order in which the server took them
}

// mailed is a letter as the server took it.
type mailed struct {
	to, id string
	conn   int
	sum    [sha256.Size]byte
}

// newTown makes one in dir, with this many readers.
func newTown(t *testing.T, dir string, readers int) *town {
	t.Helper()
	founded.Lock()
	defer founded.Unlock()
	if founded.towns[readers] == nil {
		founded.towns[readers] = found(t, readers)
	}
	f := founded.towns[readers]
	w := &town{T: t, dir: dir, program: programLink(t), owed: f.owed}
	w.write("papers.jsonl", f.papers)
	w.write("paperboy.db", f.database)
	w.opens()
	return w
}

// founded are the towns made so far, by the number of readers: what a test does
// to one is done to a copy.
var founded = struct {
	sync.Mutex
	towns map[int]*founding
}{towns: map[int]*founding{}}

type founding struct {
	papers, database []byte
	owed             map[string]mailed
}

// found makes a town, and lets a process send all of its letters to know what
// is owed.
func found(t *testing.T, readers int) *founding {
	t.Helper()
	calm := &town{T: t, dir: t.TempDir(), program: programLink(t)}
	f := &founding{papers: paperLines(t), owed: map[string]mailed{}}
	calm.write("papers.jsonl", f.papers)
	calm.settle(readers)
	var err error
	if f.database, err = os.ReadFile(filepath.Join(calm.dir, "paperboy.db")); err != nil {
		t.Fatal(err)
	}
	calm.opens()
	if p := calm.start(); p.wait() != nil {
		t.Fatalf("the undisturbed process: %v\n%s", p.err, &p.log)
	}
	for _, m := range calm.arrivals {
		f.owed[m.to] = m
	}
	if len(f.owed) != readers || len(calm.arrivals) != readers {
		t.Fatalf("undisturbed, %d readers of %d got %d letters", len(f.owed), readers, len(calm.arrivals))
	}
	return f
}

func (w *town) write(name string, data []byte) {
	w.Helper()
	if err := os.WriteFile(filepath.Join(w.dir, name), data, 0o600); err != nil {
		w.Fatal(err)
	}
}

// programLink is this test's program under the name by which it is paperboy.
func programLink(t *testing.T) string {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "paperboy")
	if err := os.Symlink(program, name); err != nil {
		t.Fatal(err)
	}
	return name
}

// townPapers are the papers of a town.
func townPapers(t *testing.T) []paper.Listing {
	t.Helper()
	b, err := rehearsalPapers{30}.Fetch(t.Context(), townDay, "")
	if err != nil {
		t.Fatal(err)
	}
	return b.Listings
}

// paperLines are they, as the file source reads them.
func paperLines(t *testing.T) []byte {
	t.Helper()
	var lines bytes.Buffer
	enc := json.NewEncoder(&lines)
	for _, l := range townPapers(t) {
		if err := enc.Encode(map[string]any{
			"id": l.ID, "title": l.Title, "summary": l.Summary, "authors": l.Authors, "published": "2026-06-17", "votes": l.Signals.Votes.N,
		}); err != nil {
			t.Fatal(err)
		}
	}
	return lines.Bytes()
}

// settle makes the database and its readers.
func (w *town) settle(readers int) {
	w.Helper()
	c := defaults()
	c.dir = w.dir
	a, err := open(w.Context(), c, newLog(w.Output()), nil)
	if err != nil {
		w.Fatal(err)
	}
	var papers []*paper.Paper
	for _, l := range townPapers(w.T) {
		papers = append(papers, &paper.Paper{Title: l.Title, Summary: l.Summary})
	}
	crowd, err := newCrowd(papers, c.defaultSettings().Rhythm)
	if err != nil {
		w.Fatal(err)
	}
	if _, err := a.store.Import(w.Context(), crowd.readers(readers), townDay.Add(-time.Hour)); err != nil {
		w.Fatal(err)
	}
	a.close()
}

// opens starts the mail server and points the configuration at it.
func (w *town) opens() {
	w.Helper()
	w.server = smtpfault.New(w.T)
	w.server.Extensions("PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES")
	w.server.Keep(w.take)
	w.write("config.yaml", fmt.Appendf(nil,
		"sources: [{file: {path: papers.jsonl}}]\nmail: {smtp: {host: %s, port: %d, tls: none}, connections: %d}\n",
		w.server.Host, w.server.Port, lines))
}

func (w *town) take(m smtpfault.Message) {
	parsed, err := mail.ReadMessage(bytes.NewReader(m.Data))
	if err != nil || len(m.To) != 1 {
		w.Errorf("the server took what is no letter to one reader: %v", err)
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.arrivals = append(w.arrivals, mailed{m.To[0], parsed.Header.Get("Message-Id"), m.Conn, sha256.Sum256(m.Data)})
}

// taken is how many letters the server took.
func (w *town) taken() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.arrivals)
}

// process is a run of the real program.
type process struct {
	*exec.Cmd
	log  output
	over chan struct{}
	err  error // once over
}

func (w *town) start() *process {
	w.Helper()
	p := &process{Cmd: exec.Command(w.program, "run", "--now", townDay.Format(time.RFC3339)), over: make(chan struct{})}
	p.Dir, p.Stdout, p.Stderr = w.dir, &p.log, &p.log
	if err := p.Start(); err != nil {
		w.Fatal(err)
	}
	go func() {
		p.err = p.Cmd.Wait()
		close(p.over)
	}()
	w.Cleanup(p.kill)
	return p
}

// wait returns how the process ended.
func (p *process) wait() error {
	<-p.over
	return p.err
}

// kill ends the process with SIGKILL and returns once it is gone.
func (p *process) kill() {
	_ = p.Process.Kill() // it may have ended by itself
	<-p.over
}

// keepsPromise runs one more process, which nothing befalls, and fails unless
// every reader then has exactly the letter owed, and repeats came only of
// letters that were the last on their connection. It returns their number.
func (w *town) keepsPromise() (repeats int) {
	w.Helper()
	if p := w.start(); p.wait() != nil {
		w.Fatalf("the last process: %v\n%s", p.err, &p.log)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	last := map[int]int{} // by connection
	for i, m := range w.arrivals {
		last[m.conn] = i
	}
	got, open := map[string]int{}, map[string]int{}
	for i, m := range w.arrivals {
		switch owed := w.owed[m.to]; {
		case m.id != owed.id:
			w.Errorf("%s got the letter %s, and is owed %q", m.to, m.id, owed.id)
		case m.sum != owed.sum:
			w.Errorf("the letter to %s is not the one owed", m.to)
		}
		got[m.to]++
		if last[m.conn] != i {
			open[m.to]++
		}
	}
	missed := 0
	for to := range w.owed {
		if got[to] == 0 {
			missed++
		}
		if open[to] > 1 {
			w.Errorf("%s got a letter twice that was settled, or not the last of its connection", to)
		}
		repeats += max(got[to]-1, 0)
	}
	if missed > 0 {
		w.Errorf("%d readers of %d were missed", missed, len(w.owed))
	}
	w.recorded()
	return repeats
}

// recorded fails unless the database says of all letters that they were sent.
func (w *town) recorded() {
	w.Helper()
	s, err := store.Open(w.Context(), "sqlite:"+filepath.Join(w.dir, "paperboy.db"))
	if err != nil {
		w.Fatal(err)
	}
	defer s.Close()
	c, err := s.Census(w.Context())
	if err != nil {
		w.Fatal(err)
	}
	if n := c.Letters[letter.Sent]; n != len(w.owed) || len(c.Letters) != 1 {
		w.Errorf("letters by the database: %v, want %d sent and no others", c.Letters, len(w.owed))
	}
}

// holder begins transactions that hold the database, as another process would.
func (w *town) holder() *sql.DB {
	w.Helper()
	file := filepath.Join(w.dir, "paperboy.db")
	db, err := sql.Open("sqlite", "file:"+file+"?_txlock=immediate&_pragma=busy_timeout(20000)")
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() {
		if err := db.Close(); err != nil {
			w.Error(err)
		}
	})
	return db
}
