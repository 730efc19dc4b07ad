package slack

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"storybot/bot/slack/slacktest"
	"storybot/stories"
)

// groupsTold is what was told of user groups: all there are, and single ones.
func (p *placeLog) groupsTold() (out []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, told := range p.called {
		for _, all := range told.Groups {
			var list []string
			for _, m := range slices.Sorted(maps.Keys(all.Called)) {
				list = append(list, m+" "+all.Called[m])
			}
			out = append(out, "all of "+all.In.String()+": "+strings.Join(list, ", "))
		}
		for _, one := range told.Places {
			if one.Form == stories.GroupForm {
				out = append(out, fmt.Sprint(one.Place.Channel, " ", one.Name, " ", one.Access))
			}
		}
	}
	return out
}

// Which user groups there are is asked when the bot connects, and told by events then; one
// that is disabled is gone.
func TestUserGroupsAreTold(t *testing.T) {
	r := startRig(t, setup{before: func(s *slacktest.Server) {
		s.AddGroup("T1", slacktest.UserGroup{ID: "S1", Handle: "desk"})
		s.AddGroup("T1", slacktest.UserGroup{ID: "S2", Handle: "film"})
	}})
	want := []string{"all of slack:T1/: <!here> here, <!subteam^S1> desk, <!subteam^S2> film"}
	eventually(t, "the list of user groups", func() bool { return slices.Equal(r.places.groupsTold(), want) })
	for _, g := range []slacktest.UserGroup{{ID: "S1", Handle: "news-desk"}, {ID: "S2"}} {
		if err := r.slack.RenameGroup(r.ctx(), "T1", g); err != nil {
			t.Fatal(err)
		}
	}
	want = append(want, "<!subteam^S1> news-desk open", "<!subteam^S2>  gone")
	if got := r.places.groupsTold(); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// Without the scope, and where Slack refuses it after all, nothing is told to be gone and
// everything else works.
func TestUserGroupsThatCannotBeSeenAreNotGone(t *testing.T) {
	for name, s := range map[string]setup{
		"no scope": {slack: []slacktest.Option{slacktest.WithoutScopes(groupsScope)}},
		"refused": {before: func(s *slacktest.Server) {
			s.Fail(slacktest.Match{Method: "usergroups.list"}, 9, slacktest.APIError("plan_upgrade_required"))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			r := startRig(t, s)
			if a := r.slash("C1", "U1", "/story", "x"); a.Visible() != "story|x||" {
				t.Error(a.Visible())
			}
			if got := r.places.groupsTold(); len(got) > 0 {
				t.Error(got)
			}
		})
	}
}
