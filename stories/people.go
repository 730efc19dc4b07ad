package stories

import "time"

// User is a person on a platform. Ref is their identity, platform:id or
// platform:workspace/id; Name is what they are called, for display only.
type User struct {
	Ref  string
	Name string
}

// Role is what a person may do beyond reading. Roles contain the ones before.
type Role int

// The roles, least first.
const (
	Reader    Role = 0
	Moderator Role = 1 // writes stories
	Admin     Role = 2 // names moderators
)

// String returns the role's name.
func (r Role) String() string {
	switch r {
	case Moderator:
		return "moderator"
	case Admin:
		return "admin"
	}
	return "reader"
}

// Member is a person with a role on the desk. Configured admins come from the
// settings and can only be removed there.
type Member struct {
	User       User
	Role       Role
	Configured bool
	AddedBy    User
	AddedAt    time.Time
}

// Act is who does something, when, and under which idempotency key. A store
// does what an Act asks at most once for each non-empty Key: a second request
// under the same key changes nothing and returns what the first one did.
type Act struct {
	Key string
	By  User
	At  time.Time
	// Audience says who is told of a change of what a channel follows.
	Audience Audience
	// Draft, if any, is what is posted by it: it ends in the same transaction. Where
	// it has changed or ended since, nothing is done: CodeExists.
	Draft DraftRef
	// Reopen says that a closed story is taken up again by what is published or
	// scheduled, in the same transaction: refused, it stays closed.
	Reopen bool
	// Subscription, when not 0, is the number of the one that is meant, whatever else
	// names it: where that has ended nothing is changed, CodeReplaced. NewOnly means
	// that there is none yet: one that is there stays as it is.
	Subscription int64
}

// NewOnly is for Act.Subscription.
const NewOnly int64 = -1

// Audience is who reads in a channel that it now follows something, or no longer
// does: a message owed to it by the transaction that changes it.
type Audience int

// The audiences.
const (
	Nobody   Audience = iota // it is told nothing
	Everyone                 // that are in the channel
	Oneself                  // who changes it: a conversation with the bot alone. What ended is told by the answer there
)

// LogEntry is a line of the desk's log: who did what, when. Where it is about a
// channel or a person, Place or Whom is set and Detail is what is said of them:
// "follows all from minor", "is moderator". Its words hold no id.
type LogEntry struct {
	ID     int64
	At     time.Time
	By     User
	Verb   string // "tracked", "published", "closed", "subscribed", …
	Slug   string // the story concerned, or ""
	Place  Destination
	Whom   User
	Detail string // one line for people
}
