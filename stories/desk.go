package stories

import (
	"context"
	"slices"
)

// Desk is the moderators' side: who they are, and what they did.
type Desk struct {
	base
	configured
	rights  *Rights
	archive *Archive
	store   DeskStore
}

// Named is u with the name they are known by where it has none; "" when nobody
// knows one. Only a courtesy is lost when that cannot be found out.
func (s *Desk) Named(ctx context.Context, u User) User {
	if u.Name != "" || u.Ref == "" {
		return u
	}
	name, err := s.store.NameOf(ctx, u.Ref)
	if err != nil {
		s.log.Debug("a person's name was not looked up", "err", err)
	}
	u.Name = name
	return u
}

// called is how a refusal names a person.
func called(u User) string {
	if u.Name == "" {
		return "This person"
	}
	return u.Name
}

// SetModerator makes u a moderator, or no longer one. By admins. changed is
// false when it stood so already. Whoever is made one is named in their
// platform's form; whoever has a role can lose it, however they are named.
// CodeForbidden, CodeInvalid.
func (s *Desk) SetModerator(ctx context.Context, act Act, u User, yes bool) (changed bool, err error) {
	if err := s.rights.Require(ctx, act.By, Admin); err != nil {
		return false, err
	}
	stored, err := s.store.RoleOf(ctx, u.Ref)
	if err != nil {
		return false, err
	}
	u = s.Named(ctx, u)
	if yes || stored == Reader {
		if err := s.checkPerson(u.Ref); err != nil {
			return false, err
		}
	}
	if s.admins[u.Ref] {
		return false, Errorf(CodeInvalid, "%s is an admin by how the bot is set up, which nobody can change here.", called(u))
	}
	if stored == Admin && yes {
		return false, Errorf(CodeInvalid, "%s is an admin already, which includes what moderators may do.", called(u))
	}
	if stored == Admin && u.Ref == act.By.Ref {
		return false, Errorf(CodeInvalid, "Admins cannot remove themselves. Another admin can, with /desk moderators action:remove.")
	}
	role := Reader
	if yes {
		role = Moderator
	}
	return s.store.SetRole(ctx, s.stamp(act), u, role)
}

// Members lists everyone with a role, configured admins first. By moderators.
// CodeForbidden.
func (s *Desk) Members(ctx context.Context, by User) ([]Member, error) {
	if err := s.rights.Require(ctx, by, Moderator); err != nil {
		return nil, err
	}
	var members []Member
	for ref := range s.admins {
		members = append(members, Member{User: s.Named(ctx, User{Ref: ref}), Role: Admin, Configured: true})
	}
	slices.SortFunc(members, func(a, b Member) int {
		if a.User.Ref < b.User.Ref {
			return -1
		}
		return 1
	})
	stored, err := s.store.Members(ctx)
	return append(members, stored...), err
}

// Log returns what was done, newest first, from entries below before (0: from
// the newest); of one story, or of all for an empty slug. By moderators.
// CodeForbidden, CodeNotFound with Near.
func (s *Desk) Log(ctx context.Context, by User, slug string, before int64, limit int) ([]LogEntry, error) {
	if err := s.rights.Require(ctx, by, Moderator); err != nil {
		return nil, err
	}
	var storyID int64
	if slug != "" {
		story, err := s.archive.Story(ctx, slug)
		if err != nil {
			return nil, err
		}
		storyID = story.ID
	}
	return s.store.Log(ctx, storyID, before, limit)
}

// SetDesk makes d the desk's channel: alarms and progress are posted there. was is the
// one that its workspace had until now, d itself where it is so already, zero where none
// was. By admins. CodeForbidden.
func (s *Desk) SetDesk(ctx context.Context, act Act, d Destination, lane string) (was Destination, err error) {
	if err := s.rights.Require(ctx, act.By, Admin); err != nil {
		return was, err
	}
	was, err = s.store.TakeDesk(ctx, s.stamp(act), d, lane)
	if err == nil {
		s.planned() // it may be asked about scheduled updates at once
	}
	return was, err
}

// EndDesk has d be the desk's channel no longer; ended is false where it is none. By
// admins. CodeForbidden.
func (s *Desk) EndDesk(ctx context.Context, act Act, d Destination) (ended bool, err error) {
	if err := s.rights.Require(ctx, act.By, Admin); err != nil {
		return false, err
	}
	ended, err = s.store.EndDesk(ctx, s.stamp(act), d)
	if err == nil {
		s.planned()
	}
	return ended, err
}

// Desks returns the desk's channels.
func (s *Desk) Desks(ctx context.Context) ([]Destination, error) { return s.store.Desks(ctx) }
