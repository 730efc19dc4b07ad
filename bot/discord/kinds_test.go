package discord

import (
	"fmt"
	"strings"
	"testing"

	"github.com/bwmarrin/discordgo"

	"storybot/bot"
	"storybot/stories"
)

// allKinds are all types of channel there are, one that Discord may make up, and what is
// said where a channel of the type cannot be posted to.
var allKinds = map[discordgo.ChannelType]string{
	discordgo.ChannelTypeGuildText: "", discordgo.ChannelTypeGuildVoice: "", discordgo.ChannelTypeGuildNews: "", discordgo.ChannelTypeGuildStageVoice: "",
	discordgo.ChannelTypeGuildNewsThread: "", discordgo.ChannelTypeGuildPublicThread: "", discordgo.ChannelTypeGuildPrivateThread: "",
	discordgo.ChannelTypeGuildForum: "", discordgo.ChannelTypeGuildMedia: "use the command in one of the posts",
	discordgo.ChannelTypeGuildCategory: "Pick one of its channels", discordgo.ChannelTypeGuildDirectory: "of this kind", discordgo.ChannelTypeGuildStore: "of this kind", 99: "of this kind",
}

// picking is a command whose option names a channel, of which Discord says this.
func picking(channel string) string {
	return in(`"type":2,"data":{"name":"x","options":[{"name":"channel","type":7,"value":"77"}],"resolved":{"channels":{"77":` + channel + `}}}`)
}

// TestEveryKindOfPlace: every type of channel, picked and asked in, with every option that
// needs more than messages: what is not possible is refused with what is.
func TestEveryKindOfPlace(t *testing.T) {
	for at, refused := range allKinds {
		name := fmt.Sprint("type ", at)
		c, ok := commandOf(t, picking(fmt.Sprintf(`{"id":"77","name":"far","type":%d,"permissions":"16"}`, at)))
		if !ok {
			t.Fatal("no command")
		}
		where, called, there, err := c.Asker.(bot.Elsewhere).At(t.Context(), "discord:77")
		if err != nil || called != "#far" || where != (stories.Destination{Platform: "discord", Workspace: testGuild, Channel: "77"}) {
			t.Errorf("%s: %v %q, %v", name, where, called, err)
			continue
		}
		if err := there.Manages(t.Context()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		says := func(what string, err error, words string) {
			t.Helper()
			if (err == nil) != (words == "") || err != nil && (stories.CodeOf(err) != stories.CodeInvalid || !strings.Contains(err.Error(), words)) {
				t.Errorf("%s, %s: %v, want %q", name, what, err, words)
			}
		}
		says("picked", there.Posts(t.Context()), refused)
		if forum := there.(bot.Forums).Forum(); forum != (at == discordgo.ChannelTypeGuildForum) {
			t.Errorf("%s: a forum: %t", name, forum)
		}
		here, ok := commandOf(t, strings.Replace(in(`"type":2,"data":{"name":"x"}`), `"type":0}`, fmt.Sprintf(`"type":%d}`, at), 1))
		if !ok {
			t.Fatal("no command")
		}
		says("here", here.Asker.Posts(t.Context()), refused)
		for _, need := range bot.Needs {
			words := "nothing was changed. Leave "
			for _, possible := range neededFor[need].types {
				if possible == at {
					words = refused
				}
			}
			says(fmt.Sprint("need ", need), there.Posts(t.Context(), need), words)
		}
	}
}

// TestNoThreadsInADirectMessage: what needs more than messages is refused there with what
// is possible.
func TestNoThreadsInADirectMessage(t *testing.T) {
	c, ok := commandOf(t, `{"id":"1","token":"x","application_id":"2","type":2,"context":1,"channel_id":"155101607195836499","channel":{"id":"155101607195836499","type":1},"user":{"id":"80351110224678912","username":"rita"},"data":{"name":"x"}}`)
	if !ok || !c.Direct {
		t.Fatalf("%+v", c)
	}
	if err := c.Asker.Posts(t.Context()); err != nil {
		t.Error(err)
	}
	for _, need := range bot.Needs {
		if err := c.Asker.Posts(t.Context(), need); stories.CodeOf(err) != stories.CodeInvalid || !strings.Contains(err.Error(), "nothing was changed. Leave ") {
			t.Errorf("need %d: %v", need, err)
		}
	}
}

// TestWhoMayNameAnotherChannel: what Discord does not say of a picked channel allows nothing.
func TestWhoMayNameAnotherChannel(t *testing.T) {
	text := `{"id":"77","name":"far","type":0,"permissions":"16"}`
	for name, c := range map[string]struct {
		channel, named string
		at, manages    string
	}{
		"a manager there":      {text, "discord:77", "yes", "yes"},
		"an administrator":     {strings.Replace(text, "16", "8", 1), "discord:77", "yes", "yes"},
		"no manager there":     {strings.Replace(text, "16", "2048", 1), "discord:77", "yes", "no"},
		"nothing is said":      {`{"id":"77","name":"far","type":0}`, "discord:77", "yes", "unclear"},
		"another was named":    {text, "discord:78", "unclear", ""},
		"typed":                {text, "#far", "invalid", ""},
		"of another platform":  {text, "slack:77", "invalid", ""},
		"of another server":    {strings.Replace(text, `"type"`, `"guild_id":"9","type"`, 1), "discord:77", "invalid", ""},
		"of no type":           {strings.Replace(text, `"type":0`, `"type":"x"`, 1), "discord:77", "invalid", ""},
		"what is no object":    {`"x"`, "discord:77", "invalid", ""},
		"a path for a channel": {text, "discord:77/../1", "invalid", ""},
	} {
		asked, ok := commandOf(t, picking(c.channel))
		if !ok {
			t.Fatal("no command")
		}
		word := func(err error) string {
			if stories.CodeOf(err) == stories.CodeInvalid {
				return "invalid"
			}
			return rightOf(err)
		}
		_, _, there, err := asked.Asker.(bot.Elsewhere).At(t.Context(), c.named)
		if got := word(err); got != c.at {
			t.Errorf("%s: named %s (%v), want %s", name, got, err, c.at)
		}
		if err == nil {
			if got := word(there.Manages(t.Context())); got != c.manages {
				t.Errorf("%s: manages %s, want %s", name, got, c.manages)
			}
		}
	}
}
