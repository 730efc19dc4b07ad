package platformtest

import (
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// MemNet is a network in memory between the bot and a far side: time on it can
// stand still. It is the far side's listener.
type MemNet struct {
	Away  atomic.Bool  // nobody listens
	Dials atomic.Int64 // how often it was dialled

	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

// NewMemNet returns a network on which somebody listens.
func NewMemNet() *MemNet {
	return &MemNet{conns: make(chan net.Conn), closed: make(chan struct{})}
}

// Dial connects to the far side, whatever its address.
func (n *MemNet) Dial(ctx context.Context, _, _ string) (net.Conn, error) {
	n.Dials.Add(1)
	if n.Away.Load() {
		return nil, errors.New("connection refused")
	}
	ours, theirs := net.Pipe()
	select {
	case n.conns <- theirs:
		return ours, nil
	case <-n.closed:
		return nil, errors.New("connection refused")
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// DialFar is Dial to a far side that a request takes 20 ms to reach.
func (n *MemNet) DialFar(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := n.Dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return distant{c}, nil
}

// distant is a connection on which a request takes its time.
type distant struct{ net.Conn }

func (d distant) Write(b []byte) (int, error) {
	time.Sleep(20 * time.Millisecond)
	return d.Conn.Write(b)
}

// Accept is net.Listener's.
func (n *MemNet) Accept() (net.Conn, error) {
	select {
	case c := <-n.conns:
		return c, nil
	case <-n.closed:
		return nil, net.ErrClosed
	}
}

// Close is net.Listener's.
func (n *MemNet) Close() error {
	n.once.Do(func() { close(n.closed) })
	return nil
}

// Addr is net.Listener's.
func (n *MemNet) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 9} }
