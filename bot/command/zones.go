package command

import (
	_ "embed"
	"strings"
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
