package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
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
func (c *versionCommand) Run(p *program) error {
	b := readBuild()
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
	// "" where the build did not record it, as go run and a build without git do.
	Commit   string `json:"commit,omitempty"`
	Time     string `json:"commit_time,omitempty"`
	Modified bool   `json:"modified,omitempty"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

// unknownVersion is what the version is called where the build records none.
const unknownVersion = "(devel)"

// readBuild reads what the build recorded.
func readBuild() build {
	b := build{Version: unknownVersion, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
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

// String is b for people.
func (b build) String() string {
	lines := []string{"storybot " + b.Version}
	commit := b.Commit
	switch {
	case commit == "":
		commit = "not recorded by this build; go build in a checkout of the source records it"
	case b.Modified:
		commit += " of " + b.Time + ", and changes since"
	default:
		commit += " of " + b.Time
	}
	return strings.Join(append(lines, "commit: "+commit, "built with: "+b.Go+" for "+b.Platform), "\n") + "\n"
}

// version is the module's version as the build recorded it.
func version() string { return readBuild().Version }
