package discordtest

import (
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// reply is an answer before it is written.
type reply struct {
	status int
	body   []byte
	html   bool
	header map[string]string
	bucket *bucketState
	shared bool // a 429 that does not count as invalid
}

func ok(v any) reply { return reply{status: http.StatusOK, body: encode(v)} }

func apiError(status, code int, message string) reply {
	return reply{status: status, body: encode(map[string]any{"message": message, "code": code})}
}

// invalidForm is the answer to a request that breaks the rules.
// https://docs.discord.com/developers/reference#error-messages
func invalidForm(problems []problem) reply {
	tree := map[string]any{}
	for _, p := range problems {
		node := tree
		if p.where != "" {
			for _, step := range strings.Split(p.where, ".") {
				next, is := node[step].(map[string]any)
				if !is {
					next = map[string]any{}
					node[step] = next
				}
				node = next
			}
		}
		list, _ := node["_errors"].([]any)
		node["_errors"] = append(list, map[string]any{"code": "BASE_TYPE_INVALID", "message": p.what})
	}
	return reply{status: http.StatusBadRequest, body: encode(map[string]any{"message": "Invalid Form Body", "code": 50035, "errors": tree})}
}

var (
	jsonType = []string{"application/json"}
	htmlType = []string{"text/html; charset=UTF-8"}
	via      = []string{"1.1 google"}
)

// write sends an answer, or what a fault makes of it.
func (s *Server) write(w http.ResponseWriter, hr *http.Request, rep reply, f *Fault) {
	if f != nil {
		if f.delay > 0 && !s.pause(hr, f.delay) {
			return
		}
		rep = f.distort(rep)
		switch {
		case f.hang:
			s.pause(hr, 24*time.Hour)
			abort(w)
			return
		case f.reset:
			abort(w)
			return
		case f.cut > 0:
			cut(w, rep, f.cut)
			return
		}
	}
	h := w.Header()
	h["Content-Type"] = jsonType
	if rep.html {
		h["Content-Type"] = htmlType
	} else {
		h["Via"] = via
	}
	if ahead := s.dated(); ahead != 0 {
		h["Date"] = []string{time.Now().Add(ahead).UTC().Format(http.TimeFormat)}
	}
	if b := rep.bucket; b != nil {
		h["X-Ratelimit-Limit"] = []string{strconv.Itoa(b.limit)}
		h["X-Ratelimit-Remaining"] = []string{strconv.Itoa(b.left)}
		h["X-Ratelimit-Reset"] = []string{fmt.Sprintf("%.3f", float64(b.ends.UnixMilli())/1000)}
		h["X-Ratelimit-Reset-After"] = []string{fmt.Sprintf("%.3f", round(b.after))}
		h["X-Ratelimit-Bucket"] = []string{b.hash}
	}
	for k, v := range rep.header {
		h.Set(k, v)
	}
	if rep.status == http.StatusNoContent {
		delete(h, "Content-Type")
		w.WriteHeader(rep.status)
		return
	}
	h["Content-Length"] = []string{strconv.Itoa(len(rep.body))}
	w.WriteHeader(rep.status)
	w.Write(rep.body) // a client that went away is no matter of ours
}

// pause waits, and reports false when the client or the server went away.
func (s *Server) pause(hr *http.Request, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-hr.Context().Done():
	case <-s.done:
	}
	return false
}

// abort ends the connection with a TCP reset.
func abort(w http.ResponseWriter) {
	if c := hijack(w); c != nil {
		reset(c)
	}
}

func reset(c net.Conn) {
	if tcp, is := c.(*net.TCPConn); is {
		tcp.SetLinger(0) // close then sends RST instead of FIN
	}
	c.Close()
}

// hijack takes the connection; nil when it is gone already.
func hijack(w http.ResponseWriter) net.Conn {
	h, is := w.(http.Hijacker)
	if !is {
		return nil
	}
	c, _, err := h.Hijack()
	if err != nil {
		return nil
	}
	return c
}

// cut sends part of an answer and ends the connection: cutHeaders in the
// headers, cutBody in the body.
func cut(w http.ResponseWriter, rep reply, where int) {
	c := hijack(w)
	if c == nil {
		return
	}
	defer c.Close()
	head := fmt.Sprintf("HTTP/1.1 %d %s\r\nContent-Type: application/json\r\nVia: 1.1 google\r\n", rep.status, http.StatusText(rep.status))
	if where == cutHeaders {
		fmt.Fprint(c, head)
		return
	}
	// An answer without a body is whole: a client that is not told would keep the
	// connection, and lose its next request on it.
	fmt.Fprintf(c, "%sConnection: close\r\nContent-Length: %d\r\n\r\n%s", head, len(rep.body), rep.body[:len(rep.body)/2])
}
