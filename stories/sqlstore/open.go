package sqlstore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"storybot/stories"
)

// Options are what may be set beside the address. Zero values are usable.
type Options struct {
	Log *slog.Logger     // discards by default
	Now func() time.Time // time.Now by default
	// Uptime returns a name of the machine's last start and how long it has been up
	// since, by a clock nobody sets; "" where that is not known, as by default.
	Uptime func() (boot string, up time.Duration)
	Keep   Keep // how long Prune leaves what is kept
	// Zone is the newsroom's, in which quiet hours and digests are that name none; UTC by
	// default.
	Zone *time.Location
}

// Keep is for how long what is kept is left alone. 0 is the default.
type Keep struct {
	// Deliveries is of a finished delivery, that of an update from the end of its story
	// on; a year by default.
	Deliveries time.Duration
	// Marks is of how far a reader was shown a story, since they looked last; a year by
	// default.
	Marks time.Duration
	// Log is of a line of the desk's log; Forever by default. Updates, and who wrote
	// each wording, are no part of it.
	Log time.Duration
	// Names is of what a channel or a person was called that is of no use any more, since
	// their platform told it last; a year by default.
	Names time.Duration
}

// Forever is longer than anything is kept.
const Forever = 250 * year

const year = 365 * 24 * time.Hour

// orDefault is k with what it leaves out.
func (k Keep) orDefault() Keep {
	return Keep{cmp.Or(k.Deliveries, year), cmp.Or(k.Marks, year), cmp.Or(k.Log, Forever), cmp.Or(k.Names, year)}
}

// Store is a database that is open. Its methods may be called from many
// goroutines.
type Store struct {
	engine
	log     *slog.Logger
	now     func() time.Time
	uptime  func() (boot string, up time.Duration)
	keep    Keep
	install string // part of every delivery's key
	// searchable is set once the search index is known to be whole.
	searchable atomic.Bool
	flown      written
	cameBack   bool // it was found put back when it was opened
	zone       *time.Location
	zones      sync.Map                 // those that options name, by their names
	singly     atomic.Bool              // what waits is ended channel by channel: it failed before
	waited     atomic.Pointer[waitedAt] // when it was last looked what waits
}

// Families is the store as a Service takes it.
func (s *Store) Families() stories.Stores {
	return stories.Stores{Rights: s, Archive: s, Index: s, Editor: s, Publisher: s, Merger: s, Reviser: s, Drafts: s, Subscriber: s, Following: s, Places: s, Workspaces: s, Desk: s, Forgetter: s, Health: s, PutBacks: s, Notes: s}
}

// Open opens the database at url, creates or upgrades its tables, and returns
// it ready, but for what Reindex does beside the service. url is sqlite:PATH, or postgres://… as libpq writes it.
//
// Errors are sentences for whoever starts the program: a SQLite file another
// process has open, a schema newer than this program, a server that does not
// answer, an address of neither form. Those with CodeInvalid say that url is
// wrong: there is no such place, or what is there is no database of ours. Others
// may pass.
func Open(ctx context.Context, url string, opts Options) (*Store, error) {
	s := &Store{log: opts.Log, now: opts.Now, uptime: opts.Uptime, keep: opts.Keep.orDefault(), zone: opts.Zone}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.uptime == nil {
		s.uptime = func() (string, time.Duration) { return "", 0 }
	}
	if s.zone == nil {
		s.zone = time.UTC
	}
	var schema schema
	var err error
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		s.engine, schema, err = openSQLite(ctx, path, s.now, s.log)
	} else if strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://") {
		s.engine, schema, err = openPostgres(ctx, url)
	} else {
		err = stories.Errorf(stories.CodeInvalid, "DATABASE_URL is sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE.")
	}
	if err != nil {
		return nil, err
	}
	if err := s.prepare(ctx, schema); err != nil {
		return nil, errors.Join(unfit(err, s.refusal), s.close())
	}
	return s, nil
}

// prepare brings the schema up to date and reads what the store keeps at hand.
func (s *Store) prepare(ctx context.Context, schema schema) error {
	if err := schema.checkOwner(ctx); err != nil {
		return err
	}
	if err := schema.migrate(ctx, s.log); err != nil {
		return err
	}
	var err error
	if s.install, err = s.installation(ctx); err != nil {
		return fmt.Errorf("read the installation's id: %w", err)
	}
	if _, s.cameBack, err = s.comeHome(ctx, false); err != nil {
		return fmt.Errorf("find out whether a copy of the database was put back: %w", err)
	}
	if err := s.beginIndex(ctx); err != nil {
		return fmt.Errorf("look at the search index: %w", err)
	}
	return nil
}

// Close waits for the write under way and closes the database.
func (s *Store) Close() error { return s.close() }
