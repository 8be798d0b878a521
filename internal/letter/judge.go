package letter

import (
	"regexp"
	"strings"
)

// Judge says what the end of a delivery attempt means (RFC 5321, RFC 3463).
//
// To suppress a reader is the gravest of outcomes and asks for the clearest of
// words: a 5yz at RCPT that says, by its enhanced code or its text, that there
// is no such recipient, and says nothing that speaks of us, of policy, of a
// full or disabled mailbox. Servers put 5.1.1 before many things. In doubt the
// letter fails and the reader stays; so where the domain is unknown (5.1.2),
// for names in DNS lapse and come back, and where 5.1.1 comes only at the final
// dot, for by then the server has seen the mail and may mean its content.
//
// A refusal of us is one that the next letter would meet as well: policy
// (5.7.x), authentication, a quota of ours, reputation, at any stage, and any
// 5yz before a recipient was named. Other 5yz concern this letter alone, and so
// does a 5.7.z at RCPT whose words say no more than that nobody is there: some
// dead addresses must not stop the letters of all.
//
// Once a recipient was named, a server may speak of how much mail it takes from
// us: a rate for now (4.7.28 and kin), a quota for today (5.4.5). That is about
// the place where the letter goes and not about the reader, who may be one of
// many there: the place is left in peace for a while, see Pause. What speaks of
// one mailbox that gets too much (4.2.z) is merely temporary.
func Judge(r Reply) Outcome {
	switch {
	case r.Code >= 200 && r.Code < 300 && r.Stage == StageDot:
		return Delivered
	case r.Code == 0 && r.Stage == StageDot:
		return Unknown
	case r.Stage == StageConnect || r.Stage == StageAuth:
		if r.Code >= 500 && r.Code <= 599 {
			return RefusesUs
		}
		return Temporary
	}
	status, text := enhanced(r.Code, r.Text), plainReply(r.Text)
	switch named := r.Stage != StageMail; {
	case named && slowDown(r.Code, status, text):
		return SlowDown
	case r.Code < 500 || r.Code > 599:
		return Temporary
	}
	oversize := r.Code == 552 || status == "5.2.2" || status == "5.2.3" || status == "5.3.4"
	switch {
	case r.Stage == StageRcpt && strings.HasPrefix(status, "5.7.") && absent(text) && !refusalWords.MatchString(text):
		return Rejected
	case refusalCode(r.Code, status):
		return RefusesUs
	case oversize: // the letter's size or the mailbox's room
		return Rejected
	case r.Stage == StageMail || refusalWords.MatchString(text):
		return RefusesUs
	case r.Stage == StageRcpt && missing(status, text):
		return NoRecipient
	}
	return Rejected
}

var enhancedCode = regexp.MustCompile(`(?:^|[^0-9.])([45]\.[0-9]{1,3}\.[0-9]{1,3})(?:[^0-9.]|\.?$|\.\s)`)

// enhanced returns the first enhanced status code in a reply's text that is of
// the reply's own class, or "".
func enhanced(code int, text string) string {
	for _, m := range enhancedCode.FindAllStringSubmatch(text, -1) {
		if int(m[1][0]-'0') == code/100 {
			return m[1]
		}
	}
	return ""
}

// slowDown reports whether a reply to a named recipient asks for less mail from
// us, be it to anybody there.
func slowDown(code int, status, text string) bool {
	switch {
	case code/100 == 5:
		return status == "5.4.5"
	case code/100 != 4 || strings.HasPrefix(status, "4.2."):
		return false
	}
	return status == "4.7.28" || strings.HasPrefix(status, "4.7.65") || slowWords.MatchString(text)
}

// slowWords ask for less mail. Greylisting asks only for patience.
var slowWords = anyOf(
	"rate[- ]?limit", "throttl", "(unusual|excessive|high) (rate|volume)", "unexpected volume", "frequency limited",
	"(sending|daily|hourly|message|rate|connection) (limit|quota)", "exceeded the maximum number of (connections|messages)",
	"too (many|much) (\\S+ )?(messages|mails?|emails|connections|traffic)", "sending (messages |mail )?too (fast|quickly)",
	"resources temporarily limited", "slow down",
)

// quoted is what a reply repeats or points to: addresses and links, whose
// words mean nothing.
var quoted = regexp.MustCompile(`<[^<>\s]*>|\S+@\S+|https?://\S+`)

// plainReply is a reply's text for looking at its words: lower case, one line.
func plainReply(text string) string {
	text = quoted.ReplaceAllString(strings.ToLower(text), " ")
	return strings.Join(strings.Fields(text), " ")
}

// refusalCode reports whether the codes alone say that the refusal is of us:
// policy, our quota, our address, our log-in.
func refusalCode(code int, status string) bool {
	switch {
	case strings.HasPrefix(status, "5.7."):
		return true
	case status == "5.4.5", status == "5.1.7", status == "5.1.8":
		return true
	}
	return code == 530 || code == 534 || code == 535 || code == 538
}

// refusalWords speak of the sender, whatever code stands before them. A mere
// "relay" is not among them: "user unknown in relay recipient table" is said of
// a recipient.
var refusalWords = anyOf(
	"spam", "blocked", "block ?list", "blacklist", "denylist", "rbl", "dnsbl", "unsolicited", "bulk mail",
	"reputation", "polic(y|ies)", "banned", "(un)?authenticat", "spf", "dkim", "dmarc",
	"relay(ing)? (access|denied|not|prohibited|through)", "(to|not|no|cannot|can't) relay",
	"reverse dns", "rdns", "ptr record", "client host", "ip address", "your ip", "sender address",
	"(sending|daily|hourly|message|rate) (limit|quota)", "frequency limited",
	"too many (messages|mails|emails|connections|errors|invalid|unknown)",
)

// doubts are words beside a "no such recipient" that leave open whether it is
// one.
var doubts = anyOf(
	"preference", "sender", "temporar", "later", "full", "quota", "storage", "disabled", "inactive", "suspended",
	"locked", "frozen", "verif", "authori[sz]ed", "not allowed", "prohibited", "restricted", "denied", "content",
	"(unknown|no such) (domain|host)", "(domain|host)( \\S+)? (unknown|not|does not|doesn.t)",
)

// absences are the ways to say that a recipient does not exist.
var absences = anyOf(
	"(user|recipient|mailbox|address|account)( is| was)? (unknown|not found|not known|invalid)",
	"(unknown|invalid|no such) (\\S+ )?(user|recipient|mailbox|address|account|person|local part)",
	"(user|recipient|mailbox|address|account|you tried to reach|it)( \\S+)? (does not|doesn't) exist",
	"(does not|doesn't) have an? \\S+ account", "no (mailbox|user) (here|by that name)", "no longer on server",
	"not a (known|valid) (user|recipient|mailbox)", "not our (customer|user)", "recipnotfound",
)

func anyOf(words ...string) *regexp.Regexp {
	return regexp.MustCompile(`\b(?:` + strings.Join(words, "|") + `)`)
}

// missing reports whether a permanent reply at RCPT says that the recipient
// does not exist, and not merely that this mail is not taken.
func missing(status, text string) bool {
	switch status {
	case "5.1.1", "5.1.6", "5.1.10":
		return !doubts.MatchString(text)
	case "", "5.0.0", "5.1.0", "5.1.351", "5.5.0":
		return absent(text)
	}
	return false
}

// absent reports whether a text says without doubt that nobody is there.
func absent(text string) bool { return absences.MatchString(text) && !doubts.MatchString(text) }
