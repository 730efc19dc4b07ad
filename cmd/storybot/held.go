package main

import (
	"net"
	"net/http"
	"slices"
	"sync"
)

// held are the connections of a server. When there would be more than most it
// closes one: of those that wait for a request the one that has waited longest,
// and where all are being answered the oldest. A limit that lets newcomers wait,
// such as netutil.LimitListener's, would let a few silent clients keep everybody
// else out.
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
	h.conns = slices.DeleteFunc(h.conns, func(other heldConn) bool { return other.Conn == c })
	if state == http.StateClosed || state == http.StateHijacked {
		return nil
	}
	h.conns = append(h.conns, heldConn{c, state == http.StateActive})
	if len(h.conns) <= h.most {
		return nil
	}
	others := h.conns[:len(h.conns)-1] // never the newcomer
	i := max(0, slices.IndexFunc(others, func(other heldConn) bool { return !other.active }))
	surplus = h.conns[i].Conn
	h.conns = slices.Delete(h.conns, i, i+1)
	return surplus
}
