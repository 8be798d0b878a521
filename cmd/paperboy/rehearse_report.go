package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
)

// rehearsed is what a rehearsal found.
type rehearsed struct {
	Readers        int     `json:"readers"`
	Keywords       int     `json:"keywords"` // different ones, of all readers
	Papers         int     `json:"papers"`
	Matched        int     `json:"matched"` // papers, for the reader in the middle
	Letters        int     `json:"letters"`
	BytesPerLetter int64   `json:"bytes_per_letter"` // as sent; 0 where none was
	PeakRSSBytes   int64   `json:"peak_rss_bytes"`   // of this process; 0 where the system does not tell
	DatabaseBytes  int64   `json:"database_bytes"`
	Stages         []stage `json:"stages"`
}

type stage struct {
	Name      string  `json:"name"`
	Seconds   float64 `json:"seconds"`
	Items     int     `json:"items"`
	PerSecond float64 `json:"per_second"`
}

func (r *rehearsed) add(name string, took time.Duration, items int) {
	s := stage{Name: name, Seconds: took.Seconds(), Items: items}
	if s.Seconds > 0 {
		s.PerSecond = float64(items) / s.Seconds
	}
	r.Stages = append(r.Stages, s)
}

func (r *rehearsed) write(w io.Writer, format string) error {
	if format == "json" {
		return json.NewEncoder(w).Encode(r)
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "stage\tseconds\titems\tper second\t")
	for _, s := range r.Stages {
		fmt.Fprintf(t, "%s\t%.2f\t%d\t%.0f\t\n", s.Name, s.Seconds, s.Items, s.PerSecond)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	t = tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "\nreaders\t%d\ndifferent keywords\t%d\npapers\t%d\nmatched, in the middle\t%d\nletters\t%d\n",
		r.Readers, r.Keywords, r.Papers, r.Matched, r.Letters)
	if r.BytesPerLetter > 0 {
		fmt.Fprintf(t, "bytes per letter\t%d\n", r.BytesPerLetter)
	}
	if r.PeakRSSBytes > 0 {
		fmt.Fprintf(t, "peak memory\t%.1f MB\n", float64(r.PeakRSSBytes)/1e6)
	}
	fmt.Fprintf(t, "database\t%.1f MB\n", float64(r.DatabaseBytes)/1e6)
	return t.Flush()
}

// folderBytes is the size of all files in a folder.
func folderBytes(dir string) (n int64, err error) {
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		return 0, err
	}
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil {
			return 0, err
		}
		n += info.Size()
	}
	return n, nil
}

// peakRSS is the most memory that this process ever had resident, in bytes, by
// the operating system: 0 where it does not tell.
func peakRSS() int64 {
	f, err := os.Open("/proc/self/status")
	if err != nil {
		return mostResident()
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if size, found := strings.CutPrefix(lines.Text(), "VmHWM:"); found {
			kib, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(size, "kB")), 10, 64)
			if err != nil {
				return mostResident()
			}
			return kib * 1024
		}
	}
	return mostResident()
}
