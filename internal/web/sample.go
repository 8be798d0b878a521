package web

import (
	"time"

	"paperboy/internal/letter"
	"paperboy/internal/subscription"
)

// samples holds data for each page in every shape that it can take. Its keys
// are the pages.
var samples = map[string][]any{
	"front": {
		frontPage{Form: sampleForm, Found: sampleFound},
		frontPage{Form: sampleForm},
		frontPage{Form: faultyForm},
		frontPage{Query: "robot", Searched: true, Form: sampleForm, Found: sampleFound},
		frontPage{Query: "nothing", Searched: true, Form: sampleForm, Found: found{Of: 7}},
		frontPage{Query: "(", Searched: true, Fault: sampleFault, Form: sampleForm},
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
	"leave": {leavePage{Action: "/", Settings: "/"}, leavePage{Left: true}, leavePage{Left: true, Undo: "/"}},
	"settings": {
		settingsPage{Form: sampleForm, Next: sampleTime, Matching: sampleFound, Action: "/", Leave: "/"},
		settingsPage{Form: sampleForm, Done: "saved", Next: sampleTime, Action: "/", Leave: "/"},
		settingsPage{Form: faultyForm, Done: "resumed", Next: sampleTime, Action: "/", Leave: "/"},
		settingsPage{Form: sampleForm, Done: "paused", Paused: true, Action: "/", Leave: "/"},
		settingsPage{Form: sampleForm, Paused: true, PausedUntil: sampleTime, Action: "/", Leave: "/"},
	},
	"link": {linkPage{}, linkPage{faultyForm}},
	"account": {
		accountPage{Reader: sampleReader, Letters: sampleLetters, Action: "/", Settings: "/"},
		accountPage{Reader: subscription.Reader{State: subscription.Left}, Form: faultyForm, Unsure: true, Action: "/"},
		accountPage{Deleted: true},
	},
	"error": {
		failure{400, "form", 0}, failure{403, "foreign", 0}, failure{403, "closed", 0}, failure{404, "nowhere", 0},
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
	sampleLetters = []letter.Letter{
		{Kind: letter.Digest, State: letter.Sent, Made: sampleTime, Picks: make([]letter.Pick, 2)},
		{Kind: letter.Access, State: letter.Failed, Made: sampleTime},
	}
	sampleForm  = formOf(subscription.Settings{Keywords: "sample", Rhythm: sampleRhythm, Papers: 5})
	sampleFault = &keywordFault{Line: 2, Column: 1, Expected: "a word", Found: "the end", Before: "a", At: "(", After: "b"}
	faultyForm  = func() form {
		f := sampleForm
		f.Weekly = false
		f.Faults = faults{"address", "hour", "zone", "rhythm", "papers", sampleFault}
		return f
	}()
	sampleFound = found{
		Cards: []letter.Card{{
			Title: "A sample", URL: "https://example.org/1", Authors: []string{"A", "B"}, MoreAuthors: 2,
			Organization: "Sample", Summary: "A summary.", Links: []letter.Link{{Kind: "pdf", URL: "https://example.org/1.pdf"}},
			Votes: 3, Comments: 1, Stars: 5, Days: 3, Sources: []string{"sample"},
			Matched: []letter.Matched{{Field: "title", Texts: []string{"sample"}}},
		}, {Title: "Bare", Summary: "In short.", Brief: true}},
		Matched: 30, Of: 100,
	}
)
