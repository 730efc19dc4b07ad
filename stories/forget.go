package stories

import (
	"context"
	"strings"
)

// FormerName is what somebody is called of whom nothing else is known any more.
const FormerName = "a former member"

// formerPrefix begins the reference that stands where theirs did.
const formerPrefix = "former:"

// FormerRef is the reference made of a random word: it leads to nobody, and all that one
// person did still bears the same.
func FormerRef(random string) string { return formerPrefix + random }

// IsFormer says that u was forgotten.
func (u User) IsFormer() bool { return strings.HasPrefix(u.Ref, formerPrefix) }

// Forgotten is what is kept of a person, or was until they were forgotten.
type Forgotten struct {
	// These go. Direct are their direct messages with the bot, Subscriptions what these
	// follow.
	Role                  Role
	Names, Marks, Drafts  int
	Direct, Subscriptions int
	Moments               int // answers that are open, and how often they lately did what is limited
	// These stay, without who they are: wordings of updates that they wrote, lines of the
	// desk's log, and what they had channels follow or not, scheduled, or named others.
	Wordings, Lines, Chosen int
	// Changed is false where nothing was kept of them.
	Changed bool
}

// Any says that something is kept of them.
func (f Forgotten) Any() bool {
	return f.Role != Reader || f.Names+f.Marks+f.Drafts+f.Direct+f.Subscriptions+f.Moments+f.Wordings+f.Lines+f.Chosen > 0
}

// ForgetStore removes people from what is kept.
type ForgetStore interface {
	// Forget removes what is kept of the person ref, and puts FormerRef and FormerName in
	// their place where the record needs somebody, in one transaction. The log tells of it
	// without them. What was told of them before is not written down after it. others says
	// that there are admins whom the store does not know; without them the last admin is
	// refused, CodeInvalid.
	Forget(ctx context.Context, act Act, ref string, others bool) (Forgotten, error)
	// PlanForget tells what Forget would find.
	PlanForget(ctx context.Context, ref string) (Forgotten, error)
}

// Forgetter forgets people.
type Forgetter struct {
	base
	configured
	rights *Rights
	store  ForgetStore
}

// Plan tells what Forget would do of the person u. By admins. CodeForbidden, CodeInvalid.
func (s *Forgetter) Plan(ctx context.Context, by, u User) (Forgotten, error) {
	if err := s.check(ctx, by, u); err != nil {
		return Forgotten{}, err
	}
	return s.store.PlanForget(ctx, u.Ref)
}

// Forget removes what is kept of u; see ForgetStore. It is not undone. By admins, of whom
// none forgets themselves. CodeForbidden, CodeInvalid.
func (s *Forgetter) Forget(ctx context.Context, act Act, u User) (Forgotten, error) {
	if err := s.check(ctx, act.By, u); err != nil {
		return Forgotten{}, err
	}
	done, err := s.store.Forget(ctx, s.stamp(act), u.Ref, len(s.admins) > 0)
	if err == nil {
		s.planned()
	}
	return done, err
}

func (s *Forgetter) check(ctx context.Context, by, u User) error {
	if err := s.rights.Require(ctx, by, Admin); err != nil {
		return err
	}
	if u.Ref == by.Ref {
		return Errorf(CodeInvalid, "Admins cannot forget themselves: the log would tell of it under their name. Another admin can, or whoever runs the bot, with storybot forget.")
	}
	return CheckForget(s.admins, u)
}

// CheckForget refuses who is an admin by how the bot is set up, and who is nobody any
// more. CodeInvalid.
func CheckForget(admins map[string]bool, u User) error {
	switch {
	case admins[u.Ref]:
		return Errorf(CodeInvalid, "%s is an admin by how the bot is set up. Take them out of STORYBOT_ADMINS first, and start the bot again.", called(u))
	case u.IsFormer():
		return Errorf(CodeInvalid, "This person was forgotten already.")
	}
	return nil
}
