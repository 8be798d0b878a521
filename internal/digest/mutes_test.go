package digest_test

import (
	"errors"
	"testing"

	"paperboy/internal/digest"
	"paperboy/internal/interest"
	"paperboy/internal/paper"
	"paperboy/internal/subscription"
)

func TestMutes(t *testing.T) {
	p := &paper.Paper{
		Key: 7, Title: "Robots that fold", Summary: "A survey of laundry.",
		Authors: []string{"Émmy Noether", "Li Wei; Bo Ng"}, Categories: []string{"cs.RO"},
	}
	c := digest.Candidate{Paper: p, Doc: interest.Read(p)}
	mark := func(o subscription.Opinion, text string) subscription.Mark {
		return subscription.Mark{Opinion: o, Text: text}
	}
	for name, tt := range map[string]struct {
		marks []subscription.Mark
		hides bool
	}{
		"nothing":                             {nil, false},
		"this paper":                          {[]subscription.Mark{{Opinion: subscription.MutePaper, Paper: 7, Text: "Robots that fold"}}, true},
		"another paper of the same name":      {[]subscription.Mark{{Opinion: subscription.MutePaper, Paper: 8, Text: "Robots that fold"}}, false},
		"an author, accent and order aside":   {[]subscription.Mark{mark(subscription.MuteAuthor, "NOETHER, Emmy")}, true},
		"an author whom a source ran on":      {[]subscription.Mark{mark(subscription.MuteAuthor, "Bo Ng")}, true},
		"a part of a name":                    {[]subscription.Mark{mark(subscription.MuteAuthor, "Wei")}, false},
		"a longer name":                       {[]subscription.Mark{mark(subscription.MuteAuthor, "Li Wei Chen")}, false},
		"no name at all":                      {[]subscription.Mark{mark(subscription.MuteAuthor, " . ")}, false},
		"a keyword in the abstract":           {[]subscription.Mark{mark(subscription.MuteKeyword, "surveys")}, true},
		"a phrase that does not stand there":  {[]subscription.Mark{mark(subscription.MuteKeyword, `"fold robots"`)}, false},
		"a field":                             {[]subscription.Mark{mark(subscription.MuteKeyword, "cat:cs.RO")}, true},
		"any of several":                      {[]subscription.Mark{mark(subscription.MuteKeyword, "trees"), mark(subscription.MuteKeyword, "robot")}, true},
		"an exclusion would hide all others":  {[]subscription.Mark{mark(subscription.MuteKeyword, "-trees")}, false},
		"an empty keyword would hide all":     {[]subscription.Mark{mark(subscription.MuteKeyword, " ")}, false},
		"a keyword that can't be read":        {[]subscription.Mark{mark(subscription.MuteKeyword, "(robot")}, false},
		"a wish for less is no mute":          {[]subscription.Mark{{Opinion: subscription.Less, Paper: 7}, {Opinion: subscription.More, Paper: 7}}, false},
		"a paper's title is no keyword of it": {[]subscription.Mark{{Opinion: subscription.MutePaper, Paper: 8, Text: "robots"}}, false},
	} {
		if got := digest.NewMutes(tt.marks).Hide(c); got != tt.hides {
			t.Errorf("%s: hidden %v", name, got)
		}
	}
	if (digest.Mutes{}).Hide(c) {
		t.Error("the zero value hides")
	}
}

func TestParseMuteRefuses(t *testing.T) {
	for _, keyword := range []string{"", "  ", "-survey", "-a\n-b", "NOT (a b)"} {
		if _, err := digest.ParseMute(keyword); !errors.Is(err, digest.ErrMutesAll) {
			t.Errorf("%q: %v", keyword, err)
		}
	}
	var syntax *interest.SyntaxError
	if _, err := digest.ParseMute("title:"); !errors.As(err, &syntax) {
		t.Errorf("not a keyword: %v", err)
	}
	for _, keyword := range []string{"survey", "a -b", `"large language"`, "author:noether"} {
		if _, err := digest.ParseMute(keyword); err != nil {
			t.Errorf("%q: %v", keyword, err)
		}
	}
}
