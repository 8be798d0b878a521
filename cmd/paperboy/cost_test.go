//go:build unix

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"paperboy/internal/peers"
)

// The benchmarks run the built program as an operator would, and report the
// seconds and the peak memory (resident, by the operating system) of it:
//
//	go test -run=NONE -bench=. -benchtime=3x ./cmd/paperboy

// BenchmarkRound is one round of 1,000 readers over 1,000 papers, letters to a
// folder, in a fresh database.
func BenchmarkRound(b *testing.B) {
	program := build(b)
	for b.Loop() {
		b.StopTimer()
		dir := benchFolder(b, 1000, 1000)
		add := exec.Command(program, "readers", "import")
		add.Dir = dir
		add.Stdin = readerLines(1000)
		if out, err := add.CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
		b.StartTimer()
		round := exec.Command(program, "run", "--now", "2026-06-18T08:00:00Z")
		round.Dir = dir
		out, err := round.CombinedOutput()
		if err != nil || !bytes.Contains(out, []byte("sent: 1000 delivered")) {
			b.Fatalf("%v\n%s", err, out)
		}
		b.ReportMetric(peakMB(round.ProcessState), "peak-MB")
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/round")
}

// BenchmarkServe is the time until serve answers, and its memory when idle.
func BenchmarkServe(b *testing.B) {
	program := build(b)
	var answered time.Duration
	for b.Loop() {
		dir := benchFolder(b, 0, 1)
		address := freeAddress(b)
		write(b, filepath.Join(dir, "config.yaml"), "sources: [{file: {path: papers.jsonl}}]\nlisten: "+address+"\n")
		serve := exec.Command(program, "serve")
		serve.Dir = dir
		begin := time.Now()
		if err := serve.Start(); err != nil {
			b.Fatal(err)
		}
		awaitAnswer(b, "http://"+address+"/healthz")
		answered += time.Since(begin)
		time.Sleep(2 * time.Second) // until the first pull and look are over
		b.ReportMetric(residentMB(b, serve.Process.Pid), "idle-MB")
		if err := serve.Process.Signal(syscall.SIGTERM); err != nil {
			b.Fatal(err)
		}
		if err := serve.Wait(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(answered.Milliseconds())/float64(b.N), "ms-to-answer")
}

func build(b testing.TB) string {
	b.Helper()
	program := filepath.Join(b.TempDir(), "paperboy")
	make := exec.Command("go", "build", "-o", program, "./cmd/paperboy")
	make.Dir = peers.Root(b)
	if out, err := make.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	return program
}

// vocabulary is what the benchmark's papers and readers are made of.
var vocabulary = strings.Fields(`diffusion policy robot grasp graph neural network language model retrieval
	protein folding quantum error correction speech recognition vision transformer attention sparse kernel
	approximation gradient descent optimisation federated privacy reinforcement learning reward planning
	causal inference bayesian sampling segmentation detection tracking video audio music translation dialogue
	agent benchmark dataset evaluation safety alignment scaling law compression quantisation distillation`)

func words(r *rand.Rand, n int) string {
	out := make([]string, n)
	for i := range out {
		out[i] = vocabulary[r.IntN(len(vocabulary))]
	}
	return strings.Join(out, " ")
}

func benchFolder(b *testing.B, readers, papers int) string {
	b.Helper()
	dir := b.TempDir()
	r := rand.New(rand.NewPCG(1, 2))
	var lines bytes.Buffer
	enc := json.NewEncoder(&lines)
	for n := range papers {
		if err := enc.Encode(map[string]any{
			"id": fmt.Sprintf("2606.%05d", n), "title": words(r, 9), "summary": words(r, 80) + ". " + words(r, 80) + ".",
			"authors": []string{"Ada Example", "Bo Example", "Cy Example"}, "published": "2026-06-17", "votes": r.IntN(60),
		}); err != nil {
			b.Fatal(err)
		}
	}
	write(b, filepath.Join(dir, "papers.jsonl"), lines.String())
	write(b, filepath.Join(dir, "config.yaml"), "sources: [{file: {path: papers.jsonl}}]\n")
	return dir
}

func readerLines(n int) *bytes.Buffer {
	r := rand.New(rand.NewPCG(3, 4))
	var lines bytes.Buffer
	for i := range n {
		fmt.Fprintf(&lines, `{"address": "reader%d@example.net", "keywords": "%s, %s, \"%s\""}`+"\n", i, words(r, 1), words(r, 2), words(r, 2))
	}
	return &lines
}

func write(b *testing.B, file, text string) {
	b.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
}

func freeAddress(b testing.TB) string {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func awaitAnswer(b *testing.B, url string) {
	b.Helper()
	for range 5000 {
		if resp, err := http.Get(url); err == nil {
			resp.Body.Close()
			return
		}
		time.Sleep(time.Millisecond)
	}
	b.Fatalf("%s does not answer", url)
}

// peakMB is the most memory that a process had, in units of 10^6 bytes.
func peakMB(p *os.ProcessState) float64 {
	usage, ok := p.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	unit := int64(1024) // Linux counts in KiB
	if runtime.GOOS == "darwin" {
		unit = 1
	}
	return float64(int64(usage.Maxrss)*unit) / 1e6
}

// residentMB is the memory of a running process, where Linux tells it.
func residentMB(b *testing.B, pid int) float64 {
	f, err := os.Open(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Logf("no memory figure: %v", err)
		return 0
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if kib, found := strings.CutPrefix(lines.Text(), "VmRSS:"); found {
			n, err := strconv.ParseFloat(strings.Fields(kib)[0], 64)
			if err != nil {
				b.Fatal(err)
			}
			return n * 1024 / 1e6
		}
	}
	b.Fatal("no VmRSS")
	return 0
}
