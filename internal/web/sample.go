package web

import (
	"time"

	"paperboy/internal/interest"
	"paperboy/internal/letter"
	"paperboy/internal/paper"
	"paperboy/internal/subscription"
)

// samples holds data for each page in every shape that it can take. Its keys
// are the pages.
var samples = map[string][]any{
	"front": {
		frontPage{Form: sampleForm, Found: sampleFound, Days: sampleDays},
		frontPage{Form: sampleForm},
		frontPage{Form: faultyForm},
		frontPage{Form: sampleForm, Preview: &samplePreview},
		frontPage{Form: sampleForm, Preview: &preview{Fault: sampleFault}},
		frontPage{Form: sampleForm, Preview: &preview{Found: found{Of: 7}}},
		frontPage{Form: sampleForm, Preview: &preview{Keywords: "nothing", Found: found{Of: 7}}},
		frontPage{Form: sampleForm, Preview: &preview{Keywords: "early"}},
	},
	"papers": {
		papersPage{Query: "robot", Order: paper.ByHeat, Orders: sampleOrders, Found: sampleFound, Page: 2, Pages: 3, Earlier: "/", Later: "/", Form: sampleForm, Feed: "/", JSONFeed: "/"},
		papersPage{Query: "nothing", Order: paper.ByHeat, Found: found{Of: 7}, Page: 1, Form: sampleForm},
		papersPage{Query: "smple", Order: paper.ByHeat, Found: found{Of: 7}, Meant: []meantLink{{"sample", "/"}, {"simple", "/"}}, Page: 1, Form: sampleForm},
		papersPage{Order: paper.ByHeat, Orders: sampleOrders, Found: sampleFound, Page: 1, Pages: 1, Form: sampleForm},
		papersPage{Order: paper.ByHeat, Page: 1, Form: sampleForm},
		papersPage{Query: "(", Fault: sampleFault, Page: 1, Form: sampleForm},
	},
	"paper": {
		paperPage{Card: sampleFound.Cards[0].Card, Heading: samplePieces, Authors: []string{"A", "B"}, Abstract: samplePieces, Brief: "In short.", Facts: sampleFacts, Curve: &sampleCurve, Similar: sampleFound.Cards},
		paperPage{Card: sampleFound.Cards[0].Card, Heading: samplePieces, Authors: make([]string, 20), Unnamed: 3},
		paperPage{Card: letter.Card{Title: "Bare"}, Heading: samplePieces},
	},
	"day": {
		dayPage{Date: sampleTime, Cards: sampleFound.Cards, Papers: 30, Earlier: "/", Later: "/", Month: "/", Feed: "/", JSONFeed: "/"},
		dayPage{Date: sampleTime, Cards: sampleFound.Cards, Papers: 2, Month: "/"},
	},
	"archive": {
		archivePage{},
		archivePage{Months: []monthLine{{sampleTime, 3, 70, "/"}}},
		archivePage{Month: sampleTime, Days: sampleDays, Earlier: "/", Later: "/"},
	},
	"view": {
		viewPage{Day: sampleTime, Keywords: []string{"a", "b"}, Cards: sampleFound.Cards, Matched: 9, Gone: 1},
		viewPage{Day: sampleTime, Cards: sampleFound.Cards},
	},
	"mark": {
		markPage{Title: "A sample", Heading: samplePieces, Path: "/", Action: "/", Settings: "/",
			Authors: []choice{{"A", &sampleMarks[1]}, {Text: "B"}}, Keywords: []choice{{Text: "sample"}}},
		markPage{Title: "A sample", Heading: samplePieces, Path: "/", Action: "/", Settings: "/", Done: true,
			More: &sampleMarks[0], Less: &sampleMarks[0], Muted: &sampleMarks[0]},
		markPage{Action: "/", Settings: "/", Gone: true},
	},
	"sent": {
		sentPage{"confirm", "reader@example.org"}, sentPage{Kind: "confirm"},
		sentPage{"link", "reader@example.org"}, sentPage{Kind: "link"}, sentPage{"move", "reader@example.org"},
	},
	"confirm": {
		confirmPage{Kind: "subscribe", Action: "/", Address: "reader@example.org", Will: sampleSettings},
		confirmPage{Kind: "return", Action: "/", Address: "reader@example.org", Will: sampleSettings},
		confirmPage{Kind: "keywords", Action: "/", Address: "reader@example.org", Will: sampleSettings},
		confirmPage{Kind: "move", Action: "/"},
		confirmPage{Kind: "subscribe", Done: true, Reader: sampleReader, Settings: "/"},
		confirmPage{Kind: "subscribe", Done: true, Settings: "/"},
		confirmPage{Kind: "move", Done: true, Address: "reader@example.org", Settings: "/"},
	},
	"leave": {leavePage{Action: "/", Settings: "/"}, leavePage{Left: true}, leavePage{Left: true, Undo: "/", Why: "/"}, leavePage{Left: true, Thanks: true}},
	"settings": {
		settingsPage{Form: sampleForm, Next: sampleTime, Matched: 1, Of: 7, Action: "/", Leave: "/", Today: sampleTime,
			Parts: sampleParts, Letters: sampleLetters, Marks: sampleMarks, MoreMarks: 2, Mute: "-x", MuteFault: "That mutes all."},
		settingsPage{Form: sampleForm, Done: "muted", Next: sampleTime, Action: "/", Leave: "/"},
		settingsPage{Form: sampleForm, Done: "unmarked", Next: sampleTime, Action: "/", Leave: "/"},
		settingsPage{Form: sampleForm, Done: "saved", Next: sampleTime, Action: "/", Leave: "/"},
		settingsPage{Form: faultyForm, Done: "resumed", Next: sampleTime, Action: "/", Leave: "/"},
		settingsPage{Form: sampleForm, Done: "paused", Paused: true, Action: "/", Leave: "/"},
		settingsPage{Form: sampleForm, Paused: true, PausedUntil: sampleTime, Action: "/", Leave: "/"},
	},
	"link": {linkPage{}, linkPage{faultyForm}},
	"account": {
		accountPage{Reader: sampleReader, Letters: sampleLetters, Marks: sampleMarks, Action: "/", Settings: "/"},
		accountPage{Reader: subscription.Reader{State: subscription.Left}, Form: faultyForm, Unsure: true, Action: "/"},
		accountPage{Deleted: true},
	},
	"error": {
		failure{400, "form", 0}, failure{403, "foreign", 0}, failure{403, "closed", 0}, failure{409, "marks", 0}, failure{404, "nowhere", 0},
		failure{404, "forged", 0}, failure{405, "method", 0}, failure{409, "taken", 0}, failure{410, "gone", 0},
		failure{413, "large", 0}, failure{429, "busy", 40}, failure{500, "broken", 0},
	},
}

var (
	sampleTime     = time.Date(2026, 5, 4, 7, 0, 0, 0, time.UTC)
	sampleRhythm   = subscription.Rhythm{Hour: 7, Zone: "UTC", Weekly: true, Weekday: time.Monday}
	sampleSettings = subscription.Settings{Keywords: "sample", Rhythm: sampleRhythm, Papers: 5}
	sampleReader   = subscription.Reader{
		ID: 1, Address: "reader@example.org", State: subscription.Active, Keywords: "sample",
		Rhythm: sampleRhythm, Papers: 5, Created: sampleTime, Confirmed: sampleTime,
		Consent: subscription.Consent{At: sampleTime, Wording: "sample", How: "form"},
	}
	sampleLetters = []letterLine{
		{Day: sampleTime, Kind: letter.Digest, State: letter.Sent, Papers: 2, Path: "/"},
		{Day: sampleTime, Kind: letter.Digest, State: letter.Queued, Papers: 1, Path: "/"},
		{Day: sampleTime, Kind: letter.Digest, State: letter.Quiet},
	}
	sampleMarks = []markLine{
		{subscription.Mark{ID: 1, Opinion: subscription.More, Paper: 1, Text: "A sample", At: sampleTime}, "/"},
		{subscription.Mark{ID: 2, Opinion: subscription.MuteAuthor, Text: "A", At: sampleTime}, ""},
		{subscription.Mark{ID: 3, Opinion: subscription.MuteKeyword, Text: "sample", At: sampleTime}, ""},
		{subscription.Mark{ID: 4, Opinion: subscription.Less, Paper: 1, Text: "A sample", At: sampleTime}, "/"},
		{subscription.Mark{ID: 5, Opinion: subscription.MutePaper, Paper: 1, Text: "A sample", At: sampleTime}, "/"},
	}
	sampleHead   = head{"A sample", "About it.", "https://example.org/", "https://example.org/i.png", "/feed.atom"}
	sampleOrders = []orderLink{{paper.ByHeat, "/", true}, {paper.ByDate, "/", false}}
	sampleDays   = []dayLine{{sampleTime, 3, "/"}}
	sampleFacts  = paperFacts{sampleTime, "/", sampleTime, []string{"cs.RO"}, []string{"sample"}, "10.1/1", "2605.00001"}
	sampleCurve  = curve{Width: 9, Height: 9, Line: "M0 0", Area: "M0 0Z", First: sampleTime, Last: sampleTime, Most: 3, Points: []point{{sampleTime, 3}}}
	sampleForm   = formOf(subscription.Settings{Keywords: "sample", Rhythm: sampleRhythm, Papers: 5})
	sampleFault  = &keywordFault{Line: 2, Column: 1, Expected: "a word", Found: "the end", Before: "a", At: "(", After: "b"}
	faultyForm   = func() form {
		f := sampleForm
		f.Weekly = false
		f.Faults = faults{"address", "hour", "zone", "rhythm", "papers", sampleFault}
		return f
	}()
	sampleFound = found{
		Cards: []card{{
			Card: letter.Card{
				Title: "A sample", URL: "https://example.org/1", Authors: []string{"A", "B"}, MoreAuthors: 2,
				Organization: "Sample", Summary: "A summary.", Links: []letter.Link{{Kind: "pdf", URL: "https://example.org/1.pdf"}},
				Votes: 3, Comments: 1, Stars: 5, Days: 3, Sources: []string{"sample"},
				Matched: []letter.Matched{{Field: "title", Texts: []string{"sample"}}},
			}, Heading: samplePieces, Text: samplePieces,
		}, {Card: letter.Card{Title: "Bare", Summary: "In short.", Brief: true}, Heading: samplePieces, Text: samplePieces}},
		Matched: 30, Of: 100, Missing: 2,
	}
	samplePreview = preview{Keywords: "sample", Found: sampleFound, ADay: "about 4 a day", Help: sampleHelp}
	sampleHelp    = interest.Help{Days: 30, Papers: 100, Week: 30, Month: 90, PerDay: 3, Keywords: []interest.KeywordHelp{
		{Keyword: "sample", Week: 30, Month: 90, OfPapers: .9, Warning: interest.TooBroad, Better: []interest.Suggestion{{Keyword: `"sample size"`, PerDay: 1}}},
		{Keyword: "smple", Warning: interest.Nothing, Spelling: []interest.Spelling{{Word: "smple", Instead: []string{"sample", "simple"}}}},
		{Keyword: "-none", Excludes: true, Week: 3, Month: 9},
	}}
	sampleParts  = []part{{sampleHelp.Keywords[0], 3}, {sampleHelp.Keywords[2], 0}}
	samplePieces = letter.Pieces(paper.RichText("A $x^Q$ sample", paper.TeX), "A x^Q sample",
		interest.Match{Hits: []interest.Hit{{Field: "title", Start: 6, End: 12}}}, "title")
)
