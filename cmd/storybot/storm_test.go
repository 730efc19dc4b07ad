package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"storybot/bot/discord/discordtest"
	"storybot/bot/slack/slacktest"
	"storybot/stories/storetest/pgtest"
)

// TestStorm revises updates again and again while they are pushed to 100 channels on
// Discord and 40 on Slack, requests go wrong in every way and the bot is killed. In the
// end each channel is compared, message by message, with what it is due.
func TestStorm(t *testing.T) {
	if testing.Short() {
		t.Skip("takes most of a minute")
	}
	t.Parallel()
	for _, c := range []struct {
		seed     uint64
		plot     string
		database string
	}{
		{1, "corrections", "SQLite"}, {2, "holds", "SQLite"}, {3, "withdrawals", "SQLite"}, {4, "corrections", "PostgreSQL"},
	} {
		t.Run(fmt.Sprint(c.plot, " on ", c.database), func(t *testing.T) {
			t.Parallel()
			url := "sqlite:" + t.TempDir() + "/news.db"
			if c.database == "PostgreSQL" {
				url = pgtest.URL(t)
			}
			s := newStorm(t, c.seed, url)
			s.gather()
			plots[c.plot](s)
			s.calm()
			s.check()
			s.p.stop()
		})
	}
}

// plots are what happens to updates.
var plots = map[string]func(*storm){
	"corrections": func(s *storm) {
		s.publish("normal")
		s.settle()
		s.trouble()
		s.publish("minor")
		s.revise(2, wording{kind: "correct", reason: "It was another gauge"}) // most of it is queued still
		s.kill()
		s.revise(1, wording{kind: "correct", reason: "A slip of the gauge"})
		s.kill()
		s.revise(1, wording{kind: "correct", reason: "Read on the wrong day"})
		s.kill()
		s.settle()
		s.subscribeLate()
		s.publish("breaking")
		s.settle()
		s.revise(3, wording{kind: "fix"})
		s.revise(1, wording{kind: "fix"})
	},
	"holds": func(s *storm) {
		s.publish("breaking", "unverified", "yes")
		s.kill()
		s.settle()
		s.trouble()
		s.publish("normal")
		s.revise(2, wording{kind: "hold", reason: "The gauge may be broken"})
		s.kill()
		s.publish("minor") // passes what is on hold
		s.settle()
		s.revise(2, wording{kind: "correct", reason: "It was broken"})
		s.kill()
		s.revise(2, wording{kind: "release"})
		s.kill()
		s.subscribeLate()
		s.settle()
		s.revise(1, wording{kind: "release"})
	},
	"withdrawals": func(s *storm) {
		s.publish("normal")
		s.settle()
		s.trouble()
		s.publish("breaking")
		s.revise(2, wording{kind: "withdraw", reason: "It was a drill"})
		s.kill()
		s.revise(1, wording{kind: "correct", reason: "A slip of the gauge"})
		s.revise(1, wording{kind: "hold", reason: "The gauge may be broken"})
		s.revise(1, wording{kind: "release"}) // of what nobody was told yet nothing needs to be told
		s.kill()
		s.subscribeLate()
		s.publish("minor")
		s.settle()
		s.revise(1, wording{kind: "fix"})
		s.revise(1, wording{kind: "withdraw", reason: "No gauge stands there"})
		s.kill()
	},
}

// fate is what befalls a channel after the first update.
type fate string

const (
	urgent  fate = "asked for breaking updates alone"
	late    fate = "subscribes later"
	leaver  fate = "unsubscribes"
	heals   fate = "is blocked for a while"
	blocked fate = "is blocked to the end"
	gone    fate = "is deleted"
	bereft  fate = "loses its first copy to somebody who deletes it"
	refuses fate = "takes no edits for a while"
)

// spot is a channel and what becomes of it.
type spot struct {
	name string
	fate
	discord string // its id there, or
	at      place
	lost    string // the text of the copy that was deleted
	from    int    // the first update that it is due
}

// wording is one wording of an update, by the revision that made it.
type wording struct {
	kind, reason string
	says         int
	standing     string
	settled      bool // everybody had it before the next one
}

// bulletin is an update.
type bulletin struct {
	level    string
	wordings []wording
}

func (n bulletin) now() wording { return n.wordings[len(n.wordings)-1] }

// storm is a crowd of which channels have fates of their own.
type storm struct {
	*crowd
	t      *testing.T
	p      *process
	random *rand.Rand
	spots  []*spot
	news   []*bulletin
	worked []work // what was told of each revision when it was made
	wrong  int    // complaints so far
}

// work is what a revision was said to do.
type work struct {
	number int
	kind   string
	total  int
}

const (
	stormDiscord, stormTeams, stormPerTeam = 100, 10, 4
	firstTeam                              = "T0STORM0"
)

func newStorm(t *testing.T, seed uint64, url string) *storm {
	t.Helper()
	timed, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	t.Cleanup(cancel)
	ctx, giveUp := context.WithCancelCause(timed)
	chances := []slacktest.Chance{{Match: slacktest.Match{Method: "chat.update"}, Fault: slacktest.Error500Before, P: .02}} // a post that may have been lost is looked for for a minute
	for _, method := range []string{"chat.postMessage", "chat.update"} {
		for _, f := range []slacktest.Fault{slacktest.ResetAfterStore, slacktest.Error502AfterStore, slacktest.RateLimited(1)} {
			chances = append(chances, slacktest.Chance{Match: slacktest.Match{Method: method}, Fault: f, P: .015})
		}
	}
	s := &storm{t: t, random: rand.New(rand.NewPCG(seed, 11)), crowd: &crowd{giveUp: giveUp, database: "DATABASE_URL=" + url, far: &far{ctx: ctx,
		discord: discordtest.Start(t, discordtest.WithLimits(discordtest.DocumentedLimits())), slack: slacktest.Start(t, slacktest.WithFaults(seed, chances...))}}}
	s.discord.SetFaults(discordtest.Faults{Seed: seed, ResetAfterStore: .015, Status502After: .01, Status500Before: .015, ResetBeforeStore: .01, CutBody: .01, EmptyJSON: .01, RateLimitedShared: .01})
	s.discord.AddChannel(guild, guildChannel)
	for i, channel := range s.discord.AddChannels(stormDiscord) {
		s.spots = append(s.spots, &spot{name: fmt.Sprint("Discord's channel ", i), discord: channel.ID, from: 1})
	}
	var tokens []string
	for i := range stormTeams {
		team := fmt.Sprint("T0STORM", i)
		tokens = append(tokens, s.slack.AddWorkspace(team))
		for j := range stormPerTeam {
			channel := fmt.Sprintf("C0STORM%dX%d", i, j)
			s.slack.AddChannel(team, channel, slacktest.Public, true)
			s.spots = append(s.spots, &spot{name: fmt.Sprint("Slack's channel ", j, " in workspace ", i), at: place{team, channel}, from: 1})
		}
	}
	s.slack.AddChannel(firstTeam, deskOnSlack, slacktest.Public, true)
	s.cast()
	s.env = []string{
		"DISCORD_TOKEN=" + discordtest.Token, "DISCORD_API_URL=" + s.discord.URL(),
		"SLACK_BOT_TOKEN=" + strings.Join(tokens, ","), "SLACK_APP_TOKEN=" + s.slack.AppToken, "SLACK_API_URL=" + s.slack.URL(),
		"STORYBOT_ADMINS=discord:" + discordtest.DefaultUser + ",slack:" + firstTeam + "/" + reader, s.database,
	}
	return s
}

// cast gives channels their fates.
func (s *storm) cast() {
	for _, part := range []struct {
		of    []*spot
		fates map[fate]int
	}{
		{s.spots[:stormDiscord], map[fate]int{urgent: 10, late: 8, leaver: 6, heals: 2, blocked: 1, gone: 2, bereft: 6, refuses: 6}},
		{s.spots[stormDiscord:], map[fate]int{urgent: 4, late: 4, leaver: 3, heals: 1, blocked: 1, gone: 1, bereft: 3, refuses: 2}},
	} {
		order := s.random.Perm(len(part.of))
		for _, f := range []fate{urgent, late, leaver, heals, blocked, gone, bereft, refuses} {
			for range part.fates[f] {
				part.of[order[0]].fate = f
				order = order[1:]
			}
		}
	}
}

// of are the channels with a fate.
func (s *storm) of(f fate) (list []*spot) {
	for _, p := range s.spots {
		if p.fate == f {
			list = append(list, p)
		}
	}
	return list
}

func (s *storm) start() {
	s.t.Helper()
	s.p = s.crowd.start(s.t)
	s.p.waitReady()
	s.waitConnected(s.t)
}

// types types a command in a channel that the words of its answer are to hold.
func (s *storm) types(in *spot, command, target, rest, words string) string {
	s.t.Helper()
	said, err := "", error(nil)
	if in.discord != "" {
		options := map[string]string{"target": target}
		if command == "why" {
			options = map[string]string{"story": target}
		}
		for _, o := range strings.Fields(rest) {
			if name, value, ok := strings.Cut(o, ":"); ok {
				options[name] = value
			} else {
				options["number"] = o
			}
		}
		said, err = s.insist(in.discord, command, options)
	} else {
		said, err = s.slash(in.at, "/"+command, strings.TrimSpace(target+" "+rest))
	}
	if err != nil || !strings.Contains(said, words) {
		s.t.Fatalf("/%s %s %s in %s: %v %q", command, target, rest, in.name, err, said)
	}
	return said
}

func (s *storm) slash(at place, command, text string) (string, error) {
	a, err := s.ask(at, command, text)
	if err != nil {
		return "", err
	}
	return a.Visible(), nil
}

// ask types a command on Slack as soon as the bot is there.
func (s *storm) ask(at place, command, text string) (*slacktest.Answer, error) {
	for {
		if err := s.slack.WaitConnected(s.ctx); err != nil {
			return nil, err
		}
		a, err := s.slack.Slash(s.ctx, slacktest.Slash{Team: at.team, Channel: at.channel, User: reader, Command: command, Text: text})
		if !errors.Is(err, slacktest.ErrNotConnected) {
			return a, err
		}
	}
}

// gather starts the story and has the channels follow it.
func (s *storm) gather() {
	s.t.Helper()
	s.start()
	s.crowd.ask(s.t, guildChannel, "desk track", map[string]string{"headline": "The Rhine rises", "slug": "flood"})
	if _, err := s.insist(guildChannel, "desk here", nil); err != nil {
		s.t.Fatal(err)
	}
	for _, p := range s.spots {
		switch p.fate {
		case late:
		case urgent:
			s.types(p, "subscribe", "flood", "level:breaking", "flood")
		default:
			s.types(p, "subscribe", "flood", "", "flood")
		}
	}
	s.settle()
}

// publish publishes the next update.
func (s *storm) publish(level string, options ...string) {
	s.t.Helper()
	n := &bulletin{level: level, wordings: []wording{{says: 10}}}
	s.news = append(s.news, n)
	given := map[string]string{"story": "flood", "level": level, "text": fmt.Sprintf("Gauge %d reads 10 metres.", len(s.news))}
	for i := 0; i < len(options); i += 2 {
		given[options[i]] = options[i+1]
		n.wordings[0].standing = "UNVERIFIED"
	}
	said, err := s.insist(guildChannel, "update", given)
	if err != nil || !recorded.MatchString(said) {
		s.t.Fatalf("publish update %d: %v %q", len(s.news), err, said)
	}
}

// settle waits until nothing waits any more.
func (s *storm) settle() {
	s.t.Helper()
	again := time.NewTicker(400 * time.Millisecond)
	defer again.Stop()
	for left := s.deliveries(s.t, "pending,sending"); left != ""; left = s.deliveries(s.t, "pending,sending") {
		select {
		case <-again.C:
		case <-s.p.ended:
			s.t.Fatalf("the bot ended: %v", s.p.err)
		case <-s.ctx.Done():
			s.t.Fatalf("still unsent:\n%s", left)
		}
	}
	for _, n := range s.news {
		n.wordings[len(n.wordings)-1].settled = true
	}
}

// requests are those that the bot made so far.
func (s *storm) requests() int { return s.discord.Stats().Requests + s.slack.Posts() }

// kill ends the bot at a random moment of its work, or of its next start too, and
// starts it again.
func (s *storm) kill() {
	s.t.Helper()
	for range 1 + s.random.IntN(2) {
		at := s.requests() + s.random.IntN(40)
		working, cancel := context.WithTimeout(s.ctx, 2*time.Second) // or it has nothing left to do
		err := s.discord.Wait(working, func() bool { return s.requests() >= at })
		cancel()
		if s.ctx.Err() != nil {
			s.t.Fatal(err)
		}
		s.p.kill()
		s.p = s.crowd.start(s.t)
	}
	s.p.waitReady()
	s.waitConnected(s.t)
}

// trouble has the channels' fates befall them.
func (s *storm) trouble() {
	s.t.Helper()
	for _, p := range s.of(leaver) {
		s.types(p, "unsubscribe", "flood", "", "flood")
	}
	for _, p := range append(s.of(heals), s.of(blocked)...) {
		if p.discord != "" {
			s.discord.SetPermissions(p.discord, discordtest.ViewChannel)
		} else {
			yes := true
			s.slack.SetChannel(p.at.team, p.at.channel, slacktest.ChangeChannel{Archived: &yes})
		}
	}
	for _, p := range s.of(gone) {
		if p.discord != "" {
			s.discord.DeleteChannel(p.discord)
			continue
		}
		yes := true
		s.slack.SetChannel(p.at.team, p.at.channel, slacktest.ChangeChannel{Deleted: &yes})
		if err := s.slack.Event(s.ctx, p.at.team, map[string]any{"type": "channel_deleted", "channel": p.at.channel}); err != nil {
			s.t.Fatal(err)
		}
	}
	for _, p := range s.of(bereft) {
		for _, m := range s.shown(p) {
			if strings.Contains(m.text, "Gauge 1 ") {
				m.remove()
				p.lost = m.text
			}
		}
		if p.lost == "" {
			s.t.Fatalf("%s has no copy to be deleted", p.name)
		}
	}
	for _, p := range s.of(refuses) {
		if p.discord != "" {
			old := discordtest.RateLimitedWith(30046, 2, "2")
			s.discord.FailNext(discordtest.Match{Op: discordtest.EditMessage, Channel: p.discord}, old, old, old)
		} else {
			s.slack.Fail(slacktest.Match{Method: "chat.update", Team: p.at.team, Channel: p.at.channel}, 2, slacktest.RateLimited(2))
		}
	}
}

// subscribeLate has those follow the story who come late.
func (s *storm) subscribeLate() {
	s.t.Helper()
	for _, p := range s.of(late) {
		s.types(p, "subscribe", "flood", "", "flood")
		p.from = len(s.news) + 1
	}
}

// done are the words of what was done, with the button that does it.
var done = map[string]struct{ button, kind string }{
	"correct": {"Correct it", "correction"}, "fix": {"Fix it", "fix"}, "withdraw": {"Withdraw it", "withdrawal"},
	"hold": {"Put it on hold", "hold"}, "release": {"Release it", "release"},
}

var (
	editsSaid = regexp.MustCompile(`edits ([\d,]+) cop`)
	postsSaid = regexp.MustCompile(`posts [A-Z ]+ to ([\d,]+) channel`)
	againSaid = regexp.MustCompile(`sends ([\d,]+) cop`)
	// laterSaid are the copies that are owed their edits in spite of what is known.
	laterSaid = regexp.MustCompile(`([\d,]+) cop(?:y is|ies are|y|ies) (?:in channels? that the bot cannot write|in a channel that the bot cannot write|could not be edited the last time)`)
)

// revise revises an update: on Slack what has another text, on Discord the others.
func (s *storm) revise(number int, w wording) {
	s.t.Helper()
	n := s.news[number-1]
	was := n.now()
	next := was
	next.kind, next.reason, next.settled = w.kind, w.reason, false
	switch w.kind {
	case "correct", "fix":
		next.says++
	case "hold":
		next.standing = "ON HOLD"
	case "withdraw":
		next.standing = "WITHDRAWN"
	case "release":
		next.standing = ""
	}
	n.wordings = append(n.wordings, next)
	text, said := fmt.Sprintf("Gauge %d reads %d metres.", number, next.says), ""
	if next.says != was.says {
		why := ""
		if w.reason != "" {
			why = fmt.Sprintf("reason:%q ", w.reason)
		}
		asked, err := s.ask(place{firstTeam, deskOnSlack}, "/desk", fmt.Sprintf("%s flood %d %s%s", w.kind, number, why, text))
		if err != nil {
			s.t.Fatal(err)
		}
		answer, err := s.slack.Press(s.ctx, asked.Message, done[w.kind].button, reader)
		if err != nil {
			s.t.Fatalf("%q: %v", asked.Visible(), err)
		}
		said = answer.Visible()
	} else {
		options := map[string]string{"story": "flood", "number": strconv.Itoa(number)}
		if w.reason != "" {
			options["reason"] = w.reason
		}
		asked, err := s.discord.Command(s.ctx, discordtest.Interaction{Channel: guildChannel, Name: "desk " + w.kind, Options: options})
		if err != nil {
			s.t.Fatal(err)
		}
		answer, err := s.discord.Press(s.ctx, asked.Message, done[w.kind].button, discordtest.Interaction{Channel: guildChannel})
		if err != nil {
			s.t.Fatalf("%q: %v", asked.Message.Text, err)
		}
		said = answer.Message.Text
	}
	if !strings.Contains(said, "update "+strconv.Itoa(number)+" of flood") && !strings.Contains(said, "update "+strconv.Itoa(number)+" on hold") {
		s.t.Fatalf("%s %d: %q", w.kind, number, said)
	}
	total := 0
	for _, count := range []*regexp.Regexp{editsSaid, postsSaid, againSaid, laterSaid} {
		for _, found := range count.FindAllStringSubmatch(said, -1) {
			v, _ := strconv.Atoi(strings.ReplaceAll(found[1], ",", ""))
			total += v
		}
	}
	if total > 0 {
		s.worked = append(s.worked, work{number, done[w.kind].kind, total})
	}
}

// calm ends all faults, heals those that heal, and waits for the rest.
func (s *storm) calm() {
	s.t.Helper()
	s.discord.SetFaults(discordtest.Faults{})
	s.slack.Heal()
	for _, p := range s.of(heals) {
		if p.discord != "" {
			s.discord.SetPermissions(p.discord, discordtest.DefaultPermissions)
			continue
		}
		no := false
		s.slack.SetChannel(p.at.team, p.at.channel, slacktest.ChangeChannel{Archived: &no})
		if err := s.slack.Event(s.ctx, p.at.team, map[string]any{"type": "channel_unarchive", "channel": p.at.channel}); err != nil {
			s.t.Fatal(err)
		}
	}
	s.settleHeld()
}
