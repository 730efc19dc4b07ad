package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience is how long a test waits for anything before it fails.
const patience = 30 * time.Second

// process is the real program, running.
type process struct {
	t       testing.TB
	cmd     *exec.Cmd
	stdin   io.WriteCloser
	stdout  feed
	secrets []string
	began   time.Time

	mu     sync.Mutex
	logged []string
	news   chan struct{} // closed at the next line of the log
	ended  chan struct{} // closed when the process is gone
	err    error         // of its end
}

// startProcess starts the program with these settings and no others, in dir.
// Its input stays open until stop.
func startProcess(t testing.TB, dir string, env []string, args ...string) *process {
	t.Helper()
	return startProgram(t, binary, dir, env, args...)
}

// startProgram is startProcess for a program built otherwise.
func startProgram(t testing.TB, program, dir string, env []string, args ...string) *process {
	t.Helper()
	if raced {
		t.Skip("the program is built without the race detector, which looks at the tests alone here; the run without it has this one")
	}
	p := &process{t: t, cmd: exec.Command(program, args...), news: make(chan struct{}), ended: make(chan struct{}), began: time.Now()}
	for _, setting := range env {
		if name, value, _ := strings.Cut(setting, "="); strings.HasSuffix(name, "_TOKEN") {
			p.secrets = append(p.secrets, strings.Split(value, ",")...)
		}
	}
	p.cmd.Dir = dir
	p.cmd.Env = append([]string{"HTTP_ADDR=127.0.0.1:0", "LOG_LEVEL=debug"}, env...)
	p.cmd.Stdout = &p.stdout
	stderr, err := p.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if p.stdin, err = p.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go p.listen(stderr)
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill()
		<-p.ended
		p.checkSecrets()
		if t.Failed() {
			t.Logf("the log of process %d:\n%s", p.cmd.Process.Pid, p.log())
		}
	})
	return p
}

// listen keeps the log, and the end of the process.
func (p *process) listen(stderr io.Reader) {
	scanner := bufio.NewScanner(stderr)
	scanner.Buffer(nil, 1<<20)
	for scanner.Scan() {
		p.mu.Lock()
		p.logged = append(p.logged, scanner.Text())
		close(p.news)
		p.news = make(chan struct{})
		p.mu.Unlock()
	}
	p.err = p.cmd.Wait()
	close(p.ended)
}

func (p *process) log() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.logged, "\n")
}

// waitLog waits for a line of the log that matches pattern and returns its
// groups.
func (p *process) waitLog(pattern string) []string {
	p.t.Helper()
	return p.waitLogWithin(patience, pattern)
}

// waitLogWithin is waitLog for what may take longer than other things.
func (p *process) waitLogWithin(limit time.Duration, pattern string) []string {
	p.t.Helper()
	wanted := regexp.MustCompile(pattern)
	timeout := time.After(limit)
	for from := 0; ; {
		p.mu.Lock()
		lines, news := p.logged[from:], p.news
		from = len(p.logged)
		p.mu.Unlock()
		for _, line := range lines {
			if groups := wanted.FindStringSubmatch(line); groups != nil {
				return groups
			}
		}
		select {
		case <-news:
		case <-p.ended:
			p.t.Fatalf("the process ended (%v) before it logged %q", p.err, pattern)
		case <-timeout:
			p.t.Fatalf("the process did not log %q", pattern)
		}
	}
}

// waitReady waits until the program says that it is ready, and returns how long
// that took.
func (p *process) waitReady() time.Duration {
	p.t.Helper()
	p.waitLog("storybot is ready")
	return time.Since(p.began)
}

// get asks the program's own HTTP server.
func (p *process) get(path string) (status int, body string) {
	p.t.Helper()
	address := p.waitLog(`health and metrics are served" address=(\S+)`)[1]
	ctx, cancel := context.WithTimeout(p.t.Context(), patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+path, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		p.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

// stop asks the program to end and expects it to do so in time and well.
func (p *process) stop() {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
	if err := p.wait(); err != nil {
		p.t.Errorf("after SIGTERM: %v", err)
	}
}

// wait waits for the end of the program.
func (p *process) wait() error {
	p.t.Helper()
	select {
	case <-p.ended:
		return p.err
	case <-time.After(patience):
		p.t.Fatal("the process did not end")
		return nil
	}
}

// kill ends the program at once, as a power cut would.
func (p *process) kill() {
	p.t.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		p.t.Fatal(err)
	}
	<-p.ended
}

// checkSecrets looks for tokens in what the program wrote.
func (p *process) checkSecrets() {
	for _, secret := range p.secrets {
		if strings.Contains(p.log(), secret) || strings.Contains(p.stdout.String(), secret) {
			p.t.Errorf("a token is in the output of the process: %s…", secret[:5])
		}
	}
}

// memory is the resident memory of the program in bytes, 0 where the system
// does not tell.
func (p *process) memory() int {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) == 3 && fields[0] == "VmRSS:" {
			kilobytes, _ := strconv.Atoi(fields[1])
			return kilobytes << 10
		}
	}
	return 0
}
