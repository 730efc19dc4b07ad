package discord

// Limits of an embed, in characters
// (https://discord.com/developers/docs/resources/message#embed-object-embed-limits).
// One embed of a title and a description stays under the limit of all embeds
// together.
const (
	maxTitle       = 256
	maxDescription = 4096
	maxEmbeds      = 6000
)

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
