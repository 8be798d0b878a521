package main

import (
	"bytes"
	"fmt"
	"net"
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
			defer d.app.close()
			d.passed.Store(int64(time.Duration(hour) * time.Hour))
			if err := d.once(t.Context(), listener); err != nil {
				t.Errorf("%v\n%s%s", err, out.String(), log.String())
			}
		})
	}
}
