package post

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/textproto"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/wneessen/go-mail/smtp"

	"paperboy/internal/letter"
)

const (
	serviceClosing = 421 // the server hangs up after it, at whatever command
	badMailbox     = 553
	maxText        = 500 // bytes kept of what a server says
)

// conn is one open connection to a mail server.
type conn struct {
	host                 string
	timeout              time.Duration
	wire                 *wire
	client               *smtp.Client
	pipelining, eightBit bool          // what the server takes
	begun                bool          // a transaction is open and must be reset
	ahead                *letter.Reply // what ended the letter that was begun ahead of Send, nothing up to its final dot; nil: none was begun
	told                 []step        // of the next letter, which went out with the end of one; empty: none did
	served               bool          // a letter before had its final answer here
	over                 *letter.Reply // set once the connection is of no more use
}

// Begin gives all of a letter but its final dot, where the server takes
// commands at once (RFC 2920) and nothing is to be reset. What comes of that
// shows in Send.
func (c *conn) Begin(ctx context.Context, e letter.Envelope) {
	if c.over != nil || !c.pipelining || c.begun || c.ahead != nil {
		return
	}
	steps, refusal := c.steps(nil, e)
	if refusal != nil {
		return
	}
	defer c.watch(ctx)()
	ended := c.upToDot(steps, wireForm(e))
	if err := c.client.Text.W.Flush(); err != nil && ended.Stage == "" {
		ended = c.undotted(err)
	}
	c.ahead = &ended
}

func (c *conn) Send(ctx context.Context, e letter.Envelope) letter.Reply {
	if c.over != nil {
		return *c.over
	}
	if err := ctx.Err(); err != nil {
		return c.end(letter.Reply{Stage: letter.StageConnect, Host: c.host, Text: err.Error()})
	}
	stop := c.watch(ctx)
	reply := c.transact(e)
	if !stop() && reply.Code == 0 {
		reply.Text = ctx.Err().Error() + ": " + reply.Text
	}
	if reply.Code == 0 || reply.Code == serviceClosing || ctx.Err() != nil {
		return c.end(reply)
	}
	return reply
}

// watch cuts the connection when ctx ends, until it is stopped, as
// context.AfterFunc does.
func (c *conn) watch(ctx context.Context) (stop func() bool) {
	if ctx.Done() == nil {
		return neverCut
	}
	return context.AfterFunc(ctx, c.wire.cut)
}

func neverCut() bool { return true }

// end cuts the connection; every later Send says that it is over. Where the
// server had enough of this connection before it was asked about this letter,
// the letter was never offered, and is reported as such.
func (c *conn) end(r letter.Reply) letter.Reply {
	c.wire.cut()
	over := letter.Reply{Stage: letter.StageConnect, Host: c.host, Text: "the connection is over: " + r.Text}
	if r.Code == serviceClosing {
		over.Code = r.Code
	}
	c.over = &over
	if r.Stage == letter.StageMail && c.served {
		return over
	}
	return r
}

// transact goes through one mail transaction (RFC 5321, section 3.3), or
// through what is left of one that was begun.
func (c *conn) transact(e letter.Envelope) (r letter.Reply) {
	if c.ahead != nil {
		r, c.ahead = *c.ahead, nil
	} else {
		steps, refusal := c.steps(nil, e)
		if refusal != nil {
			return *refusal
		}
		r = c.upToDot(steps, wireForm(e))
	}
	if r.Stage != "" {
		return r
	}
	return c.dot(e.Next)
}

// upToDot goes through a transaction up to the final dot, and returns what
// ended it before, if anything. All commands before the letter go out at once
// where the server takes that.
func (c *conn) upToDot(steps []step, data []byte) letter.Reply {
	if c.begun {
		if err := c.reset(); err != nil {
			r := answer(letter.StageConnect, c.host, err)
			if r.Code != serviceClosing {
				r.Code = 0 // a server that can't even forget is no use
			}
			return r
		}
		c.begun = false
	}
	if len(c.told) > 0 && !slices.Equal(c.told, steps) {
		return letter.Reply{Stage: letter.StageConnect, Host: c.host, Text: "the server was told of another letter"}
	}
	var refusal letter.Reply
	if c.pipelining {
		refusal = c.allAtOnce(steps)
	} else {
		refusal = c.oneByOne(steps)
	}
	if refusal.Stage != "" {
		return refusal
	}
	return c.data(data)
}

// steps appends the commands before a letter to those before them, or tells why
// it can't be offered here.
func (c *conn) steps(before []step, e letter.Envelope) ([]step, *letter.Reply) {
	from, to, utf8Needed, refusal := c.address(e)
	if refusal != nil {
		return before, refusal
	}
	return append(before,
		step{letter.StageMail, c.mail(from, utf8Needed), anyYes},
		step{letter.StageRcpt, "RCPT TO:" + to, anyYes},
		step{letter.StageData, "DATA", goAhead},
	), nil
}

// What answer to a command is a yes.
const (
	anyYes  = 2   // any 2xx
	goAhead = 354 // send the letter
)

// step is one command of a transaction.
type step struct {
	stage letter.Stage
	line  string
	yes   int
}

func (c *conn) mail(from string, utf8Needed bool) string {
	var body, utf8 string
	if c.eightBit {
		body = " BODY=8BITMIME"
	}
	if utf8Needed {
		utf8 = " SMTPUTF8"
	}
	return "MAIL FROM:" + from + body + utf8
}

func (c *conn) reset() error {
	rset := step{line: "RSET", yes: anyYes}
	if err := c.say(rset); err != nil {
		return err
	}
	return c.hear(rset.yes)
}

// oneByOne gives each command when the one before is answered, and returns
// what was no yes, if anything.
func (c *conn) oneByOne(steps []step) letter.Reply {
	for _, s := range steps {
		err := c.say(s)
		if err == nil {
			err = c.hear(s.yes)
		}
		if err != nil {
			return answer(s.stage, c.host, err)
		}
		c.begun = true
	}
	return letter.Reply{}
}

// allAtOnce gives all commands before it hears the first answer (RFC 2920), and
// returns the first that is no yes. What follows that one is heard out; a
// server that wants the letter all the same gets an empty one, for nobody.
func (c *conn) allAtOnce(steps []step) letter.Reply {
	if len(c.told) == 0 {
		if err := c.say(steps...); err != nil {
			return answer(letter.StageMail, c.host, err)
		}
	}
	c.told = nil
	var refusal letter.Reply
	for _, s := range steps {
		err := c.hear(s.yes)
		switch {
		case err == nil:
			c.begun = true
		case refusal.Stage == "":
			refusal = answer(s.stage, c.host, err)
		}
		if refusal.Stage != "" && (refusal.Code == 0 || refusal.Code == serviceClosing) {
			return refusal
		}
		if refusal.Stage != "" && err == nil && s.yes == goAhead {
			c.declined()
		}
	}
	return refusal
}

// declined ends the letter that a server wants though it refused its sender or
// recipient. If that fails, the next command will too.
func (c *conn) declined() {
	if c.say(finalDot) == nil {
		_ = c.hear(finalDot.yes)
	}
}

// finalDot ends a letter.
var finalDot = step{letter.StageDot, ".", anyYes}

// say gives commands at once, under their own deadline.
func (c *conn) say(steps ...step) error {
	if err := c.client.UpdateDeadline(c.timeout); err != nil {
		return err
	}
	w := c.client.Text.W
	for _, s := range steps {
		_, _ = w.WriteString(s.line) // Flush tells the error
		_, _ = w.WriteString("\r\n")
	}
	return w.Flush()
}

// hear reads one answer, under its own deadline.
func (c *conn) hear(yes int) error {
	if err := c.client.UpdateDeadline(c.timeout); err != nil {
		return err
	}
	_, _, err := c.client.Text.ReadResponse(yes)
	return err
}

// data hands over the letter without its final dot, a short one with what is
// said next, and returns what went wrong with it, if anything.
func (c *conn) data(data []byte) letter.Reply {
	err := c.client.UpdateDeadline(c.timeout)
	if err == nil {
		_, err = c.client.Text.W.Write(data)
	}
	if err == nil {
		return letter.Reply{}
	}
	return c.undotted(err)
}

// dot ends the letter: when that failed, the letter can't have arrived; when it
// went out and no answer came, nobody knows. Where it is known which letter is
// next, the commands before that one may go out with it (RFC 2920, section 3.1).
func (c *conn) dot(next *letter.Envelope) letter.Reply {
	all := append(make([]step, 0, 4), finalDot)
	if next != nil && c.pipelining {
		all, _ = c.steps(all, *next) // one that can't be offered shows in its turn
		// What was written before it must not share its fate.
		if err := c.client.Text.W.Flush(); err != nil {
			return c.undotted(err)
		}
	}
	if err := c.say(all...); err != nil || c.wire.lost.Load() {
		if len(all) > 1 && c.wire.torn.Load() {
			return c.end(c.answered())
		}
		return c.undotted(err)
	}
	c.told = all[1:]
	r := c.answered()
	c.begun, c.served = r.Code == 0, c.served || r.Code != 0
	return r
}

// answered hears the answer to a letter whose final dot went out.
func (c *conn) answered() letter.Reply {
	// It fails where the connection was cut since; then so does reading.
	_ = c.client.UpdateDeadline(2 * c.timeout)
	code, text, err := c.client.Text.ReadResponse(finalDot.yes)
	r := answer(letter.StageDot, c.host, err)
	if err == nil {
		r.Code, r.Text = code, tidy(text)
	}
	return r
}

// undotted reports a letter whose final dot did not go out, for the reason that
// the server left before it hung up, if it did. A yes from it then is none.
func (c *conn) undotted(err error) letter.Reply {
	said := new(textproto.Error)
	if _, _, heard := c.client.Text.ReadResponse(anyYes); err == nil || errors.As(heard, &said) {
		err = heard
	}
	if err == nil {
		err = errors.New("the server answered before it had the whole letter")
	}
	return answer(letter.StageData, c.host, err)
}

// Close says QUIT. Nothing depends on the answer, so none is waited for long
// and its failing is no error.
func (c *conn) Close() error {
	if c.over != nil {
		return nil
	}
	if c.ahead != nil || len(c.told) > 0 { // a goodbye could be taken for the letter
		c.end(letter.Reply{Text: "closed"})
		return nil
	}
	if err := c.client.UpdateDeadline(goodbyeTimeout); err == nil {
		_ = c.client.Quit()
	}
	c.end(letter.Reply{Text: "closed"})
	return nil
}

// address checks sender and recipient and puts them in the form they have on
// the wire. A recipient that this server can't be asked about is refused here
// with the code a server has for it (RFC 6531, section 3.5), and nothing sent.
func (c *conn) address(e letter.Envelope) (from, to string, utf8Needed bool, refusal *letter.Reply) {
	refuse := func(stage letter.Stage, text string) *letter.Reply {
		return &letter.Reply{Stage: stage, Host: c.host, Code: badMailbox, Text: text}
	}
	from, err := route(e.From)
	if err != nil {
		return "", "", false, refuse(letter.StageMail, "5.1.7 not sent: "+err.Error())
	}
	to, err = route(e.To)
	if err != nil {
		return "", "", false, refuse(letter.StageRcpt, "5.1.3 not sent: "+err.Error())
	}
	utf8Needed = !isASCII(from) || !isASCII(to)
	if ok, _ := c.client.Extension("SMTPUTF8"); utf8Needed && !ok {
		return "", "", false, refuse(letter.StageRcpt,
			"5.6.7 not sent: the server takes no address beyond ASCII before the @ (no SMTPUTF8)")
	}
	return from, to, utf8Needed, nil
}

// answer is what err says: the server's own words, or why there were none.
func answer(stage letter.Stage, host string, err error) letter.Reply {
	r := letter.Reply{Stage: stage, Host: host}
	if err == nil {
		return r
	}
	said := new(textproto.Error)
	switch {
	case !errors.As(err, &said):
		r.Text = tidy(err.Error())
	case said.Code/100 == 4, said.Code/100 == 5:
		r.Code, r.Text = said.Code, tidy(said.Msg)
	default:
		r.Text = tidy(fmt.Sprintf("unexpected answer %d %s", said.Code, said.Msg))
	}
	return r
}

var enhanced = regexp.MustCompile(`^[245]\.\d{1,3}\.\d{1,3} `)

// tidy makes one line of a reply: its lines joined, the enhanced code that is
// repeated on each of them kept once, nothing unprintable, not too long.
func tidy(text string) string {
	code := enhanced.FindString(text)
	if code != "" {
		text = strings.ReplaceAll(text, "\n"+code, "\n")
	}
	text = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
	text = strings.Join(strings.Fields(text), " ")
	if len(text) <= maxText {
		return text
	}
	cut := maxText
	for !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + "…"
}

// wireForm returns a letter as it goes over the wire before the final dot: every
// line end as CRLF, the lone CR and LF too, since a server may take one of them
// for the end of the letter; the last line ended; and a dot that begins a line
// doubled (RFC 5321, section 4.5.2).
func wireForm(e letter.Envelope) []byte {
	if e.OnWire {
		return e.Data
	}
	data := e.Data
	ends := bytes.Count(data, []byte("\r\n"))
	if bytes.Count(data, []byte("\n")) != ends || bytes.Count(data, []byte("\r")) != ends {
		data = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
		data = bytes.ReplaceAll(data, []byte("\r"), []byte("\n"))
		data = bytes.ReplaceAll(data, []byte("\n"), []byte("\r\n"))
	}
	if bytes.HasPrefix(data, []byte(".")) || bytes.Contains(data, []byte("\n.")) {
		data = bytes.ReplaceAll(append([]byte("\n"), data...), []byte("\n."), []byte("\n.."))[1:]
	}
	if !bytes.HasSuffix(data, []byte("\r\n")) {
		data = append(slices.Clip(data), "\r\n"...)
	}
	return data
}
