package store

import (
	"strings"
	"testing"

	"paperboy/internal/interest"
)

// What goes wrong in a half that is searched beside the first ends the search,
// and not the program.
func TestAPanicInOneHalfIsAnError(t *testing.T) {
	want, err := interest.Parse("robots")
	if err != nil {
		t.Fatal(err)
	}
	broken := half{from: 0, to: 1} // has no search
	if err := broken.scores(want, make([]float32, 1)); err == nil || !strings.Contains(err.Error(), "documents 0 to 1: panic") {
		t.Errorf("the error is %v", err)
	}
}
