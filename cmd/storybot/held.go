package main

import (
	"net"
	"net/http"
	"slices"
	"sync"
)

// held are the connections of a server. When there would be more than most it
// closes one: of those that wait for a request the one that has waited longest,
// and where all that have been there for a while are being answered the oldest.
// A limit that lets newcomers wait, such as netutil.LimitListener's, would let a
// few silent clients keep everybody else out.
type held struct {
	most int

	mu    sync.Mutex
	conns []heldConn // the one whose state changed last comes last
}

type heldConn struct {
	net.Conn
	active bool
}

func newHeld(most int) *held { return &held{most: most} }

// note is told by net/http of each change of a connection.
func (h *held) note(c net.Conn, state http.ConnState) {
	if surplus := h.move(c, state); surplus != nil {
		_ = surplus.Close() // net/http notices and tells of the end
	}
}

// move keeps the order, and returns the connection that is one too many.
func (h *held) move(c net.Conn, state http.ConnState) (surplus net.Conn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	known := len(h.conns)
	h.conns = slices.DeleteFunc(h.conns, func(other heldConn) bool { return other.Conn == c })
	known -= len(h.conns)
	if state == http.StateClosed || state == http.StateHijacked || known == 0 && state != http.StateNew {
		return nil // over, or closed by us while its goroutine goes on for a moment
	}
	h.conns = append(h.conns, heldConn{c, state == http.StateActive})
	if len(h.conns) <= h.most {
		return nil
	}
	others := h.conns[:len(h.conns)-1] // never the newcomer
	i := slices.IndexFunc(others, func(other heldConn) bool { return !other.active })
	if i < 0 || i > len(others)/2 { // it may be about to ask
		i = 0
	}
	surplus = h.conns[i].Conn
	h.conns = slices.Delete(h.conns, i, i+1)
	return surplus
}
