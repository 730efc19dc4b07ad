package slack

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"storybot/bot"
)

// Limits of an app manifest.
// https://docs.slack.dev/reference/app-manifest
const (
	maxCommands     = 50
	maxCommandName  = 32 // with its slash
	maxCommandText  = 2000
	maxUsageHint    = 1000
	maxDescription  = 140
	leastLongText   = 175
	maxLongText     = 4000
	manifestVersion = 2
	maxShortcuts    = 10
	maxShortcutName = 24
	maxShortcutText = 150
)

// scopeReasons is what the app asks for, and what each scope is for.
var scopeReasons = map[string]string{
	"commands":          "the slash commands",
	"chat:write":        "posting updates and answers",
	"chat:write.public": "posting to public channels without being invited first",
	"channels:read":     "learning that a channel was deleted, archived or left",
	"groups:read":       "the same for private channels, and seeing that the bot is not in one",
	"channels:history":  "looking whether a post arrived when Slack's answer was lost",
	"groups:history":    "the same in private channels",
	"channels:join":     "looking whether a post arrived in a public channel the bot is not in",
	"app_mentions:read": "commands by mention, in threads too",
	"users:read":        "people's names, and telling guests and admins from members",
	"usergroups:read":   "learning that a user group that is pinged was renamed or disabled",
	"im:write":          "knowing the direct message between a person and the bot",
	"im:history":        "commands in the direct message with the bot",
}

// Scopes returns the bot scopes the app asks for, each with its reason, sorted.
func Scopes() [][2]string {
	var out [][2]string
	for _, scope := range slices.Sorted(maps.Keys(scopeReasons)) {
		out = append(out, [2]string{scope, scopeReasons[scope]})
	}
	return out
}

// botEvents is what the app subscribes to: what is said to it, what becomes of channels
// and of its installation, and that somebody opens its home tab, which is filled then and
// for them alone.
// https://docs.slack.dev/reference/events
var botEvents = []string{
	"app_home_opened", "app_mention", "app_uninstalled",
	"channel_archive", "channel_deleted", "channel_id_changed", "channel_left", "channel_rename", "channel_shared", "channel_unarchive", "channel_unshared",
	"group_archive", "group_deleted", "group_left", "group_rename", "group_unarchive",
	"member_joined_channel", "member_left_channel", "message.im", "subteam_created", "subteam_updated", "tokens_revoked",
}

type manifest struct {
	Metadata struct {
		Major int `json:"major_version"`
	} `json:"_metadata"`
	Display struct {
		Name        string `json:"name"`
		Description string `json:"description"`
		Long        string `json:"long_description"`
		Color       string `json:"background_color"`
	} `json:"display_information"`
	Features struct {
		AppHome struct {
			Home     bool `json:"home_tab_enabled"`
			Messages bool `json:"messages_tab_enabled"`
			ReadOnly bool `json:"messages_tab_read_only_enabled"`
		} `json:"app_home"`
		BotUser struct {
			Name   string `json:"display_name"`
			Online bool   `json:"always_online"`
		} `json:"bot_user"`
		Commands  []manifestCommand  `json:"slash_commands"`
		Shortcuts []manifestShortcut `json:"shortcuts,omitempty"`
	} `json:"features"`
	OAuth struct {
		Scopes struct {
			Bot []string `json:"bot"`
		} `json:"scopes"`
	} `json:"oauth_config"`
	Settings struct {
		Events struct {
			Bot []string `json:"bot_events"`
		} `json:"event_subscriptions"`
		Interactivity struct {
			Enabled bool `json:"is_enabled"`
		} `json:"interactivity"`
		Org      bool `json:"org_deploy_enabled"`
		Socket   bool `json:"socket_mode_enabled"`
		Rotation bool `json:"token_rotation_enabled"`
	} `json:"settings"`
}

type manifestCommand struct {
	Command     string `json:"command"`
	Description string `json:"description"`
	Hint        string `json:"usage_hint,omitempty"`
	Escape      bool   `json:"should_escape"`
}

// manifestShortcut is an entry in one of Slack's own menus.
type manifestShortcut struct {
	Name        string `json:"name"`
	Type        string `json:"type"` // "message", "global"
	CallbackID  string `json:"callback_id"`
	Description string `json:"description"`
}

const longDescription = `Storybot follows developing news stories. Ask for one with /story and its name, list all of them with /stories, and let a channel follow a story, a topic or everything with /subscribe. Moderators append updates in chat, and the channels that follow the story get them once and in order.`

// Manifest returns the app's manifest as JSON, for "Create an app from a
// manifest" at api.slack.com/apps. It has every command of specs and every entry of
// menus. Errors say which limit of Slack's one of them exceeds.
func Manifest(specs []bot.Spec, menus []bot.MenuSpec) ([]byte, error) {
	var m manifest
	m.Metadata.Major = manifestVersion
	m.Display.Name = "Storybot"
	m.Display.Description = "Developing news stories: ask, follow, and be told once, in order"
	m.Display.Long, m.Display.Color = longDescription, "#1a3d5c"
	m.Features.AppHome.Home, m.Features.AppHome.Messages = true, true
	m.Features.BotUser.Name, m.Features.BotUser.Online = "storybot", true
	for _, s := range Scopes() {
		m.OAuth.Scopes.Bot = append(m.OAuth.Scopes.Bot, s[0])
	}
	m.Settings.Events.Bot = botEvents
	m.Settings.Interactivity.Enabled, m.Settings.Socket = true, true
	m.Features.Commands = manifestCommands(specs)
	for _, e := range menus {
		s := manifestShortcut{Name: e.Label, Type: "global", CallbackID: e.Name, Description: e.Summary}
		if e.OnMessage {
			s.Type = "message"
		}
		m.Features.Shortcuts = append(m.Features.Shortcuts, s)
	}
	if err := m.check(); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // people read it
	e.SetIndent("", "  ")
	if err := e.Encode(m); err != nil {
		return nil, fmt.Errorf("slack manifest: %w", err)
	}
	return b.Bytes(), nil
}

// manifestCommands makes a slash command of each first word: Slack has no
// subcommands, so those of one word share it.
func manifestCommands(specs []bot.Spec) []manifestCommand {
	var out []manifestCommand
	index := make(map[string]int)
	for _, s := range specs {
		name, sub, grouped := strings.Cut(s.Name, " ")
		i, known := index[name]
		if !known {
			i, index[name] = len(out), len(out)
			out = append(out, manifestCommand{Command: "/" + name, Escape: true})
		}
		c := &out[i]
		if !grouped {
			c.Description, c.Hint = s.Summary, hint(s)
			continue
		}
		if c.Hint != "" {
			c.Hint += " | "
		}
		c.Hint += sub
	}
	for i := range out {
		if out[i].Description == "" {
			out[i].Description = fmt.Sprintf("Several commands in one; %s help lists them", out[i].Command)
		}
	}
	return out
}

// hint is a command's arguments as its help shows them: the name stands before
// them in Slack's own list.
func hint(s bot.Spec) string {
	return strings.TrimSpace(strings.TrimPrefix(s.Usage(), "/"+s.Name))
}

// check holds the manifest against Slack's limits.
func (m manifest) check() error {
	if n := len(m.Features.Commands); n > maxCommands {
		return fmt.Errorf("slack manifest: %d commands, Slack takes %d", n, maxCommands)
	}
	if n := utf8.RuneCountInString(m.Display.Description); n > maxDescription {
		return fmt.Errorf("slack manifest: the description has %d characters, Slack takes %d", n, maxDescription)
	}
	if n := utf8.RuneCountInString(m.Display.Long); n < leastLongText || n > maxLongText {
		return fmt.Errorf("slack manifest: the long description has %d characters, Slack takes %d to %d", n, leastLongText, maxLongText)
	}
	if n := len(m.Features.Shortcuts); n > maxShortcuts {
		return fmt.Errorf("slack manifest: %d shortcuts, Slack takes %d", n, maxShortcuts)
	}
	for _, s := range m.Features.Shortcuts {
		if n, d := utf8.RuneCountInString(s.Name), utf8.RuneCountInString(s.Description); n == 0 || n > maxShortcutName || d == 0 || d > maxShortcutText {
			return fmt.Errorf("slack manifest: the shortcut %q has %d characters and a description of %d, Slack takes %d and %d", s.Name, n, d, maxShortcutName, maxShortcutText)
		}
	}
	for _, c := range m.Features.Commands {
		for _, l := range []struct {
			what, text string
			most       int
		}{{"name", c.Command, maxCommandName}, {"description", c.Description, maxCommandText}, {"usage hint", c.Hint, maxUsageHint}} {
			if n := utf8.RuneCountInString(l.text); n > l.most {
				return fmt.Errorf("slack manifest: the %s of %s has %d characters, Slack takes %d", l.what, c.Command, n, l.most)
			}
		}
	}
	return nil
}
