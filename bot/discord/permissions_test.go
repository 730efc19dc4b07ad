package discord

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/bwmarrin/discordgo"

	"storybot/bot"
	"storybot/stories"
)

// What each option of a subscription needs of the bot beside a message's own permissions.
var optionNeeds = map[string]struct {
	options stories.Options
	lacks   []string
	types   []discordgo.ChannelType // nil for every type
}{
	"none":    {},
	"level":   {options: stories.Options{Level: stories.Breaking}},
	"channel": {options: stories.Options{Mode: stories.ModeChannel}},
	"card":    {options: stories.Options{Mode: stories.ModeCard}},
	"digest":  {options: stories.Options{Digest: "hourly"}},
	"quiet":   {options: stories.Options{Quiet: "22:00-07:00", Zone: "UTC"}},
	"mention": {options: stories.Options{Mention: "<@&7>", MentionLevel: stories.Minor}}, // asked when it is set
	"thread": {stories.Options{Mode: stories.ModeThread}, []string{"Create Public Threads", "Send Messages in Threads"},
		[]discordgo.ChannelType{discordgo.ChannelTypeGuildText, discordgo.ChannelTypeGuildNews}},
	"publish": {stories.Options{Publish: true}, nil, []discordgo.ChannelType{discordgo.ChannelTypeGuildNews}},
	"thread and publish": {stories.Options{Mode: stories.ModeThread, Publish: true}, []string{"Create Public Threads", "Send Messages in Threads"},
		[]discordgo.ChannelType{discordgo.ChannelTypeGuildNews}},
}

// Every option, in every type of channel, with any one permission missing: what is needed
// is named, with who can grant it, and nothing else is asked for.
func TestEveryOptionIsPreflighted(t *testing.T) {
	all := map[string]int64{
		"View Channel": discordgo.PermissionViewChannel, "Send Messages": discordgo.PermissionSendMessages, "Read Message History": discordgo.PermissionReadMessageHistory,
		"Send Messages in Threads": discordgo.PermissionSendMessagesInThreads, "Create Public Threads": discordgo.PermissionCreatePublicThreads,
		"Embed Links": discordgo.PermissionEmbedLinks, "Manage Messages": discordgo.PermissionManageMessages, "Mention Everyone": discordgo.PermissionMentionEveryone, "Manage Threads": discordgo.PermissionManageThreads,
	}
	types := []discordgo.ChannelType{discordgo.ChannelTypeGuildText, discordgo.ChannelTypeGuildNews, discordgo.ChannelTypeGuildVoice, discordgo.ChannelTypeGuildStageVoice,
		discordgo.ChannelTypeGuildPublicThread, discordgo.ChannelTypeGuildPrivateThread, discordgo.ChannelTypeGuildNewsThread}
	for name, option := range optionNeeds {
		for _, at := range types {
			thread := isThread(kind{n: int(at), legal: true})
			for missing, bit := range all {
				bits := int64(0)
				for _, b := range all {
					bits |= b &^ bit
				}
				raw := strings.Replace(in(`"type":2,"data":{"name":"x"}`), `"app_permissions":"8"`, fmt.Sprintf(`"app_permissions":"%d"`, bits), 1)
				raw = strings.Replace(raw, `"type":0}`, fmt.Sprintf(`"type":%d}`, at), 1)
				c, ok := commandOf(t, raw)
				if !ok {
					t.Fatal(raw)
				}
				err := c.Asker.Posts(t.Context(), bot.NeedsOf(option.options)...)
				plain := []string{"View Channel", "Read Message History", "Send Messages"}
				if thread {
					plain[2] = "Send Messages in Threads"
				}
				words, code := "", stories.Code("")
				switch {
				case option.types != nil && !slices.Contains(option.types, at):
					words, code = "nothing was changed", stories.CodeInvalid
				case slices.Contains(append(plain, option.lacks...), missing):
					words, code = "The bot lacks "+missing+" in this channel; nothing was changed. Somebody who manages this channel can allow the bot "+missing, stories.CodeForbidden
				}
				if stories.CodeOf(err) != code || err != nil && !strings.Contains(err.(*stories.Error).Message, words) {
					t.Errorf("%s in a channel of type %d without %s: %v, want %q", name, at, missing, err, words)
				}
			}
		}
	}
	direct := strings.NewReplacer(guildField, ``, memberField, memberNull, `"context":0`, `"context":1`, `"type":0}`, `"type":1}`).Replace(in(`"type":2,"data":{"name":"x"}`))
	c, _ := commandOf(t, direct)
	for name, option := range optionNeeds {
		if err := c.Asker.Posts(t.Context(), bot.NeedsOf(option.options)...); (stories.CodeOf(err) == stories.CodeInvalid) != (option.types != nil) {
			t.Errorf("%s in a direct message: %v", name, err)
		}
	}
}

// A role may be pinged by who may ping it, once the bot may too. What was not said is no.
func TestWhoMayHaveARolePinged(t *testing.T) {
	const all = discordgo.PermissionMentionEveryone
	role := bot.Mention{Kind: bot.RoleKind, Ref: "discord:" + deskRole}
	for _, c := range []struct {
		what      string
		whom      bot.Mention
		resolved  string
		mine, bot string
		code      stories.Code
		words     string
	}{
		{"a mentionable role", role, `{"id":"` + deskRole + `","name":"Desk","mentionable":true}`, "16", "0", "", ""},
		{"another, by who may and the bot may", role, `{"id":"` + deskRole + `","name":"Desk","mentionable":false}`, fmt.Sprint(all), fmt.Sprint(all), "", ""},
		{"by an administrator", role, `{"id":"` + deskRole + `","name":"Desk","mentionable":false}`, "8", "8", "", ""},
		{"by who may not", role, `{"id":"` + deskRole + `","name":"Desk","mentionable":false}`, "16", fmt.Sprint(all), stories.CodeForbidden, "You may not have @Desk pinged"},
		{"where the bot may not", role, `{"id":"` + deskRole + `","name":"Desk","mentionable":false}`, fmt.Sprint(all), "1024", stories.CodeForbidden, "The bot may not ping @Desk: it lacks Mention Everyone"},
		{"who may ping it is illegible", role, `{"id":"` + deskRole + `","name":"Desk","mentionable":"maybe"}`, "16", fmt.Sprint(all), stories.CodeForbidden, "You may not"},
		{"who may ping it was not said", role, `{"id":"` + deskRole + `","name":"Desk"}`, "16", fmt.Sprint(all), stories.CodeForbidden, "You may not"},
		{"another role was told", role, `{"id":"1","name":"Desk","mentionable":true}`, "16", fmt.Sprint(all), stories.CodeUnavailable, "Discord did not say"},
		{"as it was written before, told over the gateway alone", bot.Mention{Kind: bot.RoleKind, Ref: "<@&" + deskRole + ">", Name: "@Desk"}, ``, "16", fmt.Sprint(all), stories.CodeUnavailable, "Discord did not say"},
		{"everyone as it would be written", bot.Mention{Kind: bot.RoleKind, Ref: "<@&" + testGuild + ">"}, ``, "8", "8", stories.CodeInvalid, "never pings everyone"},
		{"nothing was told", role, ``, "16", fmt.Sprint(all), stories.CodeUnavailable, "Discord did not say"},
		{"what the person may is illegible", role, `{"id":"` + deskRole + `","name":"Desk"}`, "much", fmt.Sprint(all), stories.CodeUnavailable, "what you may do"},
		{"what the bot may is illegible", role, `{"id":"` + deskRole + `","name":"Desk"}`, fmt.Sprint(all), "much", stories.CodeUnavailable, "what the bot may do"},
		{"everyone", bot.Mention{Kind: bot.RoleKind, Ref: "discord:" + testGuild}, `{"id":"` + testGuild + `","name":"@everyone","mentionable":true}`, "8", "8", stories.CodeInvalid, "never pings everyone"},
		{"everyone, typed", bot.Mention{Kind: bot.RoleKind, Name: "@everyone"}, ``, "8", "8", stories.CodeInvalid, "takes a role"},
		{"a person", bot.Mention{Ref: "discord:" + deskRole}, ``, "8", "8", stories.CodeInvalid, "takes a role"},
		{"a role elsewhere", bot.Mention{Kind: bot.RoleKind, Ref: "slack:T1/S1"}, ``, "8", "8", stories.CodeInvalid, "takes a role"},
	} {
		resolved := ""
		if c.resolved != "" {
			resolved = `,"resolved":{"roles":{"` + strings.TrimPrefix(c.whom.Ref, "discord:") + `":` + c.resolved + `}}`
		}
		raw := strings.NewReplacer(`"app_permissions":"8"`, `"app_permissions":"`+c.bot+`"`, `"permissions":"16"`, `"permissions":"`+c.mine+`"`).Replace(in(`"type":2,"data":{"name":"x"` + resolved + `}`))
		command, ok := commandOf(t, raw)
		if !ok {
			t.Fatal(raw)
		}
		ping, err := command.Asker.Pings(t.Context(), c.whom)
		if stories.CodeOf(err) != c.code || err != nil && !strings.Contains(err.(*stories.Error).Message, c.words) {
			t.Errorf("%s: %v, want %q", c.what, err, c.words)
		}
		if want := (stories.Ping{Mention: "<@&" + deskRole + ">", Name: "@Desk"}); err == nil && ping != want {
			t.Errorf("%s: %+v", c.what, ping)
		}
	}
	direct := strings.NewReplacer(guildField, ``, memberField, memberNull, `"context":0`, `"context":1`, `"type":0}`, `"type":1}`).Replace(in(`"type":2,"data":{"name":"x"}`))
	command, _ := commandOf(t, direct)
	if _, err := command.Asker.Pings(t.Context(), role); stories.CodeOf(err) != stories.CodeInvalid || !strings.Contains(err.Error(), "direct message") {
		t.Errorf("in a direct message: %v", err)
	}
}
