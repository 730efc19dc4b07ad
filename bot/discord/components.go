package discord

import (
	"strings"

	"github.com/bwmarrin/discordgo"

	"storybot/bot"
)

// components renders what can be pressed under a message: a menu of its rows and
// its buttons.
func components(m bot.Message) []discordgo.MessageComponent {
	out := []discordgo.MessageComponent{}
	if menu, ok := menuOf(m.Blocks); ok {
		out = append(out, discordgo.ActionsRow{Components: []discordgo.MessageComponent{menu}})
	}
	if row := buttons(m.Buttons); len(row.Components) > 0 {
		out = append(out, row)
	}
	return out
}

// rowsID is the custom_id of the menu of a message's rows, but for the mark of the
// delivery. What is picked in it is a whole custom_id of its own.
const rowsID = "rows"

// menuOf is the menu of the rows that have a button, of the first ones where there
// are more than a menu holds; ok is false when there is none
// (https://discord.com/developers/docs/components/reference#string-select).
func menuOf(blocks []bot.Block) (menu discordgo.SelectMenu, ok bool) {
	menu = discordgo.SelectMenu{MenuType: discordgo.StringSelectMenu, CustomID: rowsID, Placeholder: "Open " + more}
	seen := map[string]bool{}
	for _, b := range blocks {
		if b.Button == nil || b.Button.URL != "" || len(menu.Options) == maxOptions {
			continue
		}
		label, _ := bot.Cut(bot.OneLine(b.Button.Label), maxChoice)
		value := customID(*b.Button)
		if label == "" || len(value) > maxCustomID || seen[value] {
			continue
		}
		seen[value] = true
		option := discordgo.SelectMenuOption{Label: label, Value: value}
		if about := rowText(b); about != label {
			option.Description = about
		}
		menu.Options = append(menu.Options, option)
	}
	return menu, len(menu.Options) > 0
}

// rowText is the first line of a row, without what a menu cannot show.
func rowText(b bot.Block) string {
	var line strings.Builder
	for _, s := range b.Spans {
		if !s.Time.IsZero() {
			break
		}
		first, _, more := strings.Cut(s.Text, "\n")
		line.WriteString(first)
		if more {
			break
		}
	}
	text, _ := bot.Cut(bot.OneLine(line.String()), maxChoice)
	return text
}

// buttons renders the buttons of a message, in one row.
func buttons(list []bot.Button) discordgo.ActionsRow {
	row := discordgo.ActionsRow{}
	seen := map[string]bool{}
	for _, b := range list {
		label, _ := bot.Cut(bot.OneLine(b.Label), maxLabel)
		out := discordgo.Button{Label: label, Style: buttonStyle(b.Style)}
		if b.URL != "" {
			l, ok := safeLink(b.URL, maxButtonURL)
			if !ok {
				continue
			}
			out.URL, out.Style = address(l), discordgo.LinkButton
		} else {
			out.CustomID = customID(b)
		}
		id := out.CustomID + " " + out.URL
		if label == "" || len(out.CustomID) > maxCustomID || seen[id] || len(row.Components) == maxButtons {
			continue
		}
		seen[id] = true
		row.Components = append(row.Components, out)
	}
	return row
}

func buttonStyle(s bot.ButtonStyle) discordgo.ButtonStyle {
	switch s {
	case bot.Primary:
		return discordgo.PrimaryButton
	case bot.Danger:
		return discordgo.DangerButton
	}
	return discordgo.SecondaryButton
}
