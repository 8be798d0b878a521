package letter_test

import (
	"testing"

	"paperboy/internal/letter"
	"paperboy/templates"
)

func site() letter.Site {
	return letter.Site{
		Name: "Paperboy", URL: "https://paperboy.example",
		From:    letter.Address{Name: "Paperboy", Address: "letters@paperboy.example"},
		ReplyTo: "people@paperboy.example",
		Imprint: "Paperboy, run by Ada Example", Postal: "1 Sample Street\n12345 Exampletown",
		ListID: "digest.paperboy.example",
	}
}

func composer(t testing.TB) *letter.Composer {
	t.Helper()
	c, err := letter.NewComposer(templates.FS, site())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestSmoke(t *testing.T) { composer(t) }
