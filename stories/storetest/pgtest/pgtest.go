// Package pgtest gives tests a PostgreSQL server of their own, started from
// the binaries installed on the machine and gone with the test binary.
//
// URL is enough for most tests: one server a test binary, a fresh database a
// test. Start gives a server that a test may stop and start again.
//
// Without installed binaries the test is skipped with the reason, unless the
// environment variable CI is set: then it fails.
package pgtest

import (
	"context"
	"database/sql"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

// shared is the server of this test binary, started by the first who asks.
var shared = sync.OnceValues(start)

var databases atomic.Int64

// URL returns the address of a fresh empty database, dropped when t ends.
func URL(t testing.TB) string {
	t.Helper()
	s, err := shared()
	if err != nil {
		missing(t, err)
	}
	return s.URL(t)
}

// Start starts a server for t alone and stops it when t ends.
func Start(t testing.TB) *Server {
	t.Helper()
	s, err := start()
	if err != nil {
		missing(t, err)
	}
	t.Cleanup(s.end)
	return s
}

// URL returns the address of a fresh empty database on s, dropped when t ends
// if the server still runs then.
func (s *Server) URL(t testing.TB) string {
	t.Helper()
	name := fmt.Sprintf("test%d", databases.Add(1))
	if err := s.admin("CREATE DATABASE " + name); err != nil {
		t.Fatalf("create a database: %v", err)
	}
	t.Cleanup(func() {
		if err := s.admin("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)"); err != nil && s.running() {
			t.Errorf("drop the database: %v", err)
		}
	})
	return s.address(name)
}

// Deadlocks are the lines of the shared server's log about transactions that waited for
// each other in a circle: the statements of both.
func Deadlocks(t testing.TB) string {
	t.Helper()
	s, err := shared()
	if err != nil {
		missing(t, err)
	}
	var told strings.Builder
	about := false
	for _, line := range s.lines() {
		// What belongs to a message goes on in the next lines, indented or by its kind.
		switch {
		case strings.Contains(line, "ERROR:"), strings.Contains(line, "LOG:"), strings.Contains(line, "FATAL:"):
			about = strings.Contains(line, "deadlock detected")
		}
		if about {
			told.WriteString(line + "\n")
		}
	}
	return told.String()
}

func (s *Server) admin(statement string) error {
	db, err := sql.Open("pgx", s.address("postgres"))
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.ExecContext(context.Background(), statement)
	return err
}

func (s *Server) address(database string) string {
	return fmt.Sprintf("postgres://storybot@127.0.0.1:%d/%s?sslmode=disable", s.port, database)
}

// Tool runs a program that comes with the server, such as pg_dump, and returns
// what it prints.
func Tool(t testing.TB, name string, args ...string) string {
	t.Helper()
	bin, err := binaries()
	if err != nil {
		missing(t, err)
	}
	out, err := exec.CommandContext(t.Context(), filepath.Join(bin, name), args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
	return string(out)
}
