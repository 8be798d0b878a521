package letter

import "paperboy/internal/paper"

// What the tests of the package's inner parts need by name.
var (
	Clean          = clean
	Cleaned        = cleaned
	Harmless       = harmless
	Short          = short
	Wrap           = wrap
	Columns        = columns[string]
	FirstSentences = firstSentences
)

// SayingsOf is how many reasons are kept with a paper.
func (c *Composer) SayingsOf(key paper.Key) (n int) {
	for _, l := range c.leaves.young {
		if l.Key == key {
			n += len(l.sayings)
		}
	}
	return n
}
