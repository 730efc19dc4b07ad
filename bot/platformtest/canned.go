package platformtest

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"time"
)

// Canned starts a far side for benchmarks, which answers every request with
// 200 and body, and returns its address. It allocates nothing per request, so
// that what is counted is the platform's.
func Canned(tb testing.TB, body string) string {
	tb.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	answer := fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nDate: %s\r\nContent-Length: %d\r\n\r\n%s",
		time.Now().UTC().Format(http.TimeFormat), len(body), body)
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { serveCanned(conn, []byte(answer)) })
		}
	})
	tb.Cleanup(func() { listener.Close(); serving.Wait() })
	return "http://" + listener.Addr().String()
}

// serveCanned answers until the client closes the connection.
func serveCanned(conn net.Conn, answer []byte) {
	defer conn.Close()
	buffer := make([]byte, 64<<10)
	const length = "\r\nContent-Length: "
	for have := 0; ; {
		n, err := conn.Read(buffer[have:])
		if have += n; err != nil {
			return
		}
		end := bytes.Index(buffer[:have], []byte("\r\n\r\n"))
		if end < 0 {
			continue
		}
		rest := 0
		if at := bytes.Index(buffer[:end+2], []byte(length)); at >= 0 {
			digits := buffer[at+len(length) : end+2]
			rest, _ = strconv.Atoi(string(digits[:bytes.IndexByte(digits, '\r')]))
		}
		if have < end+4+rest {
			continue
		}
		have = 0
		if _, err := conn.Write(answer); err != nil {
			return
		}
	}
}
