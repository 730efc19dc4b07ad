package bot

import (
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
}

// CheckPerson says whether ref names a person in the form of one of platforms.
// Error: stories.CodeInvalid.
func CheckPerson(platforms []Refs, ref string) error {
	name, id, _ := strings.Cut(ref, ":")
	var examples []string
	for _, p := range platforms {
		if p.Platform == name && p.Person(id) {
			return nil
		}
		examples = append(examples, p.Example)
	}
	return stories.Errorf(stories.CodeInvalid, "%q names nobody. A person is written %s.", OneLine(ref), strings.Join(examples, " or "))
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
	return typed, CheckPerson(platforms, typed)
}
