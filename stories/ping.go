package stories

// Ping is whom a message pings beside what it says: one role or group of people.
type Ping struct {
	// Mention is whom, as Options.Mention: in the writing by which the platform pings
	// them.
	Mention string
	// Name is what they are called, with its sign, such as "@desk"; "" where nobody
	// knows.
	Name string
}

// Group is what is known of those whom a subscription pings.
type Group struct {
	Name string // with its sign, such as "@desk"; "" where nobody knows
	Gone bool   // there is none any more: nobody is pinged
}
