package letter

import "slices"

// Encoded are the two parts of a message in quoted-printable, with CRLF line
// ends, the last line's too, and no line that begins with a dot. They lie in one
// room, with free bytes before each, so that a message can be built around them
// without moving them. Most letters take no memory of their own: the room of one
// that is needed no more serves the next.
type Encoded struct {
	room []byte // HeadRoom bytes, the text, Between bytes, the HTML
	text int    // length of the text
}

const (
	// HeadRoom is how many bytes are free before the text, enough for almost
	// every header.
	HeadRoom = 4 << 10
	// Between is how many bytes are free between text and HTML: as many as the
	// lines there need.
	Between = 135
)

// NewEncoded returns parts that are encoded already.
func NewEncoded(text, html []byte) *Encoded {
	e := new(Encoded)
	e.begin()
	e.room = append(e.room, text...)
	e.betweenParts()
	e.room = append(e.room, html...)
	return e
}

// Text is the text part.
func (e *Encoded) Text() []byte { return e.room[HeadRoom:][:e.text] }

// HTML is the HTML part.
func (e *Encoded) HTML() []byte { return e.room[HeadRoom+e.text+Between:] }

// Head is where the head may be written that Join takes.
func (e *Encoded) Head() []byte { return e.room[:0:HeadRoom] }

// Join returns a whole message, with a head before the text, lines between the
// parts and an end. It is good until the room serves another letter; the parts
// are then as they were.
func (e *Encoded) Join(head, between, end []byte) []byte {
	if len(head) > HeadRoom || len(between) != Between {
		return slices.Concat(head, e.Text(), between, e.HTML(), end)
	}
	whole := append(e.room, end...)
	e.room = whole[:len(e.room)]
	copy(whole[HeadRoom+e.text:], between)
	whole = whole[HeadRoom-len(head):]
	copy(whole, head)
	return whole
}

// begin makes the room ready for another letter's text.
func (e *Encoded) begin() { e.room = append(e.room[:0], make([]byte, HeadRoom)...) }

// betweenParts ends the text, and makes the room ready for the HTML.
func (e *Encoded) betweenParts() {
	e.text = len(e.room) - HeadRoom
	e.room = append(e.room, make([]byte, Between)...)
}
