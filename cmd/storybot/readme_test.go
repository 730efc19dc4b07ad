package main

import (
	"bytes"
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"storybot/bot/command"
	"storybot/bot/slack"
)

var top = filepath.Join("..", "..")

func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(top, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// section is what the README says under a heading, up to the next of its level.
func section(t *testing.T, heading string) string {
	t.Helper()
	_, text, found := strings.Cut(readme(t), "\n"+heading+"\n")
	if !found {
		t.Fatalf("README.md has no %q", heading)
	}
	level, _, _ := strings.Cut(heading, " ")
	text, _, _ = strings.Cut(text, "\n"+level+" ")
	return text
}

// codeBlocks are the README's indented blocks, without their indent.
func codeBlocks(text string) (blocks []string) {
	var block []string
	for line := range strings.SplitSeq(text, "\n") {
		if strings.HasPrefix(line, "    ") {
			block = append(block, strings.TrimLeft(line, " "))
		} else if block != nil {
			blocks, block = append(blocks, strings.Join(block, "\n")), nil
		}
	}
	return blocks
}

// codeSpans are the words between backticks in a text.
func codeSpans(text string) (spans []string) {
	for _, found := range regexp.MustCompile("`([^`\n]+)`").FindAllStringSubmatch(text, -1) {
		spans = append(spans, found[1])
	}
	return spans
}

// firstCells are the first cells of the rows of all tables in a text.
func firstCells(text string) (cells []string) {
	for line := range strings.SplitSeq(text, "\n") {
		if cell, isRow := strings.CutPrefix(strings.TrimLeft(line, " "), "| "); isRow {
			cell, _, _ = strings.Cut(cell, " | ")
			cells = append(cells, cell)
		}
	}
	return cells
}

func lines(t *testing.T, path string) int {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Count(string(text), "\n")
}

// TestReadmeShowsEveryCommand looks for each command's own example.
func TestReadmeShowsEveryCommand(t *testing.T) {
	text := section(t, "## Commands")
	for _, s := range command.Specs() {
		if !strings.Contains(text, "| `"+s.Example+"` |") {
			t.Errorf("README.md does not show `%s`", s.Example)
		}
	}
}

// subcommand is what the table of commands says of one.
type subcommand struct {
	name  string
	flags []string
}

// subcommands are those there are; the one without a name is what storybot does alone.
func subcommands(t *testing.T) (all []subcommand) {
	t.Helper()
	p := &program{stdout: io.Discard, stderr: io.Discard, hidden: new(hidden), kits: platforms()}
	parser, err := p.parser(func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	for _, node := range parser.Model.Children {
		s := subcommand{name: node.Name}
		if node.Hidden {
			s.name = ""
		}
		for _, n := range append(node.Children, node) {
			for _, f := range n.Flags {
				s.flags = append(s.flags, "--"+f.Name)
			}
		}
		all = append(all, s)
	}
	return all
}

// TestReadmeShowsEverySubcommand, and none there is not.
func TestReadmeShowsEverySubcommand(t *testing.T) {
	text := readme(t)
	written := regexp.MustCompile("(?:`|\\./|    )storybot ?([a-z]*)((?: [^`\n]*)?)")
	shown, all := map[string]bool{}, subcommands(t)
	for _, found := range written.FindAllStringSubmatch(text, -1) {
		i := slices.IndexFunc(all, func(s subcommand) bool { return s.name == found[1] })
		if i < 0 {
			t.Errorf("there is no storybot %s", found[1])
			continue
		}
		shown[found[1]] = true
		for word := range strings.FieldsSeq(found[2]) {
			if strings.HasPrefix(word, "--") && !slices.Contains(all[i].flags, word) {
				t.Errorf("storybot %s has no %s", found[1], word)
			}
		}
	}
	for _, s := range all {
		if !shown[s.name] {
			t.Errorf("README.md does not mention storybot %s", s.name)
		}
	}
}

// TestReadmeExplainsEverySetting compares the table of settings, and knows no
// other setting anywhere.
func TestReadmeExplainsEverySetting(t *testing.T) {
	cells := firstCells(section(t, "## Settings"))[1:]
	for i, s := range allSettings(platforms()) {
		if i >= len(cells) || cells[i] != "`"+s.name+"`" {
			t.Fatalf("row %d of the settings is not %s: %q", i, s.name, cells)
		}
		row := "| `" + s.name + "` | "
		if s.def != "" {
			row += "`" + s.def + "`"
		}
		if !strings.Contains(readme(t), row+" |") {
			t.Errorf("README.md has no row that begins %q", row+" |")
		}
	}
	if len(cells) != len(allSettings(platforms())) {
		t.Errorf("the rows of the settings: %q", cells)
	}
	for _, name := range regexp.MustCompile(`\b[A-Z]+_[A-Z_]+\b`).FindAllString(readme(t), -1) {
		known := slices.ContainsFunc(allSettings(platforms()), func(s setting) bool { return s.name == name })
		if !known && meantBy(allSettings(platforms()), name) == "" && !slices.Contains([]string{"NAME_FILE", "APPLICATION_ID", "CGO_ENABLED"}, name) {
			t.Errorf("%s is no setting", name)
		}
	}
}

// TestReadmeExplainsEveryScope compares the table of scopes with the manifest.
func TestReadmeExplainsEveryScope(t *testing.T) {
	raw, err := slack.Manifest(command.Specs(), command.Menus())
	if err != nil {
		t.Fatal(err)
	}
	var manifest struct {
		OAuth struct {
			Scopes struct {
				Bot []string `json:"bot"`
			} `json:"scopes"`
		} `json:"oauth_config"`
		Settings struct {
			Events struct {
				Bot []string `json:"bot_events"`
			} `json:"event_subscriptions"`
		} `json:"settings"`
	}
	if err := json.Unmarshal(raw, &manifest); err != nil {
		t.Fatal(err)
	}
	want := manifest.OAuth.Scopes.Bot
	got := codeSpans(strings.Join(firstCells(section(t, "### Slack")), "\n"))
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(want, got) || len(want) == 0 {
		t.Errorf("the README explains the scopes\n%v, the manifest asks for\n%v", got, want)
	}
	// What it says that the bot can read: of messages those to it alone.
	for _, event := range manifest.Settings.Events.Bot {
		if strings.HasPrefix(event, "message") && event != "message.im" {
			t.Errorf("the manifest asks for %s, of which the README does not tell", event)
		}
	}
	if len(manifest.Settings.Events.Bot) == 0 {
		t.Error("the manifest asks for no events")
	}
}

// TestReadmeLinks follows every link to a file or a heading, and every path that
// is named.
func TestReadmeLinks(t *testing.T) {
	text := readme(t)
	headings := map[string]bool{}
	for _, found := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(text, -1) {
		headings["#"+anchor(found[1])] = true
	}
	links := regexp.MustCompile(`\]\(([^)]+)\)|(?:src|srcset)="([^"]+)"`).FindAllStringSubmatch(text, -1)
	pictures := 0
	for _, found := range links {
		link := found[1] + found[2]
		switch {
		case strings.Contains(link, "://"):
		case strings.HasPrefix(link, "#"):
			if !headings[link] {
				t.Errorf("there is no heading for %s", link)
			}
		default:
			exists(t, link)
			if strings.HasSuffix(link, ".png") {
				pictures++
			}
		}
	}
	// Two pictures, each light and dark, and nothing else lies beside them.
	files, err := fs.Glob(os.DirFS(filepath.Join(top, "cmd", "storybot", "pictures")), "*.png")
	if err != nil || pictures != 4 || len(files) != pictures {
		t.Errorf("%d pictures are shown, and there are %v, %v", pictures, files, err)
	}
	if n := strings.Count(text, `alt="`); n != 2 {
		t.Errorf("%d pictures are described", n)
	}
	for _, span := range codeSpans(text) {
		if regexp.MustCompile(`^(bot|cmd|stories)/[a-z/.]+$`).MatchString(span) {
			exists(t, span)
		}
	}
}

// exists fails unless a file of the repository is there, and is small.
func exists(t *testing.T, name string) {
	t.Helper()
	info, err := os.Stat(filepath.Join(top, filepath.FromSlash(name)))
	if err != nil {
		t.Error(err)
	} else if strings.HasSuffix(name, ".png") && info.Size() > 120<<10 {
		t.Errorf("%s has %d bytes", name, info.Size())
	}
}

// anchor is what a heading is called in links, as GitHub makes it.
func anchor(heading string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || unicode.IsLetter(r) || unicode.IsDigit(r):
			return unicode.ToLower(r)
		}
		return -1
	}, heading)
}

// TestReadmeNamesRealTests finds the tests and benchmarks that it says how to run.
func TestReadmeNamesRealTests(t *testing.T) {
	found := regexp.MustCompile("go test (\\S+) (?:-run TestX )?[^`\n]*?-(?:run|bench) (Test[A-Za-z]+|[A-Z][a-z]+)([^`\n]*)").FindAllStringSubmatch(readme(t), -1)
	if len(found) < 4 {
		t.Fatalf("only %d are shown", len(found))
	}
	for _, f := range found {
		name := f[2]
		if !strings.HasPrefix(name, "Test") {
			name = "Benchmark" + name
		}
		files, err := filepath.Glob(filepath.Join(top, f[1], "*_test.go"))
		if err != nil || !slices.ContainsFunc(files, func(file string) bool {
			text, err := os.ReadFile(file)
			return err == nil && regexp.MustCompile(`func `+name+`[A-Z]?[A-Za-z]*\(`).Match(text)
		}) {
			t.Errorf("%s has no %s, %v", f[1], name, err)
		}
		for _, flagged := range regexp.MustCompile(`-(kills|seed) `).FindAllStringSubmatch(f[3], -1) {
			if !slices.ContainsFunc(files, func(file string) bool {
				text, err := os.ReadFile(file)
				return err == nil && bytes.Contains(text, []byte(`("`+flagged[1]+`", `))
			}) {
				t.Errorf("%s has no flag -%s", f[1], flagged[1])
			}
		}
	}
}

// TestReadmeTryOut types what the README says to type and looks for what it shows.
func TestReadmeTryOut(t *testing.T) {
	text := section(t, "## Try it")
	blocks := codeBlocks(text)
	shown := slices.IndexFunc(blocks, func(b string) bool { return strings.HasPrefix(b, "── #") })
	if shown < 1 {
		t.Fatalf("nothing is shown in %q", blocks)
	}
	run := func(dir, script string) string {
		cmd := exec.Command("sh", "-c", strings.ReplaceAll(script, "go run ./cmd/storybot", binary))
		cmd.Dir, cmd.Env = dir, []string{"PATH=" + os.Getenv("PATH")}
		var complaints bytes.Buffer
		cmd.Stderr = &complaints
		out, err := cmd.Output()
		if err != nil || strings.Contains(complaints.String(), "level=ERROR") {
			t.Errorf("%s: %v\n%s", script, err, &complaints)
		}
		return string(out)
	}
	dir := t.TempDir()
	write(t, filepath.Join(dir, "typed"), blocks[shown-1]+"\n")
	if out := run(dir, "go run ./cmd/storybot <typed"); !strings.Contains(out, "\n"+blocks[shown]+"\n") {
		t.Errorf("it does not show\n%s\nbut\n%s", blocks[shown], out)
	}
	if !strings.Contains(text, "`"+tryOutFile+"`") {
		t.Errorf("the README does not say that it is kept in %s", tryOutFile)
	}
	for _, name := range []string{tryOutFile, tryOutFile + ".lock"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
	commands := slices.DeleteFunc(append(blocks, codeSpans(text)...), func(c string) bool { return !strings.Contains(c, "go run ./cmd/storybot") })
	if len(commands) != 3 {
		t.Errorf("commands %q", commands)
	}
	for _, c := range commands[:2] {
		if strings.HasSuffix(c, "/cmd/storybot") && !strings.Contains(c, "|") {
			c += " </dev/null" // what is typed at a terminal is tested at one
		}
		if out := run(t.TempDir(), c); !strings.Contains(out, "sony-hack") {
			t.Errorf("%s says %q", c, out)
		}
	}
}

// TestTablesAreWhole: a row behind an empty line is no row of a table when it is shown.
func TestTablesAreWhole(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	isRow := func(line string) bool { return strings.HasPrefix(strings.TrimSpace(line), "|") }
	lines := strings.Split(string(raw), "\n")
	tables := 0
	for i, line := range lines {
		if !isRow(line) || i > 0 && isRow(lines[i-1]) {
			continue
		}
		if tables++; i+1 == len(lines) || !regexp.MustCompile(`^\s*\|[\s|:-]*-[\s|:-]*$`).MatchString(lines[i+1]) {
			t.Errorf("line %d begins no table: %s", i+1, line)
		}
	}
	if tables < 4 {
		t.Errorf("%d tables were found", tables)
	}
}
