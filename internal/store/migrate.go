package store

import (
	"cmp"
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

//go:embed sqlite/*.sql
var embedded embed.FS

var migrations = mustReadMigrations(embedded, "sqlite")

// ErrNewer is for a database that a newer program has migrated.
var ErrNewer = errors.New("the database is of a newer program")

// migration is one step of the schema, forward only.
type migration struct {
	version int
	name    string
	script  string
}

func mustReadMigrations(files fs.FS, folder string) []migration {
	ms, err := readMigrations(files, folder)
	if err != nil {
		panic(err) // the files are part of the program
	}
	return ms
}

// readMigrations reads NNNN_name.sql, in the order of their numbers.
func readMigrations(files fs.FS, folder string) ([]migration, error) {
	names, err := fs.Glob(files, path.Join(folder, "*.sql"))
	if err != nil {
		return nil, err
	}
	ms := make([]migration, 0, len(names))
	for _, name := range names {
		number, _, _ := strings.Cut(path.Base(name), "_")
		version, err := strconv.Atoi(number)
		if err != nil {
			return nil, fmt.Errorf("migration %s: its name begins with no number", name)
		}
		script, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		ms = append(ms, migration{version, path.Base(name), string(script)})
	}
	slices.SortFunc(ms, func(a, b migration) int { return cmp.Compare(a.version, b.version) })
	return ms, nil
}

// migrate brings the database to the last of the migrations. Several processes
// may do so at once: each looks again under the write lock.
func (s *Store) migrate(ctx context.Context, ms []migration) error {
	if err := s.prepare(ctx); err != nil {
		return err
	}
	var has int
	err := s.read(ctx, func(t *tx) (err error) {
		has, err = t.version()
		return err
	})
	if err != nil {
		return err
	}
	if known := ms[len(ms)-1].version; has > known {
		return fmt.Errorf("it has schema %d and this program knows up to %d: %w", has, known, ErrNewer)
	}
	for _, m := range ms {
		if m.version <= has {
			continue
		}
		if err := s.write(ctx, func(t *tx) error { return t.migrate(m) }); err != nil {
			return fmt.Errorf("migration %s: %w", m.name, err)
		}
	}
	return nil
}

// prepare makes the table of versions. The first connections of a new file
// switch it to a write-ahead log, for which SQLite does not wait: try again.
func (s *Store) prepare(ctx context.Context) error {
	const create = `CREATE TABLE IF NOT EXISTS migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL)`
	for deadline := time.Now().Add(busyTimeout); ; time.Sleep(10 * time.Millisecond) {
		err := s.write(ctx, func(t *tx) error {
			_, err := t.exec(create)
			return err
		})
		if !busy(err) || time.Now().After(deadline) {
			return err
		}
	}
}

// version is the schema's version, 0 for a new database.
func (t *tx) version() (v int, err error) {
	err = t.one(`SELECT COALESCE(MAX(version), 0) FROM migrations`, nil, &v)
	return v, err
}

func (t *tx) migrate(m migration) error {
	has, err := t.version()
	if err != nil || has >= m.version {
		return err
	}
	if _, err := t.sql.ExecContext(t.ctx, m.script); err != nil {
		return err
	}
	_, err = t.exec(`INSERT INTO migrations (version, name) VALUES ($1, $2)`, m.version, m.name)
	return err
}
