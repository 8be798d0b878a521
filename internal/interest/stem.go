package interest

import "github.com/kljensen/snowball/english"

// stemOf returns the key under which the forms of one word meet.
func stemOf(raw, form string) string {
	if !lettersOnly(form) {
		return form
	}
	return english.Stem(form, false)
}
