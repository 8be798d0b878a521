package letter

// What a letter says lies in hundreds of places in memory, most of them far from
// the processor, which fetches many in the time of one as long as none is needed
// to know the next. So what a letter needs is looked up step by step, each step
// for all its papers; a little is read of all that the next step is about.

// fetch finds what is kept of entries whose leaves are known.
func fetch(all []entry) {
	for i := range all {
		all[i].leaf.read()
	}
	for i := range all {
		all[i].saying = all[i].leaf.likely(all[i].reasons)
	}
	for i := range all {
		all[i].saying.read()
	}
	for i := range all {
		if s := all[i].saying; s != nil {
			read(s.reason.Term)
			read(all[i].leaf.said(s))
			readFirst(s.marks.title)
			readFirst(s.marks.summary)
		}
	}
}

// likely is what is said for the only reason, or for another with the same term;
// nil: nothing yet. It reads ahead of the plates on the way, under the same lock.
func (l *leaf) likely(reasons []Reason) *saying {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.readPlates()
	if len(reasons) != 1 {
		return nil
	}
	if i := l.sayings.next(0, hashOf(reasons[0])); i < len(l.sayings) {
		return l.sayings[i].saying
	}
	return nil
}

// fetchPlates reads ahead what will be copied of entries and their plates.
func fetchPlates(all []entry, plates [][]item) {
	for _, items := range plates {
		for i := range items {
			readFirst(items[i:])
		}
	}
	for i, items := range plates {
		for k := range items {
			read(items[k].quoted)
		}
		l, marks := all[i].leaf, all[i].marks()
		l.title.read(marks.title)
		l.summary.read(marks.summary)
	}
}

// The functions below only read, and nobody wants to know what. Not to be inlined
// keeps them from being left out.

// cacheLine is how many bytes processors fetch at once, or fewer.
const cacheLine = 64

//go:noinline
func read[T string | []byte](text T) (sum byte) {
	for i := 0; i < len(text); i += cacheLine {
		sum += text[i]
	}
	return sum
}

//go:noinline
func readFirst[T any](all []T) (first T) {
	if len(all) > 0 {
		first = all[0]
	}
	return first
}

func (s *showing) read(hits []extent) {
	if len(hits) > 0 {
		read(s.shown)
	} else {
		read(s.quoted)
	}
}

//go:noinline
func (l *leaf) read() int { return l.title.kept + l.summary.kept + int(l.Key) + l.Days }

// readPlates reads what the plates begin with, with l.mu held.
func (l *leaf) readPlates() {
	for _, plates := range l.plates {
		for i := range plates {
			readFirst(plates[i].items)
		}
	}
}

//go:noinline
func (s *saying) read() int {
	if s == nil {
		return 0
	}
	return len(s.reason.Term) + len(s.marks.title) + len(s.matched)
}
