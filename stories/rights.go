package stories

import (
	"context"
	"slices"
)

// Rights tell who may do what, by the settings and by the desk's list.
type Rights struct {
	base
	configured
	store RightsStore
}

// configured is what the settings say of people.
type configured struct {
	admins map[string]bool
	// checkPerson refuses a ref that names nobody on its platform.
	checkPerson func(ref string) error
}

// RoleOf returns what u may do, by the settings or by the desk's list.
func (s *Rights) RoleOf(ctx context.Context, u User) (Role, error) {
	if s.admins[u.Ref] {
		return Admin, nil
	}
	return s.store.RoleOf(ctx, u.Ref)
}

// FirstAdmin is how an installation without an admin gets one.
const FirstAdmin = "Whoever runs the bot finds a code in its log, and becomes the first admin with /desk claim and the code."

// NoModerator is the refusal of somebody who is none, and how to become one. YourName
// stands in it for what an admin types to mean them.
const (
	YourName    = "@ and your name"
	NoModerator = "Only moderators can do this. An admin of the bot can make you one, with /desk moderators action:add user:" + YourName + "; whoever runs the bot knows who is an admin, and STORYBOT_ADMINS in its settings names more."
)

// Require refuses u when their role is less than needed, and says who can give it.
// Whatever changes something checks again. CodeForbidden.
func (s *Rights) Require(ctx context.Context, u User, needed Role) error {
	role, err := s.RoleOf(ctx, u)
	if err != nil {
		return err
	}
	if role >= needed {
		return nil
	}
	switch code, err := s.ClaimCode(ctx); {
	case err != nil || code == "":
	case needed == Admin:
		return Errorf(CodeForbidden, "Only admins can do this, and there is none yet. "+FirstAdmin)
	default:
		return Errorf(CodeForbidden, "Only moderators can do this, and there is no admin yet who could make you one. "+FirstAdmin)
	}
	if needed == Admin {
		return Errorf(CodeForbidden, "Only admins can do this. Ask one, or whoever runs the bot: STORYBOT_ADMINS in its settings names admins.")
	}
	return Errorf(CodeForbidden, NoModerator)
}

// HasAdmin says whether anybody can name moderators.
func (s *Rights) HasAdmin(ctx context.Context) (bool, error) {
	if len(s.admins) > 0 {
		return true, nil
	}
	members, err := s.store.Members(ctx)
	return slices.ContainsFunc(members, func(m Member) bool { return m.Role == Admin }), err
}
