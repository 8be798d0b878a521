// Package inbox owns what comes back by mail: it tells bounces, complaints and
// automatic answers from mails that people wrote, finds the letter that each is
// about by its sealed address, and draws the conclusion; and it takes the
// commands that readers mail: subscribe, confirm, leave. How mails come in is
// here too: LMTP and SMTP, IMAP, a maildir, one on standard input. It answers
// nothing itself: what has to be said is asked of the outbox.
package inbox
