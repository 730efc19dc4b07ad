package slack

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"storybot/bot"
	"storybot/stories"
)

// tab is the app's home tab as a person had it before them.
// https://docs.slack.dev/surfaces/app-home
type tab struct {
	hash string // of what it showed, "" where it showed nothing yet
	at   string // where in its lists that began
	// above is the view that could be opened above it instead, by a press that is answered
	// in the tab.
	above *window
}

// homeMark is the private metadata of views that were opened from the home tab: what is
// pressed in them is about the person's own direct message, and changes what the tab says.
const homeMark = "home"

// What a home tab may hold: what came of the last press, and the page below it.
// https://docs.slack.dev/reference/views/home-tab-views
var (
	inTabAbove = space{blocks: 12, units: 3000}
	inTab      = space{blocks: 100 - 12 - 1, units: 2 * maxMessage}
)

// opened reads that somebody opened the home tab. Of one who never did before, Slack
// sends no view. https://docs.slack.dev/reference/events/app_home_opened
func (h *ear) opened(team string, event json.RawMessage, id string) *ask {
	var e struct {
		User    idOf   `json:"user"`
		Channel idOf   `json:"channel"`
		Tab     string `json:"tab"`
		View    *view  `json:"view"`
	}
	if !decode(event, &e) || e.Tab != "home" || e.User == "" || e.User == slackbot {
		return nil
	}
	a := &ask{command: newCommand(team, string(e.Channel), string(e.User), ""), home: &tab{}}
	a.command.Key = platformName + ":" + id
	in := bot.Home{First: e.View == nil || e.View.ID == ""}
	if !in.First {
		a.home.hash = e.View.Hash
	}
	a.input = func(ctx context.Context) bot.Input {
		h.atHome(ctx, a)
		return in
	}
	return a
}

// inHome has a press be one in the home tab, or in a view that was opened from it. What
// changes something is answered in the tab, all else in a view above it.
func (h *ear) inHome(a *ask, v *view, press bot.Press) {
	if v == nil || v.Type != "home" && v.Metadata != homeMark {
		return
	}
	a.home = &tab{}
	if v.Type == "home" {
		a.home.hash, a.home.at = v.Hash, v.Metadata
		if spec, _ := bot.SpecOf(press.Action); spec.Changes || press.Action == bot.ActionHome {
			a.home.above, a.window = a.window, nil
		}
	}
	if press.Action == bot.ActionHome {
		a.home.at = press.Arg
	}
	if a.window != nil {
		a.window.mark = homeMark
	}
	a.input = func(ctx context.Context) bot.Input {
		h.atHome(ctx, a)
		return press
	}
}

// notFound is what is answered where the person's direct message with the bot, which
// the home tab is about, could not be found.
const notFound = "Your direct message with Storybot could not be found with Slack now; nothing was changed. Try again in a minute. If this stays so, whoever runs Storybot sees why in its log."

// atHome has what is asked in the home tab be about the person's direct message with the
// bot. Where Slack does not tell which that is, the ask is refused.
func (h *ear) atHome(ctx context.Context, a *ask) {
	c := &a.command
	team, user := c.Where.Workspace, userOf(c.User.Ref)
	channel := c.Where.Channel
	if !alone(channel) {
		channel = h.directory.directWith(ctx, team, user)
	}
	if channel == "" {
		a.refusal = &bot.Reply{Message: bot.Plainly(notFound), Failed: true}
		return
	}
	h.directory.directs.put(userRef(team, user), channel, time.Now())
	h.tellDirect(team, channel, user)
	c.Where, c.Direct, a.spot.ours = destination(team, channel), true, true
}

// directWith is the direct message between a person and the bot, "" where that cannot be
// found out; opening it shows nothing to anybody.
// https://docs.slack.dev/reference/methods/conversations.open
func (d *directory) directWith(ctx context.Context, team, user string) string {
	if channel, ok := d.directs.get(userRef(team, user), time.Now()); ok {
		return channel
	}
	w, err := d.serving(ctx, team)
	if err != nil {
		return ""
	}
	var info channelInfo
	switch f := d.ask(ctx, w, post("conversations.open", w.token, url.Values{"users": {user}}), &info); {
	case f != nil:
		d.log.Info("slack direct message not looked up", "err", f)
		return ""
	case !alone(info.Channel.ID), info.Channel.IsMPIM, isNot(info.Channel.IsIM), info.Channel.User != "" && info.Channel.User != user:
		return ""
	}
	return info.Channel.ID
}

// Sees is bot.Viewer's. Full members of the workspace may know of its public channels;
// who else may know of what is not asked, and of what Slack leaves out nobody may.
func (a *asker) Sees(ctx context.Context, places []stories.Destination) (seen []stories.Destination) {
	w, err := a.directory.serving(ctx, a.team())
	if err != nil || !w.grants("users:read") {
		return nil
	}
	if known, f := a.person(ctx, w, rightsLife); f != nil || known.kind != member || known.team != a.team() || a.spot.home != "" {
		return nil
	}
	open := make([]bool, len(places))
	var asking sync.WaitGroup
	for i, p := range places {
		if p.In() == destination(a.team(), "") {
			asking.Go(func() {
				known, f := a.directory.lookUpRoom(ctx, w, a.team(), p.Channel)
				open[i] = f == nil && !known.private && !known.vague
			})
		}
	}
	asking.Wait()
	for i, p := range places {
		if open[i] {
			seen = append(seen, p)
		}
	}
	return seen
}

// takeAtHome does what was asked in a home tab: one thing of a person at a time. What is
// answered in a view above the tab may go on there for long; the tab does not wait for it.
func (i *intake) takeAtHome(work, run context.Context, h bot.Handler, a *ask) {
	back := i.tabs.take(work, a.command.User.Ref)
	t, ok := takeTurn(work, i.slots)
	if !ok {
		back()
		return
	}
	r, answerable := i.carryOut(work, h, t, a)
	t.end()
	if !answerable {
		back()
		return
	}
	if a.refusal != nil && a.windowAbove() { // the page could not be asked for either
		back()
		i.answer(work, run, a, r)
		return
	}
	var showing sync.WaitGroup
	defer showing.Wait()
	showing.Go(func() {
		defer back()
		i.showHome(work, h, a, r)
	})
	switch {
	case a.window != nil:
		i.answer(work, run, a, r)
	case r.Live != nil:
		showing.Wait()
		i.follow(run, i.homeTeller(h, a), r, i.log.With("key", a.command.Key))
	}
}

// windowAbove has what was pressed in a home tab answered in a view above it, so that the
// tab stays as it is. It is false where none can be opened.
func (a *ask) windowAbove() bool {
	if a.home == nil || a.home.above == nil {
		return false
	}
	a.window, a.home.above = a.home.above, nil
	return true
}

// homeTeller says how what was pressed in a home tab ended, above its page.
func (i *intake) homeTeller(h bot.Handler, a *ask) teller {
	left := 1
	return teller{until: time.Now().Add(responseLife), left: func() int { return left }, say: func(ctx context.Context, m *bot.Message) *failure {
		left--
		defer i.tabs.take(ctx, a.command.User.Ref)()
		page := i.page(ctx, h, a)
		return i.publish(ctx, a, tabOf(m, &page.Message, a.home.at), "")
	}}
}

// showHome shows in the home tab what came of an ask: the page that was asked for, or
// what a press did above the page as it is since. It is never shown to anybody who did
// not ask.
func (i *intake) showHome(work context.Context, h bot.Handler, a *ask, r bot.Reply) {
	said, page := (*bot.Message)(nil), r
	if _, opened := a.command.Input.(bot.Home); !opened && !a.turns() {
		if page = i.page(work, h, a); a.window == nil {
			said = &r.Message
		}
	}
	f := i.publish(work, a, tabOf(said, &page.Message, a.home.at), a.home.hash)
	if f != nil && f.code == "hash_conflict" { // the tab shows something else by now: what is true now stays
		page = i.page(work, h, a)
		f = i.publish(work, a, tabOf(said, &page.Message, a.home.at), "")
	}
	if f != nil {
		i.log.Warn("slack home tab not shown", "key", a.command.Key, "err", f)
	}
}

// turns says that another part of the page's lists was asked for.
func (a *ask) turns() bool {
	press, ok := a.command.Input.(bot.Press)
	return ok && press.Action == bot.ActionHome
}

// page asks what the home tab is to say now.
func (i *intake) page(work context.Context, h bot.Handler, a *ask) bot.Reply {
	if a.refusal != nil {
		return *a.refusal
	}
	t, ok := takeTurn(work, i.slots)
	if !ok {
		return bot.Reply{Message: bot.Plainly(busy), Failed: true}
	}
	defer t.end()
	c := a.command
	c.Key, c.Input = c.Key+"/home", bot.Home{At: a.home.at}
	ctx, cancel := context.WithTimeout(work, i.timing.command)
	defer cancel()
	return h.Handle(t.within(ctx), c)
}

// homeView is a home tab as views.publish takes it.
type homeView struct {
	Type     string        `json:"type"`
	Blocks   []slack.Block `json:"blocks"`
	Metadata string        `json:"private_metadata,omitempty"`
}

// tabOf lays out what a press did, nil for nothing, above a page that begins at a place in
// its lists.
func tabOf(said, page *bot.Message, at string) homeView {
	b, v := &builder{}, homeView{Type: "home"}
	if said != nil {
		v.Blocks = append(v.Blocks, b.build(said, nobody, inTabAbove)...)
		v.Blocks = append(v.Blocks, slack.NewDividerBlock())
	}
	v.Blocks = append(v.Blocks, b.build(page, nobody, inTab)...)
	if len(v.Blocks) == 0 {
		v.Blocks = []slack.Block{slack.NewSectionBlock(plainText("Nothing to show."), nil, nil)}
	}
	if len(at) <= maxAt && strings.Trim(at, "0123456789.") == "" {
		v.Metadata = at
	}
	return v
}

// maxAt is how long the argument of an ActionHome can be.
const maxAt = 60

// longestWait is how long a home tab waits before it is shown: until then what was pressed
// in it stands there as before.
const longestWait = 30 * time.Second

// publish shows a view in the home tab, in place of the one with hash; "" for whatever is
// there. What surely did not arrive is tried again.
// https://docs.slack.dev/reference/methods/views.publish
func (i *intake) publish(ctx context.Context, a *ask, v homeView, hash string) *failure {
	encoded, err := json.Marshal(v)
	if err != nil {
		return &failure{method: "views.publish", err: err}
	}
	w, ok, _ := i.workspaces.await(ctx, a.command.Where.Workspace, i.timing.learn)
	if !ok || w.stopped != "" {
		return &failure{method: "views.publish", reach: unsent, err: errNoToken}
	}
	form := url.Values{"user_id": {userOf(a.command.User.Ref)}, "view": {string(encoded)}}
	if hash != "" {
		form.Set("hash", hash)
	}
	for try := 1; ; try++ {
		_, f := i.api.call(ctx, post("views.publish", w.token, form), new(status))
		again := f != nil && try < 3 && (f.limited || f.reach == unsent || f.status/100 == 5) && f.retryAfter <= longestWait
		if !again || !sleep(ctx, max(f.retryAfter, time.Second)) {
			return f
		}
	}
}
