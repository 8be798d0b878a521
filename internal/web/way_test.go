package web_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"paperboy/internal/letter"
	"paperboy/internal/subscription"
)

func TestTheWholeWay(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, s *site) {
		a := s.post("/papers/subscribe", "email", "Ada@Example.org", "keywords", "robots\r\nattention", "hour", "6", "zone", "Asia/Kolkata")
		want(t, "subscribing", a, 200, "Check your mail", "Ada@Example.org")
		r := s.reader(t, "ada@example.org")
		if r.State != subscription.Pending || s.woken.Load() != 1 {
			t.Fatalf("after asking: %s, woken %d times", r.State, s.woken.Load())
		}
		if r.Keywords != "robots\nattention" || r.Rhythm.Hour != 6 || r.Rhythm.Zone != "Asia/Kolkata" {
			t.Errorf("asked settings are lost: %+v", r)
		}
		if !strings.HasPrefix(r.Consent.Wording, "I want Ada & Bo's <papers> to mail me") || !strings.Contains(r.Consent.Wording, "leave at any time") || r.Consent.How != "form" || r.Consent.At.IsZero() {
			t.Errorf("consent is not kept as shown: %+v", r.Consent)
		}

		link := s.mailed(t, r.ID, letter.Confirmation)
		want(t, "looking at the confirmation", s.get(link), 200, "One more press", "Ada@Example.org", "06:00", "Asia/Kolkata")
		for range 2 {
			want(t, "confirming", s.post(link), 200, "You are subscribed")
		}
		if r = s.reader(t, "ada@example.org"); r.State != subscription.Active {
			t.Fatalf("after confirming: %s", r.State)
		}

		settings := s.links.Settings(r.ID)
		want(t, "settings", s.get(settings), 200, "Your letters", "Of the 3 papers of the last seven days, 2 match your keywords")
		a = s.post(settings, "keywords", "-survey attention", "hour", "18", "zone", "Pacific/Apia", "rhythm", "weekly", "weekday", "0", "papers", "5")
		if a.status != 303 || !strings.HasPrefix(a.header.Get("Location"), "/papers/settings/") {
			t.Fatalf("saving leads to %d %q", a.status, a.header.Get("Location"))
		}
		want(t, "saved", s.get(a.header.Get("Location")), 200, "Saved.")
		r = s.reader(t, "ada@example.org")
		if r.Keywords != "-survey attention" || r.Papers != 5 || r.Rhythm != (subscription.Rhythm{Hour: 18, Zone: "Pacific/Apia", Weekly: true}) {
			t.Errorf("settings not kept: %+v", r)
		}

		want(t, "pausing", s.post(settings+"/pause", "weeks", "2"), 303)
		if r = s.reader(t, "ada@example.org"); r.State != subscription.Paused || time.Until(r.PausedUntil).Round(time.Hour) != 14*24*time.Hour {
			t.Errorf("paused: %s until %v", r.State, r.PausedUntil)
		}
		want(t, "while paused", s.get(settings), 200, "Paused until", "Send me letters again")
		want(t, "resuming", s.post(settings+"/resume"), 303)
		want(t, "pausing for good", s.post(settings+"/pause", "weeks", "0"), 303)
		if r = s.reader(t, "ada@example.org"); !r.PausedUntil.IsZero() {
			t.Errorf("a pause without end ends at %v", r.PausedUntil)
		}
		s.leaveAndComeBack(t, r.ID)
		s.noSecretsLogged(t)
	})
}

func (s *site) leaveAndComeBack(t *testing.T, id int64) {
	t.Helper()
	leave := s.links.Leave(id)
	want(t, "looking at the way out", s.get(leave), 200, "Leave?")
	want(t, "leaving", s.post(leave), 200, "You have left", "Undo")
	if r := s.reader(t, "ada@example.org"); r.State != subscription.Left {
		t.Fatalf("after leaving: %s", r.State)
	}
	want(t, "leaving twice", s.post(leave), 200, "You have left")
	want(t, "settings after leaving", s.get(s.links.Settings(id)), 200, "You have left", "Undo")
	want(t, "undo", s.post(leave+"/undo"), 200, "Check your mail")
	if r := s.reader(t, "ada@example.org"); r.State != subscription.Pending {
		t.Fatalf("undo alone made the reader %s: a forwarded letter could subscribe", r.State)
	}
	link := s.mailed(t, id, letter.Confirmation)
	want(t, "looking at the way back", s.get(link), 200, "Welcome back")
	want(t, "coming back", s.post(link), 200, "You are subscribed")
	if r := s.reader(t, "ada@example.org"); r.State != subscription.Active || r.Keywords != "-survey attention" || r.Papers != 5 {
		t.Errorf("came back as %+v", r)
	}
	want(t, "undo of one who is here", s.post(leave+"/undo"), 200, "You are subscribed")
}

func (s *site) noSecretsLogged(t *testing.T) {
	t.Helper()
	for _, secret := range []string{"example.org", "Example.org", strings.TrimPrefix(s.links.Leave(1), base+"/leave/")} {
		if strings.Contains(s.log.String(), secret) {
			t.Errorf("the log holds %q:\n%s", secret, &s.log)
		}
	}
}

func TestLookingChangesNothing(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, s *site) {
		id := s.add(t, "ada@example.org", "robots")
		s.post("/papers/subscribe", "email", "bob@example.org")
		s.post("/papers/link", "email", "ada@example.org")
		account := s.mailed(t, id, letter.Access)
		s.post(account+"/move", "email", "new@example.org")
		pages := []string{
			base, base + "/", base + "/?q=robots", base + "/?q=(", base + "/subscribe", base + "/link",
			s.mailed(t, s.reader(t, "bob@example.org").ID, letter.Confirmation), s.mailed(t, id, letter.Move),
			s.links.Leave(id), s.links.Leave(id) + "/undo", account, account + "/export", account + "/delete", account + "/move",
			s.links.Settings(id), s.links.Settings(id) + "/pause", s.links.Settings(id) + "/resume", s.links.Settings(id) + "/link",
			s.links.Settings(id) + "?done=saved&keywords=x&weeks=1",
		}
		before, woken := s.state(t), s.woken.Load()
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodPut, http.MethodDelete} {
			for _, page := range pages {
				a := s.do(httptest.NewRequest(method, page, nil))
				if a.status >= 500 {
					t.Errorf("%s %s: %d", method, page, a.status)
				}
				if known := method == http.MethodGet || method == http.MethodHead; !known && a.status != 405 {
					t.Errorf("%s %s: %d, want 405", method, page, a.status)
				}
			}
		}
		if after := s.state(t); after != before || s.woken.Load() != woken {
			t.Errorf("looking changed something:\n%s\nis now\n%s", before, after)
		}
	})
}

func TestOneClick(t *testing.T) {
	multipart := "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n"
	for name, c := range map[string]struct {
		body, kind string
		origin     string
	}{
		"as RFC 8058 has it":         {"List-Unsubscribe=One-Click", "application/x-www-form-urlencoded", ""},
		"from a provider's own page": {"List-Unsubscribe=One-Click", "application/x-www-form-urlencoded", "https://webmail.example"},
		"from a page without origin": {"List-Unsubscribe=One-Click", "application/x-www-form-urlencoded", "null"},
		"as its other form":          {multipart, "multipart/form-data; boundary=b", ""},
		"without anything":           {"", "", ""},
		"with a body that is broken": {"%zz", "application/x-www-form-urlencoded", ""},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, nil, func(t *testing.T, s *site) {
				id := s.add(t, "ada@example.org", "robots")
				for _, times := range []string{"once", "twice"} {
					r := httptest.NewRequest(http.MethodPost, s.links.Leave(id), strings.NewReader(c.body))
					r.Header.Set("Content-Type", c.kind)
					if c.origin != "" {
						r.Header.Set("Origin", c.origin)
						r.Header.Set("Sec-Fetch-Site", "cross-site")
					}
					want(t, times, s.do(r), 200, "You have left")
				}
				if r := s.reader(t, "ada@example.org"); r.State != subscription.Left {
					t.Errorf("is %s", r.State)
				}
			})
		})
	}
	inBubble(t, nil, func(t *testing.T, s *site) {
		id := s.add(t, "ada@example.org", "robots")
		if err := s.store.Delete(context.Background(), id); err != nil {
			t.Fatal(err)
		}
		want(t, "one whose data is deleted", s.post(s.links.Leave(id)), 200, "You have left")
		want(t, "looking, deleted", s.get(s.links.Leave(id)), 200, "You have left")
	})
}

func TestTheSameAnswerToKnownAndUnknown(t *testing.T) {
	for _, page := range []string{"/papers/subscribe", "/papers/link"} {
		var answers []answer
		var took []time.Duration
		for _, known := range []bool{false, true} {
			inBubble(t, nil, func(t *testing.T, s *site) {
				if known {
					s.add(t, "ada@example.org", "robots")
				}
				// More often than an address is mailed in a day.
				for range 5 {
					start := time.Now()
					answers = append(answers, s.post(page, "email", "ada@example.org", "keywords", "robots"))
					took = append(took, time.Since(start))
				}
			})
		}
		for i := range answers {
			if answers[i].status != 200 || answers[i].body != answers[0].body || took[i] != took[0] {
				t.Errorf("%s: answer %d tells an address from another: %d in %v: %s", page, i, answers[i].status, took[i], answers[i].text())
			}
		}
	}
}

func TestAccount(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, s *site) {
		id := s.add(t, "ada@example.org", "robots")
		s.add(t, "taken@example.org", "robots")
		want(t, "asking for the link", s.post("/papers/link", "email", " ADA@example.org"), 200, "If ADA@example.org is a reader")
		account := s.mailed(t, id, letter.Access)
		want(t, "the account", s.get(account), 200, "ada@example.org", "asked by word of mouth", "robots")

		a := s.get(account + "/export")
		want(t, "export", a, 200, `"ada@example.org"`)
		if got := a.header.Get("Content-Disposition"); !strings.HasPrefix(got, "attachment") {
			t.Errorf("the export opens in the browser: %q", got)
		}

		want(t, "an address that is none", s.post(account+"/move", "email", "ada@"), 400, "has nothing after the @")
		want(t, "moving", s.post(account+"/move", "email", "new@example.org"), 200, "new@example.org", "present address")
		if r := s.reader(t, "ada@example.org"); r.ID != id {
			t.Error("moved before the new address confirmed")
		}
		move := s.mailed(t, id, letter.Move)
		want(t, "looking at the move", s.get(move), 200, "Is this address yours?")
		for range 2 {
			want(t, "confirming the move", s.post(move), 200, "From now on they go to new@example.org")
		}
		for what, a := range map[string]answer{
			"the link that went to the old address": s.get(account), "exporting with it": s.get(account + "/export"),
			"deleting with it": s.post(account+"/delete", "sure", "yes"), "moving with it": s.post(account+"/move", "email", "x@example.org"),
		} {
			want(t, what, a, 410, "no longer good")
		}
		s.post("/papers/link", "email", "new@example.org")
		account = s.mailed(t, id, letter.Access)
		want(t, "a fresh link", s.get(account), 200, "new@example.org")
		want(t, "moving to another reader's", s.post(account+"/move", "email", "taken@example.org"), 200, "Check your mail")
		want(t, "confirming that", s.post(s.mailed(t, id, letter.Move)), 409, "letters of its own")

		want(t, "deleting without being sure", s.post(account+"/delete"), 400, "tick the box")
		want(t, "deleting", s.post(account+"/delete", "sure", "yes"), 200, "is deleted")
		if _, err := s.store.Reader(context.Background(), id); !errors.Is(err, subscription.ErrNoReader) {
			t.Errorf("still there: %v", err)
		}
		want(t, "the account after that", s.get(account), 410, "no longer good")
		want(t, "settings after that", s.get(s.links.Settings(id)), 410)
	})
}

func TestConfirmingShowsWhatItSets(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, s *site) {
		id := s.add(t, "ada@example.org", "robots")
		s.post("/papers/subscribe", "email", "ada@example.org", "keywords", "drones", "hour", "3", "zone", "UTC")
		page := s.mailed(t, id, letter.Confirmation)
		a := s.get(page)
		want(t, "another's new keywords", a, 200, "Change your keywords?", "drones")
		if strings.Contains(a.text(), "robots") || strings.Contains(a.text(), "03:00") {
			t.Errorf("shows what it does not set: %s", a.text())
		}
		s.post(s.links.Leave(id))
		want(t, "confirming after leaving", s.get(page), 410)
		s.post("/papers/subscribe", "email", "ada@example.org", "keywords", "trees", "hour", "5", "zone", "Asia/Tokyo")
		page = s.mailed(t, id, letter.Confirmation)
		a = s.get(page)
		want(t, "coming back", a, 200, "Welcome back", "trees", "05:00", "Asia/Tokyo")
		if strings.Contains(a.text(), "robots") || strings.Contains(a.text(), "Berlin") {
			t.Errorf("shows the settings of before: %s", a.text())
		}
		s.post(page)
		want(t, "looking again", s.get(page), 200, "You are subscribed", "trees")
	})
}

func TestAConfirmationIsVoidAfterAMove(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, s *site) {
		id := s.add(t, "ada@example.org", "robots")
		s.post("/papers/subscribe", "email", "ada@example.org", "keywords", "drones")
		page := s.mailed(t, id, letter.Confirmation)
		s.post("/papers/link", "email", "ada@example.org")
		s.post(s.mailed(t, id, letter.Access)+"/move", "email", "new@example.org")
		s.post(s.mailed(t, id, letter.Move))
		a := s.get(page)
		want(t, "the confirmation mailed to the old address", a, 410, "no longer good")
		if strings.Contains(a.body, "new@example.org") {
			t.Error("it tells the new address")
		}
	})
}

func TestLinksEnd(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, s *site) {
		id := s.add(t, "ada@example.org", "robots")
		s.post("/papers/link", "email", "ada@example.org")
		account := s.mailed(t, id, letter.Access)
		s.post("/papers/subscribe", "email", "bob@example.org")
		bob := s.reader(t, "bob@example.org").ID
		first := s.mailed(t, bob, letter.Confirmation)
		s.post("/papers/subscribe", "email", "bob@example.org")
		want(t, "an older confirmation", s.post(first), 410, "no longer good", "Mail me my link")
		second := s.mailed(t, bob, letter.Confirmation)
		time.Sleep(subscription.AccessFor + time.Minute)
		want(t, "the account after an hour", s.get(account), 410, "no longer good", "Mail me my link")
		want(t, "deleting after an hour", s.post(account+"/delete", "sure", "yes"), 410)
		time.Sleep(subscription.ConfirmWithin)
		want(t, "confirming after a week", s.post(second), 410, "subscribe again")
		time.Sleep(5 * 365 * 24 * time.Hour)
		want(t, "leaving after years", s.post(s.links.Leave(id)), 200, "You have left")
	})
}

func TestForgedLinks(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, s *site) {
		id := s.add(t, "ada@example.org", "robots")
		leave := strings.TrimPrefix(s.links.Leave(id), base+"/leave/")
		for name, page := range map[string]string{
			"one bit flipped":           "/papers/leave/" + string(leave[0]^1) + leave[1:],
			"cut short":                 "/papers/leave/" + leave[:len(leave)-3],
			"a leave link for settings": "/papers/settings/" + leave,
			"a leave link for account":  "/papers/account/" + leave,
			"nonsense":                  "/papers/confirm/%00%ff",
		} {
			before := s.state(t)
			want(t, name, s.get(page), 404)
			want(t, name+", pressed", s.post(page), map[bool]int{true: 405, false: 404}[strings.Contains(page, "/account/")])
			if s.state(t) != before {
				t.Errorf("%s: changed something", name)
			}
		}
	})
}

func TestForwardedLettersDoNotTellTheAddress(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, s *site) {
		id := s.add(t, "ada@example.org", "robots")
		for _, a := range []answer{
			s.get(s.links.Settings(id)), s.get(s.links.Leave(id)), s.post(s.links.Settings(id) + "/link"), s.post(s.links.Leave(id)),
		} {
			if strings.Contains(a.body, "ada@") {
				t.Errorf("the page tells the address: %s", a.text())
			}
		}
	})
}

func TestHalfSentAndOversizedForms(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, s *site) {
		half := form("/papers/subscribe")
		half.Body = io.NopCloser(io.MultiReader(strings.NewReader("email=ada%40exam"), cut{}))
		want(t, "half a form", s.do(half), 400, "did not arrive whole")
		want(t, "a form too large", s.post("/papers/subscribe", "email", "ada@example.org", "keywords", strings.Repeat("x ", 40<<10)), 413, "too much")
		if got := s.state(t); got != "" {
			t.Errorf("somebody was subscribed: %s", got)
		}
	})
}

// cut is a connection that ends too early.
type cut struct{}

func (cut) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
