package bot

// Input is what was asked: one of Typed, Options, Press, Submission, Menu and Home.
type Input interface{ input() }

// Typed is a command written as text, or said in a mention of the bot.
type Typed struct {
	Name string // its first word without the slash: "story", "desk"
	Text string // the rest; holds a Mark for each of Mentions
	// Mentions are the people, roles and channels named in Text.
	Mentions []Mention
}

// Options is a command of a platform with typed options.
type Options struct {
	Name   string            // "story", "desk track"
	Values map[string]string // by the name of the option; holds Marks
	// Mentions are the people, roles and channels named in Values.
	Mentions []Mention
}

// Press is a pressed button, or an entry picked from a list of them.
type Press struct {
	Action Action
	Arg    string // nobody vouches for it
}

// Submission is a form that was filled in and submitted.
type Submission struct {
	ID string // as the form was opened with; nobody vouches for it
	// Values are what was put in, by the names of the fields as they were laid out:
	// see Gathered. What was left empty is there and empty. They hold Marks.
	Values   map[string]string
	Mentions []Mention
}

// Menu is an entry of a platform's own menu.
type Menu struct {
	Name string // as Menus has it
	// Message is the message whose menu it was; nil for a menu that belongs to
	// none.
	Message *Chosen
}

// Chosen is a message that somebody wrote in a chat.
type Chosen struct {
	Text     string // holds a Mark for each of Mentions
	Mentions []Mention
	Author   string // what its author is called
	Link     string // its address; "" where a reader could not open it
	// More says that it had pictures, files or the like, which are not passed on.
	More bool
}

// Home is that somebody opened the bot's own page, where a platform has one. It is
// asked in the person's direct message with the bot.
type Home struct {
	// At is where in its lists the page is to begin: the argument of an ActionHome, ""
	// for the beginning; nobody vouches for it.
	At string
	// First says that they never opened it before.
	First bool
}

func (Typed) input()      {}
func (Options) input()    {}
func (Press) input()      {}
func (Submission) input() {}
func (Menu) input()       {}
func (Home) input()       {}

// Describe names an input for the log: what was asked, never the words.
func Describe(in Input) string {
	switch in := in.(type) {
	case Typed:
		return "/" + in.Name
	case Options:
		return "/" + in.Name
	case Press:
		return "button " + string(in.Action)
	case Submission:
		return "form"
	case Menu:
		return "menu " + in.Name
	case Home:
		return "home"
	}
	return "nothing"
}
