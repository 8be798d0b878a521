package inbox

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// keywordsIn reads a mail that asks to subscribe as people write them:
//   - what stands behind 'subscribe' in the subject, else
//   - the lines of the body, up to the first blank line behind them or to where
//     the mail is signed, without greetings, thanks and polite phrases, else
//   - the subject.
//
// The mail that asks to confirm shows what was understood, so that a phrase
// unknown here does no harm that its writer does not see.
func keywordsIn(subject, body, name string) string {
	subject = strings.TrimSpace(replied.ReplaceAllString(subject, ""))
	behind := phrase(subject)
	if behind != "" && asks.MatchString(subject) {
		return behind
	}
	if lines := typedLines(body, name); len(lines) > 0 {
		return strings.Join(lines, "\n")
	}
	return behind
}

// asksToLeave reports a wish to leave that came to the wrong address.
func (m message) asksToLeave() bool {
	subject := strings.TrimSpace(replied.ReplaceAllString(m.header.word("subject"), ""))
	if asks.MatchString(subject) {
		return false
	}
	lines := append([]string{subject}, slices.Concat(paragraphsOf(m.typed())...)...)
	return slices.ContainsFunc(lines[:min(len(lines), 4)], func(line string) bool {
		return leaves.MatchString(greeting.ReplaceAllString(line, ""))
	})
}

var leaves = regexp.MustCompile(`(?i)^(?:please\s+)?(?:unsubscribe(?: me)?|sign ?off|remove me|stop|abmelden|abbestellen|désabonner)(?:\s+(?:from|please|the|this|these|your|my|list|letters?|newsletter|mails?|emails?|me|now))*[\s.!]*$`)

var (
	replied = regexp.MustCompile(`(?i)^(?:(?:re|fwd?|aw|wg|sv|tr)\s*:\s*)+`)
	asks    = regexp.MustCompile(`(?i)^(?:please,?\s+)?(?:subscribe|subscription|sign ?up|join)\b`)

	greeting = regexp.MustCompile(`(?i)^(?:hello|hi|hey|dear|greetings|good (?:morning|day|afternoon|evening)|to whom it may concern|hallo|guten (?:tag|morgen|abend)|liebe[rs]?|sehr geehrte[rs]?|bonjour|hola|ciao)\b(?:[ ,]+[\pL'.-]+){0,3}?\s*(?:[,!.:;]+|$)\s*`)
	thanks   = regexp.MustCompile(`(?i)(?:^|[.!?]\s+|,\s*)(?:(?:many |kind |with )?(?:thanks|thank you|thx)\b.*|(?:best|kind|warm|with (?:best|kind))? ?(?:regards|wishes)\b.*|all the best\b.*|(?:best|cheers|yours|sincerely|danke|merci|gracias)(?:[ ,.!]*|[,!] ?.*)|yours (?:sincerely|truly|faithfully)\b.*|have a (?:nice|good|great)\b.*|looking forward\b.*|(?:vielen|besten|herzlichen) dank\b.*|(?:viele|liebe|beste|freundliche|mit freundlichen|mit besten) gr(?:ü|ue)(?:ß|ss)e.*|merci (?:beaucoup|d'avance|bien)\b.*|(?:muchas )gracias\b.*|cordialement\b.*|(?:un )?saludos?\b.*)$`)

	// wish begins a line that says what its writer wants, before the keywords or
	// in place of them.
	wish = regexp.MustCompile(`(?i)^(?:please|kindly|subscribe|subscription|sign ?up|sign me|join|add me|(?:e-?)?mail me|send me|keep me|(?:can|could|would|will) you|(?:i|we)(?:'d| would| want| wish| work| am| are| have| found| heard| read| saw| hope| just|'m|'ve)\b|my (?:keywords?|interests?|topics?)|the (?:keywords?|topics?)|(?:keywords?|interests?|topics?|papers)(?: are)?:|(?:interested in|looking for)\b|(?:these|here) are\b|bitte\b|ich (?:möchte|würde|will)\b|je (?:voudrais|souhaite)\b|no subject$|\(no subject\)$|(?:keywords?|papers?|test|hello|hi|new|start)$)`)
	// politeWords may follow it before the keywords begin.
	politeWords = wordSet(`a about add also alerts all am an and are as at be by can could daily day digest each email every everything
		following for from get have here how if i in interested interests is it just keyword keywords kindly letter letters like list looking love mail mailing
		me my new newsletter of on paper paperboy papers please receive receiving regarding request research send sign signup some subscribe subscribed
		subscribing subscription that the them these this to topic topics trending up updates using want wants we will wish with word words work would you your
		bitte ich möchte würde gerne den die zu mich für anmelden abonnieren abonnement newsletter`)
	// telling are words that keywords don't have and sentences do.
	telling = wordSet(`i i'd i'm i've me my we we're our us you your yours it's am was were has have had would could should will can please hope hi`)
)

func wordSet(list string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(list) {
		set[word] = true
	}
	return set
}

// typedLines are the keywords in a mail's body, a line each. name is its
// sender's, which many put below a mail and some behind nothing else.
func typedLines(body, name string) (lines []string) {
	paragraphs := paragraphsOf(body)
	// Some mail programs set a blank line behind every line.
	spaced := len(paragraphs) > 2 && !slices.ContainsFunc(paragraphs, func(p []string) bool { return len(p) > 1 })
	for _, p := range paragraphs {
		for _, line := range p {
			rest, signed := cutThanks(line)
			if rest = phrase(rest); rest != "" && !signs(rest, name) {
				lines = append(lines, rest)
			}
			if signed || signs(line, name) {
				if len(lines) > 0 {
					return lines
				}
				break // who thanks first may sign too; what is meant stands elsewhere
			}
		}
		if len(lines) > 0 && !spaced {
			return lines
		}
	}
	return lines
}

// paragraphsOf are the lines of a text, without marks of a list, in groups that
// blank lines divide.
func paragraphsOf(text string) (all [][]string) {
	open := false
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(bullet.ReplaceAllString(strings.ReplaceAll(line, "\u00a0", " "), ""))
		switch {
		case line == "":
			open = false
		case open:
			all[len(all)-1] = append(all[len(all)-1], line)
		default:
			all, open = append(all, []string{line}), true
		}
	}
	return all
}

var bullet = regexp.MustCompile(`^\s*(?:[*•·–—-]\s+|\(?\d{1,2}[.)]\s+)`)

// cutThanks cuts the thanks off a line's end, with which a mail is signed. Who
// thanks first and then asks has signed nothing.
func cutThanks(line string) (rest string, signed bool) {
	at := thanks.FindStringIndex(line)
	if at == nil {
		return line, false
	}
	if end := sentence.FindStringIndex(line); at[0] == 0 && end != nil && wish.MatchString(line[end[1]:]) {
		return cutThanks(line[end[1]:])
	}
	return strings.TrimSpace(line[:at[0]]), true
}

var (
	sentence = regexp.MustCompile(`[.!?]\s+`)
	beg      = regexp.MustCompile(`(?i),?\s+please[ .!]*$`)
)

// phrase leaves out what is said around the keywords of a line.
func phrase(line string) string {
	line, _ = cutThanks(line)
	line = beg.ReplaceAllString(line, "")
	line = strings.ReplaceAll(greeting.ReplaceAllString(line, ""), "’", "'")
	said := wish.FindString(line)
	if said == "" {
		return strings.TrimSpace(line)
	}
	if at := colon.FindStringIndex(line); at != nil {
		return strings.TrimSpace(line[at[1]:])
	}
	rest := strings.TrimLeft(line[len(said):], " ,.!-")
	for rest != "" {
		word, behind, _ := strings.Cut(rest, " ")
		if !politeWords[stripped(word)] {
			break
		}
		rest = strings.TrimLeft(behind, " ")
		if strings.HasSuffix(word, ".") || strings.HasSuffix(word, "!") {
			return phrase(rest) // the next sentence
		}
	}
	if tells(rest) {
		return ""
	}
	return strings.TrimRight(rest, " .!?")
}

// colon divides a phrase from keywords; that of a field, title:x, has no space
// behind it.
var colon = regexp.MustCompile(`:(?:\s+|$)`)

func stripped(word string) string { return strings.ToLower(strings.Trim(word, ".,!?;:'\"()")) }

// tells reports whether a text is a sentence to somebody.
func tells(text string) bool {
	return slices.ContainsFunc(strings.Fields(text), func(w string) bool { return telling[stripped(w)] })
}

// signs reports whether a line is no more than its writer's name.
func signs(line, name string) bool {
	words := func(s string) []string {
		return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) })
	}
	known, line := words(name), strings.TrimLeft(line, "-–— ")
	all := words(line)
	return len(all) > 0 && !slices.ContainsFunc(all, func(w string) bool { return !slices.Contains(known, w) })
}
