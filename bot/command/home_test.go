package command

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"storybot/bot"
	"storybot/stories"
)

// viewer is an asker that may know of some channels.
type viewer struct {
	asker
	sees []string
}

func (v viewer) Sees(_ context.Context, places []stories.Destination) (seen []stories.Destination) {
	for _, p := range places {
		if slices.Contains(v.sees, p.Channel) {
			seen = append(seen, p)
		}
	}
	return seen
}

func office(channel string) stories.Destination {
	return stories.Destination{Platform: "far", Workspace: "T1", Channel: channel}
}

// opens has somebody open the bot's page, or press what is on it.
func (n *newsroom) opens(name string, in bot.Input, sees ...string) bot.Reply {
	n.t.Helper()
	n.asked++
	c := bot.Command{Key: fmt.Sprintf("far:%d", n.asked), Where: office("D" + name), Direct: true, Lane: lane, User: user(name), Input: in}
	c.Asker = viewer{asker{c}, sees}
	n.last = n.Handle(n.t.Context(), c)
	n.Wait()
	n.shown = offers(n.last.Message)
	for _, b := range n.shown {
		if _, err := (bot.Press{Action: b.Action, Arg: b.Arg}).Args(); err != nil {
			n.t.Errorf("button %+v cannot be understood when it is pressed", b)
		}
	}
	return n.last
}

// button finds what is pressed on the page.
func (n *newsroom) button(label string) bot.Press {
	n.t.Helper()
	for _, b := range n.shown {
		if b.Label == label {
			if b.Confirm != "" {
				n.t.Errorf("%q asks back in a direct message", label)
			}
			return bot.Press{Action: b.Action, Arg: b.Arg}
		}
	}
	n.t.Fatalf("no button %q in %v", label, n.shown)
	return bot.Press{}
}

// officeFollows has a channel of the office follow something, named and as open as said.
func (n *newsroom) officeFollows(channel, name string, access stories.Access, targets ...string) {
	n.t.Helper()
	if err := n.store.KeepNames(n.t.Context(), stories.Sighting{Places: []stories.PlaceName{{Place: office(channel), Form: stories.ChannelForm, Name: name, Access: access}}}, n.now); err != nil {
		n.t.Fatal(err)
	}
	for _, target := range targets {
		n.asked++
		t, err := stories.ParseTarget(target)
		if err != nil {
			n.t.Fatal(err)
		}
		f := stories.Follow{Destination: office(channel), Lane: lane, Target: t, Manages: func(context.Context) error { return nil }}
		if _, _, _, err := n.service.Subscriber.Subscribe(n.t.Context(), stories.Act{Key: fmt.Sprint("made:", n.asked), By: user("ria")}, f); err != nil {
			n.t.Fatal(err)
		}
	}
}

// TestHome: the page tells a person what is theirs and what they may see, and ends what
// they follow with one press.
func TestHome(t *testing.T) {
	n := openTracked(t)
	first := transcript(n.opens("ria", bot.Home{First: true}))
	for _, want := range []string{"News as it develops", "You follow\nNothing yet.", "Newest stories\n- sony-hack North Korea denies the attack on Sony"} {
		if !strings.Contains(first, want) {
			t.Errorf("the first page lacks %q:\n%s", want, first)
		}
	}
	if strings.Contains(first, "Channels follow") || strings.Contains(first, "desk") {
		t.Errorf("the first page of a reader:\n%s", first)
	}
	n.officeFollows("C1", "general", stories.OpenAccess, "sony-hack", "all")
	n.officeFollows("C2", "news", stories.OpenAccess, "all")
	n.officeFollows("C3", "layoffs", stories.PrivateAccess, "all")
	n.officeFollows("C4", "unsaid", stories.UnsaidAccess, "all")
	n.must(n.opens("ria", n.followPress("sony-hack")))
	page := transcript(n.opens("ria", bot.Home{}, "C1", "C3", "C4"))
	want := `You follow
- sony-hack · every update · active [Stop sony-hack]

Channels follow
- #general: sony-hack, all
`
	if !strings.Contains(page, want) {
		t.Errorf("the page is\n%s\nand lacks\n%s", page, want)
	}
	for _, no := range []string{"#news", "layoffs", "unsaid", "News as it develops", "More channels", "The desk"} {
		if strings.Contains(page, no) {
			t.Errorf("the page of one who may see #general alone holds %q:\n%s", no, page)
		}
	}
	if page := transcript(n.opens("ria", bot.Home{})); strings.Contains(page, "Channels follow") {
		t.Errorf("one who may see nothing is told of channels:\n%s", page)
	}
	n.opens("ria", bot.Home{}, "C1")
	if said := transcript(n.opens("ria", n.button("Stop sony-hack"))); !strings.HasPrefix(said, "You no longer follow sony-hack.") {
		t.Errorf("stopping says\n%s", said)
	}
	if page := transcript(n.opens("ria", bot.Home{})); !strings.Contains(page, "Nothing yet.") {
		t.Errorf("after stopping:\n%s", page)
	}
}

// followPress is a press on Follow under a story.
func (n *newsroom) followPress(slug string) bot.Press {
	n.t.Helper()
	story, err := n.service.Archive.Story(n.t.Context(), slug)
	if err != nil {
		n.t.Fatal(err)
	}
	b := bot.NewButton("Follow", bot.ActionFollow, story.ID)
	return bot.Press{Action: b.Action, Arg: b.Arg}
}

// TestHomeTellsModeratorsHowTheDeskStands: they alone read it, above all when something
// is wrong.
func TestHomeTellsModeratorsHowTheDeskStands(t *testing.T) {
	n := openTracked(t)
	n.config.Connections = nil
	n.remake(func(c *Config) { c.Connections = nil })
	page := transcript(n.opens("mo", bot.Home{}))
	if well, follow := strings.Index(page, "The desk\nAll is well:"), strings.Index(page, "You follow"); well < follow || follow < 0 {
		t.Errorf("a quiet desk stands last:\n%s", page)
	}
	n.remake(func(c *Config) {
		c.Connections = func() []bot.Health { return []bot.Health{{ID: "far gateway", Title: "Far", Detail: "it is away"}} }
	})
	page = transcript(n.opens("mo", bot.Home{}))
	if !strings.HasPrefix(page, "The desk\nFar is not connected: it is away") {
		t.Errorf("a desk with troubles stands first:\n%s", page)
	}
	if said := transcript(n.opens("mo", n.button("Desk status"))); !strings.Contains(said, "Far is not connected") {
		t.Errorf("the desk's button says\n%s", said)
	}
	if page := transcript(n.opens("ria", bot.Home{})); strings.Contains(page, "The desk") {
		t.Errorf("a reader reads of the desk:\n%s", page)
	}
}

// TestHomeOfVeryMany: every list is turned page by page, one by itself, and a made-up
// place in it is its end.
func TestHomeOfVeryMany(t *testing.T) {
	n := openTracked(t)
	var sees []string
	for i := range 3*channelPage - 1 {
		name := fmt.Sprintf("c%02d", i)
		sees = append(sees, name)
		n.officeFollows(name, name, stories.OpenAccess, "all")
	}
	for i := range ownPage + 1 {
		n.must(n.ask("mo", "general", fmt.Sprintf("/desk track slug:own-%d Own %d", i, i)))
		n.must(n.opens("ria", n.followPress(fmt.Sprintf("own-%d", i))))
	}
	n.opens("ria", bot.Home{}, sees...)
	page := func() string { return transcript(n.last) }
	if p := page(); !strings.Contains(p, "- 1–8 of 9 [More]") || !strings.Contains(p, "#c07: all\n- More channels follow something [More]") || strings.Contains(p, "#c08") {
		t.Fatalf("the first page:\n%s", p)
	}
	turn := func(i int) { // the i-th More
		var mores []bot.Button
		for _, b := range n.shown {
			if b.Label == "More" {
				mores = append(mores, b)
			}
		}
		n.opens("ria", bot.Press{Action: mores[i].Action, Arg: mores[i].Arg}, sees...)
	}
	turn(0)
	if p := page(); !strings.Contains(p, "Stop own-8") || strings.Contains(p, "Stop own-0") || !strings.Contains(p, "#c00") {
		t.Errorf("the second page of one's own:\n%s", p)
	}
	turn(0)
	if p := page(); !strings.Contains(p, "Stop own-8") || !strings.Contains(p, "#c08") || strings.Contains(p, "#c07:") {
		t.Errorf("the second page of channels:\n%s", p)
	}
	turn(0)
	if p := page(); !strings.Contains(p, "#c22") || strings.Contains(p, "[More]") || strings.Count(p, "[Back]") != 2 {
		t.Errorf("the last page:\n%s", p)
	}
	for _, at := range []string{"99999.99999", "x", "-1.0", "9007199254740992.9007199254740992", "1"} {
		if r := n.opens("ria", bot.Home{At: at}, sees...); r.Failed || !strings.Contains(transcript(r), "You follow\n- own-") {
			t.Errorf("at %q:\n%s", at, transcript(r))
		}
	}
}
