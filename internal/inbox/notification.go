package inbox

import (
	"encoding/json"
	"strings"
)

// sesEvent is what Amazon SES tells of a mail, mailed by its notification
// service.
type sesEvent struct {
	Kind   string `json:"notificationType"`
	Event  string `json:"eventType"`
	Bounce struct {
		Type       string         `json:"bounceType"` // Permanent, Transient or Undetermined
		Recipients []sesRecipient `json:"bouncedRecipients"`
	} `json:"bounce"`
	Complaint struct {
		Type       string         `json:"complaintFeedbackType"`
		Recipients []sesRecipient `json:"complainedRecipients"`
	} `json:"complaint"`
	Mail struct {
		Source string `json:"source"`
	} `json:"mail"`
}

type sesRecipient struct {
	Address    string `json:"emailAddress"`
	Action     string `json:"action"`
	Status     string `json:"status"`
	Diagnostic string `json:"diagnosticCode"`
}

// notification reads an event of a sending service where a mail is nothing but
// one.
func (m message) notification(r *Report) bool {
	for _, p := range m.parts {
		// Mail breaks long lines, which JSON forbids within its texts.
		text := strings.TrimSpace(strings.ReplaceAll(p.text, "\n", " "))
		if p.kind != "text/plain" && p.kind != "application/json" || !strings.HasPrefix(text, "{") {
			continue
		}
		var wrapped struct{ Message string }
		decoder := json.NewDecoder(strings.NewReader(text)) // a footer may follow
		if err := decoder.Decode(&wrapped); err != nil {
			return false
		}
		if wrapped.Message != "" {
			text = wrapped.Message
		}
		var e sesEvent
		if err := json.NewDecoder(strings.NewReader(text)).Decode(&e); err != nil {
			return false
		}
		return e.report(r)
	}
	return false
}

func (e sesEvent) report(r *Report) bool {
	r.ReturnPath = mailbox(e.Mail.Source)
	switch e.Kind + e.Event {
	case "Bounce":
		for _, one := range e.Bounce.Recipients {
			fields := recipientFields{final: one.Address, action: one.Action, status: one.Status, diagnostic: one.Diagnostic}
			v := fields.verdict(nil, one.Diagnostic)
			if v.Kind == Hard && e.Bounce.Type != "Permanent" {
				v.Kind = Soft
			}
			r.add(v)
		}
	case "Complaint":
		for _, one := range e.Complaint.Recipients {
			r.add(Verdict{Kind: Complaint, Recipient: mailbox(one.Address), Text: reason("feedback report: " + e.Complaint.Type)})
		}
	}
	return len(r.Verdicts) > 0
}
