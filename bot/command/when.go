package command

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"storybot/stories"
)

// momentForm is a time as moderators write it, in parts.
var momentForm = regexp.MustCompile(`^(?i)(` + dateForm + `|` + dayForm + `)?(?:^|,?[T ]+|$)(` + clockForm + `)?,? ?(` + zoneForm + `)?,?$`)

// laterForm is a time of day with its day behind it.
var laterForm = regexp.MustCompile(`^(?i)(` + clockForm + `) ?(` + zoneForm + `)?,? (?:on )?(` + dateForm + `|` + dayForm + `)$`)

// An unclearTime is a time of day that the clocks of the newsroom's zone skip or
// show twice that night.
type unclearTime struct {
	typed   string
	skipped bool
	meant   []time.Time // what it may be, earliest first; in the newsroom's zone
}

// Error says what is unclear.
func (u *unclearTime) Error() string {
	if u.skipped {
		return fmt.Sprintf("There is no %s in %s: the clocks are put forward over it.", u.typed, u.meant[0].Location())
	}
	return fmt.Sprintf("%s comes twice in %s: the clocks are put back over it.", u.typed, u.meant[0].Location())
}

// parseTime reads a time as moderators write it, in zone unless it says otherwise; a
// time of day alone is today's, and a day alone its beginning. Errors: CodeInvalid,
// *unclearTime.
func parseTime(s string, now time.Time, zone *time.Location) (time.Time, error) {
	typed := neatTime(s)
	if later := laterForm.FindStringSubmatch(typed); later != nil {
		typed = strings.TrimSpace(later[3] + " " + later[1] + " " + later[2])
	}
	parts := momentForm.FindStringSubmatch(typed)
	if parts == nil || parts[1] == "" && parts[2] == "" {
		return time.Time{}, unreadTime(s)
	}
	day, clock, offset := strings.ToLower(parts[1]), parts[2], strings.ToUpper(parts[3])
	_, named := daysAhead[day]
	if (named || laterForm.MatchString(neatTime(s))) && clock != "" && strings.HasPrefix(offset, "-") && offset[1:] > wholeClock(clock)[:len("15:04")] { // 09:00-10:00, from and to
		return time.Time{}, unreadTime(s)
	}
	if offset != "" {
		fixed, err := time.Parse("Z07:00", wholeOffset(offset))
		if err != nil {
			return time.Time{}, unreadTime(s)
		}
		_, seconds := fixed.Zone()
		zone = time.FixedZone("", seconds) // that of time.Parse may be the machine's own
	}
	wall, err := time.Parse(time.DateTime, dateOf(day, now.In(zone))+" "+wholeClock(clock))
	if err != nil || wall.Year() < 1900 {
		return time.Time{}, unreadTime(s)
	}
	if clock == "" {
		start := startOf(wall, zone).UTC()
		if start.After(now) {
			return time.Time{}, stories.Errorf(stories.CodeInvalid, "%q is a day ahead without a time of day, so nobody knows when the update is to go out. Add the time: at:\"%s\".", clip(s), strings.TrimSpace(day+" 09:00 "+parts[3]))
		}
		return start, nil
	}
	found := instantsOf(wall, zone)
	switch {
	case len(found) == 1:
		return found[0].UTC(), nil
	case len(found) == 2:
		return time.Time{}, &unclearTime{typed: wall.Format("15:04 on 2 January 2006"), meant: found}
	}
	return time.Time{}, &unclearTime{typed: wall.Format("15:04 on 2 January 2006"), skipped: true, meant: aroundGap(wall, zone)}
}

// daysAhead are the days that have a name, as far from today as they are.
var daysAhead = map[string]int{"": 0, "today": 0, "tomorrow": 1, "yesterday": -1}

// dateOf is the day that was named, as a date, where it is now: the present one for
// none.
func dateOf(day string, now time.Time) string {
	if ahead, named := daysAhead[day]; named {
		return now.AddDate(0, 0, ahead).Format(time.DateOnly)
	}
	return day
}

// wholeOffset is an offset as RFC 3339 has it: of Z, UTC, +01, +0100.
func wholeOffset(offset string) string {
	switch {
	case offset == "UTC" || offset == "GMT":
		return "Z"
	case len(offset) == len("+01"):
		return offset + ":00"
	case len(offset) == len("+0100"):
		return offset[:3] + ":" + offset[3:]
	}
	return offset
}

// wholeClock is a time of day with all its digits; midnight for none.
func wholeClock(clock string) string {
	if clock == "" {
		return "00:00:00"
	}
	if strings.IndexByte(clock, ':') == 1 {
		clock = "0" + clock
	}
	if len(clock) == len("15:04") {
		clock += ":00"
	}
	return clock
}

// offsetsSeen is far enough from any change of a zone's clocks that the offsets before and
// after it are seen, and near enough that there is no second one between.
const offsetsSeen = 24 * time.Hour

// offsets are those a zone has shortly before and after a wall time, in seconds.
func offsets(wall time.Time, zone *time.Location) (before, after int) {
	_, before = wall.Add(-offsetsSeen).In(zone).Zone()
	_, after = wall.Add(offsetsSeen).In(zone).Zone()
	return before, after
}

// instantsOf are the moments at which clocks in zone show a wall time (given as in
// UTC): one, two where they are put back over it, none where they skip it. The
// earliest comes first.
func instantsOf(wall time.Time, zone *time.Location) (found []time.Time) {
	before, after := offsets(wall, zone)
	for _, offset := range []int{before, after} {
		t := wall.Add(-time.Duration(offset) * time.Second).In(zone)
		if _, has := t.Zone(); has == offset && !slices.ContainsFunc(found, t.Equal) {
			found = append(found, t)
		}
	}
	slices.SortFunc(found, time.Time.Compare)
	return found
}

// aroundGap is what somebody may mean by a wall time that clocks skip: as long before
// the change as it lies after, and as long after it.
func aroundGap(wall time.Time, zone *time.Location) []time.Time {
	before, after := offsets(wall, zone)
	return []time.Time{wall.Add(-time.Duration(after) * time.Second).In(zone), wall.Add(-time.Duration(before) * time.Second).In(zone)}
}

// startOf is the first moment of a day in zone.
func startOf(day time.Time, zone *time.Location) time.Time {
	if found := instantsOf(day, zone); len(found) > 0 {
		return found[0]
	}
	before, _ := offsets(day, zone)
	// Midnight is skipped: the day begins where the clocks go forward.
	return day.Add(-time.Duration(before) * time.Second).In(zone)
}

// unreadTime is the refusal of what is no time.
func unreadTime(s string) error {
	return stories.Errorf(stories.CodeInvalid,
		"%q is no time I can read. Write it as at:2014-12-20, at:15:04 for today, at:\"tomorrow 09:00\" or at:2014-12-20T15:04. An offset such as +01:00 may follow; without one it is in the newsroom's time zone.", clip(s))
}

// inZone is a moment as the newsroom's clocks show it, with the zone.
func inZone(t time.Time, zone *time.Location) string {
	t = t.In(zone)
	return t.Format("Monday 2 January 2006, 15:04 ") + zoneOf(t)
}

// zoneOf is what the zone of t is called then: CET, or UTC+03:00 where it has no
// name but its offset.
func zoneOf(t time.Time) string {
	name, _ := t.Zone()
	if name == "" || strings.ContainsAny(name[:1], "+-") {
		return "UTC" + t.Format("-07:00")
	}
	return name
}
