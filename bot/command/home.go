package command

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"storybot/bot"
	"storybot/stories"
)

// lobby is the bot's own page, where a platform has one: what who opens it follows,
// what the channels around follow, the newest stories and, for moderators, how the desk
// stands.
type lobby struct {
	log        *slog.Logger
	following  Following
	index      Index
	workspaces Workspaces
	follows    *follows
	running    *running
}

// How much of each list a page shows.
const (
	ownPage     = 8
	channelPage = 8
	newsPage    = 5
)

// home is the page. It is asked in the person's direct message, whose subscriptions are
// their own.
func (m *lobby) home(ctx context.Context, r request, in bot.Home) (bot.Reply, error) {
	spec, _ := bot.SpecOf(bot.ActionHome)
	args, err := spec.Parse(in.At)
	if err != nil { // also what is made up: it begins at the beginning
		args = bot.Args{}
	}
	return m.page(ctx, r, args, in.First)
}

// pressHome turns to another part of the page's lists.
func (m *lobby) pressHome(ctx context.Context, r request, args bot.Args) (bot.Reply, error) {
	return m.page(ctx, r, args, false)
}

func (m *lobby) page(ctx context.Context, r request, args bot.Args, first bool) (bot.Reply, error) {
	here, err := m.follows.listed(ctx, r)
	if err != nil {
		return bot.Reply{}, err
	}
	newest, stored, err := m.index.Search(ctx, "", 0, newsPage)
	if err != nil {
		return bot.Reply{}, err
	}
	at := places{own: within(args.Number(0), len(here.subs)+len(here.mutes)), channels: int(min(args.Number(1), maxOffset))}
	var msg bot.Message
	if here.warning != nil {
		msg.Blocks = append(msg.Blocks, *here.warning)
	}
	if first {
		msg.Blocks = append(msg.Blocks, welcome...)
	}
	desk, wrong := m.desk(ctx, r)
	if wrong {
		msg.Blocks = append(msg.Blocks, desk...)
	}
	msg.Blocks = slices.Concat(msg.Blocks, r.ownRows(here, at), m.channelRows(ctx, r, at), newsRows(newest))
	if !wrong {
		msg.Blocks = append(msg.Blocks, desk...)
	}
	if len(here.subs) > 0 {
		msg.Buttons = append(msg.Buttons, bot.NewButton("Catch up", bot.ActionCatchUp, 0), bot.NewButton("Pause or resume", bot.ActionList, 0))
	}
	if stored > len(newest) {
		msg.Buttons = append(msg.Buttons, bot.NewWordButton("All stories", bot.ActionPage, 0, "q"))
	}
	if len(desk) > 0 {
		msg.Buttons = append(msg.Buttons, bot.NewButton("Desk status", bot.ActionStatus, 0))
	}
	return bot.Reply{Message: msg}, nil
}

// places are where the lists of a page begin.
type places struct{ own, channels int }

// maxOffset bounds what a button may ask to leave out.
const maxOffset = 1 << 30

// within is an offset in a list of so many, the last page's where it is beyond.
func within(offset int64, total int) int {
	if offset < int64(total) {
		return int(offset)
	}
	return max(0, total-1) / ownPage * ownPage
}

// welcome is what a person reads once, when they open the page for the first time.
var welcome = []bot.Block{
	heading("News as it develops"),
	bot.Para(bot.Text("A story is something that goes on: ask for it with "), bot.Code("/story"), bot.Text(" and its name, and follow it here or in a channel with "), bot.Code("/subscribe"),
		bot.Text(". Its updates then come once each, in order, and are corrected in place. What you follow in your direct message with the bot is yours alone.")),
}

// ownRows are what the person follows, each with the button that ends it.
func (r request) ownRows(here following, at places) []bot.Block {
	blocks := []bot.Block{heading("You follow")}
	total := len(here.subs) + len(here.mutes)
	if total == 0 {
		return append(blocks, bot.Para(bot.Text("Nothing yet. Open a story and press Follow, or type "), bot.Code("/subscribe"), bot.Text(" and its name in your direct message with the bot: its updates come to you alone.")))
	}
	end := min(at.own+ownPage, total)
	for _, sub := range here.subs[min(at.own, len(here.subs)):min(end, len(here.subs))] {
		row := item(subscriptionSpans(sub)...)
		stop := r.endButton(sub)
		stop.Label, _ = bot.Cut("Stop "+sub.Target.String(), bot.RowLabel)
		row.Button = &stop
		blocks = append(blocks, row)
	}
	for _, mute := range here.mutes[max(0, at.own-len(here.subs)):max(0, end-len(here.subs))] {
		blocks = append(blocks, r.muteRow(mute, here.now))
	}
	return append(blocks, turning(at.own, end, total, rangeWords(at.own+1, end, total), func(to int) places { return places{to, at.channels} })...)
}

// channelRows are the channels around that follow anything. A person is told of none
// that they are not surely allowed to know of.
func (m *lobby) channelRows(ctx context.Context, r request, at places) []bot.Block {
	viewer, ok := r.Asker.(bot.Viewer)
	if !ok {
		return nil
	}
	found, total, err := m.workspaces.Open(ctx, r.Where, at.channels, channelPage)
	if err != nil {
		m.log.Warn("what the channels of a workspace follow was not looked up", "err", err)
		return []bot.Block{heading("Channels follow"), bot.Para(bot.Text("What the channels here follow cannot be shown just now. Open this page again in a minute."))}
	}
	if total == 0 {
		return nil
	}
	asked := make([]stories.Destination, len(found))
	for i, f := range found {
		asked[i] = f.Place.Place
	}
	seen := viewer.Sees(ctx, asked)
	blocks := []bot.Block{heading("Channels follow")}
	for _, f := range found {
		if slices.Contains(seen, f.Place.Place) {
			blocks = append(blocks, item(bot.Span{Text: "#" + bot.OneLine(f.Place.Name), Place: f.Place.Place}, bot.Text(": "+followedWords(f))))
		}
	}
	if len(seen) == 0 && at.channels == 0 {
		return nil // not even how many there are
	}
	// How many there are is not said: some of them may have been closed to others since.
	return append(blocks, turning(min(at.channels, total), min(at.channels+channelPage, total), total, "More channels follow something", func(to int) places { return places{at.own, to} })...)
}

// followedWords names what a channel follows.
func followedWords(f stories.Followed) string {
	var names []string
	for _, t := range f.Targets {
		names = append(names, t.String())
	}
	if f.More > 0 {
		return fmt.Sprintf("%s and %s more", strings.Join(names, ", "), bot.Count(f.More))
	}
	return strings.Join(names, ", ")
}

// newsRows are the newest stories.
func newsRows(found []stories.Hit) []bot.Block {
	if len(found) == 0 {
		return nil
	}
	newest := make([]stories.Story, len(found))
	for i, hit := range found {
		newest[i] = hit.Story
	}
	return append([]bot.Block{heading("Newest stories")}, storyRows(newest, answerRoom)...)
}

// turning is how the rest of a list is reached: a row that says so, with the button that
// goes on, and one that leads back.
func turning(from, end, total int, more string, to func(int) places) (rows []bot.Block) {
	row := func(text, label string, at places) {
		turn := bot.NewButton(label, bot.ActionHome, int64(at.own), int64(at.channels))
		rows = append(rows, bot.Block{Kind: bot.Item, Spans: []bot.Span{bot.Text(text)}, Button: &turn})
	}
	if end < total {
		row(more, "More", to(end))
	}
	if from > 0 {
		row("Back to the first of them", "Back", to(0))
	}
	return rows
}

// desk is how the desk stands, for a moderator; nothing for anybody else. wrong says
// that it needs one.
func (m *lobby) desk(ctx context.Context, r request) (blocks []bot.Block, wrong bool) {
	now, err := m.running.machinery(ctx, r.User)
	switch {
	case stories.CodeOf(err) == stories.CodeForbidden:
		return nil, false
	case err != nil:
		m.log.Warn("the desk's state was not looked up for the page of a moderator", "err", err)
		return []bot.Block{heading("The desk"), bot.Para(bot.Text("How the desk stands cannot be shown just now."))}, false
	}
	return append([]bot.Block{heading("The desk")}, now.verdict()...), len(now.troubles()) > 0
}
