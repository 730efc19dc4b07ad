package command

import (
	"context"
	"strings"

	"storybot/bot"
	"storybot/stories"
)

// menus takes messages over.
type menus struct {
	kinds    *formKinds
	rights   Rights
	forming  *forming
	updating *updating
}

// The entries of the platforms' own menus.
const (
	menuAdd   = "add"
	menuWrite = "write"
)

// Menus is what the bot offers in the platforms' own menus.
func Menus() []bot.MenuSpec {
	return []bot.MenuSpec{
		{Name: menuAdd, Label: "Add to story", Summary: "Make an update of this message", OnMessage: true},
		{Name: menuWrite, Label: "Write an update", Summary: "Write an update of a story"},
	}
}

// menu answers what was chosen from a menu.
func (m *menus) menu(ctx context.Context, c bot.Command, in bot.Menu) (bot.Reply, error) {
	r := request{Command: c, values: values{}}
	switch {
	case in.Name == menuWrite:
		return m.updating.write(ctx, r)
	case in.Name == menuAdd && in.Message != nil:
		return m.addMessage(ctx, r, *in.Message)
	}
	return refused("The bot does not know this menu any more; nothing was changed. Type /story help to see what there is."), nil
}

// addMessage opens the form of an update with what somebody wrote in a chat: its
// text as its readers saw it, and its author below.
func (m *menus) addMessage(ctx context.Context, r request, said bot.Chosen) (bot.Reply, error) {
	if err := m.rights.Require(ctx, r.User, stories.Moderator); err != nil {
		return bot.Reply{}, err
	}
	text := strings.TrimSpace(bot.Visible(bot.Unfold(said.Text, said.Mentions)))
	if text == "" {
		return refused("This message has no text that an update could be made of; pictures and files are not carried over. Write one with /desk write."), nil
	}
	if err := m.updating.anyStory(ctx); err != nil {
		return bot.Reply{}, err
	}
	d := stories.Draft{Fields: map[string]string{pickField: pickAny, "text": text + "\n— " + bot.UserName(stories.User{Name: said.Author})}}
	if said.Link != "" {
		d.Fields["source"] = said.Link
	}
	if said.More {
		d.Fields[filesField] = "yes"
	}
	return m.forming.openForm(ctx, r, m.kinds.update, d)
}
