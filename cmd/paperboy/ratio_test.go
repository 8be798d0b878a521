//go:build unix

package main

import (
	"encoding/json"
	"flag"
	"net"
	"os/exec"
	"slices"
	"strconv"
	"testing"
	"time"

	"paperboy/internal/peers"
)

var (
	ratio        = flag.Bool("ratio", false, "run TestRatioToSMTPSource, which takes minutes")
	ratioLetters = flag.Int("ratio-letters", 20000, "how many letters TestRatioToSMTPSource sends in each run")
	ratioConfig  = flag.String("ratio-config", "", "configuration `FILE` of its rehearsals, as for one that signs")
)

// How fast personal letters leave, against Postfix's smtp-source that sends one
// fixed message of the same size over and over: five runs in turn into Postfix's
// smtp-sink, eight connections each, by the built program.
//
//	go test ./cmd/paperboy -run RatioToSMTPSource -v -timeout 1h -ratio
func TestRatioToSMTPSource(t *testing.T) {
	if !*ratio {
		t.Skip("a measurement, which takes minutes: -ratio runs it")
	}
	program := build(t)
	sink := peers.DiscardingSink(t)
	address := net.JoinHostPort(sink.Host, strconv.Itoa(sink.Port))
	rehearse := func(readers int) rehearsed {
		args := []string{"rehearse", "--readers", strconv.Itoa(readers), "--connections", "8", "--smtp", address, "--format", "json"}
		if *ratioConfig != "" {
			args = append(args, "--config", *ratioConfig)
		}
		before := sink.Taken(t)
		out, err := exec.Command(program, args...).Output()
		if err != nil {
			t.Fatal(err)
		}
		var r rehearsed
		if err := json.Unmarshal(out, &r); err != nil {
			t.Fatal(err)
		}
		if took := awaitTaken(t, sink, before+readers) - before; took != readers || r.Letters != readers {
			t.Fatalf("%d letters made for %d readers, %d taken by the sink", r.Letters, readers, took)
		}
		return r
	}
	size := int(rehearse(200).BytesPerLetter)
	var ours, theirs []float64
	for run := range 5 {
		r := rehearse(*ratioLetters)
		before, begun := sink.Taken(t), time.Now()
		if out, err := sink.Source(t, *ratioLetters, size).CombinedOutput(); err != nil {
			t.Fatalf("smtp-source: %v\n%s", err, out)
		}
		took := time.Since(begun)
		if n := awaitTaken(t, sink, before+*ratioLetters) - before; n != *ratioLetters {
			t.Fatalf("smtp-source sent %d letters, want %d", n, *ratioLetters)
		}
		size = int(r.BytesPerLetter)
		send := r.Stages[len(r.Stages)-1]
		ours = append(ours, send.PerSecond)
		theirs = append(theirs, float64(*ratioLetters)/took.Seconds())
		t.Logf("run %d: %d letters of %d bytes: paperboy %.0f/s, peak %.0f MB; smtp-source %.0f/s",
			run+1, r.Letters, r.BytesPerLetter, ours[run], float64(r.PeakRSSBytes)/1e6, theirs[run])
	}
	t.Logf("medians: paperboy %.0f/s, smtp-source %.0f/s, ratio %.2f", median(ours), median(theirs), median(ours)/median(theirs))
}

// awaitTaken waits, some seconds at most, until the sink counts as many letters.
func awaitTaken(t *testing.T, sink *peers.Discarding, want int) int {
	t.Helper()
	for range 100 {
		if sink.Taken(t) >= want {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	return sink.Taken(t)
}

func median(of []float64) float64 {
	sorted := slices.Sorted(slices.Values(of))
	return sorted[len(sorted)/2]
}
