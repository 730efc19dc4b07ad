package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"storybot/stories"
)

const (
	// seenAgain is how old a name's last sighting may be before the next one is
	// written down although nothing changed: what is in use is not forgotten.
	seenAgain = 7 * 24 * time.Hour
	// mostNames is how many names are read in one query.
	mostNames = 500
)

const (
	// keptPlacesSQL reads what is kept of the places ?1, an array of arrays of
	// platform, workspace and channel, each with its position in it; used says that
	// the place is a destination.
	keptPlacesSQL = `
		SELECT CAST(j.value ->> 3 AS BIGINT), coalesce(n.form, ''), coalesce(n.name, ''), coalesce(n.person, ''), coalesce(n.access, ''), coalesce(n.seen_at, 0),
			CASE WHEN EXISTS (SELECT 1 FROM destinations t
				WHERE t.platform = j.value ->> 0 AND t.workspace = j.value ->> 1 AND t.channel = j.value ->> 2) THEN 1 ELSE 0 END
		FROM each(?1) LEFT JOIN place_names n
			ON n.platform = j.value ->> 0 AND n.workspace = j.value ->> 1 AND n.channel = j.value ->> 2`
	keptPeopleSQL = `
		SELECT CAST(j.value ->> 1 AS BIGINT), coalesce(n.name, ''), coalesce(n.seen_at, 0)
		FROM each(?1) LEFT JOIN person_names n ON n.ref = j.value ->> 0`
	// keepPlacesSQL and keepPeopleSQL write down what the arrays in ?1 say, as of ?2. A
	// place or a person is in them once.
	keepPlacesSQL = `
		INSERT INTO place_names (platform, workspace, channel, form, name, person, access, seen_at)
		SELECT j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3, j.value ->> 4, j.value ->> 5, j.value ->> 6, CAST(?2 AS BIGINT) FROM each(?1) WHERE true
		ON CONFLICT (platform, workspace, channel) DO UPDATE
		SET form = excluded.form, name = excluded.name, person = excluded.person, access = excluded.access, seen_at = excluded.seen_at`
	keepPeopleSQL = `
		INSERT INTO person_names (ref, name, seen_at)
		SELECT j.value ->> 0, j.value ->> 1, CAST(?2 AS BIGINT) FROM each(?1) WHERE true
		ON CONFLICT (ref) DO UPDATE SET name = excluded.name, seen_at = excluded.seen_at`
)

// KeepNames writes down what a platform told, as of then. What is kept already is
// not written again, so that telling it often costs a read. A place or a person
// without a name changes nothing, but for who may know of a place whose name is kept.
func (s *Store) KeepNames(ctx context.Context, told stories.Sighting, at time.Time) error {
	places, err := s.newPlaces(ctx, told.Places, at)
	if err != nil {
		return s.told(err)
	}
	people, err := s.newPeople(ctx, told.People, at)
	if err != nil {
		return s.told(err)
	}
	groups, err := groupNews(ctx, s.reader(), told.Groups)
	if err != nil {
		return s.told(err)
	}
	places = append(places, groups...)
	if len(places)+len(people) == 0 {
		return nil
	}
	return s.change(ctx, func(q querier) error {
		// Who forgets somebody has planning alone: it was told before that, or after.
		if err := sharePlanning(ctx, q); err != nil {
			return err
		}
		places, people, err := s.remembered(ctx, q, places, people)
		if err != nil {
			return err
		}
		if err := alarmGroups(ctx, q, places, at); err != nil {
			return fmt.Errorf("tell the desk of groups that are gone: %w", err)
		}
		if err := keepEach(ctx, q, keepPlacesSQL, places, at, func(p stories.PlaceName) (stories.Destination, []string) {
			d := stories.Destination{Platform: clean(p.Place.Platform), Workspace: clean(p.Place.Workspace), Channel: clean(p.Place.Channel)}
			return d, []string{d.Platform, d.Workspace, d.Channel, string(p.Form), p.Name, clean(p.With), string(p.Access)}
		}); err != nil {
			return fmt.Errorf("keep the names of places: %w", err)
		}
		if err := keepEach(ctx, q, keepPeopleSQL, people, at, func(u stories.User) (string, []string) {
			return clean(u.Ref), []string{clean(u.Ref), clean(u.Name)}
		}); err != nil {
			return fmt.Errorf("keep the names of people: %w", err)
		}
		return nil
	})
}

// keepEach writes rows of names in one statement for every few hundred. Of those about
// the same place or person the last counts.
func keepEach[T any, K comparable](ctx context.Context, q querier, text string, told []T, at time.Time, row func(T) (K, []string)) error {
	for some := range slices.Chunk(told, mostNames) {
		place := map[K]int{}
		var rows [][]string
		for _, one := range some {
			key, r := row(one)
			if i, twice := place[key]; twice {
				rows[i] = r
				continue
			}
			place[key] = len(rows)
			rows = append(rows, r)
		}
		slices.SortFunc(rows, slices.Compare) // two who write the same rows do it in one order
		list, err := json.Marshal(rows)
		if err != nil {
			return err
		}
		if _, err := q.exec(ctx, text, string(list), millis(at)); err != nil {
			return err
		}
	}
	return nil
}

// newPlaces are those of which something else is kept, or nothing lately.
func (s *Store) newPlaces(ctx context.Context, places []stories.PlaceName, at time.Time) (fresh []stories.PlaceName, err error) {
	var asked [][4]any
	for i, p := range places {
		if d := p.Place; d.Platform != "" && p.Says() {
			asked = append(asked, [4]any{clean(d.Platform), clean(d.Workspace), clean(d.Channel), i})
		}
	}
	if len(asked) == 0 {
		return nil, nil
	}
	text, err := json.Marshal(asked)
	if err != nil {
		return nil, err
	}
	_, err = all(ctx, s.reader(), func(r row) (none struct{}, err error) {
		var i, used int
		var seen int64
		var kept stories.PlaceName
		if err := r.Scan(&i, &kept.Form, &kept.Name, &kept.With, &kept.Access, &seen, &used); err != nil {
			return none, err
		}
		p := places[i]
		p.Name = clean(p.Name)
		p = p.After(kept)
		switch same := kept.Form == p.Form && kept.Name == p.Name && kept.With == p.With && kept.Access == p.Access; {
		case p.Heard && kept.Form == "" && used == 0:
		case p.Name == "" && p.With == "":
		case !same || at.Sub(moment(seen)) > seenAgain:
			fresh = append(fresh, p)
		}
		return none, nil
	}, keptPlacesSQL, string(text))
	return fresh, err
}

// newPeople is newPlaces, of people.
func (s *Store) newPeople(ctx context.Context, people []stories.User, at time.Time) (fresh []stories.User, err error) {
	var asked [][2]any
	for i, u := range people {
		if u.Ref != "" && u.Name != "" {
			asked = append(asked, [2]any{clean(u.Ref), i})
		}
	}
	if len(asked) == 0 {
		return nil, nil
	}
	text, err := json.Marshal(asked)
	if err != nil {
		return nil, err
	}
	_, err = all(ctx, s.reader(), func(r row) (none struct{}, err error) {
		var i int
		var seen int64
		var name string
		if err := r.Scan(&i, &name, &seen); err != nil {
			return none, err
		}
		if u := people[i]; name != clean(u.Name) || at.Sub(moment(seen)) > seenAgain {
			fresh = append(fresh, u)
		}
		return none, nil
	}, keptPeopleSQL, string(text))
	return fresh, err
}

// namesOfSQL reads the names of the places ?1, an array of arrays of platform,
// workspace and channel.
var namesOfSQL = `
	SELECT n.platform, n.workspace, n.channel, n.form, CASE WHEN n.person <> '' THEN ` + nameOf("n.person") + ` ELSE n.name END, n.person, n.access,
		CASE WHEN n.channel <> '' AND n.name <> '' AND EXISTS (SELECT 1 FROM place_names o
			WHERE o.platform = n.platform AND o.name = n.name AND o.channel <> '' AND o.name <> '' AND o.form <> 'group'
				AND (o.workspace <> n.workspace OR o.channel <> n.channel)) THEN 1 ELSE 0 END
	FROM each(?1) JOIN place_names n ON n.platform = j.value ->> 0 AND n.workspace = j.value ->> 1 AND n.channel = j.value ->> 2`

// NamesOf implements stories.DeskStore.
func (s *Store) NamesOf(ctx context.Context, places []stories.Destination) (stories.Names, error) {
	names, err := namesOf(ctx, s.reader(), places)
	return names, s.told(err)
}

func namesOf(ctx context.Context, q querier, places []stories.Destination) (stories.Names, error) {
	names := stories.Names{}
	asked := map[stories.Destination]bool{}
	var list [][3]string
	for _, d := range places {
		for _, one := range []stories.Destination{d, d.In()} {
			if !asked[one] && one.Platform != "" && one != (stories.Destination{Platform: one.Platform}) {
				asked[one] = true
				list = append(list, [3]string{clean(one.Platform), clean(one.Workspace), clean(one.Channel)})
			}
		}
	}
	for len(list) > 0 {
		some := list[:min(len(list), mostNames)]
		list = list[len(some):]
		text, err := json.Marshal(some)
		if err != nil {
			return names, err
		}
		found, err := all(ctx, q, scanPlaceName, namesOfSQL, string(text))
		if err != nil {
			return names, err
		}
		for _, p := range found {
			names[p.Place] = p
		}
	}
	return names, nil
}

func scanPlaceName(r row) (p stories.PlaceName, err error) {
	var shared int
	err = r.Scan(&p.Place.Platform, &p.Place.Workspace, &p.Place.Channel, &p.Form, &p.Name, &p.With, &p.Access, &shared)
	p.Shared = shared != 0
	return p, err
}

// takeNameSQL gives a channel's new address the name it has, unless the platform
// told that one's already. The old one keeps it: what was sent there stays told.
const takeNameSQL = `
	INSERT INTO place_names (platform, workspace, channel, form, name, person, access, seen_at)
	SELECT platform, CAST(?4 AS TEXT), CAST(?5 AS TEXT), form, name, person, access, seen_at FROM place_names
	WHERE platform = ?1 AND workspace = ?2 AND channel = ?3
	ON CONFLICT (platform, workspace, channel) DO NOTHING`
