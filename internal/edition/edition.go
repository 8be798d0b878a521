// Package edition owns the order of the steps: pull the sources, enqueue what
// is due, send what is queued; and the loop that wakes them. What the steps do
// belongs to the packages it is given; it keeps no state that a crash could
// lose, since every step is keyed in the store.
package edition

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"paperboy/internal/digest"
	"paperboy/internal/letter"
	"paperboy/internal/paper"
	"paperboy/internal/subscription"
)

// Source is where listings come from.
type Source interface {
	Name() string
	// Fetch reads the source. An error may come beside what could be had.
	Fetch(ctx context.Context, now time.Time, memo string) (paper.Batch, error)
}

// Catalogue keeps all papers known.
type Catalogue interface {
	Memo(ctx context.Context, source string) (string, error)
	Record(ctx context.Context, source string, in paper.Batch, now time.Time) (paper.Recorded, error)
	Mark(ctx context.Context, source, status, reason string, now time.Time) error
	Candidates(ctx context.Context, now time.Time, window time.Duration) (paper.Catalogue, error)
	Papers(ctx context.Context, keys []paper.Key) (map[paper.Key]*paper.Paper, error)
	Index(ctx context.Context) (int, error)
}

// Readers knows who is due and takes what they are owed.
type Readers interface {
	Expire(ctx context.Context, now time.Time) (int, error)
	Due(ctx context.Context, now time.Time, after int64, limit int) ([]digest.Due, error)
	DueOf(ctx context.Context, id int64, now time.Time) (digest.Due, error)
	Enqueue(ctx context.Context, entries []digest.Entry, now time.Time) (int, error)
}

// Outbox hands out letters to send, each to one process at a time.
type Outbox interface {
	Waiting(ctx context.Context, now time.Time) (bool, error)
	Join(ctx context.Context, host string, pid int, now time.Time) (int64, error)
	Beat(ctx context.Context, owner int64, now time.Time) error
	Part(ctx context.Context, owner int64) error
	Reap(ctx context.Context, owner int64, alive func(pid int) bool, host string, staleBefore, now time.Time) (int, error)
	Holders(ctx context.Context, except int64) ([]letter.Holder, error)
	Claim(ctx context.Context, owner int64, now time.Time, limit int) ([]digest.Claim, error)
	// Turn settles what was tried, and tells which of the next letters may be
	// sent once that is committed.
	Turn(ctx context.Context, owner int64, ss []letter.Settlement, next []int64) (held map[int64]bool, err error)
	Release(ctx context.Context, owner int64, ids []int64) error
	Postpone(ctx context.Context, owner int64, all []letter.Postponed) error
	PausedPlaces(ctx context.Context, now time.Time) ([]letter.Paused, error)
	PausePlace(ctx context.Context, domain string, r letter.Reply, at time.Time) (letter.Paused, error)
	UnpausePlace(ctx context.Context, domain string) error
	Allow(ctx context.Context, now time.Time, needed, wanted int, ceiling func(earlier int) int) (allowed int, err error)
	Unused(ctx context.Context, now time.Time, n int) error
	Stop(ctx context.Context, why letter.Attempt) error
	Stopped(ctx context.Context) (why letter.Attempt, stopped bool, err error)
	GoOn(ctx context.Context) error
	Prune(ctx context.Context, now time.Time) (int, error)
}

// Store is the record that all steps share.
type Store interface {
	Catalogue
	Readers
	Outbox
}

// Composer turns letters into messages.
type Composer interface {
	Encoded(l letter.Letter, in letter.DigestInput, room *letter.Encoded) (letter.Message, error)
	Notice(l letter.Letter, in letter.NoticeInput) (letter.Message, error)
}

// Conn is one connection to a mail server, or to a folder, as post.Conn
// describes it. It serves one letter at a time.
type Conn interface {
	Begin(ctx context.Context, e letter.Envelope)
	Send(ctx context.Context, e letter.Envelope) letter.Reply
	Close() error
}

// Options are the parts that an Edition puts in order.
type Options struct {
	Store    Store
	Sources  []Source
	Composer Composer
	Links    subscription.Links
	// Mailboxes are where mails about a letter come back to; without an address
	// they go to the sender's.
	Mailboxes subscription.Mailboxes
	// Build makes the bytes of a message, Open a connection that takes them.
	Build func(letter.Message) ([]byte, error)
	Open  func(ctx context.Context) (Conn, error)
	// MailHost is the domain of the Message-IDs.
	MailHost    string
	Papers      int // papers per letter where the reader has no number of their own
	Connections int // at most this many connections at once
	Limits      Limits
	Log         *slog.Logger
}

// Edition runs the steps. Its methods may be called by several goroutines and
// in several processes on one store.
type Edition struct {
	Options
	process process
	manners *manners // of the one sending at a time
	zones   zones
	alive   func(pid int) bool // whether a process of this machine still runs
	page    int                // readers in one transaction

	standBack func() bool // has composing ahead go behind all else, where the system allows it
	upright   time.Time   // until then it does not stand back
}

// New returns an Edition of these parts.
func New(o Options) *Edition {
	o.Connections = max(o.Connections, 1)
	return &Edition{Options: o, manners: newManners(o.Limits), alive: alive, page: page, standBack: standBack}
}

// Report is what one round did.
type Report struct {
	Sources  []SourceReport
	Enqueued EnqueueReport
	Sent     SendReport
}

// Round pulls all sources, enqueues what is due and sends what is queued. The
// steps go on where one before them failed: what could not be pulled now does
// not keep yesterday's letters. The error joins what ended a step.
func (e *Edition) Round(ctx context.Context, now time.Time) (Report, error) {
	var r Report
	r.Sources = e.Pull(ctx, now)
	var enqueueErr, sendErr error
	r.Enqueued, enqueueErr = e.Enqueue(ctx, now)
	r.Sent, sendErr = e.Send(ctx, now)
	return r, errors.Join(AllBroken(r.Sources), enqueueErr, sendErr)
}
