package letter

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
