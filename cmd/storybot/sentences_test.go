package main

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"storybot/bot"
	"storybot/bot/command"
	"storybot/stories"
	"storybot/stories/sqlstore"
)

// saidCommand is a command in a sentence: its first word, and the second.
var saidCommand = regexp.MustCompile(`(?:^|[ (“"])/([a-z]+)(?:$|[.,:;?!)”"]|( +[^ .,:;]*))`)

// elsewhere are the commands that are not in the table, and the only folders whose
// sentences may name them: the console's own, one of Slack's, and the pages that are
// served.
var elsewhere = map[string][]string{
	"help": {"bot/console"}, "join": {"bot/console"}, "as": {"bot/console"}, "press": {"bot/console"}, "exit": {"bot/console"},
	"quit":   {"bot/console", "cmd/storybot"},
	"invite": {"bot/slack"}, "healthz": {"cmd/storybot"}, "readyz": {"cmd/storybot"}, "metrics": {"cmd/storybot"},
}

// TestSentencesNameCommandsThatExist reads every text in the program's code.
func TestSentencesNameCommandsThatExist(t *testing.T) {
	first, whole := map[string]bool{}, map[string]bool{}
	for _, s := range command.Specs() {
		word, _, grouped := strings.Cut(s.Name, " ")
		first[word], whole[s.Name] = grouped, true
	}
	checked := 0
	check := func(folder, text string) {
		for _, said := range saidCommand.FindAllStringSubmatch(text, -1) {
			word, second := said[1], strings.TrimSpace(said[2])
			grouped, ours := first[word]
			switch {
			case ours && grouped && second != "" && !whole[word+" "+second]:
				t.Errorf("%s: there is no /%s %s: %s", folder, word, second, text)
			case !ours && !slices.Contains(elsewhere[word], folder):
				t.Errorf("%s: there is no /%s: %s", folder, word, text)
			}
			checked++
		}
	}
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		folder, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
				text, err := strconv.Unquote(l.Value)
				if err != nil {
					t.Error(err)
				}
				if isSaid(folder, text) {
					check(filepath.ToSlash(folder), text)
				}
			}
			return true
		})
		return nil
	})
	if err != nil || checked < 80 {
		t.Errorf("%d commands are named: %v", checked, err)
	}
}

// isSaid says that a text is for people: no address of an API, no SQL.
func isSaid(folder, text string) bool {
	address := strings.HasPrefix(text, "/") && !strings.Contains(text, " ") && folder != "bot" && folder != filepath.Join("bot", "command")
	return !address && !strings.Contains(text, "/*") && !strings.HasPrefix(text, "GET /")
}

// TestHelpHoldsOnEveryPlatform: what help names there can be typed there.
func TestHelpHoldsOnEveryPlatform(t *testing.T) {
	store, err := sqlstore.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "news.db"), sqlstore.Options{Now: wallClock})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	desk := stories.NewService(stories.Config{Stores: store.Families(), Admins: []string{"console:ada"}, Now: wallClock})
	mux := command.New(command.Config{Stories: command.Over(desk), People: people(platforms())})
	defer mux.Wait()
	for platform, test := range map[string]struct {
		says, not []string
	}{
		"discord": {[]string{"/update story:… text:…", "/desk help"}, []string{"Add help to any", "<story>", "/update help"}},
		"slack":   {[]string{"/update <story>", "/desk help", "Add help to any of them to learn more: /update help"}, []string{"story:…"}},
		"console": {[]string{"/update <story>", "/desk help", "Add help to any of them to learn more: /update help"}, []string{"story:…"}},
	} {
		ask := func(in bot.Input) string {
			return bot.PlainText(mux.Handle(context.Background(), bot.Command{Key: "k", User: stories.User{Ref: "console:ada"}, Where: stories.Destination{Platform: platform, Workspace: "1", Channel: "2"}, Lane: platform, Input: in}).Message)
		}
		text := ask(bot.Options{Name: "story", Values: map[string]string{"story": "help"}})
		if platform != "discord" {
			if typed := ask(bot.Typed{Name: "story", Text: "help"}); typed != text {
				t.Errorf("%s: typed it is %s", platform, typed)
			}
		}
		for _, s := range test.says {
			if !strings.Contains(text, s) {
				t.Errorf("%s: %q is not in\n%s", platform, s, text)
			}
		}
		for _, s := range append(test.not, " /help", "\n/help") {
			if strings.Contains(text, s) {
				t.Errorf("%s: %q is in\n%s", platform, s, text)
			}
		}
		// Whoever is named wrongly is told how people are named there.
		wrong := ask(bot.Options{Name: "desk moderators", Values: map[string]string{"action": "add", "user": "two words"}})
		if picked := strings.Contains(wrong, "pick them from the list"); picked == (platform == "console") || !strings.Contains(wrong, "names nobody") {
			t.Errorf("%s: %s", platform, wrong)
		}
	}
}
