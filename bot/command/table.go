package command

import (
	"fmt"
	"slices"
	"storybot/bot"
	"storybot/stories"
)

// Specs is the table of commands as platforms register it.
func Specs() []bot.Spec {
	var specs []bot.Spec
	for _, c := range table(&families{}) {
		specs = append(specs, c.Spec)
	}
	return specs
}

// Arguments that several commands share.
var (
	levels = []bot.Choice{{Value: "breaking", Label: "breaking"}, {Value: "normal", Label: "normal"}, {Value: "minor", Label: "minor"}}

	storyArg  = bot.Arg{Name: "story", Summary: "The story's slug, such as sony-hack", Positional: true, Completes: true, MaxLength: stories.MaxSlug}
	targetArg = bot.Arg{Name: "target", Summary: "A story's slug, topic:NAME, or all", Positional: true, Completes: true}
	// lastWordArg is what is published with a change of a story's state.
	lastWordArg = bot.Arg{Name: "text", Summary: "An update to publish with it, at once", Free: true}
	numberArg   = bot.Arg{Name: "number", Summary: "The update's number", Positional: true, MaxLength: 10}
	// revisedSource, revisedImage, revisedAlt and revisedClear are what a revision changes
	// beside the text.
	revisedSource = bot.Arg{Name: "source", Kind: bot.KindLinks, Summary: "Links that take the place of its sources, with commas between them", MaxLength: stories.MaxSources * (stories.MaxSourceURL + 1)}
	revisedImage  = bot.Arg{Name: "image", Kind: bot.KindLink, Summary: "A picture that takes the place of its picture; say in alt what it shows", MaxLength: stories.MaxPictureURL}
	revisedAlt    = bot.Arg{Name: "alt", Kind: bot.KindText, Summary: "What the picture shows, in words; alone it describes the picture there is", MaxLength: stories.MaxPictureAlt}
	revisedClear  = bot.Arg{Name: "clear", Summary: "What to take away", Choices: []bot.Choice{{Value: "image", Label: "image"}, {Value: "source", Label: "source"}}}
)

func required(a bot.Arg) bot.Arg {
	a.Required = true
	return a
}

func insisted(a bot.Arg) bot.Arg {
	a.Insist = true
	return a
}

// table is every command there is. Required arguments come first, as platforms
// with typed options insist.
func table(f *families) []command {
	return append(readerCommands(f), deskCommands(f)...)
}

func readerCommands(f *families) []command {
	in := inThreads{f.readers.joining}
	return []command{
		{Spec: bot.Spec{Name: "story", Summary: "Show a story: where it stands and its newest updates",
			Args: []bot.Arg{insisted(storyArg), numberArg}, Example: "/story sony-hack"}, run: in.ofChannel(f.readers.showing.story, false)},
		{Spec: bot.Spec{Name: "stories", Summary: "List or search the stories, newest activity first",
			Args: []bot.Arg{{Name: "words", Summary: "Words to look for in stories and updates", Free: true, MaxLength: 200}}, Example: "/stories north korea"}, run: f.readers.listing.listOrSearch},
		{Spec: bot.Spec{Name: "catchup", Summary: "Show what is new to you in the stories that are followed here",
			Args: []bot.Arg{storyArg}, Example: "/catchup sony-hack"}, nearly: "What is new in %s", run: in.ofChannel(f.readers.catching.catchUp, true)},
		{Spec: bot.Spec{Name: subscribeName, Summary: "Have updates posted here, or change how they arrive", Manages: true,
			Args:    slices.Concat([]bot.Arg{required(targetArg)}, optionArgs(), placeArgs()),
			Example: "/subscribe sony-hack level:breaking"}, verify: f.readers.joining.verifyTarget, run: f.readers.joining.subscribe},
		{Spec: bot.Spec{Name: "unsubscribe", Summary: "Stop posting updates here", Manages: true,
			Args: slices.Concat([]bot.Arg{required(targetArg)}, placeArgs()), Example: "/unsubscribe sony-hack"}, run: in.ofChannel(f.readers.leaving.unsubscribe, true)},
		{Spec: bot.Spec{Name: "subscriptions", Summary: "List what is followed here, and pause or resume it",
			Args: []bot.Arg{targetArg, {Name: channelArg, Summary: "Another channel here; this one when left out", Place: true, MaxLength: 100}}, Example: "/subscriptions"}, run: in.ofChannel(f.readers.follows.subscriptions, true)},
		{Spec: bot.Spec{Name: "why", Summary: "Tell why an update did or did not come here",
			Args: []bot.Arg{required(storyArg), numberArg}, Example: "/why sony-hack 4"}, nearly: "Ask about %s", run: in.ofRecords(f.readers.explaining.why)},
		{Spec: bot.Spec{Name: "update", Summary: "Publish an update of a story to those who asked for it",
			Args: []bot.Arg{required(storyArg),
				{Name: "text", Summary: "What happened", Required: true, Free: true},
				{Name: "level", Summary: "How urgent it is; normal when left out", Choices: levels},
				{Name: "source", Kind: bot.KindLinks, Summary: fmt.Sprintf("A link to the source; up to %d, with commas between them", stories.MaxSources), MaxLength: stories.MaxSources * (stories.MaxSourceURL + 1)},
				{Name: "image", Kind: bot.KindLink, Summary: "A picture: its address, which begins with https://; say in alt what it shows", MaxLength: stories.MaxPictureURL},
				{Name: "alt", Kind: bot.KindText, Summary: "What the picture shows, in words, for readers who cannot see it", MaxLength: stories.MaxPictureAlt},
				{Name: "at", Kind: bot.KindTime, Summary: "When it happened or, ahead, when it goes out: 15:04, tomorrow 09:00 or 2014-12-20 15:04", MaxLength: 40},
				{Name: "unverified", Summary: "Mark it as being checked, until it is released", Choices: []bot.Choice{{Value: "yes", Label: "yes"}}},
				{Name: "again", Summary: "Post it although the same text was just posted", Choices: []bot.Choice{{Value: "yes", Label: "yes"}}},
			}, Opens: true, Example: "/update sony-hack level:breaking source:https://example.org/report The studio cancels the film."},
			role: stories.Moderator, verify: f.writers.writing.verifyUpdate, nearly: "Post it to %s", run: f.writers.writing.update, inForm: f.forms.updating.write, formed: ifNoText},
	}
}

func deskCommands(f *families) []command {
	return []command{
		{Spec: bot.Spec{Name: "desk track", Summary: "Start a story",
			Args: []bot.Arg{
				{Name: "headline", Summary: "The headline, one line", Required: true, Free: true, MaxLength: stories.MaxHeadline},
				{Name: "slug", Summary: "Its short name in commands; made from the headline when left out", MaxLength: stories.MaxSlug},
				{Name: "topics", Kind: bot.KindTopics, Summary: "Topics, separated by commas"},
				{Name: "summary", Kind: bot.KindText, Summary: "What the story is about", MaxLength: stories.MaxSummary},
			}, Opens: true, Example: "/desk track slug:sony-hack topics:security,film The hack of Sony Pictures"},
			role: stories.Moderator, verify: f.writers.editing.verifyTrack, run: f.writers.editing.track, inForm: f.forms.tracking.trackInForm, formed: ifNoText},
		{Spec: bot.Spec{Name: "desk write", Summary: "Write an update in a form, and look at it before it is posted", Opens: true,
			Args: []bot.Arg{storyArg}, Example: "/desk write sony-hack"}, role: stories.Moderator, nearly: "Write for %s", run: f.forms.updating.write},
		{Spec: bot.Spec{Name: "desk drafts", Summary: "List what you began in a form and did not post", Example: "/desk drafts"},
			role: stories.Moderator, run: f.forms.drafting.listed},
		{Spec: bot.Spec{Name: "desk edit", Summary: "Change a story's headline, summary or topics",
			Args: []bot.Arg{required(storyArg),
				{Name: "headline", Summary: "The new headline, one line", Free: true, MaxLength: stories.MaxHeadline},
				{Name: "topics", Kind: bot.KindTopics, Summary: "All its topics from now on, separated by commas"},
				{Name: "summary", Kind: bot.KindText, Summary: "What the story is about", MaxLength: stories.MaxSummary},
				{Name: "clear", Summary: "What to take away", Choices: []bot.Choice{{Value: "summary", Label: "summary"}, {Value: "topics", Label: "topics"}}},
			}, Opens: true, Example: "/desk edit sony-hack topics:security,film The studio releases the film"},
			role: stories.Moderator, verify: f.writers.editing.verifyEdit, nearly: "Change %s", run: f.writers.editing.edit, inForm: f.forms.rewording.editInForm, formed: ifBare | ifApart},
		{Spec: bot.Spec{Name: "desk rename", Summary: "Give a story another slug",
			Args:    []bot.Arg{required(storyArg), {Name: "slug", Summary: "Its new slug", Required: true, Positional: true, MaxLength: stories.MaxSlug}},
			Example: "/desk rename sony-hack the-interview"}, role: stories.Moderator, nearly: "Rename %s", run: f.writers.editing.rename},
		{Spec: bot.Spec{Name: "desk merge", Summary: "Make one story of two",
			Args:    []bot.Arg{required(storyArg), {Name: intoArg, Summary: "The slug of the story it goes on as", Required: true, Positional: true, Completes: true, MaxLength: stories.MaxSlug}},
			Example: "/desk merge guardians-of-peace sony-hack"}, role: stories.Moderator, nearly: "Merge %s", run: f.writers.merging.merge},
		{Spec: bot.Spec{Name: "desk close", Summary: "Close a story: nothing more is expected",
			Args: []bot.Arg{required(storyArg), lastWordArg}, Example: "/desk close sony-hack"}, role: stories.Moderator, verify: f.writers.editing.verifyLastWord, nearly: "Close %s", run: f.writers.editing.close},
		{Spec: bot.Spec{Name: "desk reopen", Summary: "Take up a closed story again",
			Args: []bot.Arg{required(storyArg), lastWordArg}, Example: "/desk reopen sony-hack"}, role: stories.Moderator, verify: f.writers.editing.verifyLastWord, nearly: "Reopen %s", run: f.writers.editing.reopen},
		{Spec: bot.Spec{Name: "desk correct", Summary: "Correct an update in every copy, and post CORRECTION beside them",
			Args: []bot.Arg{required(storyArg), required(numberArg), {Name: "text", Summary: "What it is to say", Free: true},
				{Name: "reason", Kind: bot.KindText, Summary: "What was wrong; readers see it", MaxLength: stories.MaxReason}, revisedSource, revisedImage, revisedAlt, revisedClear},
			Opens: true, Example: "/desk correct sony-hack 3 reason:\"The number was wrong.\" 47,000 people are affected."}, role: stories.Moderator, verify: f.writers.amending.verifyRevision, nearly: "Correct it in %s", run: f.writers.amending.revise, inForm: f.forms.correcting.correctInForm, formed: ifNoText | ifApart},
		{Spec: bot.Spec{Name: "desk fix", Summary: "Mend a slip in an update, in every copy, without telling anybody",
			Args:  []bot.Arg{required(storyArg), required(numberArg), {Name: "text", Summary: "What it is to say", Free: true}, revisedSource, revisedImage, revisedAlt, revisedClear},
			Opens: true, Example: "/desk fix sony-hack 3 The studio cancels the film."}, role: stories.Moderator, verify: f.writers.amending.verifyRevision, nearly: "Fix it in %s", run: f.writers.amending.revise, inForm: f.forms.correcting.fixInForm, formed: ifNoText | ifApart},
		{Spec: bot.Spec{Name: "desk withdraw", Summary: "Withdraw an update for good: copies are struck through, WITHDRAWN is posted",
			Args:    []bot.Arg{required(storyArg), required(numberArg), {Name: "reason", Summary: "Why; readers see it", Required: true, Free: true, MaxLength: stories.MaxReason}},
			Example: "/desk withdraw sony-hack 3 The source was not who it said."}, role: stories.Moderator, verify: f.writers.amending.verifyRevision, nearly: "Withdraw it in %s", run: f.writers.amending.revise},
		{Spec: bot.Spec{Name: "desk hold", Summary: "Mark an update as being checked, and post ON HOLD",
			Args:    []bot.Arg{required(storyArg), required(numberArg), {Name: "reason", Summary: "What is being checked; readers see it", Free: true, MaxLength: stories.MaxReason}},
			Example: "/desk hold sony-hack 3 The number is disputed."}, role: stories.Moderator, verify: f.writers.amending.verifyRevision, nearly: "Hold it in %s", run: f.writers.amending.revise},
		{Spec: bot.Spec{Name: "desk release", Summary: "Say that an update on hold, or unverified, stands, and post RELEASED",
			Args: []bot.Arg{required(storyArg), required(numberArg)}, Example: "/desk release sony-hack 3"}, role: stories.Moderator, verify: f.writers.amending.verifyRevision, nearly: "Release it in %s", run: f.writers.amending.revise},
		{Spec: bot.Spec{Name: "desk scheduled", Summary: "List what waits for its time, and publish or cancel it", Example: "/desk scheduled"},
			role: stories.Moderator, run: f.writers.scheduling.scheduled},
		{Spec: bot.Spec{Name: "desk log", Summary: "Tell who did what, when",
			Args: []bot.Arg{storyArg}, Example: "/desk log sony-hack"}, role: stories.Moderator, nearly: "Log of %s", run: f.desks.logging.deskLog},
		{Spec: bot.Spec{Name: "desk status", Summary: "Show the queue, failing channels and connections", Example: "/desk status"},
			role: stories.Moderator, run: f.desks.running.status},
		{Spec: bot.Spec{Name: "desk moderators", Summary: "List moderators, add or remove one",
			Args: []bot.Arg{
				{Name: "action", Summary: "What to do; lists them when left out", Positional: true, Choices: []bot.Choice{{Value: "add", Label: "add"}, {Value: "remove", Label: "remove"}}},
				{Name: "user", Summary: "Who: mention them with @", Positional: true, Person: true, MaxLength: 128},
			}, Example: "/desk moderators action:add user:@ada"}, role: stories.Admin, run: f.desks.staffing.moderators},
		{Spec: bot.Spec{Name: deskHelp, Summary: "List what moderators and admins do", Example: "/desk help"}, run: f.common.manual.deskHelp},
		{Spec: bot.Spec{Name: "desk here", Summary: "Have alarms and the progress of deliveries posted here, at the desk",
			Args: []bot.Arg{{Name: "action", Summary: "off has it be the desk no longer", Positional: true, Choices: []bot.Choice{{Value: switchOff, Label: switchOff}}}}, Example: "/desk here"},
			role: stories.Admin, run: f.desks.running.here},
		{Spec: bot.Spec{Name: "desk forget", Summary: "Forget a person",
			Args: []bot.Arg{{Name: "user", Summary: "Who: mention them with @", Positional: true, Required: true, Person: true, MaxLength: 128}}, Example: "/desk forget user:@ada"},
			role: stories.Admin, run: f.desks.forgetting.forget},
		{Spec: bot.Spec{Name: "desk remove", Summary: "Remove a story never delivered",
			Args: []bot.Arg{required(storyArg)}, Example: "/desk remove sony-hack"}, role: stories.Admin, nearly: "Remove %s", run: f.writers.removing.remove},
		{Spec: bot.Spec{Name: "desk claim", Summary: "Become the first admin, with the code from the bot's log",
			Args: []bot.Arg{{Name: "code", Summary: "The code printed in the bot's log at start", Required: true, Free: true, MaxLength: 64}}, Example: "/desk claim K7QX-42MD-WB3N"}, recorded: true, run: f.desks.staffing.claim},
	}
}
