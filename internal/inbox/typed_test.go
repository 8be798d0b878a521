package inbox

import (
	"testing"

	"paperboy/internal/interest"
)

func TestAPoliteMailComesOutRight(t *testing.T) {
	for _, c := range []struct{ name, subject, body, want string }{
		{"greeting, request and thanks", "Subscribe", "Hello,\n\nPlease subscribe me to:\n\ndiffusion policy\n\"language model\"\n\nThanks, Ada\n", "diffusion policy\n\"language model\""},
		{"all of it in one paragraph", "subscribe", "Hi paperboy,\nplease subscribe me to:\ndiffusion\nrobots\nBest,\nAda", "diffusion\nrobots"},
		{"a sentence", "Subscription", "Dear Sir or Madam,\n\nI would like to subscribe to papers about diffusion models, robots.\n\nKind regards\nAda Lovelace\nLondon", "diffusion models, robots"},
		{"a request behind the greeting", "", "Hello! Could you please sign me up for the daily letter on protein folding? Thank you!", "protein folding"},
		{"keywords behind a colon", "Request", "Good morning,\nmy keywords are: diffusion, title:survey\nThanks in advance!\nAda", "diffusion, title:survey"},
		{"a list", "subscribe", "Please add these keywords:\n\n- diffusion\n- robots\n* graph network\n1. surgery\n\nCheers", "diffusion\nrobots\ngraph network\nsurgery"},
		{"a name instead of thanks", "subscribe", "diffusion\n\nAda Lovelace\nAnalytical Engines Ltd", "diffusion"},
		{"a name at once", "subscribe", "diffusion\nAda", "diffusion"},
		{"a blank line behind every line", "subscribe", "Hello,\n\nplease subscribe me to\n\ndiffusion\n\nrobots\n\nBest regards,\n\nAda Lovelace\n\nLondon", "diffusion\nrobots"},
		{"prose beside the subject's", "subscribe to diffusion", "Hi,\nI read about you on the web.\nAda", "diffusion"},
		{"keywords in the subject, thanks below", "diffusion, robots", "Hello,\n\nthank you very much!\nAda Lovelace", "diffusion, robots"},
		{"prose below a subject of keywords", "diffusion", "Hi, I have found your service and I would love to try it.\n\nThanks", "diffusion"},
		{"a wish without keywords", "Please subscribe me", "Hello,\nplease send me your letter.\nThanks, Ada", ""},
		{"a wish in the subject", "Please subscribe me to diffusion policy, please!", "", "diffusion policy"},
		{"a reply's subject", "Re: AW: subscribe: robots", "", "robots"},
		{"to the newsletter", "Subscribe to the newsletter", "", ""},
		{"thanks first", "subscribe", "Thanks for this service! Please subscribe me to diffusion.\n", "diffusion"},
		{"a paragraph of thanks first", "subscribe", "Thank you for this\nservice\n\ndiffusion\n", "diffusion"},
		{"thanks on the same line", "subscribe", "diffusion, robots. Thanks, Ada", "diffusion, robots"},
		{"in German", "subscribe", "Guten Tag,\n\nich möchte den Newsletter abonnieren:\ndiffusion\n\nMit freundlichen Grüßen\nAda", "diffusion"},
		{"spaces of a word processor", "subscribe", "Hi,\n\u00a0\ndiffusion\n\u00a0\nThanks\u00a0", "diffusion"},
		{"a curved apostrophe", "", "I’m interested in graph networks", "graph networks"},
		{"a polite word more", "subscribe", "Hello\nCan you please also add \"in-context learning\"\nthanks", "\"in-context learning\""},

		// What must not be taken for politeness.
		{"best-arm identification", "", "best arm identification\nbest-of-n sampling", "best arm identification\nbest-of-n sampling"},
		{"test-time training", "test-time training", "", "test-time training"},
		{"paper-folding", "", "paper folding robots\nstart-up costs\nsign language\nin-context learning", "paper folding robots\nstart-up costs\nsign language\nin-context learning"},
		{"keyword extraction", "keyword extraction", "", "keyword extraction"},
		{"the keyword language", "subscribe", "robot -surgery\n(grasping OR manipulation) robot\nauthor:\"Noether\"\n=agents, transform*, diffusion^3", "robot -surgery\n(grasping OR manipulation) robot\nauthor:\"Noether\"\n=agents, transform*, diffusion^3"},
		{"C++ and kin", "", "C++\n3D\nLoRA²", "C++\n3D\nLoRA²"},
		{"an interest that is left out", "", "robot\n-surgery", "robot\n-surgery"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := keywordsIn(c.subject, c.body, "Ada Lovelace"); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if _, err := interest.Parse(c.want); err != nil {
				t.Errorf("what is wanted can't be read: %v", err)
			}
		})
	}
}

func FuzzKeywordsIn(f *testing.F) {
	f.Add("Subscribe", "Hello,\n\nPlease subscribe me to:\ndiffusion\n\nThanks, Ada", "Ada")
	f.Add("re: re:", "thanks. thanks! please please", "")
	f.Fuzz(func(t *testing.T, subject, body, name string) {
		keywordsIn(subject, body, name) // it ends, whatever stands there
	})
}
