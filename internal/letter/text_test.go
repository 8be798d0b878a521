package letter_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"paperboy/internal/letter"
	"pgregory.net/rapid"
)

func TestCleanMakesForeignTextHarmless(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"a header is not injected by line breaks", "Title\r\nBcc: all@example.org", "Title Bcc: all@example.org"},
		{"nor by other separators", "a\u2028b\u2029c\u0085d\vf", "a b c d f"},
		{"controls go", "a\x00b\x1b[31mc\x7f", "a b [31mc"},
		{"direction is not turned", "safe\u202Efdp.exe\u2066\u2069\u200F\u061C", "safefdp.exe"},
		{"hidden characters go", "a\u200B\uFEFFb\u00ADc\U000E0041d", "abcd"},
		{"joiners of emoji and Persian stay", "👩\u200d🔬 می\u200cخواهم", "👩\u200d🔬 می\u200cخواهم"},
		{"broken UTF-8 becomes visible", "a\xffb", "a\uFFFDb"},
		{"spaces fold", "  a \t b  ", "a b"},
		{"markup is left to the template", "<script>alert(1)</script>", "<script>alert(1)</script>"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := letter.Clean(tt.in); got != tt.want {
				t.Errorf("clean(%q) is %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestWhatIsHarmlessIsAlreadyClean(t *testing.T) {
	piece := rapid.SampledFrom([]string{"a", "b", " ", "-", "é", "漢", "👩", "\u200d", "\u00a0", "\u2028", "\u2029", "\u0085", "\u202e", "\u061c", "\ufeff", "\ufffd", "\U000E0041", "\xff", "\x7f", "\n", "\x00"})
	rapid.Check(t, func(t *rapid.T) {
		s := strings.Join(rapid.SliceOfN(rapid.OneOf(piece, rapid.StringN(1, 1, -1)), 0, 4).Draw(t, "s"), "")
		got := letter.Cleaned(s)
		if letter.Harmless(s) && got != s {
			t.Fatalf("%q passes for harmless, and is %q when clean", s, got)
		}
		if !letter.Harmless(got) && !strings.ContainsRune(got, utf8.RuneError) {
			t.Fatalf("%q is clean and does not pass for harmless", got)
		}
	})
}

func TestShort(t *testing.T) {
	tests := []struct {
		name, in, want string
		n              int
	}{
		{"what fits stays", "as long as it is", "as long as it is", 16},
		{"the cut is at a word", "a letter for everyone", "a letter for…", 18},
		{"without what would dangle", "votes, comments and, stars", "votes, comments and…", 23},
		{"a word without end is cut inside", strings.Repeat("x", 50), strings.Repeat("x", 9) + "…", 10},
		{"characters, not bytes", "ααααα", "ααα…", 4},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := letter.Short(tt.n, tt.in); got != tt.want {
				t.Errorf("short(%d, %q) is %q, want %q", tt.n, tt.in, got, tt.want)
			}
		})
	}
}

func TestFirstSentences(t *testing.T) {
	long := strings.Repeat("word ", 100)
	tests := []struct{ name, in, want string }{
		{"two of three", "One is. Two is. Three is.", "One is. Two is."},
		{"all of one", "One is.", "One is."},
		{"text without an end", "No stop at all", "No stop at all"},
		{"nothing", "", ""},
		{"only what fits", "One is short. A " + long + ".", "One is short."},
		{"not after e.g.", "Models, e.g. Transformers, win. They do. Third.", "Models, e.g. Transformers, win. They do."},
		{"not after i.e. in brackets", "This (i.e. That) is. Two. Three.", "This (i.e. That) is. Two."},
		{"not after et al.", "As Smith et al. Showed, it is. Two. Three.", "As Smith et al. Showed, it is. Two."},
		{"not after Fig.", "See Fig. 3 for it. Two. Three.", "See Fig. 3 for it. Two."},
		{"not after initials", "By J. R. Smith it is. Two. Three.", "By J. R. Smith it is. Two."},
		{"not inside a number", "It gains 12.5 points. Two. Three.", "It gains 12.5 points. Two."},
		{"not inside a version", "Qwen2. 5 is a name? GPT-4.1 is. Three is.", "Qwen2. 5 is a name?"},
		{"not before a small letter", "The .net and node. js worlds. Two. Three.", "The .net and node. js worlds. Two."},
		{"closing brackets belong to it", "It is (really.) Two is. Three.", "It is (really.) Two is."},
		{"and closing quotes", "It is “so.” Two is. Three.", "It is “so.” Two is."},
		{"questions and calls end too", "Is it? It is! Three.", "Is it? It is!"},
		{"Chinese and Japanese stops need no space", "一つ。二つ。三つ。", "一つ。二つ。"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := letter.FirstSentences(320, tt.in); got != tt.want {
				t.Errorf("first sentences of %q are %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestAFirstSentenceTooLongIsCutAtAWord(t *testing.T) {
	got := letter.FirstSentences(320, strings.Repeat("word ", 100)+"end. Two.")
	if n := utf8.RuneCountInString(got); n > 320 || n < 300 || !strings.HasSuffix(got, "word…") {
		t.Errorf("cut to %d characters: %q", n, got)
	}
}

func TestFirstSentencesAreABeginning(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := letter.Clean(rapid.StringOf(rapid.SampledFrom([]rune("ab AB.!?。)”1 "))).Draw(t, "text"))
		got := letter.FirstSentences(20, in)
		if utf8.RuneCountInString(got) > 20 || !utf8.ValidString(got) {
			t.Fatalf("%q is too long or broken", got)
		}
		if rest, cut := strings.CutSuffix(got, "…"); !strings.HasPrefix(in, got) && !(cut && strings.HasPrefix(in, rest)) {
			t.Fatalf("%q is no beginning of %q", got, in)
		}
	})
}

func TestWrap(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"lines end before the width", "one two three four", "one two\n  three\n  four"},
		{"a long link stays whole", "see https://example.org/long there", "see\n  https://example.org/long\n  there"},
		{"wide characters count twice", "漢字漢字 漢字", "漢字漢字\n  漢字"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := letter.Wrap(11, "  ", tt.in); got != tt.want {
				t.Errorf("wrapped to %q, want %q", got, tt.want)
			}
		})
	}
}
