package edition

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"paperboy/internal/paper"
)

// hanging is a source that never answers.
type hanging struct{}

func (hanging) Name() string { return "hanging" }

func (hanging) Fetch(ctx context.Context, _ time.Time, _ string) (paper.Batch, error) {
	<-ctx.Done()
	return paper.Batch{}, ctx.Err()
}

// A source that hangs at the start of the loop holds up the letters of the
// others' papers for some seconds, not for as long as it hangs.
func TestAHangingSourceHoldsUpNoLetter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := mustOpen(t, scratch(t))
		defer s.Close()
		begin := time.Now()
		addReader(t, s, "ana@example.net", "robots", utc(7), begin)
		source := &shelf{name: "shelf"}
		source.put(1, 10, "Robots", begin)
		box := &postman{got: map[string][]time.Time{}, ids: map[string]bool{}}
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		defer cancel()
		e := newEdition(t, s, box.open, source, hanging{})
		if err := NewLoop(e).Run(ctx, Schedule{Pull: "50 * * * *", Wake: "* * * * *"}); err != nil {
			t.Fatal(err)
		}
		got := box.got["ana@example.net"]
		if len(got) != 1 || got[0].Sub(begin) > time.Minute {
			t.Errorf("began at %v, letters at %v", begin, got)
		}
	})
}

func TestAScheduleThatCronCanNotReadEndsTheLoop(t *testing.T) {
	e := newEdition(t, mustOpen(t, scratch(t)), nil)
	if err := NewLoop(e).Run(t.Context(), Schedule{Pull: "TZ=UTC", Wake: "* * * * *"}); err == nil {
		t.Error("no error")
	}
}
