package stories

import "context"

// PlaceForm is what kind of place a destination is, as its platform says. The
// words are stored.
type PlaceForm string

// The forms of a place.
const (
	ChannelForm   PlaceForm = "channel"
	ThreadForm    PlaceForm = "thread"    // also a post in a forum
	DirectForm    PlaceForm = "direct"    // with one person
	WorkspaceForm PlaceForm = "workspace" // a workspace or server: its address has no channel
	// GroupForm is a role or a group of people, of whom there is kept what they are called
	// like a channel: in place of one stands how they are written, see Options.Mention.
	GroupForm PlaceForm = "group"
)

// Access is who may know of a channel or thread, as its platform says. The words
// are stored.
type Access string

// Who may know of a place. Where it was not said, nobody elsewhere is told its name.
const (
	UnsaidAccess  Access = ""
	OpenAccess    Access = "open"    // everyone in its workspace
	PrivateAccess Access = "private" // those who were let in
	// GoneAccess says of a role or a group that there is none any more.
	GoneAccess Access = "gone"
)

// PlaceName is what a platform calls a place: a channel, or a workspace.
type PlaceName struct {
	Place Destination
	Form  PlaceForm
	// Name is as the platform has it, without a sign; "" when it has none. It is
	// written by people.
	Name string
	// Access is who may know of a channel or thread. A platform that does not say it
	// takes back nothing that it said before.
	Access Access
	// With is the reference of whom a direct message is with. It has their name,
	// whatever they are called by then: so nothing is left of one who is forgotten.
	With string
	// Heard says that the platform told it unasked, of whatever channels there are:
	// then it is kept only of a place that is a destination or was kept before.
	Heard bool
	// Shared says that another place of the platform has the same name. It is told
	// by who keeps names, and by nobody else.
	Shared bool
}

// After is p with what it leaves out as it was told before: who may know of the
// place and, of a sighting that says nothing else, its name.
func (p PlaceName) After(before PlaceName) PlaceName {
	if p.Access == UnsaidAccess {
		p.Access = before.Access
	}
	if p.Name == "" && p.With == "" {
		p.Form, p.Name, p.With = before.Form, before.Name, before.With
	}
	return p
}

// Says says whether there is something to be kept of p: a name, or who may know of
// the place, which is kept of one that has a name.
func (p PlaceName) Says() bool { return p.Name != "" || p.With != "" || p.Access != UnsaidAccess }

// Sighting is what a platform told that places and people are called. A person
// without a name is not in it.
type Sighting struct {
	Places []PlaceName
	People []User
	Groups []AllGroups
}

// AllGroups are all roles or groups that a workspace has, as its platform lists them. What
// else is kept as one of them there is not there any more.
type AllGroups struct {
	In     Destination       // the workspace
	Called map[string]string // by how each is written, see Options.Mention
}

// Names are what places are called, by their address, as far as anybody knows.
type Names map[Destination]PlaceName

// In is d's workspace as a place; without one, the platform.
func (d Destination) In() Destination {
	return Destination{Platform: d.Platform, Workspace: d.Workspace}
}

// Names returns what places and their workspaces are called. Only a courtesy is
// lost when that cannot be found out.
func (s *Desk) Names(ctx context.Context, places ...Destination) Names {
	if len(places) == 0 {
		return nil
	}
	names, err := s.store.NamesOf(ctx, places)
	if err != nil {
		s.log.Debug("what channels are called was not looked up", "err", err)
	}
	return names
}
