package main

import (
	"fmt"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"paperboy": main,
		"letters":  printLetters,
	})
}

// printLetters is a program for scripts: it prints the letters of a mail
// folder as text, the oldest first.
func printLetters() {
	letters, err := mailbox(os.Args[1]).letters()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for i := len(letters) - 1; i >= 0; i-- {
		l := letters[i]
		fmt.Printf("=== to %s, %s: %s\n%s\n", l.To, l.Date.UTC().Format("2006-01-02 15:04"), l.Subject, l.Text)
	}
	fmt.Printf("%d letters\n", len(letters))
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
	})
}
