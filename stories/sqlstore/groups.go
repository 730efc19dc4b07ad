package sqlstore

import (
	"context"
	"encoding/json"
	"time"

	"storybot/stories"
)

const (
	// keptGroupsSQL are the roles and groups kept of the workspaces ?1, an array of arrays
	// of platform and workspace, each with its position in it.
	keptGroupsSQL = `
		SELECT CAST(j.value ->> 2 AS BIGINT), n.channel, n.name, n.access
		FROM each(?1) JOIN place_names n ON n.platform = j.value ->> 0 AND n.workspace = j.value ->> 1 AND n.form = 'group'`
	// pingingSQL are the channels that have those pinged who are in ?1, an array of arrays of
	// platform, workspace and how they are written, and of whom it is not known yet that
	// they are gone.
	pingingSQL = `
		SELECT DISTINCT t.platform, t.workspace, t.channel, l.name, n.name
		FROM each(?1) JOIN subscriptions b ON b.mention = j.value ->> 2
		JOIN destinations t ON t.id = b.destination_id AND t.platform = j.value ->> 0 AND t.workspace = j.value ->> 1 AND t.state <> 'gone'
		JOIN lanes l ON l.id = t.lane_id
		JOIN place_names n ON n.platform = t.platform AND n.workspace = t.workspace AND n.channel = b.mention AND n.access <> 'gone'
		ORDER BY t.platform, t.workspace, t.channel`
)

// groupNews is what lists of all groups say that is not kept so: of the groups that are
// kept, which are those that somebody named or had pinged.
func groupNews(ctx context.Context, q querier, told []stories.AllGroups) (news []stories.PlaceName, err error) {
	var asked [][3]any
	for i, g := range told {
		if g.In.Platform != "" {
			asked = append(asked, [3]any{clean(g.In.Platform), clean(g.In.Workspace), i})
		}
	}
	if len(asked) == 0 {
		return nil, nil
	}
	text, err := json.Marshal(asked)
	if err != nil {
		return nil, err
	}
	_, err = all(ctx, q, func(r row) (none struct{}, err error) {
		var i int
		p := stories.PlaceName{Form: stories.GroupForm}
		if err := r.Scan(&i, &p.Place.Channel, &p.Name, &p.Access); err != nil {
			return none, err
		}
		before := p
		p.Place.Platform, p.Place.Workspace = told[i].In.Platform, told[i].In.Workspace
		switch name, there := told[i].Called[p.Place.Channel]; {
		case !there:
			p.Access = stories.GoneAccess
		default:
			p.Access = stories.OpenAccess
			if name = clean(name); name != "" {
				p.Name = name
			}
		}
		if p.Access != before.Access || p.Name != before.Name {
			news = append(news, p)
		}
		return none, nil
	}, keptGroupsSQL, string(text))
	return news, err
}

// alarmGroups tells the desk of each channel that has somebody pinged who is told to be
// gone: once, for it is told before that is written.
func alarmGroups(ctx context.Context, q querier, places []stories.PlaceName, at time.Time) error {
	var gone [][3]string
	for _, p := range places {
		if p.Form == stories.GroupForm && p.Access == stories.GoneAccess {
			gone = append(gone, [3]string{clean(p.Place.Platform), clean(p.Place.Workspace), clean(p.Place.Channel)})
		}
	}
	if len(gone) == 0 {
		return nil
	}
	text, err := json.Marshal(gone)
	if err != nil {
		return err
	}
	alarms, err := all(ctx, q, func(r row) (a stories.Alarm, err error) {
		a = stories.Alarm{Kind: stories.AlarmGroupGone, At: at}
		err = r.Scan(&a.Destination.Platform, &a.Destination.Workspace, &a.Destination.Channel, &a.Lane, &a.Reason)
		a.Reason = groupName(a.Reason)
		return a, err
	}, pingingSQL, string(text))
	if err != nil {
		return err
	}
	for _, a := range alarms {
		if err := insertAlarm(ctx, q, a); err != nil {
			return err
		}
	}
	return nil
}
