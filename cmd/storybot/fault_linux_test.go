package main

import (
	"testing"

	"golang.org/x/sys/unix"
)

// TestFullDisk lets no file of the bot grow or be written, as a full disk does.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	c, p, _ := newSQLiteCrowd(t)
	var usual unix.Rlimit
	limit := func(to, old *unix.Rlimit) {
		if err := unix.Prlimit(p.cmd.Process.Pid, unix.RLIMIT_FSIZE, to, old); err != nil {
			t.Fatal(err)
		}
	}
	full := func() {
		limit(nil, &usual)
		limit(&unix.Rlimit{Cur: 1, Max: usual.Max}, nil)
	}
	c.outage(t, p, full, func() { limit(&usual, nil) })
}
