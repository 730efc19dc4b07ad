package slack

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"storybot/bot"
	"storybot/bot/slack/slacktest"
	"storybot/stories"
)

// hotel is a handler with a home page, and what it was asked.
type hotel struct {
	mu    sync.Mutex
	asked []bot.Command
	rows  int
	live  func(context.Context) (bot.Message, bool, error) // how what was pressed goes on
	sees  []stories.Destination
	seen  []stories.Destination
}

func (h *hotel) handle(ctx context.Context, c bot.Command) bot.Reply {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.asked = append(h.asked, c)
	switch in := c.Input.(type) {
	case bot.Home:
		if h.sees != nil {
			h.seen = c.Asker.(bot.Viewer).Sees(ctx, h.sees)
		}
		m := bot.Message{Blocks: []bot.Block{bot.Para(bot.Text(fmt.Sprintf("Page %q, first %v, after %d", in.At, in.First, len(h.asked))))},
			Buttons: []bot.Button{bot.NewButton("More", bot.ActionHome, 0, 8)}}
		for i := range h.rows {
			stop := bot.NewButton(fmt.Sprintf("Stop %d", i), bot.ActionEnd, int64(i+1))
			m.Blocks = append(m.Blocks, bot.Block{Kind: bot.Item, Spans: []bot.Span{bot.Text("A row\nand what stands below it")}, Button: &stop})
		}
		open := bot.NewButton("flood", bot.ActionOpen, 7)
		m.Blocks = append([]bot.Block{{Kind: bot.Item, Spans: []bot.Span{bot.Text("The flood")}, Button: &open}}, m.Blocks...)
		return bot.Reply{Message: m}
	case bot.Press:
		if in.Action == bot.ActionHome {
			return bot.Reply{Message: bot.Plainly("Turned to " + in.Arg)}
		}
		m := bot.Plainly("Did " + string(in.Action) + " " + in.Arg + " for " + c.User.Ref)
		m.Buttons = []bot.Button{bot.NewWordButton("Follow again", bot.ActionAgain, 1, "s7"), bot.NewButton("Timeline", bot.ActionTimeline, 7)}
		return bot.Reply{Message: m, Live: h.live}
	}
	return bot.Reply{Message: bot.Plainly(told(c.Input))}
}

// last is what was asked last that was no page.
func (h *hotel) last() (c bot.Command) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, asked := range h.asked {
		if _, page := asked.Input.(bot.Home); !page {
			c = asked
		}
	}
	return c
}

// TestHome: opened and pressed, the tab shows what is so now, to who asked and nobody else.
func TestHome(t *testing.T) {
	h := &hotel{rows: 2}
	r := startRig(t, setup{handle: h.handle})
	dm := r.slack.Direct("T1", "U1")
	home := func(a *slacktest.Answer, err error) *slacktest.View {
		t.Helper()
		if err != nil || a.Via != "home" {
			t.Fatalf("answer %+v, %v", a, err)
		}
		return a.View
	}
	v := home(r.slack.OpenHome(r.ctx(), "T1", "U1"))
	if got := v.Visible(); !strings.Contains(got, `Page "", first true`) {
		t.Errorf("at first %q", got)
	}
	if c := h.asked[0]; c.Where != destination("T1", dm) || !c.Direct || c.User.Ref != userRef("T1", "U1") || c.Lane != "slack:T1" {
		t.Errorf("asked in %+v", c)
	}
	if c := h.asked[0]; c.Asker.Posts(r.ctx()) != nil {
		t.Error("the direct message of a home tab is the person's own")
	}
	v = home(r.slack.OpenHome(r.ctx(), "T1", "U1"))
	if got := v.Visible(); !strings.Contains(got, `first false`) {
		t.Errorf("then %q", got)
	}
	// What changes something is answered in the tab.
	v = home(r.slack.PressView(r.ctx(), v, "Stop 1"))
	if got := v.Visible(); !strings.HasPrefix(got, "Did end 2 for slack:T1/U1") || !strings.Contains(got, "The flood") || !strings.Contains(got, "Follow again") {
		t.Errorf("after a press %q", got)
	}
	if c := h.last(); c.Where != destination("T1", dm) || !c.Direct {
		t.Errorf("pressed in %+v", c.Where)
	}
	v = home(r.slack.PressView(r.ctx(), v, "Follow again"))
	if got := v.Visible(); !strings.HasPrefix(got, "Did again 1.s7") {
		t.Errorf("after following again %q", got)
	}
	// Its lists turn, and stay turned.
	v = home(r.slack.PressView(r.ctx(), v, "More"))
	if got := v.Visible(); got != "Turned to 0.8" || v.PrivateMetadata != "0.8" {
		t.Errorf("turned: %q at %q", got, v.PrivateMetadata)
	}
}

// TestHomeOpensWhatIsRead: what changes nothing opens above the tab; what is pressed there
// is about the same direct message, and the tab below says what it changed.
func TestHomeOpensWhatIsRead(t *testing.T) {
	h := &hotel{}
	r := startRig(t, setup{handle: h.handle})
	dm := r.slack.Direct("T1", "U1")
	a := must[*slacktest.Answer](t)(r.slack.OpenHome(r.ctx(), "T1", "U1"))
	// press waits for both: what is shown above the tab, and the tab as it is then.
	press := func(v *slacktest.View, label string) *slacktest.Answer {
		t.Helper()
		first := must[*slacktest.Answer](t)(r.slack.PressView(r.ctx(), v, label))
		then := must[*slacktest.Answer](t)(first.Next(r.ctx()))
		if first.Via == "home" {
			first, then = then, first
		}
		if first.Via != "view" || then.Via != "home" {
			t.Fatalf("[%s]: %+v, %+v", label, first, then)
		}
		return first
	}
	a = press(a.View, "flood")
	if !strings.HasPrefix(a.View.Visible(), "Did open 7") {
		t.Fatalf("answer %+v", a)
	}
	b := press(a.View, "Follow again")
	if !b.Replaces || !strings.HasPrefix(b.View.Visible(), "Did again") {
		t.Errorf("in the view %+v", b)
	}
	if c := h.last(); c.Where != destination("T1", dm) || !c.Direct {
		t.Errorf("pressed in %+v", c.Where)
	}
}

// TestHomeShowsTheNewest: a press in a tab that shows something else by now, as that of
// another device does, shows what is so after it.
func TestHomeShowsTheNewest(t *testing.T) {
	h := &hotel{rows: 1}
	r := startRig(t, setup{handle: h.handle})
	old := must[*slacktest.Answer](t)(r.slack.OpenHome(r.ctx(), "T1", "U1")).View
	must[*slacktest.Answer](t)(r.slack.OpenHome(r.ctx(), "T1", "U1"))
	a := must[*slacktest.Answer](t)(r.slack.PressView(r.ctx(), old, "Stop 0"))
	if got := a.View.Visible(); !strings.HasPrefix(got, "Did end 1") || !strings.Contains(got, "after 5") {
		t.Errorf("shown %q", got)
	}
	// What Slack cannot take now is tried again.
	r.slack.Fail(slacktest.Match{Method: "views.publish"}, 1, slacktest.Error500Before)
	if a := must[*slacktest.Answer](t)(r.slack.OpenHome(r.ctx(), "T1", "U1")); a.Via != "home" {
		t.Errorf("answer %+v", a)
	}
}

// TestHomeFits: whatever a page and what was done hold, Slack takes them.
func TestHomeFits(t *testing.T) {
	h := &hotel{rows: 300}
	r := startRig(t, setup{handle: h.handle})
	a := must[*slacktest.Answer](t)(r.slack.OpenHome(r.ctx(), "T1", "U1"))
	if got := a.View.Visible(); !strings.Contains(got, "Stop 30") || !strings.Contains(got, "The rest does not fit") {
		t.Errorf("shown %q", got)
	}
	long := bot.Message{Title: "T", Blocks: []bot.Block{bot.Para(bot.Text(strings.Repeat("ä & ", 9000)))}}
	for range 40 {
		long.Blocks = append(long.Blocks, bot.Block{Kind: bot.Small, Spans: []bot.Span{bot.Text("small")}}, bot.Para(bot.Text("x")))
	}
	if n := len(tabOf(&long, &long, "").Blocks); n > 100 {
		t.Errorf("%d blocks", n)
	}
	if got := tabOf(nil, &long, `{"made":"up"}`).Metadata; got != "" {
		t.Errorf("kept %q", got)
	}
}

// TestHomeWithoutADirectMessage: where Slack does not tell whose direct message the tab
// belongs to nothing is done, and the tab says so.
func TestHomeWithoutADirectMessage(t *testing.T) {
	h := &hotel{rows: 1}
	r := startRig(t, setup{handle: h.handle})
	v := must[*slacktest.Answer](t)(r.slack.OpenHome(r.ctx(), "T1", "U1")).View
	r.platform.directory.directs.drop(userRef("T1", "U1"))
	r.slack.Fail(slacktest.Match{Method: "conversations.open"}, -1, slacktest.Error500Before)
	n := len(h.asked)
	a := must[*slacktest.Answer](t)(r.slack.PressView(r.ctx(), v, "Stop 0"))
	if got := a.View.Visible(); a.Via != "view" || strings.Count(got, "could not be found") != 1 || len(h.asked) != n {
		t.Errorf("shown %q by %s after %d questions", got, a.Via, len(h.asked)-n)
	}
}

// TestHomeTellsTheEnd: what was pressed in the tab and ended otherwise than it began is
// said there as well.
func TestHomeTellsTheEnd(t *testing.T) {
	h := &hotel{rows: 1, live: func(context.Context) (bot.Message, bool, error) {
		return bot.Message{Tone: bot.Refusal, Blocks: []bot.Block{bot.Para(bot.Text("It could not be posted."))}}, true, nil
	}}
	r := startRig(t, setup{handle: h.handle})
	v := must[*slacktest.Answer](t)(r.slack.OpenHome(r.ctx(), "T1", "U1")).View
	a := must[*slacktest.Answer](t)(r.slack.PressView(r.ctx(), v, "Stop 0"))
	if got := a.View.Visible(); !strings.HasPrefix(got, "Did end 1") {
		t.Errorf("at first %q", got)
	}
	a = must[*slacktest.Answer](t)(a.Next(r.ctx()))
	if got := a.View.Visible(); a.Via != "home" || !strings.HasPrefix(got, "It could not be posted.") || !strings.Contains(got, "The flood") {
		t.Errorf("at the end %q by %s", got, a.Via)
	}
}

// TestHomeOfTheOtherTab: the messages tab is none of ours to fill.
func TestHomeOfTheOtherTab(t *testing.T) {
	r := startRig(t, setup{})
	for _, event := range []map[string]any{
		{"type": "app_home_opened", "user": "U1", "channel": "D1", "tab": "messages"},
		{"type": "app_home_opened", "channel": "D1", "tab": "home"},
		{"type": "app_home_opened", "user": slackbot, "tab": "home"},
		{"type": "app_home_opened", "user": 7, "tab": []int{1}},
	} {
		if err := r.slack.Event(r.ctx(), "T1", event); err != nil {
			t.Errorf("%v: %v", event, err)
		}
	}
	if n := r.slack.Calls("views.publish"); n != 0 {
		t.Errorf("%d tabs were filled", n)
	}
}

// TestWhoSeesWhichChannels: of a channel nobody is told that does not surely know of it.
func TestWhoSeesWhichChannels(t *testing.T) {
	h := &hotel{sees: []stories.Destination{destination("T1", "C1"), destination("T1", "C2"), destination("T1", "G1"), destination("T1", "C404"), destination("T2", "C1")}}
	r := startRig(t, setup{handle: h.handle, before: func(s *slacktest.Server) {
		s.AddChannel("T1", "C2", slacktest.Public, false)
		s.AddChannel("T1", "G1", slacktest.Private, true)
		s.AddUser("T1", slacktest.User{ID: "U2", Name: "gus", Guest: true})
		s.AddUser("T1", slacktest.User{ID: "U3", Name: "fay", Home: "T9"})
	}})
	see := func(user string) string {
		must[*slacktest.Answer](t)(r.slack.OpenHome(r.ctx(), "T1", user))
		h.mu.Lock()
		defer h.mu.Unlock()
		return fmt.Sprint(h.seen)
	}
	if got := see("U1"); got != "[slack:T1/C1 slack:T1/C2]" {
		t.Errorf("a member sees %s", got)
	}
	for _, user := range []string{"U2", "U3"} {
		if got := see(user); got != "[]" {
			t.Errorf("%s sees %s", user, got)
		}
	}
	r.platform.directory.rooms.drop(roomKey("T1", "C1"))
	r.slack.Fail(slacktest.Match{Method: "conversations.info", Channel: "C1"}, -1, slacktest.Error500Before)
	if got := see("U1"); got != "[slack:T1/C2]" {
		t.Errorf("of one that Slack does not describe now: %s", got)
	}
	r.platform.directory.people.drop(userRef("T1", "U1"))
	r.slack.Fail(slacktest.Match{Method: "users.info"}, -1, slacktest.Error500Before)
	if got := see("U1"); got != "[]" {
		t.Errorf("of whom Slack says nothing now: %s", got)
	}
}
