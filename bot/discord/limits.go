package discord

// maxContent is how long a message's text may be, in UTF-16 units, which are never
// fewer than the characters Discord counts
// (https://discord.com/developers/docs/resources/message#create-message).
const maxContent = 2000

// maxHeading is how much of it a heading takes at most: a title of 150 characters
// of which each is escaped.
const maxHeading = 300

// Limits of buttons
// (https://discord.com/developers/docs/components/reference#button).
const (
	maxButtons   = 5 // in one row
	maxLabel     = 80
	maxCustomID  = 100
	maxButtonURL = 512
)

// maxNonce is the length of a nonce
// (https://discord.com/developers/docs/resources/message#create-message).
const maxNonce = 25

// Limits of commands
// (https://discord.com/developers/docs/interactions/application-commands#application-command-object).
const (
	maxOptions      = 25 // also choices, and subcommands
	maxCommandName  = 32
	maxSummary      = 100
	maxChoice       = 100 // name or value, suggestions too
	maxCommandChars = 8000
	maxOptionLength = 6000
	maxCommands     = 100
)
