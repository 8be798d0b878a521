package interest

// Words returns the words of a text in their order.
func Words(text string) []Span {
	tokens := analyse(text)
	spans := make([]Span, len(tokens))
	for i, t := range tokens {
		spans[i] = t.Span
	}
	return spans
}
