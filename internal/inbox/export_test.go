package inbox

// Classify is classify for tests that have the bytes of a mail.
func Classify(raw []byte) Report { return classify(parseMessage(raw)) }
