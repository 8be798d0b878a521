package inbox

import (
	"regexp"
	"strings"
)

// The words of mail systems, in the form that plain gives them. What is listed
// is a way to say something, not a server's sentence: nouns and verbs are
// crossed where servers cross them.

func anyOf(words ...string) *regexp.Regexp {
	return regexp.MustCompile(`(?:` + strings.Join(words, "|") + `)`)
}

const (
	// who are the words for whom a mail is for.
	who = `(?:e-?mail ?(?:address|account|box)?|mail[- ]?box(?:es)?|users?(?: ?(?:name|id))?|recipients?(?:'s|s')?(?: (?:address|e-?mail|mailbox|name|account))?|accounts?|address(?:es|ee)?|aliase?s?|person|customer|subscriber|member|local[- ]part|destination(?: address)?|domino directory)`
	// them are those of other languages, here and below with and without
	// accents.
	them = `(?:utilisateur|destinataire|adresse|bo.te(?: aux lettres)?|usuario|destinatario|direcci.n|cuenta|buz.n|benutzer|empf(?:.|ae)nger|postfach|konto|mailbox|utente|indirizzo|casella|usu.rio|destinat.rio|endere.o|caixa postal|conta|gebruiker|ontvanger|geadresseerde|u.ytkownik|odbiorca|skrzynka|adresat|mottagaren?|anv.ndaren?|modtageren?|brugeren?|vastaanottaja)`
)

// nobody are the ways to say that an address or its domain does not exist.
var nobody = anyOf(
	`address rejected\.?$`,
	who+`(?: \S+){0,3}? (?:is |was |are |were |has been )?(?:an? )?(?:currently )?(?:unknown|not known|not (?:be )?found|unrecogni[sz]ed|not recogni[sz]ed|non-?existent|no longer (?:valid|available|exists?|on server|in use|here|accepts)|not (?:exist|listed|local|valid|registered|present)|undefined|invalid\b)`,
	`(?:unknown|unrecogni[sz]ed|invalid|nonexistent|non-existent|undefined|bad) (?:or \S+ )?(?:(?:e-?mail|mail|local|destination|final|internal|virtual|delivery) ){0,2}`+who,
	`(?:no|not an?y?) (?:such|valid|known|mail|local|existing)(?: \S+)? ?`+who,
	`no (?:mail ?box|user|account|recipient|person|one)(?: is)? (?:here|there|by that name|with that name|found|matching|exists?|of that name|at this|available for)`,
	`(?:mail ?box|user|account)(?: \S+)? (?:has been |was |is )?deleted`, `(?:mail ?box|user|account)(?: \S+)? (?:has been|was|is) removed`, `no longer an? (?:valid|active|existing|known) (?:e-?mail )?(?:address|mail ?box|account|user|recipient)`,
	`(?:do(?:es)?|did)(?: not|n.t) (?:currently )?(?:exist|have an? (?:\S+ ){0,3}(?:account|mail ?box|user)|match any|recogni[sz]e|resolve to an? (?:mail ?box|user|account))`,
	`(?:could not|couldn.t|can.?not|unable to|can.t) (?:find|be found|locate|look ?up|resolve) (?:\S+ ){0,4}?(?:user|recipient|mail ?box|account|address|person)`,
	`wasn.t found (?:at|in)`, `address couldn.t be found`, `no such (?:name|id|addressee|recipient)`,
	`not (?:a known|our|one of our) (?:user|customer|recipient)`, `(?:exrecip|recip(?:ient)? ?)not ?found`, `mailbox not available for this alias`,
	`(?:not listed|\bno \S*|not|n.t) in (?:\S+ ){0,2}(?:domino directory|public name|address book|directory|control files|user list|valid ?rcpt ?to)`, `bad ?(?:rcpt|recipient) ?to\b`, `no such person`, `not an active (?:e-?mail )?address`,
	`unknown (?:in|by) \S+`, `deactivated mailbox that does not exist`, `unrouteable address`, `unknown (?:local )?user`, `user-?unknown`, `userunknown`, `^(?:[45][0-9.]+[ :#-]*){0,3}(?:is )?not found\.?$`,
	// it moved
	`(?:user|recipient|mailbox|account|address)(?: \S+){0,2} (?:has moved|moved to|no longer works)`, `moved to (?:a )?new address`, `has been replaced by`, `has changed (?:his|her|their|the) (?:e-?mail )?address`,
	// in other languages
	them+`(?: \S+){0,5} (?:inconnue?|introuvable|invalide|inexistante?|n.existe (?:pas|plus)|desconocid[oa]|desconhecid[oa]|inexistente|inesistente|no existe|n.o existe|no (?:se ha )?encontrad[oa]|n.o (?:foi )?encontrad[oa]|unbekannt|existiert nicht|(?:wurde )?nicht gefunden|ung(?:.|ue)ltig|sconosciut[oa]|non (?:.|e'|e) ?(?:stat[oa] )?trovat[oa]|non esiste|onbekend|bestaat niet|niet gevonden|nieznan[ay]|nie istnieje|nie znalezion[oay]|finns inte|findes ikke|ok.nd|ukendt|tuntematon)`,
	`no existe (?:ese|dich[oa]|est[ea]|tal) (?:usuario|persona|cuenta)`, `nessun utente`, `(?:unbekannter|ung(?:.|ue)ltiger) (?:benutzer|empf(?:.|ae)nger)`, `unbekannte (?:e-?mail-?)?adresse`, `onbekende (?:gebruiker|ontvanger)`, `nie ma takiego (?:u.ytkownika|konta|adresu)`, `ok.nd (?:mottagare|anv.ndare)`,
	`(?:пользовател\S|получател\S|адрес(?:ат)?|ящик)(?: \S+){0,2} (?:не найден|не существует|неизвестен|не зарегистрирован)`, `нет такого (?:пользователя|адреса|ящика)`,
	`(?:用户|用戶|收件人|邮箱|郵箱|地址|帐号|账号)(?:地址)?(?:不存在|未找到|无效)`, `(?:ユーザー?|宛先|あて先|アドレス|受信者|メールボックス)(?:が|は)?(?:不明|存在しません|見つかりません)`, `(?:リスト|ディレクトリ)に(?:は)?ありません`,
	`(?:[查没沒]?[无無]|没有|沒有)此(?:用户|用戶|人|邮箱|郵箱|地址|帐号|账号|帳號)`, `nicht im \S*(?:verzeichnis|adressbuch)`, `nincs ilyen (?:felhaszn.l.|c.m|postafi.k)`,
)

// noDomain are the ways to say that a domain does not exist, or takes no mail.
var noDomain = anyOf(
	`(?:unknown|no such|bad|invalid|illegal) (?:host|domain|destination (?:system|host|domain))`,
	`(?:host|domain)(?: (?:or domain )?name)?(?: \S+)?(?: is| was)? (?:unknown|not found|could(?: not|n.t) be found|doesn.t exist|does not exist|not known|lookup failed|not resolved)`,
	`host not found`, `nxdomain`, `name or service not known`, `unroutable (?:mail )?(?:domain|address)`, `unrouteable (?:mail )?domain`,
	`couldn.t find (?:any host(?:s)? (?:named|by that name)|an? mail exchanger$)`, `no route to domain`, `hostname nor servname`, `illegal host/domain name`,
	`domain(?: \S+){0,3} (?:does not|doesn.t) exist`, `host unknown`, `no (?:mx|mail exchanger)\b`, `responded with code (?:nxdomain|noerror)`, `all relevant mx records point to non-existent`,
	// it takes no mail
	`null ?mx`, `(?:host|domain|server|system|smtp service)(?: \S+){0,2} (?:does not|doesn.t|not|never) (?:accept|receive|support)(?:s|ing)? (?:any |network |incoming |inbound )?(?:(?:e-?)?mails?|messages)(?: (?:at all|for|here))?(?:$|[.( ;])`,
	`(?:smtp|mail) service (?:is )?not (?:available|provided)`, `(?:^|[:;.] ?)does not accept mail`, `indicated no smtp service`, `not accepting network messages`,
)

// passing are words that leave the address standing, whatever stands beside
// them: they speak of room, of a closed or guarded mailbox, of us, of content,
// of a fault on the way.
var passing = anyOf(
	// room
	`(?:mail ?box|inbox|mail ?drop|storage|disk|folder|account)(?: \S+){0,3} (?:is |was |are )?(?:full|over ?quota|exceeded)`, `full (?:mail ?box|inbox)`, `too many (?:messages|mails|recipients|unknown|invalid|errors|connections)`, `over (?:the )?(?:\S+ )?(?:quota|limit)`, `over-?quota`, `quota (?:was |is |has been |limit )?(?:exceed|violation|full)`,
	`exceed(?:s|ed|ing)? (?:\S+ ){0,6}(?:quota|storage|space|size|limit|maximum)`, `(?:insufficient|not enough|out of|no) (?:\S+ )?(?:disk|storage|space|room)`, `quota`, `mailfull`, `exhausted`, `(?:ue|.)berschritten`, `(?:message|mail|size)(?: \S+){0,3} too (?:large|big|long)`, `too large`, `maximum (?:message )?size`, `(?:size|limit)(?: \S+)? exceeded`,
	`(?:postfach|mailbox|speicher)(?: \S+){0,3} voll\b`, `bo.te(?: \S+){0,4} pleine`, `(?:buz.n|casilla|cuenta)(?: \S+){0,3} llen[oa]`, `casella(?: \S+){0,3} piena`, `caixa(?: \S+){0,3} cheia`, `переполнен`, `(?:邮箱|郵箱)(?:已)?(?:满|滿)`, `容量`,
	// closed for now
	`(?:disabled|suspended|inactive|deactivated|dormant|locked|frozen|not active(?:ated)?|on hold|expired account|account expired|blocked|unavailable due to)\b`, `resigned`, `(?:has|have) not (?:been )?(?:logged|used|accessed|read)\b`, `(?:user|recipient|mail ?box|account)(?: \S+){0,2} not accepting`, `suppress(?:ed|ion)`, `history of bouncing`, `bounced address`, `account closed`, `gesperrt`, `bloque`, `suspendu`, `deaktiviert`, `заблокирован`, `(?:right now|at (?:this|the) (?:time|moment))`, `available now`, `currently (?:un|not )?(?:available|reachable|accept|receiv|able)`,
	// guarded
	`preference`, `(?:only|must) (?:accepts?|from) (?:\S+ )?(?:senders|authenticated|members|internal)`, `(?:unknown|unverified|external|anonymous|known|for|from|this|by) (?:the |this )?senders?\b`, `not (?:authori[sz]ed|allowed|permitted|accepted due)`, `prohibited`, `restricted`, `(?:allow|white|safe|guest|block|black|deny)[- ]?list`, `domain (?:reject|filter|block)`, `you are not`, `do not have permission`, `moderat`, `filtered`, `refused due to`,
	`verification (?:in progress|failed|pending|error)`, `(?:could not|couldn.t|can.?not|unable to|can.t|not) (?:be )?verif(?:y|ied)`,
	// us, beside what every reply is asked for
	`bulk`, `\bspf\b`, `sender (?:verify|denied|rejected|id|domain)`, `sender's`, `sender(?: \S+){0,2} (?:unknown|invalid|not found|(?:does not|doesn.t) exist)`, `invalid (?:sender|from)`, `domain of (?:the )?sender`, `\bfrom:? (?:address|header|domain|field)`, `backscatter`, `harvest`,
	`\b(?:helo|ehlo)\b`, `no relaying`, `throttl`, `access denied`, `not.{0,8}trusted`, `(?:after|to|for) mail from\b`, `\bmail from(?: address| domain)? (?:reject|refus|den|invalid|unknown|is\b|not\b|does)`,
	`your (?:\S+ )?(?:domain|host(?: ?name)?|ip(?: address)?|server)(?:$|[.,;:)]| (?:is|was|has|does|doesn.t|could|can.?not|not)\b)`, `return[- ](?:path|address)`, `valid sender`, `allowed to (?:send|post)`, `(?:originating|sending|connecting|source) (?:host|server|system|ip|address|domain)`, `unknown client`, `client (?:host|ip)\b`, `\bcall-?(?:back|out)\b`, `while verifying`,
	`(?:reject|refus|block|accept|receiv|tak)\S* (?:\S+ )?(?:mails?|messages?|e-?mails?|connections?) from\b`,
	// content
	`virus`, `malware`, `content (?:reject|filter|error|block|scan|violat|restrict|not)`, `(?:message|mail|due to|because of|objectionable|prohibited) (?:its )?content`, `attachment`, `mime\b`, `header(?:s)? too`, `\b(?:to|cc|from|recipient|address):? headers?\b`, `address literal`, `media error`, `\bube\b`, `syntax error`, `\brfc ?[2-9][0-9]{3}\b`, `not found[,;.]? try again`, `not compliant`, `loop`, `too many hops`,
	// on the way
	`tim(?:ed|e)?[ -]?out`, `retry time`, `delivery time`, `too long`, `connection (?:refused|reset|lost|closed|timed)`, `network (?:is )?unreachable`, `no route to host`, `temporar`, `try(?:ing)? (?:again )?later`, `(?:message|mail|queue)(?: \S+){0,2} expired`, `queue\.expired`, `lookup failure.*try`, `(?:ldap|database|directory|sql|backend) (?:\S+ )?(?:error|fail|unavailable|problem)`, `dns (?:error|fail|problem)`, `did not complete`, `servfail`, `name server (?:error|fail)`, `(?:internal|server|system|technical) problem`, `maintenance`, `migrat`, `has not been (?:collected|delivered) (?:after|for|within)`,
	`(?:internal|configuration|system|local|i/o|input/output) (?:\S+ )?error`, `command (?:failed|died|time)`, `(?:host|server|service)(?: \S+)?(?: is)? (?:not reachable|not available|unavailable|busy|down)`, `not reachable`, `greylist`, `service (?:currently )?unavailable`, `malformed or unexpected`, `unknown (?:error|reason|problem|failure)`, `may (?:not exist|be)`, `duplicated message-id`,
)

// vague are words that say that a mail was not delivered and not why.
var vague = anyOf(`reject`, `refus`, `den(?:y|ied)`, `fail`, `unavailable`, `error`, `could not`, `couldn.t`, `undeliver`, `unable`, `not deliver`, `returned`)
