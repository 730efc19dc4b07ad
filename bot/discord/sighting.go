package discord

import "storybot/stories"

// sighting is what an interaction tells of what its channel and who gave it are
// called. A person is called the same everywhere: as in the server they were seen in
// last, else as they call themselves.
func (i *interaction) sighting(who user, w *world) (told stories.Sighting) {
	person := platformName + ":" + string(who.ID)
	if name := i.nameOf(who); name != "" && who.ID != "" {
		told.People = append(told.People, stories.User{Ref: person, Name: name})
	}
	switch i.where() {
	case inServer:
		p := placeName(i.destination(), i.Channel.Type, i.Channel.Name)
		p.Access = w.seated(p.Place.Workspace, p.Place.Channel, i.Channel.channelObject)
		told.Places = append(told.Places, p)
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
