package sqlstore

import (
	"context"
	"database/sql"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

// engine is all in which the two databases differ.
type engine interface {
	// reader runs statements outside a transaction, on a recent state.
	reader() querier
	// write runs fn in one transaction: begin, fn, commit, or roll back when fn
	// fails. fn may run again when the database asks for it, so it must begin
	// from nothing.
	write(ctx context.Context, fn func(q querier) error) error
	// clock is the time leases are measured by.
	clock(ctx context.Context, q querier) (time.Time, error)
	// addName makes a story suggested by these words, and no longer by others.
	addName(ctx context.Context, q querier, storyID int64, words []string) error
	// dropName makes a story suggested no more.
	dropName(ctx context.Context, q querier, storyID int64) error
	// namedSQL is a query of the ids of stories whose names hold what ?1 asks for,
	// newest first, at most ?2.
	namedSQL() string
	// term asks for a word, or for words that begin so; and and or stand between
	// two questions.
	term(word string, prefix bool) string
	and() string
	or() string
	// tidy merges what addName wrote piece by piece, so that it is read fast.
	tidy(ctx context.Context, q querier) error
	// roomy gives what writes much at many places room to keep those at hand, or takes it
	// back.
	roomy(ctx context.Context, q querier, is bool) error
	// countOn has a table's numbers go on behind the highest there is, and behind
	// counted.
	countOn(ctx context.Context, q querier, table string, counted int64) error
	// origin tells this database from its copies.
	origin() origin
	// refusal reads an error of the driver: the sentence for people when the
	// database cannot be used now, else "".
	refusal(err error) string
	close() error
}

// origin is how a database finds out that it is a copy of itself that was put
// back; see putback.go.
type origin interface {
	// same says, in one statement that writes nothing, that the database surely is
	// where it was.
	same(ctx context.Context, q querier) (bool, error)
	// home returns what is to be kept from now on; kept is what it returned last, ""
	// before the first time. begun is how often anything had been begun by what the
	// database knows. why, when not "", is what shows that a copy was put back. It is
	// called in the transaction that keeps what it returns, settle once that is
	// committed.
	home(ctx context.Context, q querier, kept string, begun int64) (now, why string, err error)
	settle() error
	// countBegin numbers a batch that begins something, within its transaction;
	// witnessBegin, after its commit, notes beside the database that there was one
	// of this number.
	countBegin() int64
	witnessBegin(n int64) error
}

// querier runs SQL. Statements are prepared once and kept.
type querier interface {
	query(ctx context.Context, text string, args ...any) (*sql.Rows, error)
	exec(ctx context.Context, text string, args ...any) (changed int64, err error)
}

// one scans the only row of a query; sql.ErrNoRows when there is none.
func one(ctx context.Context, q querier, text string, args []any, dest ...any) error {
	rows, err := q.query(ctx, text, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return err
		}
		return sql.ErrNoRows
	}
	if err := rows.Scan(dest...); err != nil {
		return err
	}
	return rows.Close()
}

// all collects the rows of a query, each read by scan.
func all[T any](ctx context.Context, q querier, scan func(row) (T, error), text string, args ...any) ([]T, error) {
	rows, err := q.query(ctx, text, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		found = append(found, v)
	}
	return found, rows.Err()
}

// row is what a scan function reads.
type row interface{ Scan(dest ...any) error }

// scanID reads a single number.
func scanID(r row) (id int64, err error) {
	err = r.Scan(&id)
	return id, err
}

// dialect rewrites the common SQL for one database. The words it knows:
//
//	?1             a parameter
//	each(?1)       the elements of a JSON array, as j.value
//	numbered(?1)   the texts in a JSON array, as j.value, with j.key counted from 0
//	among(?1)      is one of the numbers in a JSON array
//	LIMIT ?1       at most so many rows
//	/*identity*/   the type of a primary key that counts up
//	/*number*/     the type of a primary key that is given its numbers
//	/*bytes*/      compares a text by its bytes, as SQLite does by itself
//	/*aside*/      keeps the text before it from the choice of an index
//	/*lock*/       waits for the rows' locks
//	/*share*/      waits for locks others may share
//	/*clustered*/  keeps a table's rows in its primary key
//	/*in order*/   keeps an index of rows with equal columns in their numbers' order, as SQLite does by itself
//
// Those of kinds are the same in both.
type dialect struct {
	parameter, each, numbered, among, limit, identity, number, bytes, aside, lock, share, clustered, inOrder string
}

var (
	eachForm      = regexp.MustCompile(`each\((\?\d+)\)`)
	numberedForm  = regexp.MustCompile(`numbered\((\?\d+)\)`)
	amongForm     = regexp.MustCompile(`among\((\?\d+)\)`)
	limitForm     = regexp.MustCompile(`LIMIT (\?\d+)`)
	parameterForm = regexp.MustCompile(`\?(\d+)`)
)

func (d dialect) text(common string) string {
	common = spelled.Replace(common)
	common = eachForm.ReplaceAllString(common, d.each)
	common = numberedForm.ReplaceAllString(common, d.numbered)
	common = amongForm.ReplaceAllString(common, d.among)
	common = limitForm.ReplaceAllString(common, d.limit)
	common = parameterForm.ReplaceAllString(common, d.parameter)
	common = strings.ReplaceAll(common, "/*identity*/", d.identity)
	common = strings.ReplaceAll(common, "/*number*/", d.number)
	common = strings.ReplaceAll(common, "/*share*/", d.share)
	common = strings.ReplaceAll(common, "/*clustered*/", d.clustered)
	common = strings.ReplaceAll(common, "/*in order*/", d.inOrder)
	common = strings.ReplaceAll(common, "/*bytes*/", d.bytes)
	common = strings.ReplaceAll(common, "/*aside*/", d.aside)
	return strings.ReplaceAll(common, "/*lock*/", d.lock)
}

// storable makes text what both databases take: UTF-8 without NUL. What
// people typed was checked before; names and reasons come from platforms.
func storable(args []any) []any {
	for i, arg := range args {
		s, ok := arg.(string)
		if ok && (strings.IndexByte(s, 0) >= 0 || !utf8.ValidString(s)) {
			args[i] = clean(s)
		}
	}
	return args
}

func clean(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "�"), "\x00", "")
}

// millis is how a time is stored: 0 for none.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// moment reads what millis wrote.
func moment(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
