// Command paperboy mails each reader, once a day, the trending research papers
// that match their keywords.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"
	_ "time/tzdata" // small machines lack the files
)

const usage = `paperboy mails each reader, once a day, the trending papers that match their keywords.

  paperboy demo      [--once] [--live]   everything on built-in defaults: no configuration, server or network
  paperboy serve     [--config FILE]     pages, wake-ups, sending
  paperboy run       [--config FILE] [--now TIME] [--dry-run]   one round now: pull, match, send; then exit
  paperboy pull      [--config FILE]     read the sources, send nothing
  paperboy preview   [--config FILE] [--now TIME] [--keywords K | --reader ADDRESS] [--papers N] [--format text|html|json|eml] [--serve]
  paperboy readers   list | add ADDRESS --keywords K | remove ADDRESS | export | import
  paperboy receive   [--config FILE] [--to ADDRESS] [--from ADDRESS]   one mail on standard input that came back, or is a command
  paperboy dkim      --domain D --selector S --out FILE [--algorithm rsa|ed25519]   make a signing key, print its DNS record
  paperboy check     [--config FILE]     configuration, database, sources, mail server: a line each
  paperboy rehearse  --readers N [--papers M] [--smtp HOST:PORT] [--connections C] [--stages match,enqueue,send]
                     [--format text|json] [--config FILE]   a round of invented readers, measured
  paperboy rehearse  --heat DIR [--format text|json]   how good the order by heat would have been, by archived readings

"paperboy COMMAND -h" lists a command's flags. TIME is RFC 3339, such as 2026-11-23T07:00:00Z.
`

// Exit codes.
const (
	done    = 0
	failed  = 1
	misused = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // whoever does not want to wait for the end sends a second one
	code := run(ctx, os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr})
	stop()
	os.Exit(code)
}

// streams are what a command reads from and writes to: results to out, the log
// and everything else for people to err.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// command is one sub-command. It declares its flags on f and returns what runs
// once they are parsed.
type command func(f *flag.FlagSet) func(ctx context.Context, args []string, s streams) error

var commands = map[string]command{
	"demo": demoCommand, "serve": serveCommand, "run": runCommand, "pull": pullCommand,
	"preview": previewCommand, "readers": readersCommand, "check": checkCommand,
	"receive": receiveCommand, "rehearse": rehearseCommand,
	"dkim": dkimCommand,
}

// exitError ends with an exit code of its own.
type exitError struct {
	code int
	error
}

func (e exitError) Unwrap() error { return e.error }

// usageError is the caller's mistake: it ends with exit code 2.
type usageError struct{ error }

func misuse(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// run is the whole program but for the process: it returns the exit code.
func run(ctx context.Context, args []string, s streams) int {
	if len(args) == 0 || args[0] == "-h" || args[0] == "--help" || args[0] == "help" {
		out, code := s.out, done
		if len(args) == 0 {
			out, code = s.err, misused
		}
		fmt.Fprint(out, usage)
		return code
	}
	c, known := commands[args[0]]
	if !known {
		fmt.Fprintf(s.err, "paperboy: no command %q\n\n%s", args[0], usage)
		return misused
	}
	return runOne(ctx, args[0], c, args[1:], s)
}

func runOne(ctx context.Context, name string, c command, args []string, s streams) int {
	f := flag.NewFlagSet("paperboy "+name, flag.ContinueOnError)
	f.SetOutput(s.err)
	do := c(f)
	rest, err := parseAnywhere(f, args)
	if errors.Is(err, flag.ErrHelp) {
		return done
	}
	if err != nil {
		return misused // flag has said why
	}
	err = do(ctx, rest, s)
	var wrong usageError
	switch {
	case err == nil:
		return done
	case errors.As(err, &wrong):
		fmt.Fprintf(s.err, "paperboy %s: %v\n", name, err)
		return misused
	}
	fmt.Fprintf(s.err, "paperboy %s: %v\n", name, err)
	var exit exitError
	if errors.As(err, &exit) {
		return exit.code
	}
	return failed
}

// parseAnywhere parses flags before, between and behind the arguments.
func parseAnywhere(f *flag.FlagSet, args []string) (rest []string, err error) {
	for {
		if err := f.Parse(args); err != nil {
			return nil, err
		}
		if f.NArg() == 0 {
			return rest, nil
		}
		rest = append(rest, f.Arg(0))
		args = f.Args()[1:]
	}
}

// configFlag declares --config.
func configFlag(f *flag.FlagSet) *string {
	return f.String("config", defaultConfig, "the configuration `FILE`")
}

// moment is a flag that takes RFC 3339; unset it is the present.
type moment struct{ time.Time }

func (m *moment) String() string { return "" }

func (m *moment) Set(s string) (err error) {
	if m.Time, err = time.Parse(time.RFC3339, s); err != nil {
		return errors.New("not RFC 3339, such as 2026-11-23T07:00:00Z")
	}
	return nil
}

func (m *moment) orNow() time.Time {
	if m.IsZero() {
		return time.Now().UTC()
	}
	return m.UTC()
}

// recorded is orNow for what is written into the record. A day to come would
// stand there as served: its readers would get nothing until it has passed.
func (m *moment) recorded() (time.Time, error) {
	if clock := time.Now().UTC(); m.After(clock.Add(24 * time.Hour)) {
		return time.Time{}, misuse("--now %s is more than a day ahead of this machine's clock, %s: the record would count the days between as served, "+
			"and readers would get nothing until then; run --dry-run and preview take such a time and record nothing",
			m.Format(time.RFC3339), clock.Format(time.RFC3339))
	}
	return m.orNow(), nil
}

func nowFlag(f *flag.FlagSet) *moment {
	var m moment
	f.Var(&m, "now", "act as if it were `TIME` (RFC 3339)")
	return &m
}

func noArguments(args []string) error {
	if len(args) > 0 {
		return misuse("takes no argument, but got %q", args[0])
	}
	return nil
}

func newLog(w io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(w, nil))
}

// openConfigured loads the configuration and wires the app.
func openConfigured(ctx context.Context, path string, s streams) (*app, error) {
	c, err := loadConfig(path)
	if err != nil {
		return nil, err
	}
	return open(ctx, c, newLog(s.err), s.in)
}
