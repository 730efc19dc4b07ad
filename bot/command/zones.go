package command

import (
	"cmp"
	_ "embed"
	"maps"
	"slices"
	"strings"

	"storybot/stories"
)

// zoneNames are the time zones that are suggested, one a line: those of the IANA's table
// of places whose clocks have differed since 1970, and of a few capitals beside them.
// Every other name that the IANA knows can be typed.
//
//go:embed zones.txt
var zoneNames string

// usualZones are suggested before anything is typed.
var usualZones = []string{"Europe/Berlin", "Europe/London", "Europe/Paris", "America/New_York", "America/Chicago", "America/Los_Angeles", "America/Sao_Paulo", "Africa/Johannesburg", "Asia/Kolkata", "Asia/Tokyo", "Asia/Singapore", "Australia/Sydney", "UTC"}

// zonesLike are the time zones in whose names typed stands: at the beginning of a name or
// of a city before others.
func zonesLike(typed string) []string {
	typed = strings.ReplaceAll(strings.ToLower(strings.TrimSpace(typed)), " ", "_")
	if typed == "" {
		return usualZones
	}
	var first, rest []string
	for name := range strings.Lines(zoneNames) {
		name = strings.TrimSpace(name)
		small := strings.ToLower(name)
		switch {
		case strings.HasPrefix(small, typed) || strings.HasPrefix(small[strings.LastIndex(small, "/")+1:], typed):
			first = append(first, name)
		case strings.Contains(small, typed):
			rest = append(rest, name)
		}
	}
	return append(first, rest...)
}

// zoneNamed is the time zone that typed names in whatever letters, else typed.
func zoneNamed(typed string) string {
	typed = strings.TrimSpace(typed)
	like := strings.ReplaceAll(typed, " ", "_")
	for name := range strings.Lines(zoneNames) {
		if name = strings.TrimSpace(name); strings.EqualFold(name, like) {
			return name
		}
	}
	if upper := strings.ToUpper(like); !isZone(typed) && isZone(upper) { // such as gmt
		return upper
	}
	return typed
}

// isZone says that s, or what takes the option away, can be a subscription's time zone.
func isZone(s string) bool {
	_, err := stories.ParseZone(s)
	return err == nil || strings.EqualFold(s, stories.Off)
}

// noZone refuses what is no time zone, with those that may have been meant. CodeInvalid.
func noZone(typed string) error {
	_, err := stories.ParseZone(typed)
	near := zonesLike(typed)
	if len(near) == 0 {
		near = zonesNear(typed)
	}
	if refused := stories.CodeOf(err); refused == "" || len(near) == 0 || strings.TrimSpace(typed) == "" {
		return err
	}
	return stories.Errorf(stories.CodeInvalid, "%q is no time zone.%s", clip(typed), didYouMeanNames(near[:min(len(near), maxNear)]))
}

// zonesNear are the time zones whose names, or whose cities', typed resembles, the nearest
// first.
func zonesNear(typed string) (near []string) {
	const most = 2 // slips
	typed = strings.ReplaceAll(strings.ToLower(strings.TrimSpace(typed)), " ", "_")
	slips := map[string]int{}
	for name := range strings.Lines(zoneNames) {
		name = strings.TrimSpace(name)
		small := strings.ToLower(name)
		for _, of := range []string{small, small[strings.LastIndex(small, "/")+1:]} {
			n := stories.Distance(typed, of, most)
			if had, is := slips[name]; n >= 0 && len(of) > 2*most && (!is || n < had) {
				slips[name] = n
			}
		}
	}
	near = slices.Sorted(maps.Keys(slips))
	slices.SortStableFunc(near, func(a, b string) int { return cmp.Compare(slips[a], slips[b]) })
	return near
}

// didYouMeanNames asks, as a sentence behind another, and names all.
func didYouMeanNames(names []string) string {
	if len(names) == 1 {
		return didYouMean(names)
	}
	return " Did you mean " + strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1] + "?"
}
