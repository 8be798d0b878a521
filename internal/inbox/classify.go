package inbox

import (
	"regexp"
	"strings"
)

// classify says what a mail is that came back, and what it says of each
// recipient. It never fails: a mail that can't be read is no bounce.
func classify(m message) Report {
	r := Report{Automatic: m.automatic()}
	r.origin(m)
	switch {
	case m.feedback(&r), m.notification(&r), m.statusReport(&r), m.plainBounce(&r):
		r.Automatic = true
	case m.vacation(), m.nullSender():
		r.Automatic = true
		r.Verdicts = []Verdict{{Kind: Vacation, Text: reason(m.header.word("subject"))}}
	default:
		r.Verdicts = []Verdict{{Kind: NoBounce}}
	}
	return r
}

// origin finds the names of the mail that came back in the copy of it.
func (r *Report) origin(m message) {
	for _, p := range m.parts {
		text := p.text
		if !isOriginal(p.kind) {
			_, text = cutOriginal(text)
		}
		h, _ := parseHeader([]byte(strings.TrimLeft(text, "\n")))
		if id := strings.Trim(h.get("message-id"), "<> "); id != "" && r.MessageID == "" {
			r.MessageID = id
		}
		if path := strings.Trim(h.get("return-path"), "<> "); path != "" && r.ReturnPath == "" {
			r.ReturnPath = strings.ToLower(path)
		}
	}
}

// texts are all that can be read in the mail, its header and the originals
// included.
func (m message) texts() []string {
	var all []string
	for _, f := range m.header {
		all = append(all, f.value)
	}
	for _, p := range m.parts {
		all = append(all, p.text)
		if !isOriginal(p.kind) {
			continue
		}
		// The original may be encoded within.
		for _, inner := range parseMessage([]byte(p.text)).parts {
			all = append(all, inner.text)
		}
	}
	return all
}

func isOriginal(kind string) bool {
	switch kind {
	case "message/rfc822", "text/rfc822-headers", "text/rfc822-header", "message/rfc822-headers", "message/global", "message/global-headers", "message/partial":
		return true
	}
	return false
}

// reason is a text on one line, bounded.
func reason(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > maxReason {
		text = strings.ToValidUTF8(text[:maxReason], "") + "…"
	}
	return text
}

// feedback reads an ARF report (RFC 5965).
func (m message) feedback(r *Report) bool {
	for _, p := range m.parts {
		if p.kind != "message/feedback-report" {
			continue
		}
		h, _ := parseHeader([]byte(strings.TrimLeft(p.text, "\n")))
		v := Verdict{Kind: NoBounce, Recipient: mailbox(h.get("original-rcpt-to")), Text: reason("feedback report: " + h.get("feedback-type"))}
		switch strings.ToLower(h.get("feedback-type")) {
		case "abuse", "fraud", "virus", "other", "miscategorized", "complaint":
			v.Kind = Complaint
		case "opt-out", "opt-out-list":
			v.Kind = OptOut
		}
		if v.Kind == OptOut || v.Recipient == "" {
			v.Recipient = mailbox(h.get("removal-recipient"))
		}
		r.Verdicts = []Verdict{v}
		if path := mailbox(h.get("original-mail-from")); path != "" {
			r.ReturnPath = path
		}
		return true
	}
	return m.looseComplaint(r)
}

var complaintWords = anyOf(`this is an? (?:\S+ )?(?:e-?mail )?abuse report`, `abuse report (?:about|for|regarding) an e-?mail`, `complaint about (?:message|an? e-?mail)`)

// looseComplaint takes the words of an abuse report for one where the mail
// brings the original and no machine-readable part.
func (m message) looseComplaint(r *Report) bool {
	if !m.copies() {
		return false
	}
	words := plain(m.header.word("subject") + " " + m.prose())
	if !complaintWords.MatchString(words) || failure.MatchString(words) {
		return false
	}
	r.Verdicts = []Verdict{{Kind: Complaint, Text: reason(m.header.word("subject"))}}
	return true
}

func isStatus(kind string) bool {
	return kind == "message/delivery-status" || kind == "message/global-delivery-status"
}

// prose is what the mail says itself, for people: its text parts before the
// copy of the original, which some systems bring as text behind the status.
func (m message) prose() string {
	var b strings.Builder
	for _, p := range m.parts {
		if isOriginal(p.kind) || isStatus(p.kind) && b.Len() > 0 {
			break
		}
		if !strings.HasPrefix(p.kind, "text/") || p.kind == "text/html" && b.Len() > 0 {
			continue
		}
		own, copied := cutOriginal(p.text)
		b.WriteString(cut(own, maxProse-min(b.Len(), maxProse)))
		b.WriteByte('\n')
		if copied != "" {
			break
		}
	}
	return b.String()
}

// originalBegins is the line, in the words of many systems, after which a
// plain-text bounce repeats the mail that came back.
var originalBegins = regexp.MustCompile(`(?im)^[ \t>*|=_-]*(?:` + strings.Join([]string{
	`(?:below this line is|this is|here is|enclosed is|following is|the following is) (?:an? |the )?(?:copy|header|(?:body|text|start)|original|unsent)`,
	`(?:the )?(?:header|body|text|start|copy|beginning|top|headers)[^\n]{0,40}(?:original|your|returned|failed|unsent|bounced|undelivered)[^\n]{0,20} (?:message|mail)`,
	`(?:(?:the )?(?:original|unsent|undelivered|returned|bounced|your|rejected|failed) (?:message|mail|e-mail)|message)(?: (?:header|text|body|content|source)s?)?(?: information)?(?: is)?(?: included)? (?:follow|below|attached|as follows)`,
	`(?:original|undelivered|returned|unsent) (?:message|mail)(?: headers?)?[ \t:]*[-=_|]*$`,
	`(?:the )?(?:first \d+ lines|beginning) of (?:the|your) (?:original )?message`, `-*[ \t]*(?:urspr.ngliche nachricht|mensaje original|message d.origine|messaggio originale|mensagem original|oorspronkelijk bericht|oryginalna wiadomo|исходное сообщение|元のメッセージ|原始邮件)`,
	`message (?:text|headers?) follow`, `received: +\(?(?:from|by|qmail)`, `received:from `, `return-path: *<`,
}, "|") + `)`)

// cutOriginal cuts a text where the copy of the original begins.
func cutOriginal(text string) (own, copied string) {
	at := originalBegins.FindStringIndex(text)
	if at == nil {
		return text, ""
	}
	rest := text[at[0]:]
	if !startsHeader.MatchString(rest) {
		_, rest, _ = strings.Cut(rest, "\n")
	}
	return text[:at[0]], rest
}

var startsHeader = regexp.MustCompile(`(?i)^(?:received|return-path):`)

var address = regexp.MustCompile(`[A-Za-z0-9!#$%&'*+/=?^_{|}~.-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*`)

// mailbox is the address in a field's value or a line, in small letters. A
// type before it ("rfc822;") is left out.
func mailbox(value string) string {
	if _, after, ok := strings.Cut(value, ";"); ok {
		value = after
	}
	found := strings.ToLower(strings.Trim(address.FindString(value), "'=."))
	return strings.TrimPrefix(found, "smtp=")
}
