package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"storybot/bot/command"
	"storybot/bot/discord/discordtest"
	"storybot/bot/slack/slacktest"
)

// TestDoctorFindsAllWell of what was configured, before the first start.
func TestDoctorFindsAllWell(t *testing.T) {
	t.Parallel()
	o := operate(t)
	status, said := o.runs("", o.tokens(), "doctor")
	if status != exitOK {
		t.Errorf("exit status %d", status)
	}
	golden(t, "well.txt", said)
	if _, err := os.Stat(filepath.Join(o.dir, defaultFile)); err == nil {
		t.Error("doctor made a database")
	}
	if n := o.discord.GatewayStats().Identifies; n != 0 {
		t.Errorf("doctor began %d sessions", n)
	}
}

// TestDoctorTakesNoCommandsFromABotElsewhere: the bot's database may be in another folder,
// and nothing here show that it runs but Slack itself.
func TestDoctorTakesNoCommandsFromABotElsewhere(t *testing.T) {
	t.Parallel()
	o := operate(t)
	p := startProcess(t, o.dir, o.tokens(), "run")
	p.waitReady()
	elsewhere := *o
	elsewhere.dir = t.TempDir()
	status, said := elsewhere.runs("", o.tokens(), "doctor")
	if flat := strings.Join(strings.Fields(said), " "); status != exitOK || !strings.Contains(flat, "Another connection is open, so a bot runs, and this one was closed at once.") {
		t.Errorf("exit status %d:\n%s", status, said)
	}
	p.stop()
}

// TestDoctorFindsNothingConfigured says what to do then.
func TestDoctorFindsNothingConfigured(t *testing.T) {
	t.Parallel()
	o := operate(t)
	status, said := o.runs("", nil, "doctor")
	if status != exitFail {
		t.Errorf("exit status %d", status)
	}
	golden(t, "nothing.txt", said)
}

// TestDoctorNotes what is no fault: status 0, and a word of it.
func TestDoctorNotes(t *testing.T) {
	t.Parallel()
	o := operate(t)
	o.discord.SetApplication(map[string]any{"flags": 1<<13 | 1<<19})
	status, said := o.runs("", append(o.tokens(), "HTTP_ADDR=0.0.0.0:0"), "doctor")
	flat := strings.Join(strings.Fields(said), " ")
	for _, part := range []string{"Presence Intent, Message Content Intent.", "Other machines may reach it, and it has no login.", "All is well."} {
		if status != exitOK || !strings.Contains(flat, part) {
			t.Errorf("exit status %d, it does not say %q:\n%s", status, part, said)
		}
	}
}

// without leaves settings out of an environment.
func without(env []string, names ...string) []string {
	return slices.DeleteFunc(slices.Clone(env), func(pair string) bool {
		name, _, _ := strings.Cut(pair, "=")
		return slices.Contains(names, name)
	})
}

// with sets settings anew.
func with(env []string, pairs ...string) []string {
	for _, pair := range pairs {
		name, _, _ := strings.Cut(pair, "=")
		env = append(without(env, name), pair)
	}
	return env
}

// faults are what an operator can have wrong, one by one: what doctor says of it and
// how it is mended. All of it but this one is well.
var operatorFaults = map[string]struct {
	spoil      func(o *operated, env []string) []string
	args       []string
	said, cure string
	things     int // to be mended, 1 where it is not said
}{
	"Discord refuses the token": {
		spoil: func(o *operated, env []string) []string { return with(env, "DISCORD_TOKEN=discordtest.bot.nottoken") },
		said:  "token: Discord refuses the bot's token.", cure: "Set DISCORD_TOKEN to the token on the Bot page of your application",
	},
	"Discord is not there": {
		spoil: func(o *operated, env []string) []string { return with(env, "DISCORD_API_URL=http://127.0.0.1:1/api") },
		said:  "connection refused", cure: "Look at this machine's network, DNS and proxy, and at DISCORD_API_URL.",
	},
	"Discord is another server": {
		spoil: func(o *operated, env []string) []string { return with(env, "DISCORD_API_URL="+o.slack.URL()+"nothing") },
		said:  "What answers is not Discord.", cure: "Look at DISCORD_API_URL",
	},
	"Discord has a fault": {
		spoil: func(o *operated, env []string) []string {
			o.discord.Fail(discordtest.Match{Op: discordtest.GetApplication}, discordtest.StatusBeforeStore(500))
			return env
		},
		said: "Discord has a fault of its own.", cure: "Try again in some minutes",
	},
	"Public Bot": {
		spoil: application("bot_public", true),
		said:  "Public Bot is switched on: anybody can add the bot", cure: "Switch Public Bot off on the page Bot of your application",
	},
	"Requires OAuth2 Code Grant": {
		spoil: application("bot_require_code_grant", true),
		said:  "whoever opens the invitation gets an error", cure: "Switch it off on the page Bot",
	},
	"an endpoint for interactions": {
		spoil: application("interactions_endpoint_url", "https://example.org/interactions"),
		said:  "Discord sends all commands there, and none to the bot", cure: "Empty the field on the page General Information",
	},
	"for people only": {
		spoil: application("integration_types_config", map[string]any{"1": map[string]any{}}),
		said:  "no server can take the bot in", cure: "Tick Guild Install on the page Installation",
	},
	"no server": {
		spoil: func(o *operated, env []string) []string { o.discord.RemoveFromGuild(theServer); return env },
		said:  "The bot is in no server.", cure: "https://discord.com/oauth2/authorize?client_id=APPLICATION&scope=bot+applications.commands&permissions=",
	},
	"permissions in a server": {
		spoil: func(o *operated, env []string) []string {
			o.discord.SetGuildPermissions(theServer, discordtest.DefaultPermissions&^(discordtest.SendMessages|discordtest.ReadMessageHistory))
			return env
		},
		said: `In the server "guild-81384788765712384" the bot lacks Send Messages, Read Message History.`, cure: "Server Settings, Roles, the bot's role, Permissions",
	},
	"commands of another version": {
		spoil: func(o *operated, env []string) []string {
			o.discord.KnowCommands(`[{"name":"story","description":"As it was."},{"name":"tell","description":"Gone since."}]`)
			return env
		},
		said: "Discord has other commands than this version: missing " + otherThan("story") + "; too many /tell; different /story.",
		cure: "The bot registers its own within seconds of its start.",
	},
	"no gateway": {
		spoil: func(o *operated, env []string) []string {
			o.discord.NextConnections(discordtest.RefuseUpgrade(403))
			return env
		},
		said: "The HTTP API answers, but the gateway does not", cure: "connect to gateway.discord.gg on port 443 by websocket",
	},
	"few sessions left": {
		spoil: func(o *operated, env []string) []string {
			o.discord.SetStartLimit(discordtest.StartLimit{Total: 1000, Remaining: 3, MaxConcurrency: 1})
			return env
		},
		said: "Discord lets the bot begin only 3 of 1000 sessions more today.", cure: "Find out what starts the bot again and again",
	},
	"Discord's clock": {
		spoil: func(o *operated, env []string) []string { o.discord.SetDate(time.Hour); return env },
		said:  "behind that of Discord.", cure: "Have it set from the network",
	},
	"a channel of Discord that takes no post": {
		spoil: func(o *operated, env []string) []string {
			o.discord.AddChannel(theServer, "155101607195836417", discordtest.ViewChannel)
			return env
		},
		args: []string{"--post", "https://discord.com/channels/" + theServer + "/155101607195836417"},
		said: "A message could not be posted: the channel does not let the bot post.", cure: "give the bot View Channel, Send Messages and Read Message History",
	},
	"a channel of Discord that is not there": {
		spoil: func(_ *operated, env []string) []string { return env },
		args:  []string{"--post", "155101607195836418"},
		said:  "A message could not be posted: the channel was deleted.",
	},
	"Slack refuses the bot token": {
		spoil: func(o *operated, env []string) []string { o.slack.Refuse(theTeam, "token_revoked"); return env },
		said:  "it was revoked, or the app was uninstalled (token_revoked)", cure: "Put a valid one into SLACK_BOT_TOKEN",
	},
	"Slack refuses the app token": {
		spoil: func(o *operated, env []string) []string {
			return with(env, "SLACK_APP_TOKEN=xapp-1-A0STORYBOT-1-wrong")
		},
		said: "Slack refuses the app token: it is not a valid token (invalid_auth).", cure: "Put a valid one into SLACK_APP_TOKEN (Basic Information, App-Level Tokens, scope connections:write)",
	},
	"an app token without its scope": {
		spoil: func(o *operated, env []string) []string {
			o.slack.Fail(slacktest.Match{Method: "apps.connections.open"}, -1, slacktest.APIError("missing_scope"))
			return env
		},
		said: "it lacks the scope connections:write", cure: "Put a valid one into SLACK_APP_TOKEN",
	},
	"Socket Mode is off": {
		spoil: func(o *operated, env []string) []string {
			o.slack.SetSocket(slacktest.Socket{Disconnect: "link_disabled"})
			return env
		},
		said: "Slack ends the connection at once (link_disabled).", cure: "Switch Socket Mode on in the app's settings (https://api.slack.com/apps, Socket Mode).",
	},
	"no websocket": {
		spoil: func(o *operated, env []string) []string {
			o.slack.SetSocket(slacktest.Socket{Refuse: 407})
			return env
		},
		said: "Slack gives an address to connect to, but no connection comes about", cure: "connect to wss-primary.slack.com on port 443",
	},
	"Slack is not there": {
		spoil: func(_ *operated, env []string) []string { return with(env, "SLACK_API_URL=http://127.0.0.1:1/api/") },
		said:  "Slack cannot be reached", cure: "Look at this machine's network, DNS and proxy, and at SLACK_API_URL.",
		things: 2, // both tokens
	},
	"Slack is another server": {
		spoil: func(o *operated, env []string) []string {
			o.discord.ExpectViolation("no such operation among those the fake knows")
			return with(env, "SLACK_API_URL="+o.discord.URL()+"/nothing")
		},
		said: "What answers is not Slack.", cure: "Look at SLACK_API_URL",
		things: 2,
	},
	"a scope that people miss": {
		spoil: func(o *operated, env []string) []string { o.slack.Grant(theTeam, "groups:read", false); return env },
		said:  "It lacks groups:read (the same for private channels, and seeing that the bot is not in one).", cure: "press Reinstall to Workspace",
	},
	"a scope without which there is no bot": {
		spoil: func(o *operated, env []string) []string { o.slack.Grant(theTeam, "chat:write", false); return env },
		said:  "It lacks chat:write (posting updates and answers).", cure: "Paste what storybot manifest prints under App Manifest",
	},
	"tokens of two apps": {
		spoil: func(o *operated, env []string) []string { o.slack.SetApp(theTeam, "A0ANOTHER"); return env },
		said:  "The app token is of another app than the bot token of", cure: "Take both from one app at https://api.slack.com/apps",
	},
	"a token twice": {
		spoil: func(o *operated, env []string) []string { return with(env, "SLACK_BOT_TOKEN="+o.bots+","+o.bots) },
		said:  "It is of the same workspace", cure: "Leave one of them out of SLACK_BOT_TOKEN.",
	},
	"Slack's clock": {
		spoil: func(o *operated, env []string) []string { o.slack.SetSkew(-time.Hour); return env },
		said:  "ahead of that of Slack.", cure: "Have it set from the network",
	},
	"a channel of Slack that is archived": {
		spoil: func(o *operated, env []string) []string {
			o.slack.SetChannel(theTeam, theRoom, slacktest.ChangeChannel{Archived: new(true)})
			return env
		},
		args: []string{"--post", "https://newsroom.slack.com/archives/" + theRoom},
		said: "A message could not be posted: the channel is archived.", cure: "A member can unarchive the channel in Slack",
	},
	"a message of Slack that stays": {
		spoil: func(o *operated, env []string) []string {
			o.slack.Fail(slacktest.Match{Method: "chat.delete"}, -1, slacktest.APIError("cant_delete_message"))
			return env
		},
		args: []string{"--post", theRoom},
		said: "A message could not be deleted", cure: "The message is still there: delete it by hand.",
	},
	"one token of two": {
		spoil: func(o *operated, env []string) []string { return without(env, "SLACK_APP_TOKEN") },
		said:  "SLACK_APP_TOKEN: missing, while SLACK_BOT_TOKEN is set.", cure: "Make one on the page Basic Information",
		things: 2, // and Slack is not tried
	},
	"a name that is no setting": {
		spoil: func(o *operated, env []string) []string { return append(env, "DISCORD_BOT_TOKEN=abc") },
		said:  "DISCORD_BOT_TOKEN in the environment is no setting of Storybot and is ignored; DISCORD_TOKEN was probably meant.",
	},
	"a setting that is wrong": {
		spoil: func(o *operated, env []string) []string { return append(env, "LOG_LEVEL=loud") },
		said:  `LOG_LEVEL: "loud" is no level.`, cure: "Use debug, info, warn or error.",
	},
	"a database that cannot be": {
		spoil: func(o *operated, env []string) []string { return append(env, "DATABASE_URL=sqlite:nowhere/news.db") },
		said:  "The folder of the database nowhere/news.db cannot be opened.", cure: "Create it, or set DATABASE_URL to another place.",
	},
	"a database of a try-out": {
		spoil: func(o *operated, env []string) []string {
			if status, said := o.runs("/stories\n", []string{"DATABASE_URL=sqlite:" + defaultFile}); status != exitOK {
				o.t.Fatal(said)
			}
			return env
		},
		said: "In this database Storybot was tried out without a token", cure: "Name another one, or remove it to begin with an empty newsroom.",
	},
	"an .env that cannot be read": {
		spoil: func(o *operated, env []string) []string {
			write(o.t, filepath.Join(o.dir, envFile), "LOG_LEVEL=info\nsesame\n")
			return env
		},
		said: ".env cannot be read: line 2 is neither NAME=value nor a # comment",
	},
	"a database that is none": {
		spoil: func(o *operated, env []string) []string {
			write(o.t, filepath.Join(o.dir, "notes.db"), "these are my notes of last week")
			return append(env, "DATABASE_URL=sqlite:notes.db")
		},
		said: "is no SQLite database.", cure: "Set DATABASE_URL to another file; one that is not there is made.",
	},
	"a database that others can read": {
		spoil: func(o *operated, env []string) []string {
			if status, said := o.runs("", nil, "sample"); status != exitOK {
				o.t.Fatal(said)
			}
			if err := os.Chmod(filepath.Join(o.dir, defaultFile), 0o644); err != nil {
				o.t.Fatal(err)
			}
			return env
		},
		said: "Other users of this machine can get at its files (-rw-r--r--).", cure: "chmod 600",
	},
	"an .env that others can read": {
		spoil: func(o *operated, env []string) []string {
			write(o.t, filepath.Join(o.dir, envFile), "LOG_LEVEL=info\n")
			if err := os.Chmod(filepath.Join(o.dir, envFile), 0o644); err != nil {
				o.t.Fatal(err)
			}
			return env
		},
		said: "Other users of this machine can read .env (-rw-r--r--).", cure: "chmod 600",
	},
	"a server of PostgreSQL that is away": {
		spoil: func(o *operated, env []string) []string {
			return append(env, "DATABASE_URL=postgres://news:Mosel7nahe@127.0.0.1:1/news")
		},
		said: "The PostgreSQL server at 127.0.0.1:1 cannot be reached.", cure: "Check DATABASE_URL and that the server runs.",
	},
	"an address that somebody else has": {
		spoil: func(o *operated, env []string) []string {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				o.t.Fatal(err)
			}
			o.t.Cleanup(func() { _ = l.Close() })
			return append(env, "HTTP_ADDR="+l.Addr().String())
		},
		said: "address already in use", cure: "Stop what has the port",
	},
}

// otherThan lists the bot's commands but one, as they are sorted.
func otherThan(name string) string {
	all := map[string]bool{}
	for _, s := range command.Specs() {
		if first, _, _ := strings.Cut(s.Name, " "); first != name {
			all["/"+first] = true
		}
	}
	list := slices.Sorted(maps.Keys(all))
	for _, m := range command.Menus() {
		if m.OnMessage {
			list = append(list, fmt.Sprintf("%q in the menu", m.Label))
		}
	}
	return strings.Join(list, ", ")
}

// application spoils a field of Discord's application.
func application(field string, value any) func(*operated, []string) []string {
	return func(o *operated, env []string) []string {
		o.discord.SetApplication(map[string]any{field: value})
		return env
	}
}

// TestDoctorNamesTheCure of each fault alone, and of nothing else.
func TestDoctorNamesTheCure(t *testing.T) {
	t.Parallel()
	for name, fault := range operatorFaults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := operate(t)
			env := fault.spoil(o, o.tokens())
			status, said := o.runs("", env, append([]string{"doctor"}, fault.args...)...)
			if status != exitFail {
				t.Errorf("exit status %d", status)
			}
			flat := strings.Join(strings.Fields(said), " ")
			things := "1 thing has to be mended."
			if fault.things > 1 {
				things = "2 things have to be mended."
			}
			for _, part := range []string{fault.said, fault.cure, things} {
				if !strings.Contains(flat, part) {
					t.Errorf("it does not say %q:\n%s", part, said)
				}
			}
			o.slack.TakeViolations()
		})
	}
}

// TestDoctorBesideTheBot leaves it alone, and says so.
func TestDoctorBesideTheBot(t *testing.T) {
	t.Parallel()
	for name, url := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := operate(t)
			env := append(o.tokens(), "DATABASE_URL="+url(t))
			p := startProcess(t, o.dir, env, "run")
			p.waitReady()
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			if err := o.discord.WaitReady(ctx); err != nil {
				t.Fatal(err)
			}
			if err := o.slack.WaitConnected(ctx); err != nil {
				t.Fatal(err)
			}
			before, sessions := o.slack.Connections(), o.discord.GatewayStats().Sessions
			status, said := o.runs("", env, "doctor")
			if status != exitOK {
				t.Errorf("exit status %d:\n%s", status, said)
			}
			for _, part := range []string{"A bot has it open now, and is left alone", "Discord has the ", "Not tried: a bot may be connected"} {
				if !strings.Contains(strings.Join(strings.Fields(said), " "), part) {
					t.Errorf("it does not say %q:\n%s", part, said)
				}
			}
			if o.slack.Connections() < before || o.discord.GatewayStats().Sessions != sessions {
				t.Error("the bot was disturbed")
			}
			p.stop()
		})
	}
}

// TestDoctorPosts a message, edits it and deletes it.
func TestDoctorPosts(t *testing.T) {
	t.Parallel()
	o := operate(t)
	for _, channel := range []string{theChannel, "discord:" + theChannel, "https://discord.com/channels/" + theServer + "/" + theChannel, theRoom, "slack:" + theTeam + "/" + theRoom, "https://newsroom.slack.com/archives/" + theRoom} {
		status, said := o.runs("", o.tokens(), "doctor", "--post", channel)
		if status != exitOK || !strings.Contains(said, "A message was posted there, edited and deleted.") {
			t.Errorf("%s: exit status %d:\n%s", channel, status, said)
		}
	}
	if got := o.discord.Stats(); got.Posts != 3 || got.Edits != 3 || got.ByOp[discordtest.DeleteMessage] != 3 {
		t.Errorf("Discord saw %+v", got)
	}
	if n := o.slack.Calls("chat.delete"); n != 3 {
		t.Errorf("Slack saw %d deletions", n)
	}
	for _, wrong := range []string{"#general", "155", "https://example.org/"} {
		if status, said := o.runs("", o.tokens(), "doctor", "--post", wrong); status != exitUsage || !strings.Contains(said, "--post takes a channel") {
			t.Errorf("%s: exit status %d:\n%s", wrong, status, said)
		}
	}
}

// TestDoctorForPrograms says the same as JSON.
func TestDoctorForPrograms(t *testing.T) {
	t.Parallel()
	o := operate(t)
	o.discord.SetApplication(map[string]any{"bot_public": true})
	status, said := o.runs("", o.tokens(), "doctor", "--json")
	var got diagnosisJSON
	if err := json.Unmarshal([]byte(said), &got); err != nil || status != exitFail || got.OK {
		t.Fatalf("%v, exit status %d: %s", err, status, said)
	}
	i := slices.IndexFunc(got.Checks, func(f findingJSON) bool { return f.State != "ok" && f.State != "note" })
	if i < 0 || got.Checks[i].Part != "Discord" || got.Checks[i].Check != "Public Bot" || got.Checks[i].State != "warning" || got.Checks[i].Cure == "" {
		t.Errorf("it is not told: %s", said)
	}
}
