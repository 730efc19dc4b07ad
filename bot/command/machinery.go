package command

import (
	"context"
	"slices"

	"storybot/bot"
	"storybot/stories"
)

// machinery is all that a status tells of.
type machinery struct {
	desk        stories.DeskStatus
	back        stories.PutBack
	lanes       []LaneHealth
	connections []bot.Health
	names       bot.Names
	planned     planned
	desks       []stories.Destination // the desk's channels
}

// machinery reads what a status tells of, for a moderator. CodeForbidden.
func (m *running) machinery(ctx context.Context, by stories.User) (now machinery, err error) {
	if now.desk, err = m.health.Status(ctx, by); err != nil {
		return now, err
	}
	if now.back, err = m.putBacks.PutBack(ctx, by); err != nil {
		return now, err
	}
	if now.planned, err = m.scheduling.planned(ctx, by); err != nil {
		return now, err
	}
	if m.lanes != nil {
		now.lanes = m.lanes()
	}
	if m.connections != nil {
		now.connections = m.connections()
	}
	if now.desks, err = m.desk.Desks(ctx); err != nil {
		return now, err
	}
	now.names = m.staffing.names(ctx, now.places()...)
	return now, nil
}

// places are those that the status may name.
func (s machinery) places() []stories.Destination {
	places := slices.Clone(s.desks)
	for _, q := range s.desk.Lanes {
		places = append(places, stories.LanePlace(q.Lane))
	}
	for _, l := range s.lanes {
		places = append(places, stories.LanePlace(l.Lane))
	}
	for _, f := range s.desk.Failing {
		places = append(places, f.Destination)
	}
	for _, f := range s.desk.Untold {
		places = append(places, f.Destination)
	}
	return places
}
