package letter

import (
	"time"

	"paperboy/internal/paper"
)

// rehearse renders letters of every kind and shape, so that no branch of a
// template meets its first data at seven in the morning. What they say is
// thrown away.
func (c *Composer) rehearse() error {
	for _, in := range sampleDigests() {
		if _, err := c.Digest(sampleLetter(Digest), in); err != nil {
			return err
		}
	}
	bare := sampleLetter(Digest)
	bare.Keywords, bare.Matched = "", 1
	bare.Picks = []Pick{{Paper: 2}}
	if _, err := c.Digest(bare, sampleDigests()[0]); err != nil {
		return err
	}
	cut := c.digestView(sampleLetter(Digest), sampleDigests()[0], nil)
	for steps := range 3*len(cut.Papers) + 1 {
		if _, err := c.render("digest", cut.cut(steps)); err != nil {
			return err
		}
	}
	for _, kind := range []Kind{Confirmation, Access, Move} {
		for _, in := range []NoticeInput{{}, {Known: true}, {Back: true}} {
			in.Link, in.Expires = "https://paperboy.example/confirm/sample", sampleTime
			for _, in.ReplyTo = range []string{"", "sample@paperboy.example"} {
				if _, err := c.Notice(sampleLetter(kind), in); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

var sampleTime = time.Date(2026, 5, 4, 7, 0, 0, 0, time.UTC)

func sampleLetter(k Kind) Letter {
	return Letter{
		Kind: k, Reader: 1, Address: "reader@example.org", Slot: sampleTime, Made: sampleTime,
		MessageID: NewMessageID(k, 1, sampleTime, "paperboy.example"),
		Keywords:  "\"sample keyword\"\nauthor:someone", Matched: 9,
		Picks: []Pick{
			{Paper: 1, Rising: true, Leads: "cs.AI", Reasons: []Reason{
				{Term: "a", Field: "title", Text: "a"}, {Term: "b", Field: "abstract", Text: "b"},
				{Term: "c", Field: "author", Text: "c"}, {Term: "d", Field: "cat", Text: "d"},
				{Term: "e", Field: "source", Text: "e"},
			}},
			{Paper: 2}, {Paper: 3},
		},
	}
}

func sampleDigests() []DigestInput {
	papers := map[paper.Key]*paper.Paper{
		1: {
			Key: 1, Title: "A sample", Summary: "It has everything.", Organization: "A laboratory",
			Authors: []string{"A", "B", "C", "D", "E"}, Sighted: sampleTime.Add(-72 * time.Hour),
			Links: paper.Links{
				Abstract: "https://example.org/abs", PDF: "https://example.org/pdf",
				Discussion: "https://example.org/talk", Forum: "https://example.org/forum", Code: "https://example.org/code", Project: "https://example.org/",
			},
			Readings: []paper.Reading{{At: sampleTime, Signals: paper.Signals{
				Votes: paper.Known(2), Comments: paper.Known(1), Stars: paper.Known(1000)}}},
		},
		2: {Key: 2, Title: "A paper with nothing but a title", Sighted: sampleTime},
		3: {Key: 3, Title: "A paper with a brief", Brief: "It is short.", Authors: []string{"A"}, Sighted: sampleTime},
	}
	links := Links{Settings: "https://paperboy.example/settings/sample", Leave: "https://paperboy.example/leave/sample"}
	whole := links
	whole.View = "https://paperboy.example/view/sample"
	whole.Mark = func(paper.Key) string { return "https://paperboy.example/mark/sample" }
	return []DigestInput{
		{Papers: papers, Links: whole},
		{Papers: papers, Links: links},
		{Papers: papers, Links: links, Weekly: true},
		{Papers: papers, Links: links, First: true},
	}
}
