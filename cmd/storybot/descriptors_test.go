//go:build unix

package main

import (
	"net"
	"net/http"
	"strings"
	"testing"
)

// TestIdleClientsLeaveDescriptors lets the real program have few descriptors,
// and 200 clients connect to HTTP_ADDR and say nothing. Both platforms connect
// anew beside them and /readyz answers.
func TestIdleClientsLeaveDescriptors(t *testing.T) {
	t.Parallel()
	f := newFar(t)
	p := startProgram(t, "/bin/sh", t.TempDir(), f.env, "-c", "ulimit -n 128; exec "+binary)
	p.waitReady()
	f.waitConnected(t)
	address := p.waitLog(`health and metrics are served" address=(\S+)`)[1]
	for range 200 {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
	}
	f.discord.DropConnections()
	f.slack.Drop()
	f.waitConnected(t)
	if status, body := p.get("/readyz"); status != http.StatusOK {
		t.Errorf("/readyz: %d %s", status, body)
	}
	if strings.Contains(p.log(), "too many open files") {
		t.Error("the program ran out of descriptors")
	}
	p.stop()
}
