package stories

import "strings"

// Destination is a place messages go to: a channel, a thread or a direct
// message. Its parts are the platform's own words and are never interpreted
// here; Workspace is empty where the platform has none.
type Destination struct {
	Platform  string
	Workspace string
	Channel   string
}

// String writes the destination as platform:workspace/channel, or
// platform:channel without a workspace.
func (d Destination) String() string {
	if d.Workspace == "" {
		return d.Platform + ":" + d.Channel
	}
	return d.Platform + ":" + d.Workspace + "/" + d.Channel
}

// ParseDestination reads what String wrote. Error: CodeInvalid.
func ParseDestination(s string) (Destination, error) {
	platform, rest, ok := strings.Cut(s, ":")
	if !ok || platform == "" || rest == "" {
		return Destination{}, Errorf(CodeInvalid, "%q is no channel address. Example: console:#general.", s)
	}
	if i := strings.LastIndexByte(rest, '/'); i >= 0 {
		return Destination{platform, rest[:i], rest[i+1:]}, nil
	}
	return Destination{Platform: platform, Channel: rest}, nil
}

// DestinationState says whether a destination can be written to.
type DestinationState string

// The states of a destination.
const (
	Reachable DestinationState = "reachable"
	Blocked   DestinationState = "blocked" // refuses us for now; its deliveries are held
	Gone      DestinationState = "gone"    // no longer exists; its subscriptions have ended
)
