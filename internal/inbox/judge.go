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

// codes returns the last enhanced code and the first reply code of a reason.
func codes(text string) (status string, code int) {
	text = quoted.ReplaceAllString(text, " ")
	for _, m := range enhancedCode.FindAllStringSubmatch(text, -1) {
		status = m[1]
	}
	if m := replyCode.FindStringSubmatch(text); m != nil {
		code, _ = strconv.Atoi(m[1])
	}
	return status, code
}

// plain is a reason for looking at its words: small letters, one line, without
// addresses and links, whose words mean nothing.
func plain(text string) string {
	text = quoted.ReplaceAllString(strings.ToLower(text), " ")
	return strings.Join(strings.Fields(text), " ")
}

// judge says what a reason means; false where it says nothing that is known.
//
// Hard asks for clear words that nobody is there, or for a code that says so,
// and for the absence of any that speak of us, of the mail's content, of a full
// or disabled mailbox: servers put "user unknown" and 5.1.1 before many things.
// A status of class 4 is the system's own word that this may pass. A reply that
// says "user unknown" without a code for it is believed where it came at RCPT:
// after DATA the server has seen the mail, and some mean its content by it.
func judge(text, context, status string, code int) (Kind, bool) {
	words := plain(text)
	told, number := codes(text)
	if told == "" || strings.HasSuffix(told, ".0.0") {
		told = status
	}
	if number == 0 {
		number = code
	}
	switch {
	case certain.MatchString(words):
		return Hard, true
	case strings.HasPrefix(told, "5.1.") && softCode(told): // of the sender's address
		return Soft, true
	case passing.MatchString(words), refusesUs(text), strings.HasPrefix(told, "4."), strings.HasPrefix(status, "4."):
		return Soft, true
	case noDomain.MatchString(words):
		return Hard, true
	case softCode(told):
		return Soft, true
	case hardCode(told, number) && (nobody.MatchString(words) || !cameAfterData(text+"\n"+context)):
		return Hard, true
	case nobody.MatchString(words):
		sure := number == 0 && !asReply.MatchString(words) || cameAtRecipient(text+"\n"+context) || strings.HasPrefix(told, "5.1.") && !cameAfterData(text+"\n"+context)
		if number/100 == 4 || !sure {
			return Soft, true
		}
		return Hard, true
	case number/100 == 4, closedCode(told), vague.MatchString(words):
		return Soft, true
	}
	return "", false
}

var (
	atRecipient = anyOf(`(?:after|to|our|for|at|during|>>>|->|command|smtp)[: ]{0,2}rcpt\b`, `rcpt(?: to)?:? (?:command|failed|rejected|error|generated)`, `rcpt_to`, `does not like recipient`, `server has rejected address`)
	afterData   = anyOf(`in reply to (?:end of )?data`, `after end of (?:data|message)`, `final data`, `(?:text|data) command`, `after (?:i sent|sending) the message`, `failed after i sent`, `smtp command data`, `>>> (?:data|\.) <<< 5`)
	// pipelined: the replies to RCPT follow after DATA was sent.
	pipelined = anyOf(`need rcpt`, `valid rcpt`, `valid recipients`, `rcpt first`)
)

// asReply are the words that servers use in their replies. Where a mail repeats
// them without the code, what holds for a reply holds for them.
var asReply = anyOf(`user unknown`, `unknown user`, `no such user`, `(?:does not|doesn.t) have an? (?:\S+ ){1,2}account`, `tried to reach`, `recipient not found`)

// cameAtRecipient reports whether a mail says that a reply came before the
// server had seen the mail.
func cameAtRecipient(text string) bool {
	return atRecipient.MatchString(pipelined.ReplaceAllString(plain(text), " ")) && !cameAfterData(text)
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
// ("Directory-Based Edge Blocking"); qmail where a domain has no address.
var certain = anyOf(`5\.4\.1\b.{0,20}: recipient address rejected: access denied`, `5\.4\.1 recipient address rejected: access denied`,
	`couldn.t find an? mail exchanger or ip address`)

// refusesUs asks the judge of our own deliveries whether the words are a
// refusal of us, or a quota of ours.
func refusesUs(text string) bool {
	outcome := letter.Judge(letter.Reply{Stage: letter.StageRcpt, Code: 550, Text: text})
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

func anyOf(words ...string) *regexp.Regexp {
	return regexp.MustCompile(`(?:` + strings.Join(words, "|") + `)`)
}

// who are the words for whom a mail is for.
const who = `(?:e-?mail ?(?:address|account|box)?|mail ?box(?:es)?|users?(?: ?(?:name|id))?|recipients?(?:'s|s')?(?: (?:address|e-?mail|mailbox|name|account))?|accounts?|address(?:es|ee)?|aliase?s?|person|customer|subscriber|member|local[- ]part|destination(?: address)?|domino directory)`

// nobody are the ways to say that an address or its domain does not exist.
var nobody = anyOf(
	`address rejected\.?$`,
	who+`(?: \S+){0,3}? (?:is |was |are |were |has been )?(?:an? )?(?:currently )?(?:unknown|not known|not (?:be )?found|unrecogni[sz]ed|not recogni[sz]ed|non-?existent|no longer (?:valid|available|exists?|on server|in use|here)|not (?:exist|listed|local|valid|registered|present)|undefined|invalid\b)`,
	`(?:unknown|unrecogni[sz]ed|invalid|nonexistent|non-existent|undefined|bad) (?:or \S+ )?(?:(?:e-?mail|mail|local|destination|final|internal|virtual|delivery) ){0,2}`+who,
	`(?:no|not an?y?) (?:such|valid|known|mail|local|existing)(?: \S+)? ?`+who,
	`no (?:mail ?box|user|account|recipient|person|one)(?: is)? (?:here|there|by that name|with that name|found|matching|exists?|of that name)`,
	`(?:do(?:es)?|did)(?: not|n.t) (?:currently )?(?:exist|have an? (?:\S+ ){0,3}(?:account|mail ?box|user)|match any|recogni[sz]e)`,
	`(?:could not|couldn.t|can.?not|unable to|can.t) (?:find|be found|locate|look ?up|resolve) (?:\S+ ){0,4}?(?:user|recipient|mail ?box|account|address|person)`,
	`wasn.t found (?:at|in)`, `address couldn.t be found`, `no such (?:name|id|addressee|recipient)`,
	`not (?:a known|our|one of our) (?:user|customer|recipient)`, `recipnotfound`, `mailbox not available for this alias`,
	`not listed in (?:\S+ ){0,2}(?:domino directory|public name|address book|directory)`, `no such person`, `not in (?:my |the )?(?:control files|user list|directory)`,
	`unknown (?:in|by) \S+`, `deactivated mailbox that does not exist`, `unrouteable address`, `unknown (?:local )?user`, `user-?unknown`, `userunknown`,
	`(?:utilisateur|destinataire|usuario|benutzer|empf.nger|utente|destinatario|indirizzo|adresse|direcci.n|cuenta|konto)(?: \S+){0,3} (?:inconnue?|invalide|desconocid[oa]|inexistente|unbekannt|existiert nicht|sconosciut[oa]|non esiste|n.existe pas|no existe|nicht gefunden|ung.ltig)`,
	// it moved
	`(?:user|recipient|mailbox|account|address)(?: \S+){0,2} (?:has moved|moved to|no longer works)`, `moved to (?:a )?new address`, `has been replaced by`, `has changed (?:his|her|their|the) (?:e-?mail )?address`,
)

// noDomain are the ways to say that a domain does not exist, or takes no mail.
var noDomain = anyOf(
	`(?:unknown|no such|bad|invalid|illegal) (?:host|domain|destination (?:system|host|domain))`,
	`(?:host|domain)(?: (?:or domain )?name)?(?: \S+)?(?: is| was)? (?:unknown|not found|could(?: not|n.t) be found|doesn.t exist|does not exist|not known|lookup failed|not resolved)`,
	`host not found`, `nxdomain`, `name or service not known`, `unroutable (?:mail )?(?:domain|address)`, `unrouteable (?:mail )?domain`,
	`couldn.t find (?:any host(?:s)? (?:named|by that name)|an? mail exchanger$)`, `no route to domain`, `hostname nor servname`, `illegal host/domain name`,
	`domain(?: \S+){0,3} (?:does not|doesn.t) exist`, `host unknown`, `no (?:mx|mail exchanger)\b`, `responded with code (?:nxdomain|noerror)`, `all relevant mx records point to non-existent`,
	// it takes no mail
	`null ?mx`, `(?:host|domain|server|system|smtp service)?(?: \S+){0,2} ?(?:does not|doesn.t|not|never) (?:accept|receive|support)(?:s|ing)? (?:any |network |incoming |inbound )?(?:e-?mails?|messages)(?: (?:at all|for|here))?(?:$|[.( ;])`,
	`(?:smtp|mail) service (?:is )?not (?:available|provided)`, `does not accept mail`, `indicated no smtp service`, `not accepting (?:network )?messages`,
)

// passing are words that leave the address standing, whatever stands beside
// them: they speak of room, of a closed or guarded mailbox, of us, of content,
// of a fault on the way.
var passing = anyOf(
	// room
	`(?:mail ?box|inbox|mail ?drop|storage|disk|folder|account)(?: \S+){0,3} (?:is |was |are )?(?:full|over ?quota|exceeded)`, `over (?:the )?(?:\S+ )?(?:quota|limit)`, `over-?quota`, `quota (?:was |is |has been |limit )?(?:exceed|violation|full)`,
	`exceed(?:s|ed|ing)? (?:\S+ ){0,6}(?:quota|storage|space|size|limit|maximum)`, `(?:insufficient|not enough|out of|no) (?:\S+ )?(?:disk|storage|space|room)`, `quota`, `mailfull`, `(?:message|mail|size)(?: \S+){0,3} too (?:large|big|long)`, `too large`, `maximum (?:message )?size`,
	// closed for now
	`(?:disabled|suspended|inactive|deactivated|dormant|locked|frozen|not active(?:ated)?|on hold|expired account|account expired|blocked|unavailable due to)\b`, `resigned`, `gesperrt`, `bloque`, `suspendu`,
	// guarded
	`preference`, `(?:only|must) (?:accepts?|from) (?:\S+ )?(?:senders|authenticated|members|internal)`, `not (?:authori[sz]ed|allowed|permitted|accepted due)`, `prohibited`, `restricted`, `whitelist`, `domain (?:reject|filter|block)`, `you are not`, `do not have permission`, `moderat`, `filtered`, `refused due to`,
	// us, beside what every reply is asked for
	`bulk`, `\bspf\b`, `sender (?:verify|denied|rejected|id)`, `sender's`, `no relaying`, `throttl`, `access denied`, `not.{0,8}trusted`, `(?:after|to|for) mail from\b`,
	// content
	`virus`, `malware`, `content (?:reject|filter|error|block|scan|violat|restrict|not)`, `(?:message|mail|due to|because of|objectionable|prohibited) (?:its )?content`, `attachment`, `mime\b`, `header(?:s)? too`, `media error`, `\bube\b`, `syntax error`, `\brfc ?[2-9][0-9]{3}\b`, `not found[,;.]? try again`, `not compliant`, `loop`, `too many hops`,
	// on the way
	`tim(?:ed|e)?[ -]?out`, `retry time`, `delivery time`, `too long`, `connection (?:refused|reset|lost|closed|timed)`, `network (?:is )?unreachable`, `no route to host`, `temporar`, `try(?:ing)? (?:again )?later`, `(?:message|mail|queue)(?: \S+){0,2} expired`, `queue\.expired`, `lookup failure.*try`, `has not been (?:collected|delivered) (?:after|for|within)`,
	`(?:internal|configuration|system|local|i/o|input/output) (?:\S+ )?error`, `command (?:failed|died|time)`, `(?:host|server|service)(?: \S+)?(?: is)? (?:not reachable|not available|unavailable|busy|down)`, `not reachable`, `greylist`, `service (?:currently )?unavailable`, `malformed or unexpected`, `may (?:not exist|be)`, `duplicated message-id`,
)

// vague are words that say that a mail was not delivered and not why.
var vague = anyOf(`reject`, `refus`, `den(?:y|ied)`, `fail`, `unavailable`, `error`, `could not`, `couldn.t`, `undeliver`, `unable`, `not deliver`, `returned`)
