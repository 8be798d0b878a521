package listing

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestWebAddress(t *testing.T) {
	for s, want := range map[string]string{
		" https://e.org/a?b#c ": "https://e.org/a?b#c", "HTTP://E.org": "HTTP://E.org",
		"javascript:alert(1)": "", "//e.org/a": "", "/a": "", "ftp://e.org": "", "http://": "", "data:text/html,x": "",
		"http://e.org/\r\nX: y": "", "https://e.org/" + strings.Repeat("x", maxAddress): "",
	} {
		if got := webAddress(s); got != want {
			t.Errorf("webAddress(%q) = %q, want %q", s, got, want)
		}
	}
}

func TestTroublesAreToldOnOneBoundedLine(t *testing.T) {
	var none, many troubles
	if err := none.err("blog"); err != nil {
		t.Errorf("no trouble is the error %v", err)
	}
	cause := errors.New("item 0")
	many.add(cause)
	for i := range 99 {
		many.add(fmt.Errorf("item %d", i+1))
	}
	err := many.err("blog")
	wantError(t, err, "blog: item 0; item 1;", "item 9; and 90 more faults")
	if strings.Contains(err.Error(), "\n") || !errors.Is(err, cause) {
		t.Errorf("%q", err)
	}
}

func TestUnreadableMemoCountsAsNone(t *testing.T) {
	for _, memo := range []string{"", "{", `{"days":5}`, "null"} {
		if m := readMemo[huggingFaceMemo](memo); m.Days != nil || !m.NotBefore.IsZero() {
			t.Errorf("memo %q reads as %+v", memo, m)
		}
	}
}
