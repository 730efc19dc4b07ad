package discord

import (
	"encoding/json"

	"storybot/stories"
)

// sighting is what an interaction tells of what its channel and who gave it are
// called. A person is called as they call themselves: a nickname is one server's.
func (i *interaction) sighting(who user) (told stories.Sighting) {
	person := platformName + ":" + string(who.ID)
	if name := who.name(); name != "" && who.ID != "" {
		told.People = append(told.People, stories.User{Ref: person, Name: name})
	}
	switch i.where() {
	case inServer:
		told.Places = append(told.Places, placeName(i.destination(), i.Channel.Type, i.Channel.Name))
	case direct:
		if who.ID != "" {
			told.Places = append(told.Places, stories.PlaceName{Place: i.destination(), Form: stories.DirectForm, With: person})
		}
	}
	return told
}

// placeName is what a channel of a server is called.
func placeName(d stories.Destination, t kind, name word) stories.PlaceName {
	p := stories.PlaceName{Place: d, Form: stories.ChannelForm, Name: plainName(name)}
	if isThread(t) {
		p.Form = stories.ThreadForm
	}
	return p
}

// seen is what an event tells of a server or of one of its channels and threads.
type seen struct {
	ID       word   `json:"id"`
	GuildID  word   `json:"guild_id"`
	Name     word   `json:"name"`
	Type     kind   `json:"type"`
	Channels []seen `json:"channels"` // of a GUILD_CREATE
	Threads  []seen `json:"threads"`
}

// heard is what an event tells of names. Of a server's many channels most are
// none of ours.
func heard(event string, raw json.RawMessage) (told stories.Sighting) {
	var s seen
	if decode(raw, &s) != nil {
		return told
	}
	channel := func(guild word, c seen) {
		if !isSnowflake(string(guild)) || !isSnowflake(string(c.ID)) {
			return
		}
		p := placeName(stories.Destination{Platform: platformName, Workspace: string(guild), Channel: string(c.ID)}, c.Type, c.Name)
		p.Heard = true
		told.Places = append(told.Places, p)
	}
	switch event {
	case "CHANNEL_UPDATE", "THREAD_UPDATE":
		channel(s.GuildID, s)
	case "GUILD_CREATE", "GUILD_UPDATE":
		if isSnowflake(string(s.ID)) {
			told.Places = append(told.Places, stories.PlaceName{Place: stories.Destination{Platform: platformName, Workspace: string(s.ID)},
				Form: stories.WorkspaceForm, Name: plainName(s.Name)})
		}
		for _, list := range [][]seen{s.Channels, s.Threads} {
			for _, c := range list {
				channel(s.ID, c)
			}
		}
	}
	return told
}
