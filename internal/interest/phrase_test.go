package interest

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestPhrasesOfManyForms: each word of a phrase stands for all forms of its
// stem, of which any may come next.
func TestPhrasesOfManyForms(t *testing.T) {
	words := rapid.SampledFrom(strings.Fields("learn learns learned learning Learning policy policies robot robots learning-policy the"))
	phrase := func(least, most int) *rapid.Generator[string] {
		return rapid.Map(rapid.SliceOfN(words, least, most), func(all []string) string { return strings.Join(all, " ") })
	}
	rapid.Check(t, func(t *rapid.T) {
		var documents []*Document
		for range rapid.IntRange(1, 20).Draw(t, "documents") {
			documents = append(documents, newDocument(phrase(0, 6).Draw(t, "title"), phrase(0, 12).Draw(t, "summary"), nil, nil, nil))
		}
		prefix := rapid.SampledFrom([]string{"", "title:", "abstract:", "="}).Draw(t, "field")
		i, err := Parse(prefix + `"` + phrase(2, 4).Draw(t, "phrase") + `"`)
		if err != nil {
			t.Fatal(err)
		}
		scores, err := search(i, corpusOf(documents), yes(len(documents)))
		if err != nil {
			t.Fatal(err)
		}
		checkSearch(t, i, documents, scores)
	})
}

// TestADamagedPhraseIsAnErrorOnce: what comes after it is searched as ever.
func TestADamagedPhraseIsAnErrorOnce(t *testing.T) {
	documents := []*Document{newDocument("robot policy", "robot policy, robot policy", nil, nil, nil), newDocument("policy", "a robot policy", nil, nil, nil)}
	want := parse(t, `"robot policy"`)
	whole := corpusOf(documents).words["wpolicy"].Lists[0].List
	far := List(nil).Append(-1, 0, []int32{lastPlace << 2})
	for _, one := range []struct {
		word string
		list List
	}{
		{"wpolicy", whole[:1]}, {"wpolicy", whole[:3]}, {"wpolicy", whole[:len(whole)-1]}, {"wrobot", far},
	} {
		corpus := corpusOf(documents)
		corpus.words[one.word].Lists[0].List = one.list
		if _, err := search(want, corpus, yes(2)); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s with %v: %v", one.word, one.list, err)
		}
		scores, err := search(want, corpusOf(documents), yes(2))
		if err != nil {
			t.Fatal(err)
		}
		checkSearch(t, want, documents, scores)
	}
}

// TestASearchKeepsWhatItFound: terms asked for again, alone or in a group that
// narrows what they are looked for in, are found as at first.
func TestASearchKeepsWhatItFound(t *testing.T) {
	documents := []*Document{
		newDocument("robot policy", "", nil, nil, nil), newDocument("robot", "drone", nil, nil, nil),
		newDocument("policy", "the robots", nil, nil, nil), newDocument("", "", nil, nil, nil),
	}
	s := NewSearch(corpusOf(documents), yes(len(documents)))
	defer s.Close()
	scores := make([]float32, len(documents))
	for _, keywords := range slices.Repeat([]string{"robot", "policy robot", "robot -policy", "robot^2, policy", "policy", "-robot", "-policy, robot", "(policy OR drone) -robot"}, 2) {
		i := parse(t, keywords)
		if err := s.Scores(i, scores); err != nil {
			t.Fatal(err)
		}
		checkSearch(t, i, documents, scores)
	}
}
