package discord

import (
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
)

// memNet is a network in memory between the bot and a far side: time on it can
// stand still. It is the far side's listener.
type memNet struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
	away   atomic.Bool // nobody listens
	dials  atomic.Int64
}

func newMemNet() *memNet {
	return &memNet{conns: make(chan net.Conn), closed: make(chan struct{})}
}

func (n *memNet) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	n.dials.Add(1)
	if n.away.Load() {
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

func (n *memNet) Accept() (net.Conn, error) {
	select {
	case c := <-n.conns:
		return c, nil
	case <-n.closed:
		return nil, net.ErrClosed
	}
}

func (n *memNet) Close() error {
	n.once.Do(func() { close(n.closed) })
	return nil
}

func (n *memNet) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 9} }

// carry makes p reach everything over n.
func (n *memNet) carry(p *Platform) {
	p.rest.posts.DialContext, p.rest.answers.DialContext = n.dial, n.dial
	p.rest.posts.Proxy, p.rest.answers.Proxy = nil, nil
}
