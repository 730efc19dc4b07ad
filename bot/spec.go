package bot

// Spec is one command as platforms register and help shows it. A command of
// two words is a subcommand: "desk track" of "desk".
type Spec struct {
	Name    string // "story", "desk track"
	Summary string // one line, at most 100 characters
	Args    []Arg
	// Manages says that the command is for people who manage the channel's
	// subscriptions: platforms that can hide it from others do.
	Manages bool
	// Example is a whole line as one would type it: "/story sony-hack".
	Example string
}

// Arg is an option of a command. Free is the last argument of a text command,
// which takes the rest of the line; Positional ones come first, without a key.
type Arg struct {
	Name     string // lower case, at most 32 bytes
	Summary  string // at most 100 characters
	Required bool   // platforms that can insist do; the handler checks again
	// Insist has platforms with typed options require it although a text does
	// without: their clients put typed words into required options only.
	Insist     bool
	Positional bool
	Free       bool
	Completes  bool     // Handler.Complete has suggestions for it
	Person     bool     // its value is a person: a mention, or platform:id
	Choices    []Choice // the only values, where there are few
	MaxLength  int      // characters; 0 for the platform's own limit
}

// TakesLinks says whether the option's value is addresses and no text: source
// and image.
func (a Arg) TakesLinks() bool { return a.Name == "source" || a.Name == "image" }
