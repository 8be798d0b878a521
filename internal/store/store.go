// Package store owns all that outlives a run, and all SQL: the catalogue of
// papers, the readers, and the outbox that is queue and record in one. Each
// method is one transaction; several processes may work on one database. What
// a paper, a reader or a letter is, and when one is owed, belongs to others.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"modernc.org/sqlite"
)

// ErrNotSQLite is for a database address of an engine that this program does
// not speak.
var ErrNotSQLite = errors.New("not of the form sqlite:FILE")

// busyTimeout is how long a statement waits for another process' transaction.
const busyTimeout = 10 * time.Second

// Store is an open database. Its methods may be called by several goroutines.
type Store struct {
	file string
	// SQLite has one writer at a time. A pool of one makes goroutines queue
	// for it here, in order, and leaves SQLite's own polling to processes.
	writer *pool
	reader *pool
	gates  gates
	shelf  shelf
	words  vocabulary // of texts
	names  vocabulary // of authors

	halvesFrom int
}

// Open opens the database at dsn, "sqlite:FILE", makes the file where there is
// none, readable to its owner only, and brings it to this program's schema. A
// database of a newer program is refused with ErrNewer.
func Open(ctx context.Context, dsn string) (*Store, error) {
	file, ok := strings.CutPrefix(dsn, "sqlite:")
	if !ok || file == "" {
		return nil, fmt.Errorf("database %q: %w", dsn, ErrNotSQLite)
	}
	s, err := open(ctx, file, nil)
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", file, err)
	}
	return s, nil
}

// init has commits write to disk what is needed to read them back, and not the
// times of the files too, as SQLite's own builds do. Some systems have but one
// way, and stay with it.
func init() { _, _ = sqlite.Fdatasync(true) }

// open is Open with parameters of SQLite beside, or in place of, its own.
func open(ctx context.Context, file string, more url.Values) (*Store, error) {
	// An absolute path is never taken for one of SQLite's special names.
	file, err := filepath.Abs(file)
	if err != nil {
		return nil, err
	}
	if err := touch(file); err != nil {
		return nil, err
	}
	s := &Store{file: file, halvesFrom: halvesFrom}
	if s.writer, err = newPool(file, 1, more); err != nil {
		return nil, err
	}
	if s.reader, err = newPool(file, 4, more); err != nil {
		return nil, errors.Join(err, s.writer.Close())
	}
	if err := s.migrate(ctx, migrations); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if err := s.checkAnalysis(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// touch makes the file where there is none: it holds addresses and the key of
// the sealed links. SQLite gives its side files the same permissions.
func touch(file string) error {
	f, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// pool are connections, and the queries that are prepared on them: SQLite
// takes longer to understand most of them than to run them.
type pool struct {
	*sql.DB
	mu       sync.Mutex
	prepared map[string]*sql.Stmt
}

// mostPrepared bounds what is kept: queries with a list in them differ by its
// length.
const mostPrepared = 200

func (p *pool) find(query string) *sql.Stmt {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.prepared[query]
}

// keep prepares queries for later transactions. One that can't be is left to
// the transaction that needs it.
func (p *pool) keep(ctx context.Context, queries []string) {
	for _, query := range queries {
		stmt, err := p.PrepareContext(ctx, query)
		if err != nil {
			return
		}
		p.mu.Lock()
		_, known := p.prepared[query]
		if known || len(p.prepared) >= mostPrepared {
			_ = stmt.Close() // it was good for nothing
		} else {
			p.prepared[query] = stmt
		}
		p.mu.Unlock()
	}
}

func newPool(file string, size int, more url.Values) (*pool, error) {
	db, err := sql.Open("sqlite", address(file, more))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(size)
	db.SetMaxIdleConns(1)
	return &pool{DB: db, prepared: map[string]*sql.Stmt{}}, nil
}

// address is the URI of a file with what every connection needs. A PRAGMA
// through Exec would reach only one connection of a pool.
func address(file string, more url.Values) string {
	q := url.Values{
		"_txlock":       {"immediate"},
		"_foreign_keys": {"on"},
		"_busy_timeout": {fmt.Sprint(busyTimeout.Milliseconds())},
		"_journal_mode": {"WAL"},
		"_synchronous":  {"FULL"}, // what is settled stays settled
		"_dqs":          {"false"},
		"_pragma": {
			"cache_size(-2000)", // KiB, for each connection
			"journal_size_limit(16777216)",
			"secure_delete(1)", // a deleted reader leaves no trace in free pages
		},
	}
	for key, values := range more {
		if key == "_pragma" {
			values = append(q[key], values...)
		}
		q[key] = values
	}
	path := filepath.ToSlash(file)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // C:/… on Windows
	}
	return "file://" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

// CopyTo writes a copy of the database, as it is at one moment, to a new file
// that only its owner can read.
func (s *Store) CopyTo(ctx context.Context, file string) error {
	if err := touch(file); err != nil {
		return fmt.Errorf("copy database to %s: %w", file, err)
	}
	if _, err := s.reader.ExecContext(ctx, `VACUUM INTO $1`, file); err != nil {
		return fmt.Errorf("copy database to %s: %w", file, full(file, err))
	}
	return nil
}

// Close closes the database.
func (s *Store) Close() error {
	return errors.Join(s.reader.Close(), s.writer.Close())
}

// write runs fn in a transaction that is committed if fn returns nil. It holds
// the write lock from the start, so that what fn has read stays true.
func (s *Store) write(ctx context.Context, fn func(*tx) error) error {
	return full(s.file, run(ctx, s.writer, nil, fn))
}

// read runs fn in a transaction that sees one moment of the database.
func (s *Store) read(ctx context.Context, fn func(*tx) error) error {
	return run(ctx, s.reader, &sql.TxOptions{ReadOnly: true}, fn)
}

// run keeps ctx away from the driver: database/sql would end the transaction of
// a cancelled context, and close its connection, while another goroutine is
// still using the statements, which crashes SQLite. Waiting for a connection
// ends with ctx; a transaction that has begun looks at it before each query.
func run(ctx context.Context, db *pool, opts *sql.TxOptions, fn func(*tx) error) error {
	conn, err := db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	whole := context.WithoutCancel(ctx)
	t := &tx{ctx: whole, caller: ctx, pool: db, prepared: map[string]*sql.Stmt{}}
	defer func() {
		_ = conn.Close() // gives it back; the transaction has ended
		db.keep(whole, t.unknown)
	}()
	begun, err := conn.BeginTx(whole, opts)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer func() { _ = begun.Rollback() }() // after a commit it does nothing
	t.sql = begun
	if err := errors.Join(fn(t), t.close()); err != nil {
		return err
	}
	if err := begun.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}
