package letter

import (
	"fmt"
	"io"
	"reflect"
	"slices"
	"testing"

	"paperboy/internal/paper"
	"paperboy/templates"
)

// Whatever templates can ask of a digest must be known to decide what a part of
// it depends on; of an entry the rest is what the paper is.
func TestEveryValueOfADigestIsInItsKeyOrKnownNotToBe(t *testing.T) {
	kind := reflect.TypeFor[digestView]()
	var names []string
	for _, field := range reflect.VisibleFields(kind) {
		if field.IsExported() {
			names = append(names, field.Name)
		}
	}
	for i := range kind.NumMethod() {
		names = append(names, kind.Method(i).Name)
	}
	for _, name := range names {
		tr := &tracer{}
		if tr.field(name); tr.found&usesCard != 0 {
			t.Errorf("%s is taken for a value of a paper: parts with it would never be kept", name)
		}
	}
	if !slices.Contains(names, "Keywords") || !slices.Contains(names, "Rising") {
		t.Errorf("names: %v", names)
	}
}

// Each reader has links and keywords of their own, and that must not cost a
// rendering each.
func TestWhatIsAReadersIsFilledIntoPartsThatAllShare(t *testing.T) {
	c, err := NewComposer(templates.FS, Site{Name: "Sample", URL: "https://paperboy.example"})
	if err != nil {
		t.Fatal(err)
	}
	executed := map[string]int{}
	for _, f := range []*format{c.inHTML, c.inText} {
		execute := f.execute
		f.execute = func(w io.Writer, name string, data any) error {
			executed[f.frame+" "+name]++
			return execute(w, name, data)
		}
	}
	l, in := sampleLetter(Digest), sampleDigests()[0]
	for reader := 100; reader < 200; reader++ {
		if reader == 101 {
			if len(executed) == 0 {
				t.Error("nothing was rendered for the first reader")
			}
			clear(executed)
		}
		l.Keywords = fmt.Sprintf("keyword %d & <more>", reader)
		in.Links.View = fmt.Sprint("https://paperboy.example/view/", reader)
		in.Links.Mark = func(k paper.Key) string { return fmt.Sprintf("https://paperboy.example/mark/%d-%d", reader, k) }
		if _, err := c.Encoded(l, in, nil); err != nil {
			t.Fatal(err)
		}
	}
	if len(executed) > 0 {
		t.Errorf("rendered for the 99 readers after the first: %v", executed)
	}
}

func TestCacheKeepsWhatIsUsedAndBoundsTheRest(t *testing.T) {
	c := newCache[int](10, func(string) int { return 1 })
	c.put(-1, "used")
	for i := range 1000 {
		c.put(i, "once")
		if v, ok := c.get(-1); !ok || v != "used" {
			t.Fatalf("after %d others it is gone", i+1)
		}
		if n := len(c.young) + len(c.old); n > 22 {
			t.Fatalf("%d are kept", n)
		}
	}
	if _, ok := c.get(0); ok {
		t.Error("the first of a thousand is still there")
	}
}
