package pgtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// errMissing says that PostgreSQL is not installed.
var errMissing = errors.New("no PostgreSQL server is installed: initdb and postgres are neither in PATH nor in /usr/lib/postgresql/*/bin")

func missing(t testing.TB, err error) {
	t.Helper()
	if errors.Is(err, errMissing) && os.Getenv("CI") == "" {
		t.Skip(err)
	}
	t.Fatalf("start PostgreSQL: %v", err)
}

// Server is a PostgreSQL server of this process. Its data is thrown away, so
// it does not wait for the disk.
type Server struct {
	bin, dir string
	port     int
	account  *syscall.SysProcAttr // PostgreSQL refuses to run as root

	mu    sync.Mutex
	leash io.WriteCloser // closing it ends the server
	run   *exec.Cmd
}

// start makes a data directory and runs a server on it.
func start() (*Server, error) {
	s := &Server{}
	var err error
	if s.bin, err = binaries(); err != nil {
		return nil, err
	}
	if s.dir, err = os.MkdirTemp("", "pgtest"); err != nil {
		return nil, err
	}
	if s.account, err = account(s.dir); err != nil {
		return nil, err
	}
	initdb := s.command("initdb", "--pgdata", s.data(), "--username", "storybot", "--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync")
	if out, err := initdb.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w: %s", err, out)
	}
	if s.port, err = freePort(); err != nil {
		return nil, err
	}
	return s, s.launch()
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

// binaries finds the newest installed server.
func binaries() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		if real, err := filepath.EvalSymlinks(path); err == nil {
			path = real
		}
		if _, err := os.Stat(filepath.Join(filepath.Dir(path), "postgres")); err == nil {
			return filepath.Dir(path), nil
		}
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", errMissing
	}
	version := func(path string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
		return n
	}
	sort.Slice(found, func(i, j int) bool { return version(found[i]) < version(found[j]) })
	return filepath.Dir(found[len(found)-1]), nil
}

// account is who runs the server: this user, or when that is root the user
// postgres or nobody, who then owns dir.
func account(dir string) (*syscall.SysProcAttr, error) {
	if os.Geteuid() != 0 {
		return &syscall.SysProcAttr{Setpgid: true}, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		if u, err = user.Lookup("nobody"); err != nil {
			return nil, err
		}
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	attr := &syscall.SysProcAttr{Setpgid: true, Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	return attr, os.Chown(dir, int(uid), int(gid))
}

func (s *Server) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(s.bin, name), args...)
	cmd.Dir, cmd.SysProcAttr = s.dir, s.account
	cmd.Env = append(os.Environ(), "LC_ALL=C", "HOME="+s.dir)
	return cmd
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return l.Addr().(*net.TCPAddr).Port, l.Close()
}

// leashed runs the server ($2 onwards) beside a shell that waits for the end
// of its input, which comes with the end of this process at the latest. The
// word on the input says how to stop it; at its end the data ($1) goes too.
const leashed = `dir=$1; shift; "$@" >>"$dir/log" 2>&1 & pid=$!
if read how; then kill -"$how" $pid; wait $pid; else kill -QUIT $pid; wait $pid; rm -rf "$dir"; fi`

func (s *Server) launch() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	postgres := s.command("postgres", "-D", s.data(), "-p", strconv.Itoa(s.port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=",
		"-c", "fsync=off", "-c", "synchronous_commit=on", "-c", "full_page_writes=off", "-c", "max_connections=200", "-c", "shared_buffers=64MB",
		// Who waits in a circle is found out, and written into the log, before it ends by itself.
		"-c", "deadlock_timeout=100ms")
	shell := exec.Command("/bin/sh", append([]string{"-c", leashed, "leashed", s.dir}, postgres.Args...)...)
	shell.Dir, shell.SysProcAttr, shell.Env = postgres.Dir, postgres.SysProcAttr, postgres.Env
	var err error
	if s.leash, err = shell.StdinPipe(); err != nil {
		return err
	}
	if err := shell.Start(); err != nil {
		return err
	}
	s.run = shell
	return s.await()
}

// await returns once the server answers.
func (s *Server) await() error {
	db, err := sql.Open("pgx", s.address("postgres"))
	if err != nil {
		return err
	}
	defer db.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if err = db.PingContext(ctx); err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the server does not answer: %w; its log ends: %s", err, s.lastLines())
		case <-tick.C:
		}
	}
}

func (s *Server) lastLines() string {
	lines := s.lines()
	return strings.Join(lines[max(0, len(lines)-5):], " | ")
}

// lines are those of the server's log.
func (s *Server) lines() []string {
	text, err := os.ReadFile(filepath.Join(s.dir, "log"))
	if err != nil {
		return []string{err.Error()}
	}
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
}

// Stop ends the server and every connection to it, as a crash does. Its data
// stay for Restart.
func (s *Server) Stop(t testing.TB) {
	t.Helper()
	if err := s.stop("QUIT"); err != nil {
		t.Fatalf("stop PostgreSQL: %v", err)
	}
}

func (s *Server) stop(signal string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.run == nil {
		return errors.New("it is stopped already")
	}
	_, err := fmt.Fprintln(s.leash, signal)
	err = errors.Join(err, s.leash.Close())
	s.run.Wait() // reports the signal, which was asked for
	s.run = nil
	return err
}

// Restart starts a stopped server again, or one that runs anew, on the same
// port and data.
func (s *Server) Restart(t testing.TB) {
	t.Helper()
	if s.running() {
		s.Stop(t)
	}
	if err := s.launch(); err != nil {
		t.Fatalf("restart PostgreSQL: %v", err)
	}
}

func (s *Server) running() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.run != nil
}

// end stops the server for good and removes its data.
func (s *Server) end() {
	if s.running() {
		s.stop("QUIT")
	}
	os.RemoveAll(s.dir)
}
