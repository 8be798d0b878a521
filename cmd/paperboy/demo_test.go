package main

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"testing"
	"time"
)

// The demo's walk must not depend on the hour at which somebody tries it.
func TestDemoAtEveryHour(t *testing.T) {
	for hour := 0; hour < 24; hour += 3 {
		t.Run(fmt.Sprintf("%d hours from now", hour), func(t *testing.T) {
			t.Setenv("TMPDIR", t.TempDir())
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			var out, log bytes.Buffer
			d, err := newDemo(t.Context(), "http://"+listener.Addr().String(), false, streams{nil, &out, &log})
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if left, err := os.ReadDir(os.TempDir()); d.close() != nil || err != nil || len(left) != 1 {
					t.Errorf("before it ended there were %v, %v", left, err)
				}
				if left, err := os.ReadDir(os.TempDir()); err != nil || len(left) > 0 {
					t.Errorf("it left behind %v, %v", left, err)
				}
			}()
			d.passed.Store(int64(time.Duration(hour) * time.Hour))
			if err := d.once(t.Context(), listener); err != nil {
				t.Errorf("%v\n%s%s", err, out.String(), log.String())
			}
		})
	}
}
