package inbox

// Kind is what a mail that came back says of one recipient.
type Kind string

const (
	Hard      Kind = "hard"      // nobody is there: the address, or its domain, does not exist or takes no mail
	Soft      Kind = "soft"      // not delivered this time, or for a reason that is not the address
	Delayed   Kind = "delayed"   // not delivered yet; the system that says so goes on trying
	Complaint Kind = "complaint" // called spam by its recipient (RFC 5965)
	OptOut    Kind = "opt-out"   // a feedback report that asks for no more (RFC 5965, opt-out)
	Vacation  Kind = "vacation"  // an automatic answer (RFC 3834)
	NoBounce  Kind = "none"      // anything else
)

// Verdict is what a mail says of one recipient.
type Verdict struct {
	Kind      Kind
	Recipient string // as the mail names it, in small letters; "" where it names none
	Status    string // enhanced code, e.g. 5.1.1 (RFC 3463); "" where there is none
	Code      int    // of the SMTP reply, e.g. 550; 0 where there is none
	Text      string // the reason in the words of the mail, on one line, at most maxReason bytes
}

// Report is what could be read out of one mail.
type Report struct {
	Verdicts   []Verdict // never empty
	MessageID  string    // of the mail that came back, without angle brackets; "" where it isn't told
	ReturnPath string    // its envelope sender, in small letters; likewise
	Automatic  bool      // no person wrote this mail: it must not be answered, nor act as a person's
}

// Kind is the gravest thing that the report says of all its recipients alike:
// where an address was forwarded to several, one dead end is not the reader's.
func (r Report) Kind() Kind {
	kind := r.Verdicts[0].Kind
	for _, v := range r.Verdicts[1:] {
		if v.Kind != kind && (kind == Hard || kind == Soft || kind == Delayed) {
			kind = milder(kind, v.Kind)
		}
	}
	return kind
}

// milder is the milder of two kinds of bounces.
func milder(a, b Kind) Kind {
	for _, k := range []Kind{NoBounce, Delayed, Soft, Hard} {
		if a == k || b == k {
			return k
		}
	}
	return a
}

// About returns the verdict for an address: its own where the mail names it,
// else the one that holds for all.
func (r Report) About(address string) Verdict {
	for _, v := range r.Verdicts {
		if address != "" && v.Recipient == address {
			return v
		}
	}
	kind := r.Kind()
	for _, v := range r.Verdicts {
		if v.Kind == kind {
			return v
		}
	}
	return r.Verdicts[0]
}
