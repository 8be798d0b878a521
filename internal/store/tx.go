package store

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"strings"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// tx is a transaction that prepares each query once. It lives no longer than
// the call whose context it holds.
type tx struct {
	ctx      context.Context // of the statements; it never ends
	caller   context.Context // between statements it may end the transaction
	sql      *sql.Tx
	pool     *pool
	prepared map[string]*sql.Stmt
	unknown  []string // queries that the pool did not have
}

func (t *tx) prepare(query string) (*sql.Stmt, error) {
	if err := t.caller.Err(); err != nil {
		return nil, err
	}
	if stmt, ok := t.prepared[query]; ok {
		return stmt, nil
	}
	if known := t.pool.find(query); known != nil {
		stmt := t.sql.StmtContext(t.ctx, known)
		t.prepared[query] = stmt
		return stmt, nil
	}
	stmt, err := t.sql.PrepareContext(t.ctx, query)
	if err == nil {
		t.prepared[query] = stmt
		t.unknown = append(t.unknown, query)
	}
	return stmt, err
}

func (t *tx) close() error {
	var errs []error
	for _, stmt := range t.prepared {
		errs = append(errs, stmt.Close())
	}
	return errors.Join(errs...)
}

// exec runs a query and returns how many rows it changed.
func (t *tx) exec(query string, args ...any) (int, error) {
	stmt, err := t.prepare(query)
	if err != nil {
		return 0, err
	}
	result, err := stmt.ExecContext(t.ctx, args...)
	if err != nil {
		return 0, err
	}
	n, err := result.RowsAffected()
	return int(n), err
}

// one scans the only row of a query. Without a row the error is sql.ErrNoRows,
// which every caller tells from one that says nothing about rows.
func (t *tx) one(query string, args []any, dest ...any) error {
	stmt, err := t.prepare(query)
	if err != nil {
		return err
	}
	return stmt.QueryRowContext(t.ctx, args...).Scan(dest...)
}

// find is one where no row is an answer too.
func (t *tx) find(query string, args []any, dest ...any) (bool, error) {
	err := t.one(query, args, dest...)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// each calls row for every row of a query; row must run no other query.
func (t *tx) each(query string, args []any, row func(scan func(...any) error) error) (err error) {
	stmt, err := t.prepare(query)
	if err != nil {
		return err
	}
	rows, err := stmt.QueryContext(t.ctx, args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := t.caller.Err(); err != nil {
			return err
		}
		if err := row(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// collect returns the rows of a query, each scanned into a T.
func collect[T any](t *tx, query string, args []any, scan func(func(...any) error, *T) error) ([]T, error) {
	var all []T
	err := t.each(query, args, func(row func(...any) error) error {
		var one T
		if err := scan(row, &one); err != nil {
			return err
		}
		all = append(all, one)
		return nil
	})
	return all, err
}

// places returns "$from,$from+1,…" for n parameters.
func places(from, n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("$" + strconv.Itoa(from+i))
	}
	return b.String()
}

// taken reports whether the error is a violated unique key.
func taken(err error) bool {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return false
	}
	return e.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || e.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY
}

// busy reports whether another process held the database too long.
func busy(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && e.Code()&0xff == sqlite3.SQLITE_BUSY
}

// fullError says in plain words that there is no room for the database, or for
// the log and the shared memory beside it.
type fullError struct {
	file string
	err  error
}

func (e *fullError) Error() string { return "the disk that holds " + e.file + " is full" }
func (e *fullError) Unwrap() error { return e.err }

// full is the error, in plain words where it is that the file's disk is full.
func full(file string, err error) error {
	var e *sqlite.Error
	if errors.As(err, &e) && (e.Code()&0xff == sqlite3.SQLITE_FULL || e.Code() == sqlite3.SQLITE_IOERR_SHMSIZE) {
		return &fullError{file, err}
	}
	return err
}
