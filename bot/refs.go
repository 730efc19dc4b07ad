package bot

import (
	"fmt"
	"strings"

	"storybot/stories"
)

// Refs is how one platform writes the people it knows, and is called itself. Each
// platform folder returns its own.
type Refs struct {
	Platform string // the part before the colon: lower case
	Title    string // what people call the platform, in the middle of a sentence
	// Person says whether id, the part after the colon, can be a person's.
	Person func(id string) bool
	// Bare makes the part after the colon of what somebody typed in a workspace:
	// a mention, or an id without its platform. It is "" for anything else.
	Bare func(workspace, typed string) string
	// Named says that the part after the colon is chosen by people and may be
	// shown to them: what a person, or a channel, is called.
	Named   bool
	Example string // a whole reference: "discord:80351110224678912"
	// Workspace is what people there call a workspace; "" for workspace.
	Workspace string
	// Naming is a sentence: how somebody there is named in a command. "" for a
	// mention that is picked from a list.
	Naming string
	// Apart says that a command's options are chosen one by one and that its client
	// explains each: help says how they are called, and no word such as help can
	// follow every command.
	Apart bool
}

// mentionThem is how people are named where a list offers them.
const mentionThem = "Mention the person: type @ and their name, and pick them from the list."

// naming is how somebody is named on a platform.
func naming(platforms []Refs, platform string) string {
	for _, p := range platforms {
		if p.Platform == platform && p.Naming != "" {
			return p.Naming
		}
	}
	return mentionThem
}

// CheckPerson says whether ref names a person in the form of one of platforms.
// Error: stories.CodeInvalid.
func CheckPerson(platforms []Refs, ref string) error {
	platform, _, _ := strings.Cut(ref, ":")
	return checkPerson(platforms, platform, ref)
}

// checkPerson is CheckPerson of what was written on the platform in.
func checkPerson(platforms []Refs, in, ref string) error {
	name, id, _ := strings.Cut(ref, ":")
	who := fmt.Sprintf("%q", OneLine(ref))
	for _, p := range platforms {
		if p.Platform != name {
			continue
		}
		if p.Person(id) {
			return nil
		}
		who = "This" // is a reference, which people are not shown
	}
	return stories.Errorf(stories.CodeInvalid, "%s names nobody. %s", who, naming(platforms, in))
}

// PersonRef is the reference of the person whom typed names: a whole reference,
// or what the platform of the place it was typed in understands. Error:
// stories.CodeInvalid.
func PersonRef(platforms []Refs, where stories.Destination, typed string) (string, error) {
	typed = strings.TrimSpace(typed)
	for _, p := range platforms {
		if p.Platform != where.Platform || p.Bare == nil {
			continue
		}
		if id := p.Bare(where.Workspace, typed); id != "" {
			typed = p.Platform + ":" + id
		}
	}
	return typed, checkPerson(platforms, where.Platform, typed)
}
