package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"paperboy/internal/interest"
	"paperboy/internal/subscription"
)

// readerFlags are the settings that readers add takes.
type readerFlags struct {
	keywords *string
	hour     *int
	timezone *string
	weekly   *bool
	papers   *int
}

func readersCommand(f *flag.FlagSet) func(context.Context, []string, streams) error {
	config := configFlag(f)
	set := readerFlags{
		keywords: f.String("keywords", "", "add: what to send, `KEYWORDS` separated by commas"),
		hour:     f.Int("hour", -1, "add: the hour of the letter, 0 to 23; without it, as configured"),
		timezone: f.String("timezone", "", "add: the reader's time zone, such as Europe/Berlin; without it, as configured"),
		weekly:   f.Bool("weekly", false, "add: one letter a week, on Monday"),
		papers:   f.Int("papers", 0, "add: at most this many papers a letter; without it, as configured"),
	}
	return func(ctx context.Context, args []string, s streams) error {
		action, err := readersAction(args)
		if err != nil {
			return err
		}
		a, err := openConfigured(ctx, *config, s)
		if err != nil {
			return err
		}
		defer a.close()
		return action(ctx, a, set, s)
	}
}

type readersFunc func(ctx context.Context, a *app, set readerFlags, s streams) error

func readersAction(args []string) (readersFunc, error) {
	if len(args) == 0 {
		return nil, misuse("say list, add, remove, export or import")
	}
	withAddress := func(do func(context.Context, *app, string, readerFlags, streams) error) (readersFunc, error) {
		if len(args) != 2 {
			return nil, misuse("%s takes one address", args[0])
		}
		return func(ctx context.Context, a *app, set readerFlags, s streams) error {
			return do(ctx, a, args[1], set, s)
		}, nil
	}
	plain := map[string]readersFunc{"list": listReaders, "export": exportReaders, "import": importReaders}
	switch do := plain[args[0]]; {
	case args[0] == "add":
		return withAddress(addReader)
	case args[0] == "remove":
		return withAddress(removeReader)
	case do == nil:
		return nil, misuse("%q is not list, add, remove, export or import", args[0])
	case len(args) != 1:
		return nil, misuse("%s takes no argument, but got %q", args[0], args[1])
	default:
		return do, nil
	}
}

func listReaders(ctx context.Context, a *app, _ readerFlags, s streams) error {
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ADDRESS\tSTATE\tRHYTHM\tKEYWORDS")
	err := a.store.EachReader(ctx, func(r subscription.Reader) error {
		_, err := fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", r.Address, r.State, rhythmInWords(r.Rhythm), oneLine(r.Keywords))
		return err
	})
	return errors.Join(err, w.Flush())
}

func rhythmInWords(r subscription.Rhythm) string {
	day := "daily"
	if r.Weekly {
		day = r.Weekday.String()
	} else if !r.Weekends {
		day = "weekdays"
	}
	return fmt.Sprintf("%s %02d:00 %s", day, r.Hour, r.Zone)
}

// oneLine is keywords as one line: lines and commas separate alike.
func oneLine(keywords string) string {
	i, err := interest.Parse(keywords)
	if err != nil {
		return keywords
	}
	return strings.ReplaceAll(i.String(), "\n", ", ")
}

func addReader(ctx context.Context, a *app, address string, set readerFlags, s streams) error {
	r, err := set.reader(a.config, address)
	if err != nil {
		return usageError{err}
	}
	r.Consent = subscription.Consent{How: "command line", Wording: "entered by the operator"}
	return a.add(ctx, r)
}

// reader is the reader that the flags describe.
func (set readerFlags) reader(c *config, address string) (subscription.Reader, error) {
	r := subscription.Reader{Address: address, Keywords: *set.keywords, Papers: *set.papers, Rhythm: c.defaultSettings().Rhythm}
	if *set.hour >= 0 {
		r.Rhythm.Hour = *set.hour
	}
	r.Rhythm.Zone = cmp.Or(*set.timezone, r.Rhythm.Zone)
	r.Rhythm.Weekly = *set.weekly
	return r, checkReader(&r)
}

// checkReader completes a reader's address and refuses what could not be served.
func checkReader(r *subscription.Reader) (err error) {
	if r.Address, r.Folded, err = subscription.ParseAddress(r.Address); err != nil {
		return err
	}
	if _, err := interest.Parse(r.Keywords); err != nil {
		return fmt.Errorf("keywords of %s: %w", r.Address, err)
	}
	if r.Papers < 0 || r.Papers > maxPapers {
		return fmt.Errorf("papers %d of %s: not 0 (as configured) to %d", r.Papers, r.Address, maxPapers)
	}
	return r.Rhythm.Validate()
}

// errGone: whoever left, or can't be reached, comes back only by confirming.
var errGone = errors.New("has left or is suppressed, and can come back only through the pages")

// add makes a reader active on the operator's word, or paused.
func (a *app) add(ctx context.Context, r subscription.Reader) error {
	switch known, err := a.store.ReaderByAddress(ctx, r.Folded); {
	case errors.Is(err, subscription.ErrNoReader):
	case err != nil:
		return fmt.Errorf("add %s: %w", r.Address, err)
	case known.State == subscription.Left || known.State == subscription.Suppressed:
		return fmt.Errorf("add %s: %w", r.Address, errGone)
	}
	if _, err := a.store.Add(ctx, r, time.Now().UTC()); err != nil {
		return fmt.Errorf("add %s: %w", r.Address, err)
	}
	return nil
}

func removeReader(ctx context.Context, a *app, address string, _ readerFlags, s streams) error {
	_, folded, err := subscription.ParseAddress(address)
	if err != nil {
		return misuse("%w", err)
	}
	r, err := a.store.ReaderByAddress(ctx, folded)
	if err != nil {
		return fmt.Errorf("remove %s: %w", address, err)
	}
	return a.store.Leave(ctx, r.ID, time.Now().UTC())
}

// readerJSON is one line of export and import.
type readerJSON struct {
	Address  string             `json:"address"`
	State    subscription.State `json:"state"`
	Keywords string             `json:"keywords"`
	Hour     *int               `json:"hour,omitempty"`
	Timezone string             `json:"timezone,omitempty"`
	Weekly   bool               `json:"weekly,omitempty"`
	Weekday  *time.Weekday      `json:"weekday,omitempty"` // 0 is Sunday
	Weekends *bool              `json:"weekends,omitempty"`
	Papers   int                `json:"papers,omitempty"`

	PausedUntil time.Time   `json:"paused_until,omitzero"` // of a paused one; none: until they resume
	Consent     consentJSON `json:"consent,omitzero"`
}

// consentJSON is what a reader agreed to, which an operator may have to prove.
type consentJSON struct {
	At      time.Time `json:"at,omitzero"`
	Wording string    `json:"wording,omitempty"`
	How     string    `json:"how,omitempty"`
}

func exportReaders(ctx context.Context, a *app, _ readerFlags, s streams) error {
	enc := json.NewEncoder(s.out)
	enc.SetEscapeHTML(false)
	return a.store.EachReader(ctx, func(r subscription.Reader) error {
		return enc.Encode(readerJSON{
			Address: r.Address, State: r.State, Keywords: r.Keywords,
			Hour: &r.Rhythm.Hour, Timezone: r.Rhythm.Zone,
			Weekly: r.Rhythm.Weekly, Weekday: &r.Rhythm.Weekday, Weekends: &r.Rhythm.Weekends,
			Papers: r.Papers, PausedUntil: r.PausedUntil, Consent: consentJSON(r.Consent),
		})
	})
}

// importReaders adds the readers of an export read from standard input, paused
// ones too; who had left there, or never confirmed, is no reader here.
// A bad line is named, and the others still count.
func importReaders(ctx context.Context, a *app, _ readerFlags, s streams) error {
	lines := bufio.NewScanner(s.in)
	lines.Buffer(nil, 1<<20)
	var faults []error
	added := 0
	for n := 1; lines.Scan(); n++ {
		if len(lines.Bytes()) == 0 {
			continue
		}
		switch ok, err := a.importReader(ctx, lines.Bytes()); {
		case err != nil:
			faults = append(faults, fmt.Errorf("line %d: %w", n, err))
		case ok:
			added++
		}
	}
	fmt.Fprintf(s.out, "%s added\n", count(added, "reader"))
	return errors.Join(append(faults, lines.Err())...)
}

// importReader adds the reader of one line and reports whether it did: readers
// who left, or are there already, stay as they are.
func (a *app) importReader(ctx context.Context, line []byte) (bool, error) {
	var in readerJSON
	if err := json.Unmarshal(line, &in); err != nil {
		return false, err
	}
	switch in.State {
	case "", subscription.Active, subscription.Paused:
	default:
		return false, nil
	}
	r := in.reader(a.defaultSettings().Rhythm)
	if err := checkReader(&r); err != nil {
		return false, err
	}
	err := a.add(ctx, r)
	if errors.Is(err, subscription.ErrTaken) || errors.Is(err, errGone) {
		return false, nil
	}
	return err == nil, err
}

// reader is the reader that a line describes, with this rhythm where it has
// none of its own.
func (in readerJSON) reader(rhythm subscription.Rhythm) subscription.Reader {
	r := subscription.Reader{
		Address: in.Address, Keywords: in.Keywords, Papers: in.Papers, Rhythm: rhythm,
		State: in.State, PausedUntil: in.PausedUntil, Consent: subscription.Consent(in.Consent),
	}
	r.Consent.How = cmp.Or(r.Consent.How, "import")
	r.Consent.Wording = cmp.Or(r.Consent.Wording, "entered by the operator")
	r.Rhythm.Weekly = in.Weekly
	r.Rhythm.Zone = cmp.Or(in.Timezone, r.Rhythm.Zone)
	if in.Hour != nil {
		r.Rhythm.Hour = *in.Hour
	}
	if in.Weekday != nil {
		r.Rhythm.Weekday = *in.Weekday
	}
	if in.Weekends != nil {
		r.Rhythm.Weekends = *in.Weekends
	}
	return r
}
