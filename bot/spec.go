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
	// Opens says that its answer may be a form, which some platforms open only as the
	// first answer and soon.
	Opens bool
}

// MenuSpec is an entry that the bot has in a platform's own menus.
type MenuSpec struct {
	Name      string // for programs: small letters
	Label     string // for people: at most 24 characters
	Summary   string // one line, at most 100 characters
	OnMessage bool   // in the menu of every message; otherwise among the shortcuts, where there are any
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
	Kind       Kind     // how its value is written where that is more than a word
	Person     bool     // its value is a person: a mention, or platform:id
	Role       bool     // its value is a role or a group of people: a mention of one
	Choices    []Choice // the only values, where there are few
	MaxLength  int      // characters; 0 for the platform's own limit
}

// Kind is how the value of an option is written in a text command.
type Kind int

// The kinds. Links and Topics may be given more than once; several values of a
// Link are for its command to refuse.
const (
	KindWord   Kind = iota // one word, or several in quotes
	KindText               // words: in quotes, or up to the end of a line
	KindTopics             // words with commas between them
	KindLinks              // links with commas between them
	KindLink               // one link
	KindTime               // a date, a time of day, or both, and perhaps a zone
)

// TakesLinks says whether the option's value is addresses and no text.
func (a Arg) TakesLinks() bool { return a.Kind == KindLinks || a.Kind == KindLink }
