package inbox

import (
	"slices"
	"strings"
	"testing"
)

// What mail systems write, each in its own way, about an address of ours.
func TestBouncesInManyManners(t *testing.T) {
	daemon := "From: MAILER-DAEMON@mail.example\nSubject: "
	for name, c := range map[string]struct {
		mail string
		want []Kind
	}{
		"Exim at RCPT": {daemon + "Mail delivery failed: returning message to sender\nX-Failed-Recipients: a@x.example\n\n" +
			"A message that you sent could not be delivered. The following address(es) failed:\n\n  a@x.example:\n    SMTP error from remote mailer after RCPT TO:\n    <a@x.example>:\n    host mx.x.example [192.0.2.1]:\n    553 unknown or illegal user\n\n----- This is a copy of the message, including all the headers. ------\n\nReturn-path: <b@y.example>\n", []Kind{Hard}},
		"Exim after DATA":                              {daemon + "Mail delivery failed\nX-Failed-Recipients: a@x.example\n\nThis is a permanent error.\n\n  a@x.example\n    host mx.x.example\n    SMTP error from remote mail server after end of data:\n    550 no such user\n", []Kind{Soft}},
		"Exim, an address that leads nowhere":          {daemon + "Mail delivery failed\nX-Failed-Recipients: a@x.example\n\nThis is a permanent error. The following address(es) failed:\n\n  a@x.example\n    Unrouteable address\n", []Kind{Hard}},
		"Exim, a warning":                              {"From: Mail Delivery System <Mailer-Daemon@x.example>\nSubject: Warning: message 1-2-3 delayed 24 hours\n\nA message that you sent has not yet been delivered to one or more of its recipients.\n\n  a@x.example\n\nNo action is required on your part. Delivery attempts will continue for some time.\n", []Kind{Delayed}},
		"qmail":                                        {daemon + "failure notice\n\nHi. This is the qmail-send program at x.example.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n\n<a@x.example>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n\nReturn-Path: <b@y.example>\n", []Kind{Hard}},
		"qmail, refused at RCPT":                       {daemon + "failure notice\n\n<a@x.example>:\n192.0.2.1 does not like recipient.\nRemote host said: 550 no such user here\nGiving up on 192.0.2.1.\n", []Kind{Hard}},
		"qmail, a full folder":                         {daemon + "failure notice\n\nYour mail could not be delivered.\n\n<a@x.example>:\nchild status 100...could not be delivered because the user's mailfolder is full.\n", []Kind{Soft}},
		"two recipients, two ways":                     {daemon + "Undelivered Mail\n\nYour message could not be delivered.\n\n<a@x.example>: host mx.x.example said: 550 5.1.1\n    unknown user (in reply to RCPT TO command)\n\n<b@x.example>: host mx.x.example said: 452 4.2.2\n    over quota (in reply to RCPT TO command)\n", []Kind{Hard, Soft}},
		"Exchange, long ago":                           {"From: System Administrator <postmaster@x.example>\nSubject: Undeliverable: Papers\n\nYour message\n\n  To:      list@y.example\n  Subject: Papers\n\ndid not reach the following recipient(s):\n\na@x.example on Fri, 20 Jul 2001 11:08:59 -0700\n    The recipient name is not recognized\n    MSEXCH:IMS:X:MAIN 0 (000C05A6) Unknown Recipient\n", []Kind{Hard}},
		"Exchange Online":                              {"From: Microsoft Outlook <postmaster@x.example>\nSubject: Undeliverable: Papers\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: text/html\n\n<p>Your message to a@x.example couldn't be delivered.<p>a wasn't found at x.example.\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns;x.example\n\nFinal-Recipient: rfc822;a@x.example\nAction: failed\nStatus: 5.1.10\nDiagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient a@x.example not found by SMTP address lookup\n--b--\n", []Kind{Hard}},
		"Gmail, a full mailbox":                        {"From: Mail Delivery Subsystem <mailer-daemon@x.example>\nSubject: Delivery Status Notification (Failure)\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nThe recipient's inbox is full\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x.example\n\nFinal-Recipient: rfc822; a@x.example\nAction: failed\nStatus: 5.2.2\nDiagnostic-Code: smtp; 552-5.2.2 The recipient's inbox is out of storage space\n--b--\n", []Kind{Soft}},
		"a delay as a status":                          {daemon + "Delayed Mail\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nIT IS A WARNING MESSAGE ONLY\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x.example\n\nFinal-Recipient: rfc822; a@x.example\nAction: delayed\nStatus: 4.4.1\n--b--\n", []Kind{Delayed}},
		"a delivery as a status":                       {daemon + "Successful Mail Delivery Report\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nDelivered.\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x.example\n\nFinal-Recipient: rfc822; a@x.example\nAction: delivered\nStatus: 2.0.0\n--b--\n", []Kind{NoBounce}},
		"a status without blank lines, in a text part": {daemon + "Undeliverable\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nsorry\n--b\nContent-Type: text/plain\n\nReporting-MTA: dns; x.example\nFinal-Recipient: rfc822; a@x.example\nAction: failed\nStatus: 5.1.1\nFinal-Recipient: rfc822; b@x.example\nAction: failed\nStatus: 4.4.7\n--b--\n", []Kind{Hard, Soft}},
		"a user id":                                    {"From: \"Postmaster\" <postmaster@x.example>\nSubject: Undeliverable Mail\n\nInvalid final delivery userid: a@x.example\n\n\nOriginal message follows.\n\nReceived: from y\n", []Kind{Hard}},
		"a disk quota":                                 {daemon + "Undelivered Mail Returned to Sender\n\nUndeliverable Address: a@x.example\n\nReason: the recipient is over disk quota.\n", []Kind{Soft}},
		"an account in trouble":                        {daemon + "failure notice\n\nWe were not able to deliver your message.\n\n<a@x.example>:\nThis person's account is exceeding their quota.\n", []Kind{Soft}},
		"a preference that uses 5.1.1":                 {daemon + "Undelivered Mail\n\n<a@x.example>: host mx said: 550 5.1.1 RCP-P2 Refused due to recipient preferences (in reply to RCPT TO command)\n", []Kind{Soft}},
		"a block list":                                 {daemon + "Undelivered Mail\n\n<a@x.example>: host mx said: 550 5.1.1 User unknown; client blocked using bl.example (in reply to RCPT TO command)\n", []Kind{Soft}},
		"a disabled account":                           {daemon + "Undelivered Mail\n\n<a@x.example>: host mx said: 550 5.2.1 The account is disabled (in reply to RCPT TO command)\n", []Kind{Soft}},
		"a domain that is gone":                        {daemon + "Undelivered Mail\n\n<a@x.example>: Host or domain name not found. Name service error for name=x.example type=A: Host not found\n", []Kind{Hard}},
		"a domain that is gone for now":                {daemon + "Undelivered Mail\n\n<a@x.example>: Host or domain name not found. Name service error for name=x.example type=MX: Host not found, try again\n", []Kind{Soft}},
		"a domain without mail":                        {daemon + "Undelivered Mail\n\n<a@x.example>: Domain x.example does not accept mail (nullMX)\n", []Kind{Hard}},
		"Chinese, with the original":                   {daemon + "=?utf-8?b?6YKu5Lu25Lyg6L6T5aSx6LSl?=\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; charset=gb2312\n\n\xd3\xca\xbc\xfe\n<a@x.example>:\n\n<b@x.example>:\n--b\nContent-Type: message/rfc822\n\nSubject: Papers\n--b--\n", []Kind{Soft, Soft}},
		"French, by somebody":                          {"From: service@x.example\nSubject: Papers : non remis (delivery failed)\n\nVotre message n'a pas pu etre delivre a\na@x.example\n\nYour message could not be delivered to\na@x.example\n", []Kind{Soft}},
		"reasons before their recipients":              {daemon + "Undeliverable\n\nUser mailbox is full\n<a@x.example>\n\nUser unknown\n<b@x.example>\n", []Kind{Soft, Soft}},
		"a reason before its recipient":                {"From: postmaster@x.example\nSubject: Undeliverable message\n\n--- Failure Reasons ---\n\nUser not listed in public Name & Address Book\na@x.example\n\n--- Returned Message ---\nReceived: from y\n", []Kind{Hard}},
		"sendmail, who takes any 550 for an address":   {daemon + "Returned mail\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\n   ----- The following addresses had permanent fatal errors -----\n<a@x.example>\n    (reason: 550 we like no letters)\n\n   ----- Transcript of session follows -----\n>>> RCPT To:<a@x.example>\n<<< 550 we like no letters\n550 5.1.1 <a@x.example>... User unknown\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nFinal-Recipient: rfc822; a@x.example\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 we like no letters\n--b--\n", []Kind{Soft}},
		"a code, and a loop in the transcript":         {daemon + "Returned mail: User unknown\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\n   ----- The following addresses had permanent fatal errors -----\n<a@x.example>\n\n   ----- Transcript of session follows -----\n554 a@x.example... aliasing/forwarding loop broken\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nFinal-Recipient: rfc822; a@x.example\nAction: failed\nStatus: 5.1.1\n--b--\n", []Kind{Soft}},
		"a code, and a scanner's footer":               {daemon + "Delivery Status Notification (Failure)\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nDelivery to the following recipients failed.\n\n  a@x.example\n\n** scanned for all viruses **\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nFinal-Recipient: rfc822; a@x.example\nAction: failed\nStatus: 5.1.1\n--b--\n", []Kind{Hard}},
		"the letter as text behind the status":         {daemon + "Sorry\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nYour mail could not be delivered.\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nFinal-Recipient: rfc822; a@x.example\nAction: failed\nStatus: 5.0.0\n--b\nContent-Type: text/plain\n\nWe prove that the unknown user does not exist.\n--b--\n", []Kind{Soft}},
		"the letter as HTML without a mark between":    {daemon + "\nContent-Type: text/html\n\n<p>I'm afraid I wasn't able to deliver the following message. This is a permanent error.<p>Subject: Papers<br>To: a@x.example<p>We prove that the unknown user does not exist.\n", []Kind{Soft}},
		"Exchange, long ago, as HTML":                  {"From: System Administrator <postmaster@x.example>\nSubject: Undeliverable: Papers\nContent-Type: text/html\n\n<p>Your message<p>&nbsp; To:&nbsp;&nbsp; b@y.example<br>&nbsp; Cc:&nbsp;&nbsp; c@y.example<br>&nbsp; Subject: Papers<p>did not reach the following recipient(s):<p>a@x.example on Fri, 20 Jul 2001 11:08:59<br>&nbsp; The recipient name is not recognized\n", []Kind{Hard}},
		"Exchange in Swedish":                          {"From: <postmaster@x.example>\nSubject: Olevererbart: Papers\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nDet gick inte att leverera till:\n\na@x.example\n#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns;x\n\nFinal-Recipient: rfc822;a@x.example\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp;550 5.1.1 RESOLVER.ADR.RecipNotFound; not found\n--b--\n", []Kind{Hard}},
		"a Japanese carrier without a daemon's name":   {"From: no-reply@x.example\nSubject: メールエラー通知\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; charset=utf-8\n\nYour mail\n  Could not be delivered to: <a@x.example>\n  As their mailbox is full.\n--b\nContent-Type: message/rfc822\n\nSubject: Papers\n--b--\n", []Kind{Soft}},
		"MDaemon":                        {"From: MDaemon@x.example\nSubject: Warning: a@x.example - User unknown!\n\na@x.example - no such user here.\n\nThere is no user by that name at this server.\n", []Kind{Hard}},
		"a mailbox that is full for now": {"From: Postmaster@x.example\nSubject: Mail Delivery Warning\n\nThis is an advisory-only email.\n\nDelivery of email to this address\n\n\"a@x.example\"\n\nhas been postponed due to a full mailbox.\n", []Kind{Delayed}},
		"an answer by a null sender":     {"Return-Path: <>\nFrom: Ana <a@x.example>\nSubject: Thank you\n\nI shall reply as soon as I can.\n", []Kind{Vacation}},
		"a vacation in Polish":           {"From: Ana <a@x.example>\nSubject: [Automatyczna odpowied\u017a] Papers\n\nWracam w poniedzia\u0142ek.\n", []Kind{Vacation}},
		"a vacation in Greek":            {"From: Ana <a@x.example>\nSubject: \u0391\u03c5\u03c4\u03cc\u03bc\u03b1\u03c4\u03b7 \u03b1\u03c0\u03ac\u03bd\u03c4\u03b7\u03c3\u03b7: Papers\n\nBack on Monday.\n", []Kind{Vacation}},
		"a guard":                        {"From: Ana <a@x.example>\nSubject: Re: Papers\n\nPlease ask to be added to my list of approved senders: https://x.example/1\n", []Kind{Vacation}},
		"a person who comes back to it":  {"From: Ana <a@x.example>\nSubject: Re: Papers\n\nThanks! I will be back on this topic.\n", []Kind{NoBounce}},
		"a newsletter on guards":         {"From: News <n@x.example>\nSubject: News\n\nPlease add our address to your safe senders list.\n", []Kind{NoBounce}},
		"Exchange Online, delayed":       {"From: Microsoft Outlook <postmaster@x.example>\nSubject: Delivery delayed: Papers\n\nDelivery to these recipients or groups is delayed. You don't need to do anything at this point. The server will continue to try:\n\na@x.example\n", []Kind{Delayed}},
		"Gmail, delayed":                 {"From: Mail Delivery Subsystem <mailer-daemon@x.example>\nSubject: Delivery Status Notification (Delay)\n\nThere was a temporary problem delivering your message to a@x.example. We will retry for 46 more hours. You'll be notified if the delivery fails permanently.\n", []Kind{Delayed}},
		"an answer about a bounce":       {"From: Ana <a@x.example>\nSubject: Re: Undelivered Mail Returned to Sender\n\nCan you help?\n\n> <b@x.example>: could not be delivered: 550 5.1.1 User unknown\n", []Kind{NoBounce}},
		"a bounce passed on":             {"From: Ana <a@x.example>\nSubject: Fwd: Mail delivery failed\n\nA message that you sent could not be delivered.\n\n  b@x.example\n    550 5.1.1 User unknown\n", []Kind{NoBounce}},
		"a list on bounces":              {"From: News <n@x.example>\nSubject: Delivery failures\nList-Id: <n.x.example>\n\nWhy mail is undelivered and recipients are unknown.\n", []Kind{NoBounce}},
		"a vacation in brackets":         {"From: Ana <a@x.example>\nSubject: Re: Papers (Automatic Response)\n\nBack on Monday.\n", []Kind{Vacation}},
		"a ticket by a sending service":  {"Return-Path: <bounces+1@em.example>\nFrom: Help <help@x.example>\nSubject: Your question\n\nWe opened a ticket. If your account was not found, write again.\n", []Kind{NoBounce}},
		"a nameless sender":              {"Return-Path: <>\nFrom: <>\nSubject:\n\nYou sent mail to a@x.example. That's not a valid user here.\n", []Kind{Hard}},
		"a person":                       {"From: Ana <a@x.example>\nSubject: Re: Papers\n\nThe delivery of my paper failed, the user is unknown to me.\n", []Kind{NoBounce}},
		"a person on delivery":           {"From: Ana <a@x.example>\nSubject: delivery problems\n\nI read that the mailbox does not exist. Is that so?\n", []Kind{NoBounce}},
		"a vacation":                     {"From: Ana <a@x.example>\nSubject: Automatic reply: Papers\nAuto-Submitted: auto-replied\n\nI am out of the office.\n", []Kind{Vacation}},
		"a vacation by a null sender":    {"Return-Path: <>\nFrom: Ana <a@x.example>\nSubject: Out of office\n\nBack on Monday.\n", []Kind{Vacation}},
		"a read receipt without a type":  {"From: Ana <a@x.example>\nSubject: Read: Papers\nContent-Type: multipart/report; boundary=b\n\n--b\n\nYour message was read.\n--b\nContent-Type: message/disposition-notification\n\nFinal-Recipient: rfc822;a@x.example\nDisposition: manual-action/MDN-sent-manually; displayed\n--b--\n", []Kind{NoBounce}},
		"a read receipt":                 {"From: Ana <a@x.example>\nSubject: Read: Papers\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n--b\n\nYour message was read.\n--b\nContent-Type: message/disposition-notification\n\nFinal-Recipient: rfc822;a@x.example\nDisposition: manual-action/MDN-sent-manually; displayed\n--b--\n", []Kind{NoBounce}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, ends := range []string{"\n", "\r\n"} {
				got := Classify([]byte(strings.ReplaceAll(c.mail, "\n", ends))).Verdicts
				right := len(got) == len(c.want)
				for i := range got {
					right = right && got[i].Kind == c.want[i]
				}
				if !right {
					t.Errorf("want %v, got %v", c.want, got)
				}
			}
		})
	}
}

// Whom a bounce is about: the lines that name a recipient, and none that name
// somebody else.
func TestBouncesNameTheirRecipients(t *testing.T) {
	daemon := "From: MAILER-DAEMON@mail.example\nTo: list@y.example\nSubject: Undelivered Mail\n\nYour mail could not be delivered.\n\n"
	for name, c := range map[string]struct {
		mail string
		want []string
	}{
		"whom to ask":                 {daemon + "For further assistance, please contact <postmaster@mail.example>\n\n<a@x.example>: mailbox is full\n", []string{"a@x.example"}},
		"our own address":             {daemon + "<a@x.example>:\n550 <list@y.example> sender rejected\n", []string{"a@x.example"}},
		"the letter's own header":     {daemon + "To: b@y.example\nCc: c@y.example\n\ndid not reach\n\na@x.example\n", []string{"a@x.example"}},
		"a label":                     {daemon + "Failed Recipient: a@x.example\n", []string{"a@x.example"}},
		"a label before brackets":     {daemon + "Recipient: [SMTP:a@x.example]\n", []string{"a@x.example"}},
		"X.400":                       {daemon + "c=US;a= ;p=X;dda:SMTP=a@x.example; on Fri\n  Unknown Recipient\n", []string{"a@x.example"}},
		"a reply's code":              {daemon + "<a@x.example>: said:\n550-a@x.example is not known\n", []string{"a@x.example"}},
		"a sentence beside a list":    {daemon + "If mike@x.example fails, try michael@x.example.\n\n<a@x.example>: unknown user\n", []string{"a@x.example"}},
		"a sentence alone":            {daemon + "Your message to a@x.example was rejected.\n", []string{"a@x.example"}},
		"an address that isn't told":  {daemon + "  an undisclosed address\n  (generated from a@x.example)\n", []string{"a@x.example"}},
		"several, one of them twice":  {daemon + "<a@x.example>: mailbox is full\n\n<b@x.example>: unknown user\n\n<a@x.example>: mailbox is full\n", []string{"a@x.example", "b@x.example"}},
		"nobody but the letter's own": {daemon + "To: a@x.example\n", []string{"a@x.example"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, v := range Classify([]byte(c.mail)).Verdicts {
				got = append(got, v.Recipient)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("want %v, got %v", c.want, got)
			}
		})
	}
}
