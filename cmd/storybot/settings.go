package main

import (
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // an image may have no zones

	"storybot/bot"
	"storybot/stories"
	"storybot/stories/sqlstore"
)

// setting is one thing an operator can choose. The table of them is read by
// readConfig and written by storybot env; the README's table is checked
// against it.
type setting struct {
	name     string
	platform string // whose it is, "" for the program's own
	token    bool   // what a platform knows the bot by
	secret   bool   // what is given must not be shown
	// help says in whole sentences what it is for; def and example are values.
	help    string
	def     string
	example string
	found   string // where it is found, of a token: a sentence without its end
	// set checks a value, def when none was given, and keeps it. Its errors
	// never quote a secret.
	set func(c *config, v string) error
}

// adminsSetting names who is admin from the start.
const adminsSetting = "STORYBOT_ADMINS"

// The setting of the database, and the file it names by default.
const (
	databaseSetting = "DATABASE_URL"
	defaultFile     = "storybot.db"
)

// allSettings is the table of settings: each platform's, and the program's own.
func allSettings(kits []bot.Kit) (all []setting) {
	for _, k := range kits {
		for _, s := range k.Settings {
			all = append(all, ofKit(k, s, kits))
		}
	}
	for _, s := range ownSettings {
		if s.name == adminsSetting {
			var examples []string
			for _, k := range kits {
				examples = append(examples, k.Refs.Example)
			}
			s.example = strings.Join(examples, ",")
		}
		all = append(all, s)
	}
	return all
}

// ownSettings are those that are no platform's.
var ownSettings = []setting{
	{
		name: adminsSetting,
		help: "Who may name moderators, separated by commas, each as in the example. As long as nobody is an admin, the log shows a code at start, and whoever sends it with /desk claim is the first.",
		set:  setAdmins,
	},
	{
		name:    "TIMEZONE",
		help:    "The newsroom's time zone: times that moderators write without an offset are in it, times are repeated in it, and the console shows its own in it.",
		def:     "UTC",
		example: "Europe/Berlin",
		set:     setTimezone,
	},
	{
		name:    "UNDO_WINDOW",
		help:    "How many seconds an update waits in which its author can take it back with Undo, at most 600. 0 is not at all: updates go out at once.",
		def:     "0",
		example: "20",
		set:     setUndo,
	},
	{
		name:    "KEEP_DELIVERIES",
		help:    "For how many days it is kept what became of each delivery, 30 to 3650. Which messages are the copies of an update is known while its story develops and that long after: so long a correction reaches them.",
		def:     "365",
		example: "730",
		set:     setDays(leastKept, func(c *config) *time.Duration { return &c.keep.Deliveries }),
	},
	{
		name:    "KEEP_READ_MARKS",
		help:    "For how many days it is kept how far each reader was shown each story, since they looked at it last, 30 to 3650; off is for ever. Whoever looks later is shown it as if for the first time.",
		def:     "365",
		example: "90",
		set:     setDays(forEver, func(c *config) *time.Duration { return &c.keep.Marks }),
	},
	{
		name:    "KEEP_LOG",
		help:    "For how many days the lines of /desk log are kept, 30 to 3650; off is for ever. Who wrote each wording of an update stands beside it and stays as long as the update.",
		def:     "off",
		example: "1095",
		set:     setDays(forEver, func(c *config) *time.Duration { return &c.keep.Log }),
	},
	{
		name:    "KEEP_NAMES",
		help:    "For how many days it is kept what channels and people were called that follow nothing and have no role, since their platform told it last, 30 to 3650; off is for ever.",
		def:     "365",
		example: "90",
		set:     setDays(forEver, func(c *config) *time.Duration { return &c.keep.Names }),
	},
	{
		name:    databaseSetting,
		secret:  true,
		help:    "Where stories and deliveries are kept: sqlite:FILE, or postgres://USER:PASSWORD@HOST/NAME when several replicas share the work. Tried out without a token, Storybot keeps to a file of its own, storybot-demo.db, unless this is set.",
		def:     "sqlite:" + defaultFile,
		example: "postgres://storybot@localhost/storybot",
		set:     setDatabase,
	},
	{
		name:    "HTTP_ADDR",
		help:    "The address that serves /healthz, /readyz and /metrics. Nothing is served when it is empty.",
		example: "127.0.0.1:8080",
		set:     setHTTPAddr,
	},
	{
		name: "HTTP_PROFILE",
		help: "yes serves profiles of the running program and traces at HTTP_ADDR too, below /debug/pprof/. They show how it works inside and cost time while they are taken: set it for as long as somebody looks.",
		def:  "no",
		set:  setProfile,
	},
	{
		name: "LOG_LEVEL",
		help: "The least urgent messages the log shows: debug, info, warn or error. A console chat at a terminal begins at warn unless this is set.",
		def:  "info",
		set: func(c *config, v string) error {
			if err := c.logLevel.UnmarshalText([]byte(v)); err != nil || strings.ContainsAny(v, "+-") {
				return quoted{[]string{v}, "is no level. Use debug, info, warn or error"}
			}
			return nil
		},
	},
	{
		name: "LOG_FORMAT",
		help: "How the log is written to standard error: text or json.",
		def:  "text",
		set: func(c *config, v string) error {
			if v != "text" && v != "json" {
				return quoted{[]string{v}, "is no format. Use text or json"}
			}
			c.logFormat = v
			return nil
		},
	},
}

// setProfile reads yes or no; it does nothing where nothing is served.
func setProfile(c *config, v string) error {
	switch strings.ToLower(v) {
	case "yes", "true", "1", "on":
		c.httpProfile = true
	case "no", "false", "0", "off":
	default:
		return quoted{[]string{v}, "is neither yes nor no"}
	}
	return nil
}

// setTimezone reads the name of a zone. The zones are part of the program: many images
// have none.
func setTimezone(c *config, v string) (err error) {
	if v == "Local" { // what that is changes with the machine
		err = errors.New("no name of a zone")
	} else {
		c.times.zone, err = time.LoadLocation(v)
	}
	if err != nil {
		return quoted{[]string{v}, "is no time zone. Use a name of the IANA's list, such as Europe/Berlin, America/New_York or UTC"}
	}
	return nil
}

// setUndo reads a number of seconds; 20s is understood too.
func setUndo(c *config, v string) error {
	seconds, err := strconv.Atoi(strings.TrimSuffix(v, "s"))
	undo := time.Duration(seconds) * time.Second
	if err != nil || seconds < 0 || undo > stories.MaxUndo {
		return quoted{[]string{v}, fmt.Sprintf("is no number of seconds from 0 to %.0f", stories.MaxUndo.Seconds())}
	}
	c.times.undo = undo
	return nil
}

// How many days things can be kept: /why and corrections need deliveries for some weeks, and
// nobody for longer than ten years. What only grows slowly can be kept forEver.
const (
	leastKept = 30
	mostKept  = 3650
	forEver   = 0
)

// setDays reads a number of days from leastKept to mostKept or, where least is forEver, that
// it is kept for good.
func setDays(least int, of func(*config) *time.Duration) func(*config, string) error {
	return func(c *config, v string) error {
		if least == forEver && (strings.EqualFold(v, "off") || v == "0") {
			*of(c) = sqlstore.Forever
			return nil
		}
		days, err := strconv.Atoi(strings.TrimSuffix(v, "d"))
		if err != nil || days < leastKept || days > mostKept {
			complaint := fmt.Sprintf("is no number of days from %d to %d", leastKept, mostKept)
			if least == forEver {
				complaint += ", and not off"
			}
			return quoted{[]string{v}, complaint}
		}
		*of(c) = time.Duration(days) * 24 * time.Hour
		return nil
	}
}

// setAdmins checks everybody by the form of their platform, so that a newsroom
// learns at start that an admin it counts on can never be one.
func setAdmins(c *config, v string) error {
	var nobody []string
	for _, ref := range list(v) {
		if bot.CheckPerson(people(c.kits), ref) != nil {
			nobody = append(nobody, ref)
		}
	}
	c.admins = list(v)
	if len(nobody) == 0 {
		return nil
	}
	verb := "names"
	if len(nobody) > 1 {
		verb = "name"
	}
	return quoted{nobody, verb + " nobody. " + howPeopleAreWritten(c.kits)}
}

// list splits a value at its commas and leaves out what is empty.
func list(v string) (items []string) {
	for item := range strings.SplitSeq(v, ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}

// levelWhenTalking is the log's level while somebody chats at this terminal
// and has not chosen another.
const levelWhenTalking = slog.LevelWarn
