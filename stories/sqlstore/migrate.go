package sqlstore

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"storybot/stories"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrationFiles are the steps of the schema, the first is version 1, each of
// one file or several; a file's name begins with its version. A file that was
// released never changes; DB stands for the database's name where the two differ.
var migrationFiles = [][]string{
	{"migrations/00001_newsroom.sql", "migrations/00001_search.sql", "migrations/00001_suggest.DB.sql", "migrations/00001_queue.sql", "migrations/00001_schedule.sql",
		"migrations/00001_digests.sql"},
}

// schema is a database on its way to the present tables.
type schema struct {
	name    string // goose's word for the database
	db      *sql.DB
	dialect dialect
	begin   func(context.Context) error // called once the tables are there
}

// migrate brings the tables to the newest version. Processes that start at
// once on PostgreSQL take turns.
func (s schema) migrate(ctx context.Context, log *slog.Logger) error {
	have, err := s.version(ctx)
	if err != nil {
		return fmt.Errorf("read the schema's version: %w", err)
	}
	if have > 0 {
		if found, err := s.has(ctx, "owed"); err != nil || !found {
			return errors.Join(err, errOldLayout)
		}
	}
	want := int64(len(migrationFiles))
	if have < want {
		steps, err := s.upgrade(ctx, want)
		if err != nil {
			return fmt.Errorf("upgrade the tables from version %d to %d: %w", have, want, err)
		}
		if steps > 0 { // or another process was first
			log.Info("database tables upgraded", "from", have, "to", want)
		}
	}
	if have > want {
		return newerTables(have, want)
	}
	return s.begin(ctx)
}

// newerTables refuses a database of a program newer than this one.
func newerTables(have, want int64) error {
	return stories.Errorf(stories.CodeInvalid, "The database was written by a newer storybot: its tables have version %d, this program knows %d. Start the newer program, or restore a backup from before.", have, want)
}

// errOldLayout refuses a database of the time before the first release.
var errOldLayout = stories.Errorf(stories.CodeInvalid, "The database has the tables of a storybot from before its first release, which this one does not read. Move it away, or name an empty one in DATABASE_URL.")

// version is the schema's present version, 0 for an empty database. A start
// with nothing to do costs these reads only.
func (s schema) version(ctx context.Context) (version int64, err error) {
	found, err := s.has(ctx, "goose_db_version")
	if err != nil || !found {
		return 0, err
	}
	err = s.db.QueryRowContext(ctx, `SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied`).Scan(&version)
	return version, err
}

// has says whether there is a table of this name.
func (s schema) has(ctx context.Context, table string) (bool, error) {
	query := `SELECT count(*) FROM information_schema.tables WHERE table_schema = ANY (current_schemas(false)) AND table_name = $1`
	if s.name == "sqlite" {
		query = `SELECT count(*) FROM sqlite_schema WHERE name = $1`
	}
	var found int
	err := s.db.QueryRowContext(ctx, query, table).Scan(&found)
	return found > 0, err
}

// upgrade runs the steps up to a version and tells how many there were.
func (s schema) upgrade(ctx context.Context, to int64) (int, error) {
	var steps []*goose.Migration
	for i, files := range migrationFiles {
		steps = append(steps, goose.NewGoMigration(int64(i+1), &goose.GoFunc{RunTx: s.step(files)}, nil))
	}
	options := []goose.ProviderOption{
		goose.WithGoMigrations(steps...), goose.WithDisableGlobalRegistry(true), goose.WithSlog(slog.New(slog.DiscardHandler)),
	}
	dialect := goose.DialectSQLite3
	if s.name == "postgres" {
		dialect = goose.DialectPostgres
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300))
		if err != nil {
			return 0, err
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	provider, err := goose.NewProvider(dialect, s.db, nil, options...)
	if err != nil {
		return 0, err
	}
	done, err := provider.UpTo(ctx, to)
	return len(done), err
}

// step runs the files of one migration.
func (s schema) step(files []string) func(context.Context, *sql.Tx) error {
	return func(ctx context.Context, tx *sql.Tx) error {
		for _, file := range files {
			text, err := migrations.ReadFile(strings.ReplaceAll(file, "DB", s.name))
			if err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, s.dialect.text(string(text))); err != nil {
				return err
			}
		}
		return nil
	}
}

// installationName is the setting installation reads.
const installationName = "installation"

// installation reads the random word that makes this installation's delivery
// keys its own, made at the first start.
func (s *Store) installation(ctx context.Context) (string, error) {
	id, err := s.Recall(ctx, installationName)
	if err != nil || id != "" {
		return id, err
	}
	err = s.change(ctx, func(q querier) error {
		_, err := q.exec(ctx, `INSERT INTO settings (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO NOTHING`, installationName, newInstallation())
		return err
	})
	if err != nil {
		return "", err
	}
	id, err = s.Recall(ctx, installationName)
	if err == nil && id == "" {
		err = errors.New("the installation's id was not kept")
	}
	return id, err
}
