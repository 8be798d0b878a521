package interest

import "strings"

// listed is a word's entry with what it means for a term.
type listed struct {
	Entry
	exact bool
}

func size(words []listed) (n int) {
	for _, w := range words {
		for _, l := range w.Lists {
			n += len(l.List)
		}
	}
	return n
}

// termKey tells terms apart that find something else.
type termKey struct {
	field         field
	exact, prefix bool
	text          string
}

func (s *Search) term(t *term, weight float64) (scores, error) {
	key := termKey{t.field, t.exact, t.prefix, t.text}
	if known, ok := s.known[key]; ok && weight == 1 {
		return known, nil
	}
	found := s.nothing()
	if err := s.find(t, float32(t.strength*weight), found); err != nil {
		return scores{}, err
	}
	if weight != 1 || s.inner > 0 {
		return scores{of: found}, nil
	}
	return s.keep(key, scores{of: found}), nil
}

func (s *Search) find(t *term, strength float32, scores []float32) error {
	if t.field == inCategory || t.field == inSource {
		return s.value(t, strength, scores)
	}
	for _, words := range t.spellings {
		lists := make([][]listed, len(words))
		for k := range words {
			var err error
			if lists[k], err = s.lookUp(t.field, &words[k]); err != nil {
				return err
			}
		}
		var err error
		if len(words) == 1 {
			err = s.word(t.field, lists[0], strength, scores)
		} else {
			err = s.phrase(t.field, lists, strength, scores)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// value looks up a category or source as term.findValue does.
func (s *Search) value(t *term, strength float32, scores []float32) error {
	from := sourcePart + t.value
	if t.field == inCategory {
		from = categoryPart + t.value
	}
	entries, err := s.corpus.Words(from, from+LastWord)
	if err != nil {
		return err
	}
	for _, e := range entries {
		rest := strings.TrimPrefix(e.Word, from)
		if !t.prefix && rest != "" && (t.field != inCategory || rest[0] != '.') {
			continue
		}
		score := strength * float32(finding{field: t.field, exact: rest == ""}.strength())
		if err := s.takeIn(e, score, score, scores); err != nil {
			return err
		}
	}
	return nil
}

// lookUp finds the words of the corpus that a word of a term stands for, as
// index.between does.
func (s *Search) lookUp(f field, w *word) ([]listed, error) {
	var all []listed
	part := TextWords
	if f == inAuthor {
		part = AuthorWords
		if w.prefix && initial(w.form) {
			entries, err := s.corpus.Words(initialPart+w.form, initialPart+w.form+variantMark)
			return s.listed(entries, w), err
		}
	}
	switch {
	case w.prefix:
		entries, err := s.corpus.Words(part+w.form, part+w.form+LastWord)
		if err != nil {
			return nil, err
		}
		all = s.listed(entries, w)
	case w.formOnly || w.otherForm:
		entries, err := s.corpus.Words(part+w.form, part+w.form+afterVariant)
		if err != nil {
			return nil, err
		}
		all = s.listed(entries, w)
	}
	if w.formOnly {
		return all, nil
	}
	kin, err := s.corpus.Kin(w.hash)
	if err != nil {
		return nil, err
	}
	for _, k := range s.listed(kin, w) {
		if !w.otherForm || !k.exact { // else it is there already
			all = append(all, k)
		}
	}
	return all, nil
}

func (s *Search) listed(entries []Entry, w *word) []listed {
	all := make([]listed, len(entries))
	for i, e := range entries {
		all[i] = listed{e, FormOf(e.Word) == w.form}
	}
	return all
}

// word takes in the documents of a term of one word.
func (s *Search) word(f field, words []listed, strength float32, scores []float32) error {
	for _, w := range words {
		title := strength * float32(finding{field: inTitle, exact: w.exact}.strength())
		elsewhere := strength * float32(finding{field: inAbstract, exact: w.exact}.strength())
		var err error
		switch f {
		case inAuthor:
			err = s.takeIn(w.Entry, strength, strength, scores)
		case inTitle:
			err = s.takeIn(w.Entry, title, NoMatch, scores)
		case inAbstract:
			err = s.inAbstract(w.Entry, elsewhere, scores)
		default:
			err = s.takeIn(w.Entry, title, elsewhere, scores)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// takeIn takes in the documents of a word, by whether it stands in the title.
func (s *Search) takeIn(e Entry, title, elsewhere float32, scores []float32) error {
	f := &s.firsts
	for _, l := range e.Lists {
		last := l.Base
		for i := 0; i < len(l.List); last = f.docs[f.n-1] {
			next, ok := f.read(l.List, i, last)
			if !ok {
				return ErrDamaged
			}
			for k, d := range f.docs[:f.n] {
				if uint(d) >= uint(len(s.among)) || !s.among[d] {
					continue
				}
				score := elsewhere
				if f.at[k] < s.abstracts[d] {
					score = title
				}
				if score > scores[d] {
					scores[d] = score
				}
			}
			i = next
		}
	}
	return nil
}

// inAbstract takes in the documents that have a word in the abstract.
func (s *Search) inAbstract(e Entry, score float32, scores []float32) error {
	for _, l := range e.Lists {
		whole := l.List.Each(l.Base, s.among, func(d int, at []int32) {
			if at[len(at)-1] >= s.abstracts[d] {
				scores[d] = max(scores[d], score)
			}
		})
		if !whole {
			return ErrDamaged
		}
	}
	return nil
}
