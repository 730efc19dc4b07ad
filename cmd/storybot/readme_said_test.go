package main

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"log/slog"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"storybot/bot"
	"storybot/bot/command"
	"storybot/bot/console"
	"storybot/bot/discord/discordtest"
	"storybot/stories"
)

// TestReadmeQuotesWhatIsSaid finds every message that Troubleshooting quotes in
// the program, or, where the platform says it, in its fake. … stands for what
// differs.
func TestReadmeQuotesWhatIsSaid(t *testing.T) {
	said := sentences(t)
	quoted := 0
	for _, cell := range firstCells(section(t, "## Troubleshooting")) {
		for _, quote := range codeSpans(cell) {
			quoted++
			if !slices.ContainsFunc(said, func(s string) bool { return isIn(s, quote) }) {
				t.Errorf("nothing says %q", quote)
			}
		}
	}
	if quoted < 25 {
		t.Errorf("only %d messages are quoted", quoted)
	}
	if slices.ContainsFunc(said, func(s string) bool { return isIn(s, "nobody … ever says … this") }) {
		t.Error("anything counts as said")
	}
}

// isIn says whether a sentence has the parts of a quotation in their order.
func isIn(sentence, quote string) bool {
	sentence = strings.ToLower(sentence)
	for part := range strings.SplitSeq(strings.ToLower(quote), "…") {
		_, rest, found := strings.Cut(sentence, strings.TrimSpace(part))
		if !found {
			return false
		}
		sentence = rest
	}
	return true
}

// sentences are the texts in the sources of the program and of the fakes, put
// together where they are written in parts.
func sentences(t *testing.T) (all []string) {
	t.Helper()
	err := filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			expression, is := n.(ast.Expr)
			if !is {
				return true
			}
			text := joined(expression)
			if text != "" {
				all = append(all, text)
			}
			return text == ""
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// joined is the text of a literal or of literals that are added, a NUL for what is
// no literal; "" for another expression.
func joined(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		if text, err := strconv.Unquote(e.Value); err == nil && e.Kind == token.STRING {
			return text
		}
	case *ast.BinaryExpr:
		left, right := joined(e.X), joined(e.Y)
		switch {
		case e.Op != token.ADD, left == "" && right == "":
			return ""
		case left == "":
			return "\x00" + right
		case right == "":
			return left + "\x00"
		}
		return left + right
	}
	return ""
}

// sketch is a newsroom that the README's examples are typed in.
type sketch struct {
	mux   *command.Mux
	desk  *stories.Service
	asked int
	last  bot.Message // that was answered
}

// newSketch begins one, with the sample story and an admin unless it is bare.
func newSketch(t *testing.T, bare bool) *sketch {
	t.Helper()
	cfg := &config{databaseURL: newSecret("sqlite:" + filepath.Join(t.TempDir(), "news.db")), hidden: new(hidden)}
	store, err := openStore(t.Context(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	n, admins := &sketch{}, []string{firstUser}
	if bare {
		admins = nil
	} else if err := addSample(t.Context(), store); err != nil {
		t.Fatal(err)
	}
	n.desk = stories.NewService(stories.Config{Stores: store.Families(), Admins: admins, Log: slog.New(slog.DiscardHandler), Now: wallClock, Planned: func() {},
		CheckPerson: func(ref string) error { return bot.CheckPerson(people(platforms()), ref) }})
	n.mux = command.New(command.Config{Stories: command.Over(n.desk), Schedule: stories.NewSchedule(n.desk.Publisher, store, store, func() {}), People: people(platforms())})
	t.Cleanup(n.mux.Wait)
	for number := 2; number <= 4 && !bare; number++ {
		n.must(t, fmt.Sprintf("/update sony-hack This is report %d from the studio.", number))
	}
	return n
}

// everyone may all that a channel's manager may.
type everyone struct{}

func (everyone) Name(context.Context) string              { return "editor" }
func (everyone) Manages(context.Context) error            { return nil }
func (everyone) Posts(context.Context, ...bot.Need) error { return nil }
func (everyone) Pings(_ context.Context, whom bot.Mention) (stories.Ping, error) {
	return stories.Ping{Mention: whom.Name, Name: whom.Name}, nil
}

// say types a line and returns whether it was done, and the answer.
func (n *sketch) say(t *testing.T, line string) (done bool, answer string) {
	t.Helper()
	name, text, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(line, "@storybot "), "/"), " ")
	reply := n.handle(t, bot.Typed{Name: name, Text: text})
	return !reply.Failed && !strings.Contains(bot.PlainText(reply.Message), "What you can ask"), bot.PlainText(reply.Message)
}

// handle has an input answered.
func (n *sketch) handle(t *testing.T, in bot.Input) bot.Reply {
	n.asked++
	reply := n.mux.Handle(t.Context(), bot.Command{Key: fmt.Sprint("readme/", n.asked), User: stories.User{Ref: firstUser, Name: "editor"},
		Where: stories.Destination{Platform: console.Platform, Channel: "#general"}, Lane: console.Platform,
		Input: in, Asker: everyone{}})
	n.last = reply.Message
	return reply
}

func (n *sketch) must(t *testing.T, line string) {
	t.Helper()
	if done, answer := n.say(t, line); !done {
		t.Errorf("%s is answered: %s", line, answer)
	}
}

// confirms types a line that is asked about, and says yes.
func (n *sketch) confirms(t *testing.T, line string) {
	t.Helper()
	n.must(t, line)
	if len(n.last.Buttons) == 0 || n.last.Buttons[0].Action != bot.ActionAnswer && n.last.Buttons[0].Action != bot.ActionMerge {
		t.Fatalf("%s is not asked about: %s", line, bot.PlainText(n.last))
	}
	reply := n.handle(t, bot.Press{Action: n.last.Buttons[0].Action, Arg: n.last.Buttons[0].Arg})
	if reply.Failed {
		t.Errorf("%s, confirmed, is answered: %s", line, bot.PlainText(reply.Message))
	}
}

// TestReadmeExamplesWork types every command that the README shows, in its order.
func TestReadmeExamplesWork(t *testing.T) {
	isCommand := func(line string) bool {
		return strings.HasPrefix(line, "@storybot ") || regexp.MustCompile(`^/(story|stories|subscri|unsubscri|why|update|desk)`).MatchString(line)
	}
	var examples []string
	shared := newSketch(t, false)
	for _, block := range codeBlocks(readme(t)) {
		n := shared
		for line := range strings.SplitSeq(block, "\n") {
			if !isCommand(line) {
				continue
			}
			examples = append(examples, line)
			if strings.HasPrefix(line, "/desk claim ") {
				n = newSketch(t, true)
				line = n.claim(t, line)
			}
			n.must(t, line)
		}
	}
	for _, cell := range firstCells(section(t, "## Commands")) {
		for _, line := range codeSpans(cell) {
			if !isCommand(line) {
				continue
			}
			examples = append(examples, line)
			switch {
			case strings.HasPrefix(line, "/desk claim "):
				n := newSketch(t, true)
				n.must(t, n.claim(t, line))
			case strings.HasPrefix(line, "/desk track "): // the sample has its slug
				n := newSketch(t, true)
				n.must(t, n.claim(t, "/desk claim AAAA-AAAA-AAAA"))
				n.must(t, line)
			case strings.HasPrefix(line, "/desk withdraw "): // what is withdrawn stays so
				newSketch(t, false).confirms(t, line)
			case strings.HasPrefix(line, "/desk merge "): // there is one story of the two
				n := newSketch(t, false)
				n.must(t, "/desk track slug:guardians-of-peace The Guardians of Peace")
				n.confirms(t, line)
			case regexp.MustCompile(`^/desk (correct|fix|hold|release) `).MatchString(line):
				shared.confirms(t, line)
			default:
				shared.must(t, line)
			}
		}
	}
	if len(examples) < 35 {
		t.Errorf("only %d examples are shown: %q", len(examples), examples)
	}
	for _, wrong := range []string{"/updat sony-hack News.", "/update", "/subscribe sony-hak", "/story sony-hack 99", "/update sony-hack level=breaking News."} {
		if done, answer := shared.say(t, wrong); done {
			t.Errorf("%s counts as done: %s", wrong, answer)
		}
	}
}

// TestReadmeFirstPush types what the README says after a first start: from the
// code in the log to the first push.
func TestReadmeFirstPush(t *testing.T) {
	f := newFar(t)
	f.env = append(f.env, "STORYBOT_ADMINS=")
	p := f.connect(t)
	code := p.waitLog(`/desk claim (\S+?)"? `)[1]
	typed := 0
	for _, block := range codeBlocks(section(t, "### The first push")) {
		for line := range strings.SplitSeq(block, "\n") {
			if !strings.HasPrefix(line, "/") {
				continue
			}
			name, text, _ := strings.Cut(line, " ")
			if typed++; typed == 1 {
				text = "claim " + code
			}
			f.onSlack(t, name, text)
		}
	}
	posts, err := f.slack.WaitMessages(f.ctx, team, teamChannel, 2)
	if err != nil || typed != 4 || !isIn(posts[1].Visible(), "BREAKING … The dykes break.") {
		t.Errorf("after %d lines the channel shows %+v, %v", typed, posts, err)
	}
	p.stop()
}

// claim is the line with the newsroom's own code, of the form of the README's.
func (n *sketch) claim(t *testing.T, line string) string {
	t.Helper()
	code, err := n.desk.Rights.ClaimCode(t.Context())
	if err != nil || code == "" {
		t.Fatal(code, err)
	}
	if form := regexp.MustCompile(`[A-Z0-9]`).ReplaceAllString; form(line[len("/desk claim "):], "x") != form(code, "x") {
		t.Errorf("%s has not the form of a code such as %s", line, code)
	}
	return "/desk claim " + code
}

// TestReadmeInvitation compares the address it gives, and the permissions it
// explains, with what the program asks for where it lacks them.
func TestReadmeInvitation(t *testing.T) {
	f := newFar(t)
	p := f.connect(t)
	text := section(t, "### Discord")
	f.discord.SetPermissions(guildChannel, 0)
	lacks := f.onDiscord(t, "subscribe", map[string]string{"target": "all"})
	if !isIn(lacks, "The bot lacks … in this channel") {
		t.Errorf("without permissions it says %q", lacks)
	}
	lacks, _, _ = strings.Cut(lacks, " in this channel") // names them once more behind it
	for _, name := range append([]string{"Send Messages in Threads"}, discordPermissions(lacks)...) {
		if !slices.ContainsFunc(firstCells(text), func(cell string) bool { return slices.Contains(strings.Split(cell, ", "), name) }) {
			t.Errorf("the README does not explain %s", name)
		}
	}
	if n := len(discordPermissions(strings.Join(firstCells(text)[1:], ", "))); n != len(discordPermissions(lacks))+1 {
		t.Errorf("the README explains %d permissions", n)
	}
	f.discord.RemoveFromGuild(guild)
	answer, err := f.discord.Command(f.ctx, discordtest.Interaction{Channel: guildChannel, Name: "subscribe", Options: map[string]string{"target": "all"},
		Permissions: discordtest.DefaultPermissions | manageChannels})
	if err != nil || !isIn(answer.Message.Text, "This server has the bot's commands but not the bot itself") || len(answer.Message.Buttons) != 1 {
		t.Fatalf("%+v %v", answer, err)
	}
	want := strings.Replace(answer.Message.Buttons[0].URL, discordtest.ApplicationID, "APPLICATION_ID", 1)
	bits := discordtest.ViewChannel | discordtest.SendMessages | discordtest.ReadMessageHistory | discordtest.SendMessagesInThread
	if !slices.Contains(codeBlocks(text), want) || !strings.HasSuffix(want, fmt.Sprint("&permissions=", bits)) {
		t.Errorf("the program invites with %s", want)
	}
	p.stop()
}

// discordPermissions are the names of permissions in a text.
func discordPermissions(text string) []string {
	return regexp.MustCompile(`View Channel|Send Messages in Threads|Send Messages|Read Message History|[A-Z]\w+ Links|Manage \w+`).FindAllString(text, -1)
}

// TestReadmeNamesRealMetrics compares names and labels with what is served.
func TestReadmeNamesRealMetrics(t *testing.T) {
	f, p := stageExchange(t)
	// What waits is served while something does.
	f.discord.Fail(discordtest.Match{Op: discordtest.CreateMessage, Channel: guildChannel}, discordtest.RateLimited("user", time.Minute))
	f.onDiscord(t, "update", map[string]string{"story": "rhine-flood", "text": "The water falls."})
	_, body := p.get("/metrics")
	served := servedMetrics(body)
	named := regexp.MustCompile(`(storybot_[a-z_]+)(?:\{([a-z,]+)\})?`).FindAllStringSubmatch(readme(t), -1)
	if len(named) < 9 {
		t.Errorf("only %d metrics are named", len(named))
	}
	for _, n := range named {
		labels, known := served[n[1]]
		said := strings.Split(n[2], ",")
		slices.Sort(said)
		if !known || n[2] != "" && !slices.Equal(said, slices.Sorted(maps.Keys(labels))) {
			t.Errorf("%s is served with the labels %v, %v", n[0], labels, known)
		}
	}
}

// servedMetrics are the metrics of a scrape, and their labels.
func servedMetrics(body string) map[string]map[string]bool {
	served := map[string]map[string]bool{}
	for _, found := range regexp.MustCompile(`(?m)^(storybot_[a-z_]+)(?:\{([^}]*)\})? `).FindAllStringSubmatch(body, -1) {
		labels := map[string]bool{}
		for _, label := range regexp.MustCompile(`(\w+)="`).FindAllStringSubmatch(found[2], -1) {
			labels[label[1]] = true
		}
		served[found[1]], served[strings.TrimSuffix(found[1], "_count")] = labels, labels
	}
	return served
}
