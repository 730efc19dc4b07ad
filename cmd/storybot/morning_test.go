package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"storybot/bot/discord/discordtest"
	"storybot/bot/slack/slacktest"
)

// TestAChannelsMorning takes the program through one night and the morning after it, with
// a channel on Discord and on Slack for each way in which news can come: a message each,
// in threads, on cards, in a digest, in a forum. All have quiet hours. testdata/morning
// holds what each channel shows in the end, a line a message, in the form that the pictures
// are drawn from; a change of it is to be looked at.
func TestAChannelsMorning(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a program with a clock that can be set")
	}
	t.Parallel()
	n := newMorning(t)
	n.evening()
	n.night()
	n.morning()
	n.nine()
	n.p.stop()
	for _, platform := range []string{"discord", "slack"} {
		n.golden(platform)
	}
}

// Where the night is spent: the channels of both platforms, by how news comes there.
var (
	morningOnDiscord = map[string]string{"channel": "155101607195836451", "thread": "155101607195836452", "card": "155101607195836453", "digest": "155101607195836454"}
	morningOnSlack   = map[string]string{"channel": "C0CHANNEL", "thread": "C0THREAD", "card": "C0CARD", "digest": "C0DIGEST"}
	morningOptions   = map[string]string{"channel": "quiet:22:00-07:00", "thread": "quiet:22:00-07:00 mode:thread", "card": "quiet:22:00-07:00 mode:card", "digest": "quiet:22:00-07:00 digest:daily@09:00"}
)

// morning is a night and what follows it.
type morning struct {
	*newsDesk
	t       *testing.T
	p       *process
	program string
	dir     string
	clock   string
	today   time.Time // the evening's day
}

func newMorning(t *testing.T) *morning {
	t.Helper()
	n := &morning{newsDesk: newNewsDesk(t), t: t, program: buildWithClock(t), dir: t.TempDir(), clock: filepath.Join(t.TempDir(), "clock")}
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	t.Cleanup(cancel)
	n.ctx = ctx
	n.today = time.Now().UTC().Truncate(24 * time.Hour).Add(24 * time.Hour)
	n.env = append(n.env, "CLOCK_FILE="+n.clock)
	for mode, id := range morningOnDiscord {
		n.discord.AddChannel(guild, id)
		n.discord.ChangeChannel(id, func(c *discordtest.Channel) { c.Name = mode })
	}
	for _, id := range morningOnSlack {
		n.slack.AddChannel(team, id, slacktest.Public, true)
	}
	n.slack.AddUser(team, slacktest.User{ID: reader, Name: "ben", RealName: "Ben Adler"})
	return n
}

// at has it be so long after the evening's midnight, with a restart.
func (n *morning) at(clock time.Duration) {
	n.t.Helper()
	if n.p != nil {
		n.p.stop()
	}
	setClock(n.t, n.clock, time.Until(n.today.Add(clock)))
	n.p = startProgram(n.t, n.program, n.dir, n.env)
	n.p.waitReady()
	n.waitConnected(n.t)
}

// tells has Mia give a command at Discord's desk, and press a button of its answer.
func (n *morning) tells(name string, options map[string]string, press string) {
	n.t.Helper()
	by := discordtest.Interaction{Channel: deskChannel, UserName: moderator, Permissions: discordtest.DefaultPermissions | manageChannels}
	typed := by
	typed.Name, typed.Options = name, options
	a, err := n.discord.Command(n.ctx, typed)
	if err == nil && len(a.Modal) > 0 {
		a, err = n.discord.Submit(n.ctx, a, map[string]string{"text": options["text"], "reason": options["reason"]}, by)
	}
	if err == nil && press != "" {
		_, err = n.discord.Press(n.ctx, a.Message, press, by)
	}
	if err != nil {
		n.t.Fatalf("/%s: %v", name, err)
	}
}

func (n *morning) update(level, slug, text string) {
	n.t.Helper()
	n.tells("update", map[string]string{"story": slug, "level": level, "text": text}, "")
}

// everywhere waits until each channel of both platforms that is named shows words.
func (n *morning) everywhere(words string, modes ...string) {
	n.t.Helper()
	for _, mode := range modes {
		for platform, all := range map[string]func(string) []shownMessage{"Discord": n.onDiscordShown, "Slack": n.onSlackShown} {
			if platform == "Slack" && morningOnSlack[mode] == "" {
				continue
			}
			n.wait(n.t, func() bool {
				if n.ctx.Err() != nil {
					n.t.Fatalf("%q is not to be seen in %s's %s", words, platform, mode)
				}
				return slices.ContainsFunc(all(mode), func(m shownMessage) bool { return strings.Contains(plain(fmt.Sprint(m.Command)), words) })
			})
		}
	}
}

func (n *morning) evening() {
	n.t.Helper()
	n.at(21*time.Hour + 40*time.Minute)
	for _, s := range [][2]string{{"flood", "The Rhine rises above nine metres"}, {"vote", "Cologne elects its council"}, {"ferry", "The ferries stop"}} {
		n.tells("desk track", map[string]string{"slug": s[0], "headline": s[1]}, "")
	}
	for mode, options := range morningOptions {
		given := map[string]string{"target": "all"}
		for _, pair := range strings.Fields(options) {
			name, value, _ := strings.Cut(pair, ":")
			given[name] = value
		}
		a, err := n.discord.Command(n.ctx, discordtest.Interaction{Channel: morningOnDiscord[mode], UserName: moderator, Name: "subscribe", Options: given, Permissions: discordtest.DefaultPermissions | manageChannels})
		if err != nil || !strings.Contains(a.Message.Text, "now follows") {
			n.t.Fatalf("%+v, %v", a, err)
		}
		b, err := n.slack.Slash(n.ctx, slacktest.Slash{Team: team, Channel: morningOnSlack[mode], User: reader, Command: "/subscribe", Text: "all " + options})
		if err != nil || !strings.Contains(b.Visible(), "now follows") {
			n.t.Fatalf("%+v, %v", b, err)
		}
	}
	n.withForum(n.t, map[string]string{"target": "all", "quiet": "22:00-07:00"})
	n.everywhere("subscribed this channel to", "channel", "thread", "card", "digest")
	n.update("normal", "flood", "The first dykes are closed; 4,700 people have left their homes.")
	n.everywhere("4,700 people", "channel", "thread", "card", "forum")
	n.update("normal", "vote", "The polling stations have closed; 71 in 100 came.")
	n.everywhere("71 in 100", "channel", "thread", "card", "forum")
}

// night is what is published in it: of all that the breaking update alone comes at once.
func (n *morning) night() {
	n.t.Helper()
	n.at(23*time.Hour + 30*time.Minute)
	n.update("minor", "vote", "The first of 800 districts are counted.")
	n.update("normal", "flood", "Ships no longer pass Cologne.")
	n.update("breaking", "flood", "A dyke has given way at Rodenkirchen. Leave the streets along the river now.")
	n.everywhere("Rodenkirchen", "channel", "thread", "card", "digest", "forum")
	n.update("normal", "ferry", "The ferries at Zons and at Langel have stopped.")
	n.tells("desk correct", map[string]string{"story": "flood", "number": "1", "text": "The first dykes are closed; 7,400 people have left their homes.", "reason": "The figures were the wrong way round"}, "Post")
	n.everywhere("7,400 people", "channel", "thread", "card", "forum")
}

// morning begins with the end of the quiet hours.
func (n *morning) morning() {
	n.t.Helper()
	n.at(31*time.Hour + 5*time.Minute)
	n.everywhere("Ships no longer", "channel", "thread", "card", "forum")
	n.everywhere("at Langel", "channel", "thread", "card", "forum")
	n.everywhere("CORRECTION", "channel", "thread", "forum")
	n.everywhere("800 districts", "channel", "thread", "card", "forum")
	n.tells("desk withdraw", map[string]string{"story": "vote", "number": "2", "reason": "The count of one district came twice"}, "Withdraw it")
	n.everywhere("WITHDRAWN", "channel", "thread", "card", "forum")
}

// nine is when the digest comes.
func (n *morning) nine() {
	n.t.Helper()
	n.at(33*time.Hour + time.Minute)
	n.everywhere("Digest of", "digest")
	n.everywhere("Langel", "digest")
}

// onDiscordShown is what a channel shows, with each message's text as its command, and
// what is in its threads behind the message each is on.
func (n *morning) onDiscordShown(mode string) (all []shownMessage) {
	shown := func(kind string, m discordtest.Message) {
		all = append(all, shownMessage{Platform: "discord", Kind: kind, At: shownAt, Payload: m.Raw, Command: m.Text})
	}
	parent := morningOnDiscord[mode]
	if mode == "forum" {
		parent = testForum
	}
	for _, m := range n.discord.Messages(parent) {
		shown(mode, m)
	}
	once, cancel := context.WithTimeout(n.ctx, time.Second)
	defer cancel()
	threads, _ := n.discord.WaitThreads(once, parent, 0)
	for _, c := range threads {
		for _, m := range n.discord.Messages(c.ID) {
			shown(mode+"-in-"+c.Name, m)
		}
	}
	return all
}

func (n *morning) onSlackShown(mode string) (all []shownMessage) {
	if morningOnSlack[mode] == "" { // it has no forums
		return nil
	}
	for _, m := range n.slack.Messages(team, morningOnSlack[mode]) {
		kind := mode
		if m.ThreadTS != "" && m.ThreadTS != m.TS {
			if kind = mode + "-in-thread"; m.Broadcast {
				kind += "-and-channel"
			}
		}
		all = append(all, shownMessage{Platform: "slack", Kind: kind, At: shownAt, Payload: map[string]any{"text": m.Text, "blocks": m.Blocks}, Command: m.Visible()})
	}
	return all
}

// aboutOf is the story that a message is of. What goes out at once in one channel is in
// order for each story.
func aboutOf(m shownMessage) string {
	for _, slug := range []string{"ferry", "flood", "vote"} {
		if strings.Contains(m.Command, slug+", update") || strings.Contains(m.Command, slug+" · ") {
			return slug
		}
	}
	return ""
}

func (n *morning) golden(platform string) {
	n.t.Helper()
	var out bytes.Buffer
	lines := json.NewEncoder(&out)
	lines.SetEscapeHTML(false)
	shown := n.onDiscordShown
	if platform == "slack" {
		shown = n.onSlackShown
	}
	for _, mode := range []string{"channel", "thread", "card", "digest", "forum"} {
		messages := shown(mode)
		slices.SortStableFunc(messages, func(a, b shownMessage) int { return cmp.Compare(aboutOf(a), aboutOf(b)) })
		for i, m := range messages {
			m.Kind, m.Command, m.Payload = fmt.Sprintf("%s-%02d%s", mode, i+1, strings.TrimPrefix(m.Kind, mode)), "", stilledDesk(n.t, m.Payload)
			if err := lines.Encode(m); err != nil {
				n.t.Fatal(err)
			}
		}
	}
	file := filepath.Join("testdata", "morning", platform+".jsonl")
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			n.t.Fatal(err)
		}
		if err := os.WriteFile(file, out.Bytes(), 0o644); err != nil {
			n.t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		n.t.Fatal(err)
	}
	if diff := gocmp.Diff(strings.Split(string(want), "\n"), strings.Split(out.String(), "\n")); diff != "" {
		n.t.Errorf("%s differs; write it with -update and look at what changed\n%s", file, diff)
	}
}
