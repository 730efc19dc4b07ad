package command

import (
	"context"
	"fmt"
	"strings"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// logging tells what was done.
type logging struct {
	now      func() time.Time
	zone     *time.Location
	archive  Archive
	desk     Desk
	finding  *finding
	staffing *staffing
}

// logPage is how many entries a page of the log shows.
const logPage = 12

// deskLog tells who did what, of one story or of all.
func (m *logging) deskLog(ctx context.Context, r request) (bot.Reply, error) {
	return m.logFrom(ctx, r, r.get("story"), 0)
}

// logFrom shows entries older than before (0: the newest).
func (m *logging) logFrom(ctx context.Context, r request, slug string, before int64) (bot.Reply, error) {
	var story stories.Story
	entries, err := m.desk.Log(ctx, r.User, slug, before, logPage+1)
	if err != nil {
		return bot.Reply{}, err
	}
	msg := bot.Message{Title: "Who did what"}
	if slug != "" {
		if story, err = m.archive.Story(ctx, slug); err != nil {
			return bot.Reply{}, err
		}
		msg.Title += ": " + story.Slug
	}
	if len(entries) == 0 {
		msg.Blocks = []bot.Block{bot.Para(bot.Text("Nothing is recorded here."))}
	}
	room, now := answerRoom-bot.Room(msg.Title), m.now()
	entries, more := entries[:min(len(entries), logPage)], len(entries) > logPage
	var places []stories.Destination
	for _, e := range entries {
		places = append(places, e.Place)
	}
	names := m.staffing.names(ctx, places...)
	for i, e := range entries {
		row := item(append(m.logSpans(e, names.Here(e.Place, r.Where)), bot.Text(" · "), ago(e.At, now))...)
		if room -= roomOf(row); room < 0 && i > 0 {
			entries, more = entries[:i], true
			break
		}
		msg.Blocks = append(msg.Blocks, row)
	}
	if before > 0 {
		msg.Buttons = append(msg.Buttons, bot.NewButton("Newest", bot.ActionLog, 0, story.ID))
	}
	if more {
		msg.Buttons = append(msg.Buttons, bot.NewButton("Older", bot.ActionLog, entries[len(entries)-1].ID, story.ID))
	}
	return bot.Reply{Message: msg}, nil
}

// maxLogDetail is how much of an entry's detail is shown, in UTF-16 units.
const maxLogDetail = 150

// logSpans is an entry of the log as a sentence; place is the channel it is about.
func (m *logging) logSpans(e stories.LogEntry, place bot.Span) []bot.Span {
	by := []bot.Span{bot.Text(bot.UserName(m.staffing.withName(e.By)) + " ")}
	detail, _ := bot.Cut(bot.OneLine(e.Detail), maxLogDetail)
	if e.Verb == "edited" {
		return append(by, bot.Text(editSaid(e.Slug, e.Detail)))
	}
	switch {
	case e.Whom.Ref != "":
		if said := whomSaid(e.Verb, bot.UserName(m.staffing.withName(e.Whom)), detail); said != "" {
			return append(by, bot.Text(said))
		}
		detail = bot.UserName(m.staffing.withName(e.Whom)) + " " + detail
	case e.Place != (stories.Destination{}):
		if before, after := placeSaid(e.Verb, detail); before != "" {
			return append(by, bot.Text(before+" "), place, bot.Text(after))
		}
		return append(by, bot.Text(e.Verb+": "), place, bot.Text(" "+detail))
	case e.Slug != "":
		if said := m.storySaid(e.Verb, e.Slug, detail); said != "" {
			return append(by, bot.Text(said))
		}
	}
	switch e.Verb {
	case "settled":
		return append(by, bot.Text("had "+detail+" looked for in their channels"))
	case "released":
		return append(by, bot.Text("released "+detail))
	}
	words := e.Verb // of another version
	if e.Slug != "" {
		words += " " + e.Slug
	}
	if detail != "" {
		words += ": " + detail
	}
	return append(by, bot.Text(words))
}

// storySaid is what was done to a story, "" for a verb of another version.
func (m *logging) storySaid(verb, slug, detail string) string {
	switch verb {
	case "published":
		if number, level, ok := strings.Cut(strings.TrimPrefix(detail, "update "), ", "); ok {
			return "published update " + number + " of " + slug + ", " + level
		}
	case "late":
		number, after, _ := strings.Cut(strings.TrimPrefix(detail, "update "), ", ")
		if late, err := time.ParseDuration(after); err == nil {
			return "had update " + number + " of " + slug + " go out " + bot.Roughly(late) + " after its time"
		}
	case "scheduled", "cancelled", "drafted", "overdue", "took back":
		return scheduleSaid(verb, slug, detail, m.zone)
	case "tracked":
		return "started " + slug + ": “" + detail + "”"
	case "closed", "reopened":
		return verb + " " + slug
	case "renamed":
		before, after, _ := strings.Cut(detail, " ")
		return "renamed " + before + " to " + after
	case "merged":
		return mergeSaid(slug, detail)
	}
	word, known := revisionWords[stories.RevisionKind(verb)]
	if number, why, _ := strings.Cut(strings.TrimPrefix(detail, "update "), ": "); known {
		said := fmt.Sprintf(word.log, number, slug)
		if why != "" {
			said += ": “" + why + "”"
		}
		return said
	}
	return ""
}

// longBefore is how much of what it said before an edit is shown, in UTF-16 units: what is
// longer is not.
const longBefore = 80

// editSaid is an edit of a story: what was changed and, where that is short, what it said
// before.
func editSaid(slug, detail string) string {
	what, lines, _ := strings.Cut(detail, "\n")
	names := strings.Split(what, ", ")
	for i, name := range names {
		names[i] = "the " + name
	}
	said := "changed " + listed(names) + " of " + slug
	var before []string
	for line := range strings.Lines(lines) {
		name, was, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		was = bot.OneLine(was)
		switch {
		case was == "":
			before = append(before, "no "+name)
		case bot.Units(was) > longBefore:
		case name == "topics":
			before = append(before, name+" "+was)
		default:
			before = append(before, name+" “"+was+"”")
		}
	}
	if len(before) > 0 {
		said += "; before: " + strings.Join(before, ", ")
	}
	return said
}

// scheduleSaid is what was done about a scheduled update: detail is its level and its
// time, behind why it was not published.
func scheduleSaid(verb, slug, detail string, zone *time.Location) string {
	why := ""
	if verb == "overdue" {
		why, detail, _ = strings.Cut(detail, ", ")
	}
	level, typed, _ := strings.Cut(detail, ", ")
	due, err := time.Parse(time.RFC3339, typed)
	if err != nil {
		return ""
	}
	when := inZone(due, zone)
	level = strings.Replace(level, " ", ", ", 1) // "breaking unverified"
	switch verb {
	case "took back":
		return "took back an update of " + slug + ", " + level + ", before it was published"
	case "drafted":
		return "made a draft of the update of " + slug + ", " + level + ", that was scheduled for " + when
	case "scheduled":
		return "scheduled an update of " + slug + ", " + level + ", for " + when
	case "cancelled":
		return "cancelled the update of " + slug + ", " + level + ", that was scheduled for " + when
	}
	said := "had scheduled an update of " + slug + ", " + level + ", for " + when + " that was not published then"
	switch stories.ScheduleState(why) {
	case stories.ScheduleClosed:
		said += ": the story was closed"
	case stories.ScheduleUnwritten:
		said += ": its writer was no moderator any more"
	case stories.ScheduleFailed:
		said += ": that failed"
	case stories.ScheduleLate:
		said += ": more than an hour had passed when it could be"
	}
	return said
}

// whomSaid is what was done to a person.
func whomSaid(verb, whom, detail string) string {
	switch verb {
	case "claimed":
		return "became the first admin, with the code from the log"
	case "named":
		if role, ok := between(detail, "is ", ""); ok {
			return "made " + whom + " " + aRole(role)
		}
	case "removed":
		if role, ok := between(detail, "is no ", " any more"); ok {
			return "removed " + whom + " as " + role
		}
	}
	return ""
}

// placeSaid is what was done to a channel, before and after its name.
func placeSaid(verb, detail string) (before, after string) {
	switch verb {
	case "subscribed":
		if what, level, ok := strings.Cut(strings.TrimPrefix(detail, "follows "), " from "); ok {
			level, options, _ := strings.Cut(level, " with ")
			if options != "" {
				options = ", " + options
			}
			return "had", " follow " + targetNamed(what) + ": " + levelNamed(level) + options
		}
	case "unsubscribed":
		if what, ok := between(detail, "does not follow ", " any more"); ok {
			return "ended " + targetNamed(what) + " in", ""
		}
	case "muted":
		if what, ok := between(detail, "gets nothing more of ", ""); ok {
			return "stopped " + what + " in", ""
		}
	case "unmuted":
		if what, ok := between(detail, "gets ", " again"); ok {
			return "brought " + what + " back to", ""
		}
	case "paused":
		if what, ok := between(detail, "is paused: ", ""); ok {
			return "paused " + targetNamed(what) + " in", ""
		}
	case "resumed":
		if what, ok := between(detail, "is served again: ", ""); ok {
			return "resumed " + targetNamed(what) + " in", ""
		}
	case "tested":
		if what, ok := between(detail, "was tested: ", ""); ok {
			return "tested " + targetNamed(what) + " in", ""
		}
	case "desk":
		return "made", " the desk"
	}
	return "", ""
}

// between is what stands in s between a beginning and an end.
func between(s, begin, end string) (string, bool) {
	s, begins := strings.CutPrefix(s, begin)
	s, ends := strings.CutSuffix(s, end)
	return s, begins && ends
}

// targetNamed is a target that was written down, in a sentence.
func targetNamed(written string) string {
	if target, err := stories.ParseTarget(written); err == nil {
		return targetWords(target)
	}
	return written
}

// levelNamed is what comes through from a level on that was written down.
func levelNamed(written string) string {
	if level, err := stories.ParseLevel(written); err == nil {
		return levelWords(level)
	}
	return written
}

// aRole is a role with its article.
func aRole(role string) string {
	if strings.ContainsRune("aeiou", firstRune(role)) {
		return "an " + role
	}
	return "a " + role
}

func (m *logging) pressLog(ctx context.Context, r request, args bot.Args) (bot.Reply, error) {
	before := args.Number(0)
	switch {
	case args.Number(1) == 0:
		return m.logFrom(ctx, r, "", before)
	}
	story, err := m.finding.storyByID(ctx, args.Number(1))
	if err != nil {
		return bot.Reply{}, err
	}
	return m.logFrom(ctx, r, story.Slug, before)
}
