package inbox

import (
	"regexp"
	"slices"
	"strings"
)

// failure are the words by which mail systems say that a mail came back.
var failure = anyOf(
	`(?:mail|message|e-?mail)?(?: \S+)? ?deliver(?:y|ed|ing)(?: \S+){0,2} (?:fail|fatal|error|problem|was unsuccessful|not possible|status)`, `fail(?:ed|ure)(?: \S+){0,3} (?:deliver|notice|recipient|address)`, `failure ?notice`, `undeliver(?:able|ed)`, `returned (?:mail|to sender|message)`, `returning (?:message|to|mail)`, `could ?n.?o?t be (?:delivered|sent)`, `(?:was|were|is|are|be|been) not (?:be )?delivered`, `unable to deliver`, `did not reach`, `non-?delivery`, `(?:was|were) undeliverable`, `(?:wasn.t|not) able to deliver`,
	`permanent (?:fatal )?error`, `had (?:permanent|transient|delivery) (?:\S+ )?errors`, `has been (?:rejected|returned|blocked)`, `delivery status`, `mail (?:system )?error`, `cannot (?:be delivered|deliver|send)`, `not delivered`, `no valid recipients`, `mail failed`, `error (?:delivering|sending)`, `couldn.t be delivered`, `rejected by`, `problem (?:delivering|sending)`, `failed mail`, `delivery fail`, `unzustellbar`, `non remis`, `no se ha podido entregar`, `nicht zugestellt`, `delivery report`, `undelivered`, `mail non distribu`, `n.a (?:pas )?pu .tre (?:remis|distribu|d.livr)`, `no (?:se )?(?:pudo|puede|ha podido) (?:ser )?entrega`, `non recapitabil`, `impossibile (?:recapitare|consegnare)`, `n.o (?:p.de|.) (?:ser )?(?:poss.vel )?entreg`, `onbestelbaar`, `niet (?:worden )?(?:afgeleverd|bezorgd)`, `nie (?:mo.na|zosta.a|uda.o si.) (?:jej )?dor.cz`, `dostarczenie nie powiod`, `kunde inte levereras`, `недостав`, `не (?:было |может быть |удалось )?доставл`, `(?:退信|无法送达|無法傳遞|投递失败|未送达|系统退信)`, `(?:配信不能|配信できません|送信できません|配達不能|エラー通知)`, `warning: (?:could not|message)`, `(?:temporarily|still) (?:un|not )?(?:delivered|deferred|delayed)`, `not yet been delivered`, `delivery (?:\S+ ){0,6}(?:is|has been|was) delayed`,
)

// daemons are the names under which mail systems write.
var daemons = anyOf(`mailer[-_. ]?daemon`, `post_?master`, `^ ?<>`, `mail delivery (?:system|subsystem|service)`, `mail\.delivery`, `mail administrator`, `system administrator`, `mail ?system`, `\bmta\b`, `mail-?daemon`, `mmdf`, `mdaemon`, `mail ?server`, `root@`, `double-bounce`, `bounce`)

// delay are the words of a system that goes on trying.
var delay = anyOf(`will (?:continue|keep) (?:to )?try`, `warning: (?:message|could not)`, `this is (?:only )?a warning`, `you do not need to (?:resend|do anything)`, `not yet been delivered`, `will (?:be )?retr(?:y|ied)`, `has been postponed`, `advisory[- ]only`, `delivery (?:\S+ ){0,6}?(?:is |has been )?delayed`, `(?:zustellung|auslieferung) verz.gert`, `still (?:be )?(?:trying|undelivered)`, `delivery attempts? will continue`)

// proviso is what a system says that it will tell if it gives up.
var proviso = regexp.MustCompile(`\bif [^.]*`)

// plainBounce reads a bounce in words: sent by a mail system, saying in its
// subject or text that a mail could not be delivered.
func (m message) plainBounce(r *Report) bool {
	prose := m.prose()
	words := plain(prose)
	if !m.cameBack(words) {
		return false
	}
	said := m.said()
	recipients := splitAddresses(m.header.get("x-failed-recipients"))
	if len(recipients) == 0 {
		for _, s := range said {
			recipients = append(recipients, s.recipient)
		}
	}
	if len(recipients) == 0 {
		recipients = []string{""}
	}
	prose = withoutLetter(prose)
	late := delay.MatchString(words) && !strings.Contains(proviso.ReplaceAllString(words, ""), "permanent")
	// Where reasons stand before their recipients, each seems to be another's.
	unsure := len(recipients) > 1 && vagueOnly(about(said, recipients[len(recipients)-1])) && saysPassing(prose)
	for _, recipient := range recipients {
		text, rest := about(said, recipient), ""
		if len(recipients) == 1 {
			rest = prose
		}
		v := verdictOf(recipient, text, rest)
		switch {
		case late:
			v.Kind = Delayed
		case v.Kind == Hard && unsure:
			v.Kind = Soft
		}
		r.add(v)
	}
	return true
}

// cameBack reports a mail that says in its words, all in small letters, that
// another came back.
func (m message) cameBack(words string) bool {
	subject := strings.ToLower(m.header.word("subject"))
	from := strings.ToLower(m.header.word("from"))
	// Services that send for people call their return paths bounces, too.
	if path := strings.ToLower(m.header.get("return-path")); strings.Contains(path, "mailer-daemon") {
		from += " " + path
	}
	bySystem := daemons.MatchString(from) || m.header.get("return-path") == "<>" && !m.vacation()
	switch {
	case m.header.get("x-failed-recipients") != "" && failure.MatchString(words+" "+subject):
	case bySystem && (failure.MatchString(subject) || failure.MatchString(words)):
	case bySystem && daemons.MatchString(from) && (passing.MatchString(words) || nobody.MatchString(words) || noDomain.MatchString(words)):
	case m.report == "delivery-status":
	case failure.MatchString(subject) && failure.MatchString(words) && !m.vacation() && !m.passedOn(subject):
	case strings.Contains(from, "mailer-daemon") && m.copies(): // in a language that is not known here
	default:
		return false
	}
	return true
}

// passedOn reports a mail by somebody who speaks of a bounce that came to them,
// or by a list.
func (m message) passedOn(subject string) bool {
	return replied.MatchString(subject) || m.header.get("list-id") != "" || m.header.get("list-unsubscribe") != ""
}

// verdictOf judges by what is said of a recipient, and by the rest of the mail
// where that gives no reason and the recipient is the only one.
func verdictOf(recipient, text, rest string) Verdict {
	text, rest = cut(text, maxTold), cut(rest, maxTold)
	first, context := opening(text), text
	if rest != "" {
		context = rest
	}
	if rest != "" && vagueOnly(text) {
		if text = strings.TrimSpace(text + "\n" + rest); vagueOnly(first) {
			first = opening(rest)
		}
	}
	v := Verdict{Recipient: recipient, Text: reason(text)}
	v.Status, v.Code = codes(text)
	v.Kind = judgeAll(context, v.Status, v.Code, first, text)
	return v
}

// withoutLetter cuts a text where a letter's header begins, of which nothing
// says that it came back: what follows is the letter.
func withoutLetter(prose string) string {
	at := letterHeader.FindStringIndex(prose)
	if at == nil || failure.MatchString(plain(prose[at[1]:])) {
		return prose
	}
	return prose[:at[0]]
}

// copies reports whether the mail brings another one along.
func (m message) copies() bool {
	return slices.ContainsFunc(m.parts, func(p part) bool { return isOriginal(p.kind) })
}

func splitAddresses(list string) (out []string) {
	for one := range strings.SplitSeq(list, ",") {
		if a := mailbox(one); a != "" && !slices.Contains(out, a) {
			out = append(out, a)
		}
	}
	return out
}

// statement is what a mail's text says of one recipient.
type statement struct{ recipient, text string }

// said returns what the mail says for people, recipient by recipient. Lines
// that begin with an address, or that end with it after a colon, name a
// recipient more surely than sentences do, and any address more surely than
// those of the mail's own header.
func (m message) said() []statement {
	var own []string
	for _, name := range []string{"to", "from", "return-path", "delivered-to", "x-original-to", "reply-to", "cc"} {
		own = append(own, splitAddresses(m.header.get(name))...)
	}
	prose := m.prose()
	strange := func(line, name string) bool { return !slices.Contains(own, name) && !headed.MatchString(line) }
	sure := func(line, name string) bool { return strange(line, name) && surely.MatchString(line) }
	for _, names := range []func(line, name string) bool{sure, strange} {
		if said := statementsOf(prose, names); len(said) > 0 {
			return said
		}
	}
	if said := statementsOf(prose, func(string, string) bool { return true }); len(said) > 0 {
		for i := range said {
			said[i].text = "" // what follows may be anything
		}
		return said
	}
	if at := generatedFrom.FindStringSubmatch(prose); at != nil {
		return []statement{{mailbox(at[1]), prose}}
	}
	return nil
}

var (
	// headed is a line of a mail's header, repeated in the text.
	headed = regexp.MustCompile(`(?i)^[ \t>*|]*(?:to|cc):`)
	surely = regexp.MustCompile(`(?i)^[ \t>*|"'<(\[-]*(?:\S+[:=])?` + address.String() + `|^[^:@]{0,60}:[ \t"'<]*` + address.String() + `["'>]*[ \t.,;]*$|smtp=` + address.String())
	// letterHeader is one of a mail's header that is about no recipient.
	letterHeader = regexp.MustCompile(`(?im)^[ \t>*|]*(?:subject|message-id|mime-version|content-type|list-unsubscribe|dkim-signature|x-[a-z-]+):`)
	// aside is a line that says whom to ask.
	aside = regexp.MustCompile(`\b(?:contact|assistance|questions|webmaster)\b`)
	// generatedFrom follows an address that Exim doesn't tell.
	generatedFrom = regexp.MustCompile(`(?i)\((?:ultimately )?(?:generated|expanded) from:?[ \t]*([^)\n]+)\)`)
)

// statementsOf cuts a text at the lines that name a recipient: what follows,
// up to the next or a letter's header, is about it. Recipients are those that some line names in
// the way that is asked for.
func statementsOf(text string, names func(line, name string) bool) []statement {
	var known []string
	for line := range strings.Lines(text) {
		if name := namedOn(line); name != "" && len(known) < maxParts && !slices.Contains(known, name) && names(line, name) {
			known = append(known, name)
		}
	}
	var all []statement
	at := -1
	for line := range strings.Lines(text) {
		if name := namedOn(line); slices.Contains(known, name) && (names(line, name) || !headed.MatchString(line)) {
			at = slices.IndexFunc(all, func(s statement) bool { return s.recipient == name })
			if at < 0 {
				all, at = append(all, statement{recipient: name}), len(all)
			}
		}
		if letterHeader.MatchString(line) {
			at = -1
		}
		if at >= 0 {
			all[at].text += line
		}
	}
	return all
}

// namedOn is the recipient that a line names, "" where it names none or
// somebody else.
func namedOn(line string) string {
	if !strings.Contains(line, "@") {
		return ""
	}
	low := strings.ToLower(line)
	trimmed := strings.TrimLeft(low, " \t>*|-")
	for _, other := range []string{"from:", "from ", "sender:", "reply-to:", "message-id:", "cc:", "references:", "in-reply-to:", "return-path:", "(generated from", "(ultimately generated from", "(expanded from"} {
		if strings.HasPrefix(trimmed, other) {
			return ""
		}
	}
	if strings.Contains(low, "mail from") || strings.Contains(low, "postmaster@") && !strings.HasPrefix(strings.TrimLeft(trimmed, "<"), "postmaster@") && !strings.Contains(low, "<postmaster@") || strings.Contains(low, "message-id") {
		return ""
	}
	if at := strings.Index(low, "@"); aside.MatchString(low[:at]) {
		return ""
	}
	return mailboxOn(low)
}

// mailboxOn is the first address on a line that is no part of a link or name
// of a mail.
func mailboxOn(line string) string {
	line = dashed.ReplaceAllString(line, "$1$2 ")
	for _, at := range address.FindAllStringIndex(line, 1) {
		found := strings.TrimPrefix(strings.Trim(line[at[0]:at[1]], "'=."), "smtp=")
		if at[0] > 0 && line[at[0]-1] == '/' {
			continue
		}
		return found
	}
	return ""
}

// about joins what is said of a recipient under any of its names; where nobody
// is named, or only one, all that is said.
func about(said []statement, names ...string) string {
	for _, name := range names {
		for _, s := range said {
			if name != "" && s.recipient == name {
				return s.text
			}
		}
	}
	return ""
}

// opening is the first paragraph of what is said, up to where the talk with
// another server begins.
func opening(text string) string {
	first, _, _ := strings.Cut(text, "\n\n")
	if at := talk.FindStringIndex(first); at != nil {
		first = first[:at[0]]
	}
	return first
}

var talk = regexp.MustCompile(`(?im)^[. ]*while talking (?:to|with) `)
