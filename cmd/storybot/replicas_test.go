package main

import (
	"net/http"
	"strings"
	"testing"

	"storybot/stories/storetest/pgtest"
)

// TestReplicasTakeOver runs two processes on one PostgreSQL database. One of
// them is connected to Discord; when it is killed the other takes over, and
// what is published then arrives once.
func TestReplicasTakeOver(t *testing.T) {
	t.Parallel()
	f := newFar(t)
	database := "DATABASE_URL=" + pgtest.URL(t)
	first := f.connect(t, database)
	second := startProcess(t, t.TempDir(), append(f.env, database))
	second.waitLog("another process holds the lease")
	if status, body := second.get("/readyz"); !strings.Contains(body, "Another process is connected") {
		t.Errorf("/readyz of the one that waits: %d\n%s", status, body)
	}
	f.track(t)
	f.publish(t, "The first dykes are closed.", 2, 2)

	first.kill()
	second.waitLog(`the gateway is up`)
	f.waitConnected(t)
	f.publish(t, "The water rises.", 3, 3)
	if status, body := second.get("/readyz"); status != http.StatusOK {
		t.Errorf("/readyz after taking over: %d\n%s", status, body)
	}
	second.stop()
	if n := f.discord.Stats().Posts + f.slack.Posts(); n != 6 {
		t.Errorf("%d posts, want 6", n)
	}
}

// TestAStopHandsOverAtOnce stops the connected one cleanly: the other must not
// wait until a lease has run out.
func TestAStopHandsOverAtOnce(t *testing.T) {
	f := newFar(t)
	database := "DATABASE_URL=" + pgtest.URL(t)
	first := f.connect(t, database)
	second := startProcess(t, t.TempDir(), append(f.env, database))
	second.waitLog("another process holds the lease")
	first.stop()
	second.waitLog(`the gateway is up`)
	second.stop()
}
