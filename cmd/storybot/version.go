package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"time"
)

type versionCommand struct {
	JSON bool `name:"json" help:"Print it for programs."`
}

// Help shows how it is called.
func (*versionCommand) Help() string {
	return `  storybot version
  storybot version --json`
}

// Run prints what the program was built from.
func (c *versionCommand) Run(ctx context.Context, p *program) error {
	b := readBuild()
	if b.Commit == "" && release == "" {
		b.askGit(ctx)
	}
	if c.JSON {
		return p.printJSON(b)
	}
	_, err := fmt.Fprint(p.stdout, b)
	return err
}

// build is what is known of how the program was made.
type build struct {
	Version string `json:"version"`
	// Commit is that of the source, and Modified that the source was changed since;
	// "" where nobody knows.
	Commit   string `json:"commit,omitempty"`
	Time     string `json:"commit_time,omitempty"`
	Modified bool   `json:"modified,omitempty"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

// What a release says of itself: go build -ldflags "-X main.release=v1.2.3 -X main.commit=…".
// "" for what the build records by itself.
var release, commit string

// unknownVersion is what the version is called where the build records none.
const unknownVersion = "(devel)"

// readBuild reads what the build recorded.
func readBuild() build {
	b := build{Version: unknownVersion, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok || release != "" {
		b.Version, b.Commit = cmp.Or(release, b.Version), commit
		return b
	}
	if info.Main.Version != "" {
		b.Version = info.Main.Version
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Commit = s.Value
		case "vcs.time":
			b.Time = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	return b
}

// gitTime bounds what is asked of git.
const gitTime = 5 * time.Second

// askGit asks git about the source of a program that go run built, which records
// nothing of it: its binary is in a folder of the go command's own, and says itself
// where its source is.
func (b *build) askGit(ctx context.Context) {
	program, err := os.Executable()
	_, source, _, ok := runtime.Caller(0)
	if err != nil || !ok || !strings.Contains(program, "go-build") || !filepath.IsAbs(source) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, gitTime)
	defer cancel()
	git := func(args ...string) (string, error) {
		out, err := exec.CommandContext(ctx, "git", append([]string{"-C", filepath.Dir(source)}, args...)...).Output()
		return strings.TrimSpace(string(out)), err
	}
	last, err := git("log", "-1", "--format=%H %cI")
	if err != nil {
		return
	}
	changes, err := git("status", "--porcelain")
	b.Commit, b.Time, _ = strings.Cut(last, " ")
	b.Modified = err != nil || changes != ""
}

// String is b for people.
func (b build) String() string {
	lines := []string{"storybot " + b.Version}
	commit := b.Commit
	switch {
	case commit == "":
		commit = "not recorded by this build; go build in a checkout of the source records it"
	case b.Time == "":
	case b.Modified:
		commit += " of " + b.Time + ", and changes since"
	default:
		commit += " of " + b.Time
	}
	return strings.Join(append(lines, "commit: "+commit, "built with: "+b.Go+" for "+b.Platform), "\n") + "\n"
}

// version is the module's version as the build recorded it.
func version() string { return readBuild().Version }
