package inbox

import (
	"regexp"
	"slices"
	"strings"
)

// recipientFields are one recipient's part of a delivery status (RFC 3464).
type recipientFields struct {
	final, original, action, status, diagnostic string
}

// statusReport reads a delivery status notification: the part of RFC 3464, or
// its fields in whatever part a system puts them.
func (m message) statusReport(r *Report) bool {
	var all []recipientFields
	for _, p := range m.parts {
		if isStatus(p.kind) {
			all = append(all, readStatus(p.text)...)
		}
	}
	if m.receipt() {
		return false
	}
	if len(all) == 0 {
		for _, p := range m.parts {
			own, _ := cutOriginal(p.text)
			if !isOriginal(p.kind) && looksLikeStatus.MatchString(own) {
				at := looksLikeStatus.FindStringIndex(own)
				all = append(all, readStatus(strings.TrimLeft(own[at[0]:], "\n"))...)
			}
		}
	}
	if len(all) == 0 {
		return m.wrapped(r)
	}
	said, prose := m.said(), m.prose()
	for _, one := range all {
		r.add(one.verdict(said, contextOf(said, one, prose)))
	}
	return true
}

// receipt reports a notice that somebody read the mail (RFC 8098).
func (m message) receipt() bool {
	return m.report == "disposition-notification" || slices.ContainsFunc(m.parts, func(p part) bool { return p.kind == "message/disposition-notification" })
}

// wrapped reads a report that a mail system passed on in a mail of its own.
func (m message) wrapped(r *Report) bool {
	if !daemons.MatchString(strings.ToLower(m.header.word("from"))) {
		return false
	}
	for _, p := range m.parts {
		if !isOriginal(p.kind) {
			continue
		}
		inner := parseMessage([]byte(p.text))
		has := slices.ContainsFunc(inner.parts, func(p part) bool { return isStatus(p.kind) })
		if has && inner.statusReport(r) {
			return true
		}
	}
	return false
}

var looksLikeStatus = regexp.MustCompile(`(?im)^(?:reporting-mta|final-recipient|original-recipient):[ \t]*\S`)

// readStatus reads the recipients' blocks. A recipient named again begins a new
// one, also where no empty line stands between.
func readStatus(text string) []recipientFields {
	var all []recipientFields
	var one recipientFields
	flush := func() {
		if one.final != "" || one.original != "" || one.action != "" && one.status != "" {
			all = append(all, one)
		}
		one = recipientFields{}
	}
	for rest := text; rest != "" && len(all) < maxParts; {
		h, body := parseHeader([]byte(rest))
		if len(h) == 0 { // an empty line, or one that is no field
			_, rest, _ = strings.Cut(rest, "\n")
			continue
		}
		for _, f := range h {
			one.take(f, flush)
		}
		if len(body) == len(rest) {
			break
		}
		rest = string(body)
		if rest == "" || strings.HasPrefix(rest, "\n") || !continues(h) {
			continue
		}
	}
	flush()
	return all
}

// continues reports whether a block's fields are of a recipient.
func continues(h header) bool {
	return slices.ContainsFunc(h, func(f field) bool { return f.name == "final-recipient" })
}

// take puts a field in its place. The original recipient stands before the
// final one, where it stands at all.
func (one *recipientFields) take(f field, flush func()) {
	switch f.name {
	case "original-recipient":
		if one.original != "" {
			flush()
		}
		one.original = f.value
	case "final-recipient":
		if one.final != "" {
			flush()
		}
		one.final = f.value
	case "x-actual-recipient":
		if one.final == "" {
			one.final = f.value
		}
	case "action":
		one.action = strings.ToLower(f.value)
	case "status":
		one.status = f.value
	case "diagnostic-code":
		one.diagnostic = f.value
	}
}

// verdict judges by the diagnostic code first, then by what the mail says for
// people about this recipient, then by the status alone.
func (one recipientFields) verdict(said []statement, context string) Verdict {
	v := Verdict{Kind: Soft, Recipient: mailbox(one.final)}
	if v.Recipient == "" {
		v.Recipient = mailbox(one.original)
	}
	diagnostic := one.diagnostic
	if kind, after, ok := strings.Cut(diagnostic, ";"); ok && !strings.Contains(strings.TrimSpace(kind), " ") {
		diagnostic = after
	}
	status, _ := codes(one.status)
	v.Status, v.Code = codes(diagnostic)
	if v.Status == "" || strings.HasSuffix(v.Status, ".0.0") {
		v.Status = status
	}
	v.Text = reason(diagnostic)
	people := cut(about(said, v.Recipient, mailbox(one.original)), maxTold)
	if v.Text == "" {
		v.Text = reason(people)
	}
	switch action, _, _ := strings.Cut(one.action, " "); action {
	case "delivered", "relayed", "expanded":
		v.Kind = NoBounce
		return v
	case "delayed":
		v.Kind = Delayed
		return v
	}
	v.Kind = judgeAll(context, v.Status, v.Code, diagnostic, opening(people), people)
	return v
}

// contextOf is where to look for the moment at which a recipient was refused:
// what is said of it, or all that is said where it is the only one.
func contextOf(said []statement, one recipientFields, prose string) string {
	if len(said) <= 1 {
		return cut(prose, maxTold)
	}
	return about(said, mailbox(one.final), mailbox(one.original))
}

// judgeAll takes the first text that says something; one that gives no reason,
// or none that is believed, leaves the word to the next. A hard one is believed
// only where the codes say nothing against it, and one that a code alone says
// only where no server's reply gives another reason.
func judgeAll(context, status string, code int, texts ...string) Kind {
	soft := false
	for i, text := range texts {
		kind, ok := judge(text, context, status, code)
		switch {
		case !ok || strings.TrimSpace(text) == "":
		case kind == Soft && !saysPassing(text) && !saysElse(text, status):
			soft = true
		case kind == Hard && vagueOnly(text) && !noDomain.MatchString(plain(text)) && slices.ContainsFunc(texts[i+1:], repliesPassing):
			return Soft
		default:
			return kind
		}
	}
	if kind, ok := judge("", context, status, code); ok && !soft {
		return kind
	}
	return Soft
}

// saysElse reports a reply with a reason that is not known here, or a code that
// is not of the address, and no word of it: sendmail repeats any 550 as "User
// unknown".
func saysElse(text, status string) bool {
	words := plain(text)
	told, _ := codes(text)
	if told == "" {
		told = status
	}
	return softCode(told) && !nobody.MatchString(words) || translated(text, words)
}

var replyLine = regexp.MustCompile(`(?m)^[ \t<>]*[45][0-9][0-9][ -].*$`)

// repliesPassing reports a text that repeats such a reply.
func repliesPassing(text string) bool {
	return slices.ContainsFunc(replyLine.FindAllString(text, -1), saysPassing)
}

// saysPassing reports a text with a reason that is not the address.
func saysPassing(text string) bool { return passing.MatchString(plain(text)) || refusesUs(text) }

// vagueOnly reports a text that gives no reason.
func vagueOnly(text string) bool {
	words := plain(text)
	return !passing.MatchString(words) && !nobody.MatchString(words)
}

// add takes a verdict up; of one recipient the last word counts.
func (r *Report) add(v Verdict) {
	i := slices.IndexFunc(r.Verdicts, func(have Verdict) bool { return have.Recipient == v.Recipient && v.Recipient != "" })
	if i >= 0 {
		r.Verdicts[i] = v
		return
	}
	r.Verdicts = append(r.Verdicts, v)
}
