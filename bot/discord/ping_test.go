package discord

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"storybot/bot"
	"storybot/bot/discord/discordtest"
	"storybot/bot/platformtest"
	"storybot/stories"
)

const (
	deskRole  = "155101607195836500"
	otherRole = "155101607195836501"
)

// pingRig is a Discord that would let the bot ping anybody, and a way to do an operation
// there that pings p.
func pingRig(t testing.TB) (r *rig, do func(op stories.Op, target string, m *bot.Message, p stories.Ping) bot.Verdict) {
	t.Helper()
	r = newRig(t.(*testing.T), nil)
	r.srv.SetPermissions(testChannel, discordtest.DefaultPermissions|discordtest.MentionEveryone)
	r.srv.SetRole(testGuild, discordtest.Role{ID: deskRole, Name: "Breaking Desk", Mentionable: true})
	r.srv.SetRole(testGuild, discordtest.Role{ID: otherRole, Name: "Others", Mentionable: true})
	n := 0
	return r, func(op stories.Op, target string, m *bot.Message, p stories.Ping) bot.Verdict {
		n++
		o := bot.Operation{Delivery: stories.Delivery{Key: fmt.Sprint("ping-", n), Op: op, Destination: stories.Destination{Platform: "discord", Workspace: testGuild, Channel: testChannel}},
			Message: m, Target: target, Ping: p}
		return r.p.Do(t.Context(), o)
	}
}

var desk = stories.Ping{Mention: "<@&" + deskRole + ">", Name: "@Breaking Desk"}

// Whatever is said, a message pings the one role it is to ping, or nobody; an edit of it
// names that role still and pings nobody.
func TestNoTextPingsAnybody(t *testing.T) {
	r, do := pingRig(t)
	rapid.Check(t, func(t *rapid.T) {
		m := platformtest.Calling(t, "<@&"+deskRole+">", "<@&"+otherRole+">", "<@80351110224678912>", "<@!80351110224678912>", "@&"+otherRole, deskRole)
		ping := rapid.SampledFrom([]stories.Ping{{}, desk, {Mention: "<@&" + testGuild + ">"}, {Mention: "@everyone"}, {Mention: "@here"}, {Mention: "<@80351110224678912>"}, {Mention: desk.Mention + " @everyone"}}).Draw(t, "ping")
		v := do(stories.OpPost, "", m, ping)
		if v.Outcome != bot.Delivered {
			t.Fatalf("%+v", v)
		}
		posted, _ := r.srv.Message(testChannel, v.MessageID)
		want := []string(nil)
		if ping == desk {
			want = []string{"role:" + deskRole}
		}
		if !slices.Equal(posted.Pings, want) {
			t.Fatalf("%s\npings %v, want %v", posted.Content, posted.Pings, want)
		}
		if silent := posted.Flags&4096 != 0; silent != (m.Silent && want == nil) {
			t.Fatalf("%s\nis silent: %t", posted.Content, silent)
		}
		again := platformtest.Calling(t, "<@&"+otherRole+">")
		if v := do(stories.OpEdit, v.MessageID, again, ping); v.Outcome != bot.Delivered {
			t.Fatalf("%+v", v)
		}
		edited, _ := r.srv.Message(testChannel, v.MessageID)
		if strings.Contains(string(edited.Mentions), "roles") || strings.Count(edited.Content, desk.Mention) != len(want) {
			t.Fatalf("%s\nmay ping %s", edited.Content, edited.Mentions)
		}
	})
	for _, v := range r.srv.Violations() {
		t.Error(v)
	}
}

// Whom a message pings stands behind the text, before the small print, and has its room
// before anything is cut.
func TestAPingStandsBehindTheText(t *testing.T) {
	r, do := pingRig(t)
	for _, p := range platformtest.Pushes() {
		v := do(stories.OpPost, "", &p.Message, desk)
		posted, _ := r.srv.Message(testChannel, v.MessageID)
		before, after, found := strings.Cut(posted.Content, "\n"+desk.Mention+"\n")
		if v.Outcome != bot.Delivered || !found || strings.TrimSpace(before) == "" || !strings.HasPrefix(after, "-# ") || bot.Units(posted.Content) > maxContent {
			t.Errorf("%s: %+v\n%s", p.Name, v, posted.Content)
		}
		plain, _, _ := strings.Cut(textNaming(p.Message, ""), "\n-# ")
		if said := strings.Contains(plain, tooLongNote); !said && before != plain {
			t.Errorf("%s: the text is another one with a ping:\n%s\n%s", p.Name, before, plain)
		}
	}
	if v := do(stories.OpPost, "", &bot.Message{Blocks: []bot.Block{bot.Para(bot.Text("Nothing else"))}}, desk); v.Outcome != bot.Delivered {
		t.Errorf("%+v", v)
	}
}

// A repeat after a lost answer is the same message: it pings once.
func TestARepeatPingsOnce(t *testing.T) {
	r, _ := pingRig(t)
	o := bot.Operation{Delivery: stories.Delivery{Key: "once", Destination: stories.Destination{Platform: "discord", Workspace: testGuild, Channel: testChannel}}, Message: testMessage(), Ping: desk}
	r.srv.FailNext(discordtest.Match{Op: discordtest.CreateMessage}, discordtest.CutBody())
	if v := r.p.Do(t.Context(), o); v.Outcome != bot.Ambiguous {
		t.Fatalf("%+v", v)
	}
	o.Delivery.Tries.First = r.p.now()
	if v := r.p.Settle(t.Context(), o); v.Outcome != bot.Delivered {
		t.Fatalf("%+v", v)
	}
	if list := r.srv.Messages(testChannel); len(list) != 1 || !slices.Equal(list[0].Pings, []string{"role:" + deskRole}) {
		t.Errorf("%+v", list)
	}
}
