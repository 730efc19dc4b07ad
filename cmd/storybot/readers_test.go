package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"storybot/bot/discord/discordtest"
	"storybot/bot/slack/slacktest"
	"storybot/stories/storetest/pgtest"
)

// TestReadersFindAndCatchUp has readers look for stories, and for what is new to them,
// on each of the three platforms, over both databases.
func TestReadersFindAndCatchUp(t *testing.T) {
	for name, url := range map[string]func(t *testing.T) string{
		"SQLite":     func(t *testing.T) string { return "sqlite:" + t.TempDir() + "/news.db" },
		"PostgreSQL": func(t *testing.T) string { return pgtest.URL(t) },
	} {
		t.Run(name, func(t *testing.T) {
			n := newNewsDesk(t)
			direct := n.slack.Direct(team, asksInPerson)
			p := startProcess(t, t.TempDir(), append(n.env, "DATABASE_URL="+url(t)), "run", "--console")
			p.waitReady()
			n.waitConnected(t)
			for _, s := range []map[string]string{
				{"slug": "fire", "headline": "A hotel burns"}, {"slug": "fire-station", "headline": "The fire station closes"},
				{"slug": "kyiv", "headline": "Talks in the capital", "topics": "ukraine"}, {"slug": "works", "headline": "Fireworks are forbidden"},
			} {
				n.onDiscord(t, "desk track", s)
			}
			said := map[string]string{"kyiv": "Delegates arrive from Łódź and Київ.", "fire-station": "The council has decided.", "works": "Sparks cause a fire."}
			for _, slug := range []string{"kyiv", "fire-station", "works"} {
				n.onDiscord(t, "update", map[string]string{"story": slug, "text": said[slug]})
			}
			everywhere := []readingPlace{n.readerOnDiscord(), n.readerOnSlack(teamChannel, reader), n.readerOnConsole(p)}
			for _, where := range everywhere {
				t.Run(where.name, func(t *testing.T) { where.finds(t) })
			}
			n.completes(t)
			n.turnsPages(t)

			for _, where := range append(everywhere, n.readerOnSlack(direct, asksInPerson)) {
				t.Run("what is new "+where.name, func(t *testing.T) { where.catchesUp(t, n) })
			}
			p.stop()
		})
	}
}

// readingPlace is where a reader asks: a command and its first option, as text.
type readingPlace struct {
	name, catchUp string
	ask           func(t *testing.T, command, option, value string) string
}

func (n *newsDesk) readerOnDiscord() readingPlace {
	return readingPlace{"on Discord", "this channel follows", func(t *testing.T, command, option, value string) string {
		options := map[string]string{option: value}
		if option == "" {
			options = nil
		}
		return n.onDiscord(t, command, options)
	}}
}

func (n *newsDesk) readerOnSlack(channel, user string) readingPlace {
	p := readingPlace{"on Slack", "this channel follows", func(t *testing.T, command, _, value string) string {
		t.Helper()
		a, err := n.slack.Slash(n.ctx, slacktest.Slash{Team: team, Channel: channel, User: user, Command: "/" + command, Text: value})
		if err != nil {
			t.Fatalf("/%s on Slack: %v", command, err)
		}
		t.Logf("/%s %s on Slack: %q", command, value, a.Visible())
		return a.Visible()
	}}
	if channel != teamChannel {
		p.name, p.catchUp = "in a direct message", "you follow"
	}
	return p
}

func (n *newsDesk) readerOnConsole(p *process) readingPlace {
	asked := 0
	return readingPlace{"on the console", "this channel follows", func(t *testing.T, command, _, value string) string {
		t.Helper()
		asked++
		last := fmt.Sprintf("No story holds all of “qqzz%d”", asked)
		if _, err := io.WriteString(p.stdin, fmt.Sprintf("/%s %s\n/stories qqzz%d\n", command, value, asked)); err != nil {
			t.Fatal(err)
		}
		text, err := p.stdout.through(last)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("/%s %s on the console: %q", command, value, text)
		return strings.TrimSuffix(text, last)
	}}
}

// inOrder checks that a text holds words one behind another.
func inOrder(t *testing.T, what, text string, words ...string) {
	t.Helper()
	left := text
	for _, w := range words {
		_, rest, found := strings.Cut(left, w)
		if !found {
			t.Errorf("%s: no %q where it should be in %q", what, w, text)
			return
		}
		left = rest
	}
}

// finds looks for stories.
func (p readingPlace) finds(t *testing.T) {
	for query, want := range map[string][]string{
		"fire":            {"fire", "A hotel burns", "fire-station", "closes"},
		"fire-station":    {"fire-station", "closes"},
		"station fire":    {"fire-station"},
		"sta fi":          {"fire-station"}, // two beginnings
		"kiyv":            {"Stories like", "kyiv", "Talks in the capital"},
		"lodz":            {"kyiv", "update 1: ", "Delegates arrive from ", "Łódź"}, // accents, and the hit
		"київ delegates":  {"kyiv", "update 1: ", "Delegates", " arrive from Łódź and ", "Київ"},
		"COUNCIL decided": {"fire-station", "update 1: ", "council", "decided"},
		"sparks fir":      {"works", "update 1: ", "Sparks", "fire"},
	} {
		inOrder(t, query, p.ask(t, "stories", "words", query), want...)
	}
	if got := p.ask(t, "stories", "words", "fire-station"); strings.Contains(got, "hotel") {
		t.Errorf("a slug of two words finds what has one of them: %q", got)
	}
	inOrder(t, "/story kiyv", p.ask(t, "story", "story", "kiyv"), "No story is called", "Did you mean", "kyiv")
	inOrder(t, "/story fire", p.ask(t, "story", "story", "fire"), "A hotel burns")
}

// completes types the beginnings of slugs on Discord.
func (n *newsDesk) completes(t *testing.T) {
	t.Helper()
	for typed, want := range map[string]string{"fire": "fire fire-station", "fire-": "fire fire-station", "kiyv": "kyiv", "kyv": "kyiv", "sta fi": "fire-station", "fier": "fire fire-station", "fier-station": "fire-station", "firestaton": "fire-station"} {
		list, err := n.discord.Autocomplete(n.ctx, discordtest.Interaction{Channel: guildChannel, Name: "story", Options: map[string]string{"story": typed}}, "story")
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, c := range list {
			got = append(got, fmt.Sprint(c.Value))
		}
		if first := strings.Fields(want); len(got) < len(first) || !slices.Equal(got[:len(first)], first) {
			t.Errorf("%q is completed to %q, want %q first", typed, got, first)
		}
	}
}

// turnsPages reads a timeline that has several: each takes the place of the one before,
// and its times are the platform's own.
func (n *newsDesk) turnsPages(t *testing.T) {
	t.Helper()
	for i := range 7 {
		n.onDiscord(t, "update", map[string]string{"story": "fire", "text": fmt.Sprintf("Report %d of the fire.", i+1), "at": fmt.Sprintf("2014-12-2%d 12:00", i)})
	}
	ask := discordtest.Interaction{Channel: guildChannel, Name: "story", Options: map[string]string{"story": "fire"}}
	a, err := n.discord.Command(n.ctx, ask)
	if err != nil {
		t.Fatal(err)
	}
	const updatesMessage = 7 // https://docs.discord.com/developers/interactions/receiving-and-responding
	for _, press := range []struct {
		label, shows string
		inPlace      bool
	}{{"Timeline", "7–3 of 7", false}, {"Older", "2–1 of 7", true}, {"Newer", "7–3 of 7", true}} {
		if a, err = n.discord.Press(n.ctx, a.Message, press.label, ask); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(a.Message.Text, press.shows) || !strings.Contains(a.Message.Text, "<t:1419") || (a.Type == updatesMessage) != press.inPlace {
			t.Errorf("%s on Discord shows %q, by a callback of type %d", press.label, a.Message.Text, a.Type)
		}
	}
	said, err := n.slack.Slash(n.ctx, slacktest.Slash{Team: team, Channel: teamChannel, User: reader, Command: "/story", Text: "fire"})
	if err != nil {
		t.Fatal(err)
	}
	for _, press := range []struct {
		label, shows string
		inPlace      bool
	}{{"Timeline", "7–3 of 7", false}, {"Older", "2–1 of 7", true}, {"Newer", "7–3 of 7", true}} {
		if said, err = n.slack.Press(n.ctx, said.Message, press.label, reader); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(said.Visible(), press.shows) || !strings.Contains(string(said.Blocks), "1419") || said.Replaces != press.inPlace {
			t.Errorf("%s on Slack shows %q in %s, replacing %t", press.label, said.Visible(), said.Blocks, said.Replaces)
		}
	}
}

// catchesUp reads what is new to a reader where they ask.
func (p readingPlace) catchesUp(t *testing.T, n *newsDesk) {
	inOrder(t, "before it follows", p.ask(t, "catchup", "", ""), "ollow")
	inOrder(t, "one story", p.ask(t, "catchup", "story", "fire-station"), "fire-station", "1 new to you", "The council has decided.")
	inOrder(t, "it again", p.ask(t, "catchup", "story", "fire-station"), "fire-station", "nothing new to you")
	p.ask(t, "subscribe", "target", "topic:ukraine")
	text := p.ask(t, "catchup", "", "")
	inOrder(t, "what is followed", text, "kyiv", "new to you", "Delegates arrive")
	if strings.Contains(text, "Sparks") {
		t.Errorf("it tells of what is not followed: %q", text)
	}
	inOrder(t, "again", p.ask(t, "catchup", "", ""), "Nothing is new to you in what "+p.catchUp)
	news := "The talks go on, as those learn who ask " + p.name + "."
	n.onDiscord(t, "update", map[string]string{"story": "kyiv", "text": news})
	text = p.ask(t, "story", "story", "kyiv")
	inOrder(t, "/story", text, "1 new to you", news, "new · ")
	inOrder(t, "after /story", p.ask(t, "catchup", "", ""), "Nothing is new to you")
}
