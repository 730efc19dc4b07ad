package command

import (
	"fmt"

	"storybot/bot"
	"storybot/stories"
)

// untold is what a person is told whose change the channel is not told of; "" when it
// is.
func (r request) untold(is bool) string {
	if !is {
		return ""
	}
	return fmt.Sprintf(" %s: of one person's changes at most %d in a minute are.", r.either("The channel is not told", "It is not shown here"), stories.MostTold)
}

// untoldRows are the messages of what channels follow that failed.
func untoldRows(status stories.DeskStatus, names bot.Names) []bot.Block {
	var rows []bot.Block
	for _, f := range status.Untold {
		what := "was not shown that it follows " + bot.TargetWords(f.Change.Target)
		switch f.Change.Kind {
		case stories.Unsubscribed, stories.Stopped:
			what = "was not told that " + bot.UserName(f.Change.By) + " stopped " + bot.TargetWords(f.Change.Target)
		case stories.Unstopped:
			what = "was not told that " + bot.UserName(f.Change.By) + " brought " + bot.TargetWords(f.Change.Target) + " back"
		case stories.CardLost:
			what = "was not told that " + namesOf(f.Change.Left) + " is paused, for a card or thread was deleted twice"
		case stories.ThreadShut:
			what = "was not told that its threads take no updates"
		case stories.CardShut:
			what = "was not told that " + namesOf(f.Change.Left) + " brings messages now, for cards cannot be edited there"
		}
		rows = append(rows, item(bot.Sentence(names.Place(f.Destination)), bot.Text(" "+what+", "), bot.At(f.At), bot.Text(": "+lowerSentence(bot.Reason("it", f.Reason)))))
	}
	return rows
}
