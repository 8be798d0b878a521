package inbox

import "testing"

// What a server says at RCPT, in its own words: that nobody is there.
func TestRepliesThatEndAnAddress(t *testing.T) {
	for _, reply := range []string{
		"550 5.1.1 <a@b.example>... User unknown", "550 address unknown", "553 invalid mailbox path", "550 mail-box not found", "550 MAILBOX NOT FOUND",
		"550 No mailbox found", "550 ** No mail box available for this user **", "550 Recipient Rejected: No account by that name here", "550 there is no one at this address",
		"550 User [a@b.example] does not exist", "550-a@b.example is not a known user on this system; 550 see https://b.example/why", "550 a@b.example is not an active address at this host",
		"550 BAD_RECIPIENT - see https://b.example/why", "553 sorry, your envelope recipient is in my badrcptto list (#5.7.1)", "550 5.7.1 No mailbox found", "550 5.7.1 No such user!",
		"550 this recipient is not in my validrcptto list", "550 this email address is wrong or no longer valid", "550 this address no longer accepts mail", "550 account has been deleted",
		"550 Address does not resolve to a mailbox", "551 not our customer", "550 5.1.1 RESOLVER.ADR.ExRecipNotFound; not found", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found",
		"550 a@b.example...User unknown", "550 no longer a valid address", "550 Mailbox has been removed", "550 无此用户", "550 查無此人", "550 Nincs ilyen felhasználó", "550 Benutzer nicht im Domino-Verzeichnis aufgeführt",
		"550 <a@b.example>: not found", "501 5.1.3 Odbiorca <a@b.example> nie istnieje", "550 Empfaenger unbekannt", "550 Postfach existiert nicht", "550 Mailbox nicht gefunden",
		"550 destinataire inconnu", "550 L'adresse n'existe pas", "550 no existe ese usuario", "550 buzón no encontrado", "550 nessun utente simile in questo indirizzo", "550 casella inesistente",
		"550 usuário desconhecido", "550 gebruiker onbekend", "550 пользователь не найден", "550 нет такого пользователя", "550 用户不存在", "550 宛先不明",
		"550 No such domain at this location", "554 5.4.4 Host or domain name not found", "556 5.1.10 Recipient address has null MX", "550 Host does not accept mail",
	} {
		if kind, _ := judge(reply, "(in reply to RCPT TO command)", "", 0); kind != Hard {
			t.Errorf("%q is %q", reply, kind)
		}
	}
}

// What a server says beside these words, or with words like these, of anything
// but the address: its reader lives.
func TestRepliesThatLeaveAnAddress(t *testing.T) {
	for _, reply := range []string{
		// room, and closed for now
		"552 mailbox is full", "550 Delivery failed due to a full mailbox", "550 User has too many messages on the server", "550 Benutzer hat das Speichervolumen ueberschritten", "550 max message size exceeded", "550 邮箱已满",
		"550 5.1.1 The mailbox of this unknown user is disabled", "550 Account closed", "550 the recipient cannot accept messages right now", "550 5.1.1 user unknown at this time", "550 Postfach deaktiviert",
		// guarded
		"550 5.1.1 Refused due to recipient preferences", "550 the mailbox is not accepting messages from unknown senders", "550 recipient verification in progress, address unknown yet", "550 cannot verify user", "550 group may not exist",
		"550 5.1.1 suppressed: address has a recent history of bouncing as an invalid address",
		"550 5.1.1 recipient's mailbox not available now", "550 5.1.1 mailbox currently unavailable", "550 5.1.1 user has not logged in for months", "550 5.1.1 User is not accepting mail",
		"550 recipient not found in our allow list",
		// of us
		"550 your domain does not exist", "550 5.1.1 user does not accept mail from your domain", "550 Your host name does not exist", "550 no MX record for your domain", "550 unknown host in HELO", "550 5.1.1 Unknown client", "550 sending host unknown",
		"550 no such domain in DNS for sender", "550 recipients not valid for this sender", "550 No such user is allowed to send to this list", "550 No such user: me@c.example is not a valid sender", "550 Mail from <me@c.example> rejected: mailbox does not exist",
		"550 Return path does not exist", "550 return address unknown", "550 Callback setup failed while verifying; no such person", "550 5.1.1 User unknown; rejecting messages from mail.c.example", "550 directory harvest attack: unknown recipients",
		"550 unable to verify sender: no such user here", "550 sender domain not found", "550 the sender domain does not exist", "550 Domain of sender address does not exist", "550 unknown sender", "550 5.1.7 invalid address", "550 5.1.8 user unknown",
		"550 the From address is invalid", "550 <x.example>: Helo command rejected: Host not found", "550 HELO: unknown host", "550 backscatter: invalid address", "550 5.1.1 User unknown; client host blocked using bl.example",
		"554 5.7.1 <a@b.example>: Recipient address rejected: Access denied", "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", "550 5.7.1 Unable to relay", "550 invalid recipient count, too many recipients", "550 too many unknown users",
		// of the mail
		"550 message content rejected, invalid recipient", "554 virus found", "550 mail forwarding loop for unknown user",
		"550 To: header names unknown recipient", "550 invalid address literal",
		// on the way
		"550 5.1.1 LDAP lookup failed, user unknown", "550 database error: user not found", "550 user not found due to internal problem", "550 5.1.1 unknown error", "550 5.1.2 DNS failure", "550 5.1.2 Host lookup did not complete", "550 5.1.1 maintenance: no mailbox here",
		"450 host not found", "451 4.3.0 user unknown", "550 5.1.2 Host not found, try again", "550 address lookup timed out, user unknown", "554 mailbox unavailable", "550 Requested action not taken: mailbox unavailable", "550 address may not exist",
	} {
		if kind, _ := judge(reply, "(in reply to RCPT TO command)", "", 0); kind == Hard {
			t.Errorf("%q is taken for the end of an address", reply)
		}
	}
}

// The same words after DATA, or from somebody who doesn't say when, may be
// about the mail; a reporter's code may be a translation.
func TestTheMomentOfAReplyCounts(t *testing.T) {
	for name, c := range map[string]struct {
		reply, context, status string
		want                   Kind
	}{
		"at RCPT":                             {"550 user unknown", "(in reply to RCPT TO command)", "", Hard},
		"after DATA":                          {"550 user unknown", "(in reply to end of DATA command)", "", Soft},
		"by the scan of a mail":               {"mailbox a@b.example is unavailable: user not found", "rejected by the local scanning code", "", Soft},
		"at no moment":                        {"550 user unknown", "", "", Soft},
		"sent ahead":                          {"550 user unknown", ">>> DATA\n<<< 550 user unknown\n<<< 503 need RCPT command", "5.1.1", Hard},
		"a policy's code at RCPT":             {"550 5.7.1 no such user", ">>> RCPT To:<a@b.example>", "", Hard},
		"a policy's code at no moment":        {"550 5.7.1 no such user", "", "", Soft},
		"a code without words":                {"", "", "5.1.1", Hard},
		"a code before no reason":             {"550 recipient rejected", "", "5.1.1", Hard},
		"a code before another reason":        {"550 we take nothing from your country", "", "5.1.1", Soft},
		"a code of success at the end":        {"451 4.3.0 user unknown\n221 2.0.0 Bye", "(in reply to RCPT TO command)", "", Soft},
		"a reply of many lines":               {"550-5.1.1 The account that you tried to reach does not exist\n550 5.1.1 see https://b.example", "", "5.1.1", Hard},
		"the address in front of the reason":  {"550-a@b.example unknown user", "(in reply to RCPT TO command)", "", Hard},
		"a local server's own word":           {"Unknown user: a@b.example", "", "", Hard},
		"a local server's own word of a name": {`unknown user: "ana"`, "", "5.0.0", Hard},
	} {
		if kind, _ := judge(c.reply, c.context, c.status, 0); kind != c.want {
			t.Errorf("%s: want %q, got %q", name, c.want, kind)
		}
	}
}
