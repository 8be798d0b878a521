package inbox

import (
	"regexp"
	"strconv"
	"strings"

	"paperboy/internal/letter"
)

// maxReason bounds the reason's text, in bytes.
const maxReason = 500

// A status is an enhanced code (RFC 3463) or, before the text of a reply, its
// three digits.
var (
	enhancedCode = regexp.MustCompile(`(?:^|[^0-9.\w-])([245]\.[0-9]{1,3}\.[0-9]{1,3})(?:[^0-9.\w]|\.?$|\.\s)`)
	replyCode    = regexp.MustCompile(`(?:^|[\s:;'"(\[<=#])([45][0-5][0-9])(?:[\s:;,.'"<>\])-]|$)`)
	quoted       = regexp.MustCompile(`<[^<>\s]*>|[^\s<>:;,()\[\]"]+@[^\s<>:;,()\[\]"]+|https?://\S+`)
)

// dashed is a reply's code before one of several lines.
var dashed = regexp.MustCompile(`(^|\s)([245][0-9][0-9])-`)

// unquote leaves out addresses and links.
func unquote(text string) string {
	text = strings.ReplaceAll(text, "...", " ") // which sendmail puts behind an address, and some leave no space
	return quoted.ReplaceAllString(dashed.ReplaceAllString(text, "$1$2 "), " ")
}

// codes returns the last enhanced code, of a failure where there is one, and the
// first reply code of a reason.
func codes(text string) (status string, code int) {
	text = unquote(text)
	for _, m := range enhancedCode.FindAllStringSubmatch(text, -1) {
		if status == "" || status[0] == '2' || m[1][0] != '2' {
			status = m[1]
		}
	}
	if m := replyCode.FindStringSubmatch(text); m != nil {
		code, _ = strconv.Atoi(m[1])
	}
	return status, code
}

// plain is a reason for looking at its words: small letters, one line, without
// addresses and links, whose words mean nothing.
func plain(text string) string {
	text = unquote(strings.ToLower(text))
	return strings.Join(strings.Fields(strings.ReplaceAll(text, "_", " ")), " ")
}

// judge says what a reason means; false where it says nothing that is known.
//
// Hard asks for clear words that nobody is there, or for a code that says so,
// and for the absence of any that speak of us, of the mail's content, of a full
// or disabled mailbox: servers put "user unknown" and 5.1.1 before many things.
// A status of class 4 is the system's own word that this may pass. A reply that
// says "user unknown" without a code for it is believed where it came at RCPT:
// after DATA the server has seen the mail, and some mean its content by it.
// There it is believed before a code of policy, too (5.7.z), which some put
// before all that they refuse, if the command is told by its name.
func judge(text, context, status string, code int) (Kind, bool) {
	words := plain(text)
	told, number := codes(text)
	if told == "" || strings.HasSuffix(told, ".0.0") {
		told = status
	}
	if number == 0 {
		number = code
	}
	whole := text + "\n" + context
	switch {
	case certain.MatchString(words):
		return Hard, true
	case strings.HasPrefix(told, "5.1.") && softCode(told): // of the sender's address
		return Soft, true
	case passing.MatchString(words), refusesUs(text), number/100 == 4, strings.HasPrefix(told, "4."), strings.HasPrefix(status, "4."):
		return Soft, true
	case noDomain.MatchString(words) && !policy.MatchString(text):
		return Hard, true
	case softCode(told):
		if strings.HasPrefix(told, "5.7.") && nobody.MatchString(words) && (saysMore(words) && cameAtRecipient(whole) || cameAtRCPT(whole)) {
			return Hard, true
		}
		return Soft, true
	case hardCode(told, number) && translated(text, words):
		return Soft, true
	case hardCode(told, number) && (nobody.MatchString(words) || !cameAfterData(whole)):
		return Hard, true
	case nobody.MatchString(words):
		sure := number == 0 && saysMore(words) && !cameAfterData(whole) || cameAtRecipient(whole) || strings.HasPrefix(told, "5.1.") && !cameAfterData(whole)
		if !sure {
			return Soft, true
		}
		return Hard, true
	case closedCode(told), vague.MatchString(words):
		return Soft, true
	}
	return "", false
}

// policy is a code of RFC 3463's class of security and policy.
var policy = regexp.MustCompile(`\b5\.7\.[0-9]+`)

// translated reports a reply that came without an enhanced code and gives a
// reason that is not known here: what code stands elsewhere is a reporter's
// translation, and some translate every 550 at RCPT into 5.1.1.
func translated(text, words string) bool {
	own, code := codes(text)
	return own == "" && code != 0 && code != 556 && !nobody.MatchString(words) && !bare.MatchString(words)
}

// bare are replies that give no reason.
var bare = regexp.MustCompile(`^[45][0-9]{2}[ -]*(?:requested action not taken:? ?)?(?:(?:mail ?box|recipient|address|user|account)(?: (?:address|name))?)?(?: is| was)? ?(?:unavailable|not available|rejected|refused|not allowed|not accepted)?\W*$`)

var (
	atRCPT      = anyOf(`(?:after|to|our|for|at|during|>>>|->|command|smtp)[: ]{0,2}rcpt\b`, `rcpt(?: to)?:? (?:command|failed|rejected|error|generated)`, `\[rcpt to\]`)
	atRecipient = anyOf(atRCPT.String(), `does not like recipient`, `server has rejected address`)
	afterData   = anyOf(`in reply to (?:end of )?data`, `after end of (?:data|message)`, `final data`, `(?:text|data) command`, `after (?:i sent|sending) the message`, `failed after i sent`, `smtp command data`, `>>> (?:data|\.) <<< 5`, `local scanning code`)
	// pipelined: the replies to RCPT follow after DATA was sent.
	pipelined = anyOf(`need rcpt`, `valid rcpt`, `valid recipients`, `rcpt first`)
)

// asReply are the words that servers use in their replies, often for more than
// they say. Where a mail repeats them without the code, what holds for a reply
// holds for them.
var asReply = anyOf(`user unknown`, `unknown user`, `no such user`, `(?:does not|doesn.t) have an? (?:\S+ ){1,2}account`, `tried to reach(?: \S+)? (?:does not|doesn.t) exist`, `recipient not found`)

// saysMore reports words that say that nobody is there also without those.
func saysMore(words string) bool { return nobody.MatchString(asReply.ReplaceAllString(words, " ")) }

// cameAtRecipient reports whether a mail says that a reply came before the
// server had seen the mail, and cameAtRCPT whether it names the command.
func cameAtRecipient(text string) bool { return cameAt(atRecipient, text) }
func cameAtRCPT(text string) bool      { return cameAt(atRCPT, text) }

func cameAt(moment *regexp.Regexp, text string) bool {
	return moment.MatchString(pipelined.ReplaceAllString(plain(text), " ")) && !cameAfterData(text)
}

// cameAfterData reports whether it says that the server had seen it.
func cameAfterData(text string) bool {
	words := plain(text)
	return afterData.MatchString(words) && !pipelined.MatchString(words)
}

// softCode reports codes that speak of anything but the address: RFC 3463's
// mailbox status (but 5.2.0), mail system, routing, protocol, content and
// policy classes.
func softCode(status string) bool {
	class, rest, _ := strings.Cut(status, ".")
	subject, detail, _ := strings.Cut(rest, ".")
	if class != "5" {
		return false
	}
	switch subject {
	case "1":
		return detail == "7" || detail == "8" // the sender's address
	case "2":
		return detail != "0" && detail != "1"
	case "3":
		return detail != "0" && detail != "2" // which says that it takes no mail
	case "4":
		return detail != "4" && detail != "0" && detail != "1"
	case "6", "7":
		return true
	}
	return false
}

// certain are words that other rules would take for something else. Microsoft's
// servers answer so where their directory knows no such recipient
// ("Directory-Based Edge Blocking"); qmail where a domain has no address; IMail
// and Postfix where they know no such user themselves.
var certain = anyOf(`5\.4\.1\b.{0,20}: recipient address rejected: access denied`, `5\.4\.1 recipient address rejected: access denied`,
	`couldn.t find an? mail exchanger or ip address`, `^unknown user:(?: "[^"]*")?$`)

// refusesUs asks the judge of our own deliveries whether the words are a
// refusal of us, or a quota of ours; a code of policy alone is not asked for.
func refusesUs(text string) bool {
	outcome := letter.Judge(letter.Reply{Stage: letter.StageRcpt, Code: 550, Text: policy.ReplaceAllString(text, "")})
	return outcome == letter.RefusesUs || outcome == letter.SlowDown
}

// closedCode reports codes before which some say that nobody is there, and
// which without these words mean a closed mailbox or any other trouble.
func closedCode(status string) bool { return status == "5.2.1" || status == "5.3.0" }

// hardCode reports codes that say that nobody is there and leave nothing open:
// bad mailbox, bad destination system, moved, null MX (RFC 3463, RFC 7505).
func hardCode(status string, code int) bool {
	switch status {
	case "5.1.1", "5.1.2", "5.1.6", "5.1.10":
		return true
	}
	return code == 556
}
