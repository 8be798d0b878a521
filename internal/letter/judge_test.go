package letter_test

import (
	"testing"

	"paperboy/internal/letter"
)

func TestJudge(t *testing.T) {
	const (
		connect, auth, mail = letter.StageConnect, letter.StageAuth, letter.StageMail
		rcpt, data, dot     = letter.StageRcpt, letter.StageData, letter.StageDot
	)
	tests := []struct {
		stage letter.Stage
		code  int
		text  string
		want  letter.Outcome
	}{
		{dot, 250, "2.0.0 Ok: queued as 4F1A2", letter.Delivered},
		{dot, 0, "EOF", letter.Unknown},
		{dot, 451, "4.3.0 try again later", letter.Temporary},
		{connect, 0, "dial tcp: connection refused", letter.Temporary},
		{rcpt, 0, "i/o timeout", letter.Temporary},
		{data, 0, "EOF", letter.Temporary},
		{connect, 421, "4.7.0 too many connections from your host", letter.Temporary},
		{rcpt, 450, "4.2.0 greylisted", letter.Temporary},
		{rcpt, 452, "4.2.2 mailbox full", letter.Temporary},
		{rcpt, 450, "4.1.1 user unknown", letter.Temporary},
		{auth, 454, "4.7.0 temporary authentication failure", letter.Temporary},

		// Less mail, please: of the place where the letter goes.
		{dot, 421, "4.7.28 unusual rate of mail from your network", letter.SlowDown},
		{rcpt, 421, "4.7.28 Our system has noticed an unusual amount of unsolicited mail", letter.SlowDown},
		{rcpt, 550, "5.4.5 Daily user sending limit exceeded", letter.SlowDown},
		{dot, 550, "5.4.5 Daily SMTP relay limit exceeded for customer", letter.SlowDown},
		{rcpt, 451, "4.7.650 The mail server [192.0.2.1] has been temporarily rate limited due to IP reputation", letter.SlowDown},
		{rcpt, 421, "4.7.0 [TS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume or user complaints", letter.SlowDown},
		{rcpt, 452, "Too many messages from you, try again later", letter.SlowDown},
		{dot, 450, "4.7.1 Error: too much mail from 192.0.2.1", letter.SlowDown},
		{data, 451, "4.4.5 daily quota reached (see 5.7.1)", letter.SlowDown},
		// Before a recipient is named it is not said of one place.
		{mail, 421, "4.7.28 unusual rate of mail from your network", letter.Temporary},
		{connect, 421, "4.7.28 unusual rate of mail from your network", letter.Temporary},
		{mail, 451, "4.7.1 rate limit exceeded", letter.Temporary},
		// One mailbox, or mere patience.
		{rcpt, 450, "4.2.1 The user you are trying to contact is receiving mail at a high rate; rate limit", letter.Temporary},
		{rcpt, 452, "4.2.2 The recipient's inbox is over its quota limit", letter.Temporary},
		{rcpt, 451, "4.7.1 Greylisting in action, please come back in 00:04:59", letter.Temporary},
		{rcpt, 450, "4.7.1 temporarily deferred, try again later", letter.Temporary},
		{rcpt, 421, "4.7.0 Error: too many errors", letter.Temporary},
		{dot, 452, "4.3.1 Insufficient system storage", letter.Temporary},
		{dot, 0, "unusual rate: EOF", letter.Unknown},
		{rcpt, 0, "rate limit: i/o timeout", letter.Temporary},

		// Nobody there, said where a recipient is named.
		{rcpt, 550, "5.1.1 <ada@example.org>: Recipient address rejected: User unknown in virtual mailbox table", letter.NoRecipient},
		{rcpt, 550, "5.1.1 <ada@example.org>: Recipient address rejected: User unknown in relay recipient table", letter.NoRecipient},
		{rcpt, 550, "5.1.1 <spam@example.org>: user unknown", letter.NoRecipient},
		{rcpt, 550, "5.1.1 The account that you tried to reach does not exist. Learn more at https://example.com/policy", letter.NoRecipient},
		{rcpt, 550, "5.1.1\nRequested action not taken: mailbox unavailable", letter.NoRecipient},
		{rcpt, 550, "sorry, no mailbox here by that name (#5.1.1 - chkusr)", letter.NoRecipient},
		{rcpt, 550, "5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup", letter.NoRecipient},
		{rcpt, 556, "5.1.10 Recipient address has null MX", letter.NoRecipient},
		{rcpt, 550, "5.1.6 recipient no longer on server", letter.NoRecipient},
		{rcpt, 550, "No such user here", letter.NoRecipient},
		{rcpt, 550, "ada@example.org... No such user", letter.NoRecipient},
		{rcpt, 550, "Unknown user ada@example.org", letter.NoRecipient},
		{rcpt, 550, "5.1.0 user unknown", letter.NoRecipient},
		{rcpt, 550, "5.5.0 Invalid recipient", letter.NoRecipient},
		{rcpt, 554, "delivery error: This user doesn't have an example.com account", letter.NoRecipient},

		// The same words where they are no answer to a recipient.
		{dot, 550, "5.1.1 user unknown", letter.Rejected},
		{data, 554, "5.5.1 Error: no valid recipients", letter.Rejected},
		{mail, 550, "5.1.1 user unknown", letter.RefusesUs},

		// 5.1.1 that says something else.
		{rcpt, 550, "5.1.1 rejected because of the recipient preferences", letter.Rejected},
		{rcpt, 550, "5.1.1 mailbox disabled", letter.Rejected},
		{rcpt, 552, "sorry, mailbox is over quota temporarily (#5.1.1)", letter.Rejected},
		{rcpt, 550, "5.1.1 sender could not be verified", letter.Rejected},
		{rcpt, 550, "5.1.1 your server is blocked", letter.RefusesUs},
		{rcpt, 550, "5.1.1 looks like spam to us", letter.RefusesUs},

		// An address that may work again.
		{rcpt, 550, "5.1.2 Host unknown (Name server: host not found)", letter.Rejected},
		{rcpt, 550, "Host unknown", letter.Rejected},
		{rcpt, 553, "Requested action not taken: mailbox unavailable", letter.Rejected},
		{rcpt, 550, "5.2.1 The account is disabled", letter.Rejected},
		{rcpt, 550, "5.2.1 The account is inactive: no such user may log in", letter.Rejected},
		{rcpt, 552, "5.2.2 The recipient's inbox is out of storage space", letter.Rejected},
		{rcpt, 550, "5.2.2 mailbox full", letter.Rejected},
		{rcpt, 550, "5.4.1 Recipient address rejected: Access denied", letter.Rejected},
		{rcpt, 550, "Rejected", letter.Rejected},
		{rcpt, 501, "5.1.3 Bad recipient address syntax", letter.Rejected},
		{rcpt, 501, "Syntax error in parameters", letter.Rejected},

		// This letter alone.
		{dot, 552, "5.3.4 Message size exceeds fixed limit", letter.Rejected},
		{mail, 552, "Message size exceeds fixed maximum", letter.Rejected},
		{dot, 554, "5.6.0 Headers malformed", letter.Rejected},
		{dot, 554, "5.0.0 Service unavailable", letter.Rejected},
		{dot, 554, "5.4.6 Too many hops", letter.Rejected},
		{rcpt, 550, "5.7.1 User unknown: ada@example.org", letter.Rejected},
		{rcpt, 550, "5.7.1 No such user!", letter.Rejected},

		// A refusal of us.
		{connect, 554, "5.7.1 no service for you", letter.RefusesUs},
		{connect, 550, "5.1.1 user unknown", letter.RefusesUs},
		{auth, 535, "5.7.8 authentication credentials invalid", letter.RefusesUs},
		{mail, 530, "5.7.0 Must issue a STARTTLS command first", letter.RefusesUs},
		{mail, 501, "5.1.8 Sender address rejected: Domain not found", letter.RefusesUs},
		{mail, 553, "sender domain is unknown", letter.RefusesUs},
		{mail, 550, "5.4.5 Daily user sending limit exceeded", letter.RefusesUs},
		{rcpt, 554, "5.7.1 <ada@example.org>: Relay access denied", letter.RefusesUs},
		{rcpt, 550, "5.7.54 Unable to relay recipient in non-accepted domain", letter.RefusesUs},
		{rcpt, 550, "relay through this server without authentication", letter.RefusesUs},
		{rcpt, 530, "Authentication required", letter.RefusesUs},
		{rcpt, 550, "Unauthenticated senders not allowed", letter.RefusesUs},
		{rcpt, 550, "5.7.1 Unknown user, message blocked by policy", letter.RefusesUs},
		{rcpt, 550, "5.7.606 Access denied, banned sending IP", letter.RefusesUs},
		{rcpt, 554, "5.7.1 Client host [192.0.2.1] listed at rbl.example.net", letter.RefusesUs},
		{rcpt, 550, "IP frequency limited", letter.RefusesUs},
		{dot, 554, "5.7.1 Message content rejected", letter.RefusesUs},
		{dot, 550, "5.7.26 This mail is unauthenticated", letter.RefusesUs},
		{dot, 550, "5.7.515 Access denied, sending domain doesn't meet the required authentication level", letter.RefusesUs},
		{dot, 554, "Denied by policy", letter.RefusesUs},
		{dot, 552, "5.7.0 This message was blocked", letter.RefusesUs},
	}
	for _, tt := range tests {
		t.Run(string(tt.stage)+" "+tt.text, func(t *testing.T) {
			got := letter.Judge(letter.Reply{Stage: tt.stage, Code: tt.code, Text: tt.text})
			if got != tt.want {
				t.Errorf("%d %s at %s is %s, want %s", tt.code, tt.text, tt.stage, got, tt.want)
			}
		})
	}
}
