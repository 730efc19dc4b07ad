package main

// pressedElsewhere are the offers that TestCrawl does not come to on some platforms: those
// on which a test of another name presses them, and those on which there is nothing to
// press, and why.
var pressedElsewhere = map[string]struct{ test, on, not, why string }{
	"Undo":                 {test: "TestTheDesksOffersArePressed", on: "discord slack console"},
	"Make it a draft":      {test: "TestTheDesksOffersArePressed", on: "discord slack console"},
	"Reopen and post":      {test: "TestTheDesksOffersArePressed", on: "discord slack console"},
	"Continue":             {test: "TestTheDesksOffersArePressed", on: "discord slack console"},
	"Publish anyway":       {test: "TestWhatIsScheduledIsDecidedAbout", on: "console"},
	"Try again":            {test: "TestABlockedChannelIsTriedAgain", on: "discord slack", not: "console", why: "a console is never blocked"},
	"Follow it here too":   {test: "TestFollowingInAThreadWhatComesThere", on: "discord", not: "slack console", why: "their threads are no places of their own"},
	"Change the channel's": {test: "TestFollowingInAThreadWhatComesThere", on: "discord", not: "slack console", why: "their threads are no places of their own"},
	"Open the form":        {not: "discord", why: "it opens every form at once"},
	"Update":               {not: "discord", why: "a row is an option of a menu there, which TestCrawl presses by what it does"},
	"Open the form for":    {not: "discord", why: "a text is an option there, and no form is opened for it"},
	"Read all (":           {test: "TestTheWholeOfALongTextIsRead", on: "discord slack console"},
	"Read all":             {test: "TestTheWholeOfALongTextIsRead", on: "discord slack console"},
	"Catch up":             {test: "TestHomeTab", on: "slack", not: "discord console", why: "they have no home tab"},
	"Pause or resume":      {test: "TestHomeTab", on: "slack", not: "discord console", why: "they have no home tab"},
	"Desk status":          {test: "TestHomeTab", on: "slack", not: "discord console", why: "they have no home tab"},
	"All stories":          {test: "TestHomeTab", on: "slack", not: "discord console", why: "they have no home tab"},
}
