package bot

import (
	"context"
	"log/slog"
	"regexp"
	"strings"
	"time"
	"unicode"
)

// Kit is all that a chat platform brings to the program. Each platform's folder
// returns its own, and the program knows nothing else of it: it reads the
// settings, opens the platform where a token is set, asks for the tokens in setup
// and has doctor check what is configured. Refs, Settings and Open are needed;
// the rest may be left out.
type Kit struct {
	Refs     Refs
	Settings []Setting
	// Marks are how the platform's tokens begin, where that tells them from others'.
	Marks []string
	// TokenForm is a regular expression that finds its tokens by their looks wherever they
	// were put; "" where nothing tells them from other words.
	TokenForm string
	// WhoseID says where people find a person's id: "Discord shows ids in …", the
	// middle of a sentence.
	WhoseID string
	// Open makes the platform of its settings; it does not connect. Errors are
	// for people and name the setting that is wrong.
	Open func(Parts) (Platform, error)
	// Begin says what to do before there are tokens to ask for, End what is left
	// to do once they are taken; both are for a terminal, in lines.
	Begin func(Parts) (string, error)
	End   func(context.Context, Parts) (string, error)
	// Manifest is what an app of the platform is made from, for a terminal.
	Manifest func([]Spec, []MenuSpec) ([]byte, error)
	// Check looks whether what is configured works, and reports what it finds.
	Check func(context.Context, Trial)
	// Channel is the channel that is meant by what somebody typed, as Check takes
	// it; "" for what is none of the platform's.
	Channel func(typed string) string
	// ChannelExample is how somebody may write one.
	ChannelExample string
}

// Name is the platform part of its destinations: lower case.
func (k Kit) Name() string { return k.Refs.Platform }

// Title is what people call the platform.
func (k Kit) Title() string { return k.Refs.Title }

// Setting is one thing an operator can choose of a platform.
type Setting struct {
	Name string
	// Token says that it is what the platform knows the bot by, and a secret. A
	// platform is configured once one is set; then it needs all of them.
	Token bool
	// Help says in whole sentences what it is for; Default and Example are values.
	Help, Default, Example string
	// Found says of a token where it is found: a sentence without its end.
	Found string
	// Read checks what was set, "" for nothing, and returns it as the platform
	// wants it; nil takes it as it is. Its errors are for people and quote nothing.
	Read func(value string) (string, error)
	// Address is the API whose base address it is, instead of Read.
	Address *API
	// Try asks the platform whether it takes a token, and says whose it is in a
	// sentence. A *Refused is an error of the token itself.
	Try func(context.Context, Parts) (string, error)
}

// Parts is what a platform may be made of.
type Parts struct {
	// Setting returns what Read made of a setting, "" where it is not set.
	Setting func(name string) string
	Specs   []Spec
	Menus   []MenuSpec
	Places  Places
	Memory  Memory
	Log     *slog.Logger
	Now     func() time.Time
	Version string // of the program
	// Started is told how the first try to connect ended.
	Started func(error)
}

// Memory keeps small settings over restarts. Recall of an unknown key returns
// "" and no error.
type Memory interface {
	Recall(ctx context.Context, key string) (string, error)
	Remember(ctx context.Context, key, value string) error
}

// IsToken says whether v could be sent in a header: printable ASCII in one
// piece, and no assignment that was copied whole.
func IsToken(v string) bool {
	return !strings.Contains(v, "TOKEN=") &&
		!strings.ContainsFunc(v, func(r rune) bool { return r <= ' ' || r >= unicode.MaxASCII || r == '"' || r == '\'' || r == '`' })
}

// API is what is known of the base address of a platform's API.
type API struct {
	Official string // without what is appended to it
	Ending   string // what the platform's folder wants at the end
	// Version is a version at the end, which the documentation has and the platform
	// appends itself; nil for none.
	Version *regexp.Regexp
	// Asked finds, in a path, that the address goes on to something that is asked of
	// the API, and is no base any more.
	Asked *regexp.Regexp
}
