package main

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

// deployed reads a file that operators copy.
func deployed(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("deploy", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestServicesRun: what operators copy starts the service, which refuses to do
// nothing, and keeps it from what it does not need.
func TestServicesRun(t *testing.T) {
	t.Parallel()
	for file, lines := range map[string][]string{
		"storybot.service": {
			"ExecStart=/usr/local/bin/storybot run", "RestartPreventExitStatus=" + strconv.Itoa(exitUsage), "UMask=0077", "NoNewPrivileges=yes", "ProtectSystem=strict",
			"ProtectProc=invisible", "ProtectClock=yes", "ProtectHostname=yes", "ProtectKernelLogs=yes", "ProtectKernelModules=yes",
			"RestrictRealtime=yes", "RestrictSUIDSGID=yes", "SystemCallArchitectures=native", "SystemCallFilter=@system-service",
		},
		"Containerfile": {
			"ENTRYPOINT [\"/storybot\"]", "CMD [\"run\"]", "STOPSIGNAL SIGTERM", "USER 65532:65532", "COPY --from=build /licenses /licenses",
		},
	} {
		text := "\n" + deployed(t, file)
		for _, line := range lines {
			if !strings.Contains(text, "\n"+line+"\n") {
				t.Errorf("%s has no line %q", file, line)
			}
		}
	}
	for file, form := range map[string]string{
		"storybot.service": `(?m)^TimeoutStopSec=([0-9]+)$`,
		"Containerfile":    `--stop-timeout ([0-9]+) `,
	} {
		found := regexp.MustCompile(form).FindStringSubmatch(deployed(t, file))
		if found == nil {
			t.Fatalf("%s says nothing of the time to stop in", file)
		}
		if seconds, _ := strconv.Atoi(found[1]); time.Duration(seconds)*time.Second <= stopTime {
			t.Errorf("%s: a stop is cut off after %d s, and may take %v", file, seconds, stopTime)
		}
	}
	// The image has the program's own word for its health, by the address it sets.
	image := deployed(t, "Containerfile")
	if !strings.Contains(image, `CMD ["/storybot", "health"]`) || !strings.Contains(image, "ENV HTTP_ADDR=127.0.0.1:8080") {
		t.Error("the image has no health check that works by itself")
	}
	if !regexp.MustCompile(`(?m)^FROM docker\.io/library/golang:1\.[0-9]+\.[0-9]+-[a-z]+ AS build$`).MatchString(image) {
		t.Error("the base of the image is not pinned to a release")
	}
}

// TestTheUnitIsSystemds has systemd read the unit, where there is one.
func TestTheUnitIsSystemds(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		t.Skip("there is no systemd here")
	}
	file := filepath.Join(t.TempDir(), "storybot.service")
	text := strings.Replace(deployed(t, "storybot.service"), "ExecStart=/usr/local/bin/storybot", "ExecStart="+binary, 1)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("systemd-analyze", "verify", "--man=no", file).CombinedOutput()
	if err != nil || strings.Contains(string(out), "storybot.service") {
		t.Errorf("%v: %s", err, out)
	}
}

// TestHealthAsksTheBot says by its status whether the bot is ready, and why not.
func TestHealthAsksTheBot(t *testing.T) {
	t.Parallel()
	o := operate(t)
	ready := http.StatusOK
	bot := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/readyz" {
			t.Errorf("asked for %s", r.URL.Path)
		}
		w.WriteHeader(ready)
		fmt.Fprint(w, "database: up\ndiscord gateway: down\n")
	}))
	address := "HTTP_ADDR=" + bot.Listener.Addr().String()
	for _, c := range []struct {
		ready  int
		env    []string
		status int
		said   string
	}{
		{http.StatusOK, []string{address}, exitOK, "discord gateway: down"},
		{http.StatusServiceUnavailable, []string{address}, exitFail, "discord gateway: down"},
		{http.StatusOK, nil, exitUsage, "HTTP_ADDR is not set"},
	} {
		ready = c.ready
		if status, said := o.runs("", c.env, "health"); status != c.status || !strings.Contains(said, c.said) {
			t.Errorf("%d %v: status %d, said %s", c.ready, c.env, status, said)
		}
	}
	bot.Close()
	if status, said := o.runs("", []string{address}, "health"); status != exitFail || !strings.Contains(said, "no bot answers at HTTP_ADDR") {
		t.Errorf("status %d, said %s", status, said)
	}
}

// TestReleasesAreReproducible builds one here and one elsewhere: the same bytes, which
// say their version, and the licences of all that is in them.
func TestReleasesAreReproducible(t *testing.T) {
	if testing.Short() || runtime.GOOS == "windows" {
		t.Skip("builds the program twice")
	}
	t.Parallel()
	top, elsewhere := filepath.Join("..", ".."), t.TempDir()
	for _, name := range []string{"bot", "cmd", "stories"} {
		if err := os.CopyFS(filepath.Join(elsewhere, name), os.DirFS(filepath.Join(top, name))); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"go.mod", "go.sum", "LICENSE"} {
		text, err := os.ReadFile(filepath.Join(top, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(elsewhere, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	platform := runtime.GOOS + "/" + runtime.GOARCH
	var sums []string
	for i, source := range []string{top, elsewhere} {
		to := t.TempDir()
		write(t, filepath.Join(to, "storybot-v0.0.1-"+strings.ReplaceAll(platform, "/", "-")), "an older release")
		cmd := exec.Command("bash", filepath.Join("cmd", "storybot", "deploy", "release"), "v1.2.3", to)
		cmd.Dir, cmd.Env = source, append(os.Environ(), "PLATFORMS="+platform, "COMMIT=0123abc")
		if i > 0 { // somebody's own ways of building
			cmd.Env = append(cmd.Env, "GOAMD64=v3", "GOARM64=v8.2", "GOEXPERIMENT=nodwarf5", "GOFIPS140=latest")
		}
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		built := filepath.Join(to, "storybot-v1.2.3-"+strings.ReplaceAll(platform, "/", "-"))
		raw, err := os.ReadFile(built)
		if err != nil {
			t.Fatal(err)
		}
		sums = append(sums, fmt.Sprintf("%x", sha256.Sum256(raw)))
		said, err := exec.Command(built, "version").Output()
		if err != nil || !strings.HasPrefix(string(said), "storybot v1.2.3\ncommit: 0123abc\n") {
			t.Errorf("%v: %s", err, said)
		}
		told, err := os.ReadFile(filepath.Join(to, "SHA256SUMS"))
		if err != nil || !strings.HasPrefix(string(told), sums[0]+"  storybot-v1.2.3-") || strings.Count(string(told), "\n") != 1 {
			t.Errorf("%v: %s", err, told)
		}
		licences, err := os.ReadDir(filepath.Join(to, "licenses"))
		if err != nil || len(licences) < 20 {
			t.Errorf("%d licences, %v", len(licences), err)
		}
	}
	if sums[0] != sums[1] {
		t.Errorf("built twice: %v", sums)
	}
}

// TestReleasesAreOfTheSourceAlone: what somebody has set for his own builds is not in
// them, and the sums are of what was built, with a Go that writes down what it was told.
func TestReleasesAreOfTheSourceAlone(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("it is a script of a shell")
	}
	dir := t.TempDir()
	standIn(t, dir, `build) for a; do [ "$p" = -o ] && out=$a; p=$a; done; env | grep -E '^(GO|CGO)' | sort >"$out" ;;
list) echo "example.org/lib `+dir+`" ;;`)
	var sums []string
	for _, own := range [][]string{nil, {"GOAMD64=v3", "GOARM64=v8.2", "GOEXPERIMENT=nodwarf5", "GOFIPS140=latest", "GOENV=/nowhere", "GOFLAGS=-race", "CGO_ENABLED=1"}} {
		to := t.TempDir()
		write(t, filepath.Join(to, "storybot-v0.0.1-linux-amd64"), "an older release")
		cmd := exec.Command("bash", filepath.Join("cmd", "storybot", "deploy", "release"), "v1.2.3", to)
		cmd.Dir = filepath.Join("..", "..")
		cmd.Env = append([]string{"PATH=" + dir + string(os.PathListSeparator) + os.Getenv("PATH"), "COMMIT=0123abc"}, own...)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		told, err := os.ReadFile(filepath.Join(to, "SHA256SUMS"))
		if err != nil || strings.Count(string(told), "\n") != 6 || strings.Contains(string(told), "v0.0.1") {
			t.Errorf("%v: %s", err, told)
		}
		sums = append(sums, string(told))
	}
	if sums[0] != sums[1] {
		t.Errorf("the same source gives\n%s and\n%s", sums[0], sums[1])
	}
}

// standIn puts a program called go into dir, with these cases of what it is told.
func standIn(t *testing.T, dir, cases string) {
	t.Helper()
	write(t, filepath.Join(dir, "LICENSE"), "a licence")
	write(t, filepath.Join(dir, "go"), "#!/bin/sh\ncase $1 in\n"+cases+"\nenv) echo "+dir+" ;;\nesac\n")
	if err := os.Chmod(filepath.Join(dir, "go"), 0o700); err != nil {
		t.Fatal(err)
	}
}

// TestLicencesAreAllOrNone: where they cannot be listed, it does not look as if all were
// there.
func TestLicencesAreAllOrNone(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("it is a script of a shell")
	}
	dir := t.TempDir()
	standIn(t, dir, "list) exit 1 ;;")
	cmd := exec.Command("sh", filepath.Join("cmd", "storybot", "deploy", "licences"), filepath.Join(dir, "licences"))
	cmd.Dir, cmd.Env = filepath.Join("..", ".."), append(os.Environ(), "PATH="+dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	if out, err := cmd.CombinedOutput(); err == nil {
		t.Errorf("it ends well: %s", out)
	}
}
