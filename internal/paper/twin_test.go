package paper

import (
	"testing"

	"pgregory.net/rapid"
)

func work(source, name, title, author string) *Paper {
	p := &Paper{Sources: []string{source}, Names: []Name{Name(name)}, Title: title}
	if author != "" {
		p.Authors = []string{author, "Second Author"}
	}
	return p
}

func TestTwinsAreOneWork(t *testing.T) {
	arXiv := work("arxiv", "arxiv:2605.00001", "Invariant Variational Problems: A $\\beta$-VAE View of H$_2$O", "Emmy Noether")
	for _, title := range []string{
		"Invariant variational problems: a β-VAE view of H2O", "INVARIANT VARIATIONAL PROBLEMS — A Beta-VAE View of H₂O.",
		"Invariant Variational Problems - A beta VAE view of H2O", "Invariant Variational Problems. A β‐VAE View of H2O",
	} {
		for _, author := range []string{
			"Noether, E.", "E. Noether", "Noether, Emmy", "EMMY NOETHER", "Emmy A. Noether", "Noether E", "Noéther, Emmy Amalie", "Noether",
		} {
			if journal := work("journal", "doi:10.1234/x", title, author); !Twins(arXiv, journal) || !Twins(journal, arXiv) {
				t.Errorf("%q by %s is taken for another work", title, author)
			}
		}
	}
}

func TestDifferentWorksAreNoTwins(t *testing.T) {
	const title, author = "Invariant Variational Problems, Part I", "Emmy Noether"
	one := work("arxiv", "arxiv:2605.00001", title, author)
	for name, other := range map[string]*Paper{
		"another part":        work("journal", "doi:10.1234/x", "Invariant Variational Problems, Part II", author),
		"another number":      work("journal", "doi:10.1234/x", "Invariant Variational Problems, Part 1", author),
		"a correction":        work("journal", "doi:10.1234/x", "Correction to: Invariant Variational Problems, Part I", author),
		"an erratum behind":   work("journal", "doi:10.1234/x", "Invariant Variational Problems, Part I (Erratum)", author),
		"a comment":           work("journal", "doi:10.1234/x", "Comment on 'Invariant Variational Problems, Part I'", author),
		"another author":      work("journal", "doi:10.1234/x", title, "David Hilbert"),
		"another first name":  work("journal", "doi:10.1234/x", title, "Fritz Noether"),
		"another initial":     work("journal", "doi:10.1234/x", title, "F. Noether"),
		"an unknown author":   work("journal", "doi:10.1234/x", title, ""),
		"two arXiv ids":       work("journal", "arxiv:2605.00002", title, author),
		"twice in one source": work("arxiv", "doi:10.1234/x", title, author),
	} {
		if Twins(one, other) || Twins(other, one) {
			t.Errorf("%s: taken for one work", name)
		}
	}
	short := work("arxiv", "arxiv:2605.00001", "Editorial", author)
	if Twins(short, work("journal", "doi:10.1234/x", "Editorial", author)) {
		t.Error("a title that comes again and again is taken for one work")
	}
	doi := work("journal", "doi:10.1234/x", title, author)
	if Twins(doi, work("other", "doi:10.1234/y", title, author)) {
		t.Error("two DOIs are taken for one work")
	}
	if !Twins(doi, work("feed", "url:https://example.org/x", title, author)) {
		t.Error("an address and a DOI are not taken for one work")
	}
}

func TestSamePerson(t *testing.T) {
	for _, same := range [][2]string{
		{"Jean-Pierre Serre", "J.-P. Serre"}, {"JP Serre", "Jean-Pierre Serre"}, {"Bernhard Schölkopf", "Schoelkopf, B."},
		{"Wang Wei", "Wei Wang"}, {"John Smith", "John A. Smith"}, {"van der Waals, J. D.", "Johannes Diderik van der Waals"},
		{"D. O'Neil", "O’Neil, Dana"}, {"深度", "深度"}, {"Plato", "Plato"},
	} {
		if !samePerson(same[0], same[1]) || !samePerson(same[1], same[0]) {
			t.Errorf("%s and %s are two", same[0], same[1])
		}
	}
	for _, other := range [][2]string{
		{"Wei Wang", "Wen Wang"}, {"John A. Smith", "John B. Smith"}, {"J. Smith", "S. Jones"}, {"Ann Lee", "A. L."}, {"", "Ann Lee"}, {"E. N.", "E. N."},
		{"Lee, Ann", "Ann, Lee K."},
	} {
		if samePerson(other[0], other[1]) || samePerson(other[1], other[0]) {
			t.Errorf("%s and %s are one", other[0], other[1])
		}
	}
}

// TestSamePersonTakesAnyName: it answers for any two texts, alike both ways,
// and a name of two full parts is its own.
func TestSamePersonTakesAnyName(t *testing.T) {
	name := rapid.StringOf(rapid.RuneFrom([]rune("abABéü .,-’深\xff")))
	rapid.Check(t, func(t *rapid.T) {
		a, b := name.Draw(t, "a"), name.Draw(t, "b")
		if samePerson(a, b) != samePerson(b, a) {
			t.Fatalf("%q and %q: not alike both ways", a, b)
		}
	})
}
