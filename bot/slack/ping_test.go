package slack

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"storybot/bot"
	"storybot/bot/platformtest"
	"storybot/bot/slack/slacktest"
	"storybot/stories"
)

var (
	desk  = stories.Ping{Mention: "<!subteam^S1>", Name: "@breaking-desk"}
	alert = stories.Ping{Mention: "<!here>"}
)

func pingRig(t *testing.T) *rig {
	return startRig(t, setup{before: func(s *slacktest.Server) {
		s.AddGroup("T1", slacktest.UserGroup{ID: "S1", Handle: "breaking-desk"})
		s.AddGroup("T1", slacktest.UserGroup{ID: "S2", Handle: "others"})
	}})
}

// newest is the newest message of a channel.
func (r *rig) newest(channel string) slacktest.Message {
	list := r.slack.Messages("T1", channel)
	return list[len(list)-1]
}

// Whatever is said, a message pings the one group it is to ping, or nobody, in its blocks
// and in its text; an edit of it says in words whom it pinged, which pings nobody.
func TestNoTextPingsAnybody(t *testing.T) {
	r, n := pingRig(t), 0
	rapid.Check(t, func(t *rapid.T) {
		m := platformtest.Calling(t, "<!subteam^S1>", "<!subteam^S2>", "<!subteam^S2|@others>", "<@U1>", "@ada", "S2", "@breaking-desk")
		ping := rapid.SampledFrom([]stories.Ping{{}, desk, alert, {Mention: "<!channel>"}, {Mention: "<@U1>"}, {Mention: "@here"}, {Mention: "<!subteam^S1> <!channel>"}, {Mention: "<!subteam^S1|@others>"}}).Draw(t, "ping")
		n++
		o := r.post("C1", fmt.Sprint("ping-", n))
		o.Message, o.Ping = m, ping
		v := r.platform.Do(r.ctx(), o)
		if v.Outcome != bot.Delivered {
			t.Fatalf("%+v", v)
		}
		posted := r.newest("C1")
		want := map[stories.Ping][]string{desk: {"group:S1"}, alert: {"here"}}[ping]
		if !slices.Equal(posted.Pings, want) {
			t.Fatalf("%s\n%s\npings %v, want %v", posted.Text, posted.Blocks, posted.Pings, want)
		}
		o.Delivery.Op, o.Target, o.Message = stories.OpEdit, v.MessageID, platformtest.Calling(t, "<!subteam^S2>")
		if v := r.platform.Do(r.ctx(), o); v.Outcome != bot.Delivered {
			t.Fatalf("%+v", v)
		}
		edited := r.newest("C1")
		if strings.ContainsAny(edited.Text, "<>") || strings.Contains(string(edited.Blocks), `"usergroup"`) || strings.Contains(string(edited.Blocks), `"broadcast"`) {
			t.Fatalf("%s\n%s\nmay ping", edited.Text, edited.Blocks)
		}
	})
}

// Whom a message pings stands behind the text, before the small print, in the blocks and
// in what a notification shows, and has its room before anything is cut.
func TestAPingStandsBehindTheText(t *testing.T) {
	r := pingRig(t)
	for i, p := range platformtest.Pushes() {
		o := r.post("C1", fmt.Sprint("push-", i))
		o.Message, o.Ping = &p.Message, desk
		if v := r.platform.Do(r.ctx(), o); v.Outcome != bot.Delivered {
			t.Fatalf("%s: %+v", p.Name, v)
		}
		posted := r.newest("C1")
		before, after, found := strings.Cut(posted.Text, "\n"+desk.Mention+"\n")
		if !found || strings.TrimSpace(before) == "" || after == "" || bot.Units(posted.Text) > 4*maxFallback {
			t.Errorf("%s: the text is %s", p.Name, posted.Text)
		}
		blocks := string(posted.Blocks)
		group, small := strings.Index(blocks, `"usergroup_id":"S1"`), strings.Index(blocks, `"type":"context"`)
		if said := strings.Index(blocks, `"type":"text"`); said < 0 || group < said || small < group {
			t.Errorf("%s: %d, %d and %d in %s", p.Name, said, group, small, blocks)
		}
		o.Delivery.Op, o.Target = stories.OpEdit, posted.TS
		r.platform.Do(r.ctx(), o)
		if edited := r.newest("C1"); strings.Count(edited.Text, "\n@breaking-desk\n") != 1 || !strings.Contains(edited.Visible(), "@breaking-desk") {
			t.Errorf("%s: edited to %s", p.Name, edited.Text)
		}
	}
}

// News is not lost to a group that Slack refuses to have pinged: it goes without, once that
// has shown what was refused for a while at once, and says so.
func TestARefusedPingCostsNoMessage(t *testing.T) {
	r := pingRig(t)
	r.slack.Fail(slacktest.Match{Method: "chat.postMessage"}, 1, slacktest.APIError("invalid_blocks"))
	o := r.post("C1", "one")
	o.Ping = desk
	if v := r.platform.Do(r.ctx(), o); v.Outcome != bot.Redrawn || v.Code != "ping_refused" || v.Reason == "" {
		t.Fatalf("%+v", v)
	}
	for i := range 2 {
		if v := r.platform.Do(r.ctx(), o); v.Outcome != bot.Delivered || !v.Unpinged {
			t.Fatalf("%+v", v)
		}
		o.Delivery.Key = fmt.Sprint("again-", i)
	}
	if list := r.slack.Messages("T1", "C1"); len(list) != 2 || list[0].Pings != nil || list[1].Pings != nil {
		t.Errorf("%+v", list)
	}
	o.Delivery.Key, o.Ping = "another", alert
	if v := r.platform.Do(r.ctx(), o); v.Unpinged || !slices.Equal(r.newest("C1").Pings, []string{"here"}) {
		t.Errorf("another ping is left out too: %+v", v)
	}
}

// A message that Slack refuses for what it says is no reason to ping nobody with others.
func TestAMessageThatIsRefusedItselfCostsNoPing(t *testing.T) {
	r := pingRig(t)
	r.slack.AddChannel("T1", "C2", slacktest.Public, true)
	refused := r.post("C1", "refused")
	refused.Ping = desk
	for _, want := range []bot.Outcome{bot.Redrawn, bot.BadPayload, bot.Redrawn} {
		r.slack.Fail(slacktest.Match{Method: "chat.postMessage"}, 1, slacktest.APIError("invalid_blocks"))
		if v := r.platform.Do(r.ctx(), refused); v.Outcome != want {
			t.Fatalf("%+v, want %v", v, want)
		}
		other := r.post("C2", fmt.Sprint("between-", want, len(r.slack.Messages("T1", "C2"))))
		other.Ping = desk
		if v := r.platform.Do(r.ctx(), other); v.Outcome != bot.Delivered || v.Unpinged || !slices.Equal(r.newest("C2").Pings, []string{"group:S1"}) {
			t.Errorf("after %v another message pings %v: %+v", want, r.newest("C2").Pings, v)
		}
	}
}
