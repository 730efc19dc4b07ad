package stories_test

import (
	"strings"
	"testing"

	"storybot/stories"
)

func TestTheFirstAdminClaimsTheBot(t *testing.T) {
	n := open(t)
	ctx := t.Context()
	if has, err := n.Rights.HasAdmin(ctx); err != nil || has {
		t.Fatalf("HasAdmin = %v, %v", has, err)
	}
	code, err := n.Rights.ClaimCode(ctx)
	if err != nil {
		t.Fatal(err)
	}
	wantCode(t, "another code", n.Rights.Claim(ctx, stories.Act{By: reader}, "AAAA-BBBB-CCCC"), stories.CodeForbidden)
	if err := n.Rights.Claim(ctx, stories.Act{By: reader}, code); err != nil {
		t.Fatal(err)
	}
	wantCode(t, "a second claim", n.Rights.Claim(ctx, stories.Act{By: moderator}, code), stories.CodeExists)
	if role, _ := n.Rights.RoleOf(ctx, reader); role != stories.Admin {
		t.Errorf("role = %v", role)
	}
	configured := open(t, admin.Ref)
	wantCode(t, "claim beside settings", configured.Rights.Claim(ctx, stories.Act{By: reader}, code), stories.CodeExists)
}

func TestPeopleAreNamedInTheirPlatformsForm(t *testing.T) {
	store := openStore(t)
	ctx, act := t.Context(), stories.Act{By: admin}
	lax := stories.NewService(stories.Config{Stores: store.Families(), Admins: []string{admin.Ref}, CheckPerson: anybody})
	odd := stories.User{Ref: "foo:bar"}
	if _, err := lax.Desk.SetModerator(ctx, act, odd, true); err != nil {
		t.Fatal(err)
	}
	strict := stories.NewService(stories.Config{Stores: store.Families(), Admins: []string{admin.Ref}, CheckPerson: func(ref string) error {
		if !strings.HasPrefix(ref, "console:") {
			return stories.Errorf(stories.CodeInvalid, "%q names nobody here.", ref)
		}
		return nil
	}})
	for _, ref := range []string{"slack:U1", "", "discord:ada"} {
		for _, yes := range []bool{true, false} {
			_, err := strict.Desk.SetModerator(ctx, act, stories.User{Ref: ref}, yes)
			wantCode(t, ref, err, stories.CodeInvalid)
		}
	}
	if _, err := strict.Desk.SetModerator(ctx, act, odd, true); stories.CodeOf(err) != stories.CodeInvalid {
		t.Errorf("an odd name was given a role: %v", err)
	}
	wantCode(t, "a claim by nobody", strict.Rights.Claim(ctx, stories.Act{By: odd}, "x"), stories.CodeExists)
	// Who got in before the form was checked can be taken off the list.
	if changed, err := strict.Desk.SetModerator(ctx, act, odd, false); err != nil || !changed {
		t.Errorf("removed %v, %v", changed, err)
	}
	members, err := strict.Desk.Members(ctx, admin)
	if err != nil || len(members) != 1 {
		t.Errorf("members = %v, %v", members, err)
	}
}

// A Service that was given no platform's forms takes nobody for a person.
func TestNobodyIsNamedUnchecked(t *testing.T) {
	store := openStore(t)
	ctx := t.Context()
	claimed := stories.NewService(stories.Config{Stores: store.Families()})
	code, err := claimed.Rights.ClaimCode(ctx)
	if err != nil {
		t.Fatal(err)
	}
	wantCode(t, "a claim", claimed.Rights.Claim(ctx, stories.Act{By: reader}, code), stories.CodeInvalid)
	open := stories.NewService(stories.Config{Stores: store.Families(), Admins: []string{admin.Ref}})
	for _, ref := range []string{"slack:U1", "discord:80351110224678912", "console:mo", "foo:bar", "discord:ada", ""} {
		_, err := open.Desk.SetModerator(ctx, stories.Act{By: admin}, stories.User{Ref: ref}, true)
		wantCode(t, ref, err, stories.CodeInvalid)
	}
	if members, err := store.Members(ctx); err != nil || len(members) != 0 {
		t.Errorf("members = %v, %v", members, err)
	}
}

func TestRefusalsNamePeopleByTheirNames(t *testing.T) {
	n := open(t, admin.Ref)
	ctx := t.Context()
	boss := stories.User{Ref: "chat:77", Name: "Boss"}
	unclaimed := open(t)
	code, err := unclaimed.Rights.ClaimCode(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := unclaimed.Rights.Claim(ctx, stories.Act{By: boss}, code); err != nil {
		t.Fatal(err)
	}
	stranger := stories.User{Ref: "chat:4711", Name: "Ria"}
	_, _, _, forbidden := n.Publisher.Append(ctx, stories.Act{By: stranger}, stories.Append{Slug: "x", Text: "x"})
	_, admins := n.Desk.SetModerator(ctx, stories.Act{By: stranger}, stranger, true)
	_, already := unclaimed.Desk.SetModerator(ctx, stories.Act{By: boss}, stories.User{Ref: boss.Ref}, true)
	_, himself := unclaimed.Desk.SetModerator(ctx, stories.Act{By: boss}, stories.User{Ref: boss.Ref}, false)
	_, configured := n.Desk.SetModerator(ctx, stories.Act{By: admin}, stories.User{Ref: admin.Ref, Name: "Ada"}, true)
	for refusal, want := range map[error]string{forbidden: "action:add user:@ and your name", admins: "STORYBOT_ADMINS", already: "Boss is an admin", himself: "Another admin", configured: "Ada is an admin"} {
		if refusal == nil || !strings.Contains(refusal.Error(), want) || strings.Contains(refusal.Error(), "chat:") || strings.Contains(refusal.Error(), "console:") {
			t.Errorf("refusal %v, want %q and no id", refusal, want)
		}
	}
}
