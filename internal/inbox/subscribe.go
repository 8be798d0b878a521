package inbox

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"paperboy/internal/interest"
	"paperboy/internal/subscription"
)

// subscribe asks a mail's sender to confirm, as the form does: the answer is
// the same whether or not the address is known. It asks nobody on the word of
// a machine, or of a mail that says nothing of its sender. Who writes here to
// leave is mailed their link: whom a From names is not known to have asked.
func (one *incoming) subscribe(ctx context.Context) (ours bool, err error) {
	if one.report.Automatic || one.fromUs() {
		one.ignore(ctx, "an automatic mail does not subscribe")
		return true, nil
	}
	address, folded, err := subscription.ParseAddress(mailbox(one.message.header.get("from")))
	if err != nil || !one.Admits(folded) {
		one.ignore(ctx, "its sender can't subscribe here")
		return true, nil
	}
	now := one.Now()
	if !one.asking.AllowN(now, 1) {
		return true, ErrBusy
	}
	if one.message.asksToLeave() {
		return true, one.asked(ctx, "asked by mail how to leave", one.Readers.AskLink(ctx, folded, one.Host, now.Add(subscription.AccessFor), now))
	}
	keywords, ok := one.message.keywords()
	if !ok {
		one.ignore(ctx, "its keywords can't be read")
		return false, nil
	}
	q := subscription.Request{
		Address: address, Folded: folded, Settings: one.Defaults, Language: "en",
		Consent: subscription.Consent{At: now, Wording: "wrote to " + one.Subscribe + " to subscribe", How: "mail"},
		Expires: now.Add(subscription.ConfirmWithin),
	}
	q.Settings.Keywords = keywords
	return true, one.asked(ctx, "asked by mail to subscribe", one.Readers.AskByMail(ctx, one.key, q, one.Host, now))
}

// asked ends the handling of a wish that is answered by mail.
func (one *incoming) asked(ctx context.Context, what string, err error) error {
	switch {
	case errors.Is(err, subscription.ErrTooMany):
		one.ignore(ctx, "its sender was mailed enough for a day")
		return nil
	case err != nil:
		return err
	}
	one.Log.InfoContext(ctx, what)
	one.Wake()
	return nil
}

// keywords are those that the mail asks for. Where they can't be read as they
// were written, their words are taken: the mail that asks to confirm shows them.
func (m message) keywords() (string, bool) {
	name, _, named := strings.Cut(m.header.word("from"), "<")
	if !named {
		name = ""
	}
	text := keywordsIn(m.header.word("subject"), m.typed(), name)
	if text == "" {
		return "", true // all papers
	}
	for _, form := range []string{text, wordsOf(text)} {
		if _, err := interest.Parse(form); err == nil {
			return form, true
		}
	}
	return "", false
}

var signature = regexp.MustCompile(`(?m)^(?:-- ?|__+|Sent from my .*|Get Outlook for .*|On .* wrote:|Von: .*|From: .*|-----Original Message-----.*)$`)

// typed is what the mail's writer typed: its first text part without what is
// below a signature's mark and without what is quoted.
func (m message) typed() string {
	for _, p := range m.parts {
		if p.kind != "text/plain" && p.kind != "text/html" {
			continue
		}
		text := p.text
		if at := signature.FindStringIndex(text); at != nil {
			text = text[:at[0]]
		}
		return unquoted(text)
	}
	return ""
}

var notWord = regexp.MustCompile(`[^\pL\pN\n,-]+`)

// wordsOf leaves nothing that has a meaning in the keyword language but lines
// and commas.
func wordsOf(text string) string {
	var lines []string
	for line := range strings.Lines(notWord.ReplaceAllString(text, " ")) {
		var words []string
		for word := range strings.FieldsSeq(line) {
			if word = strings.TrimLeft(word, "-"); word != "" && word != "OR" && word != "AND" && word != "NOT" {
				words = append(words, word)
			}
		}
		if len(words) > 0 {
			lines = append(lines, strings.Join(words, " "))
		}
	}
	return strings.Join(lines, "\n")
}

// String tells a verdict in a line, for people.
func (v Verdict) String() string {
	return strings.Join(strings.Fields(fmt.Sprintf("%s %s %d %s", v.Kind, v.Status, v.Code, v.Text)), " ")
}
