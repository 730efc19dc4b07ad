package bot

import "strings"

// What a message holds on the platform that takes least, in Room units.
const (
	messageRoom = 2000
	// AnswerText is how much free text an answer may hold on every platform, in
	// Room units, beside a headline, a line of small print and its buttons. Cut what
	// people wrote to it with CutToRoom, or divide it with PagesOfRoom: what several
	// texts of one answer take is added up. An answer that holds more is cut by its
	// platform, which says so at the end.
	AnswerText = 1400
)

// escapedMarks are the characters that one platform or another writes with a
// second one, so that they are not read as markup.
const escapedMarks = "\\*_~`|[]<>#-+.):@"

// Room is how much of a message s takes at most, in UTF-16 units after the
// escaping that costs most: every character that could be markup counts twice, a
// line break three times, for what begins a line of a quote or a list.
func Room(s string) int {
	n := Units(s)
	for i := range len(s) {
		switch {
		case s[i] == '\n':
			n += 2
		case strings.IndexByte(escapedMarks, s[i]) >= 0:
			n++
		}
	}
	return n
}

// CutToRoom is Cut with a limit in Room units.
func CutToRoom(s string, limit int) (head string, cut bool) {
	room := Room(s)
	if room <= limit {
		return s, false
	}
	for units := min(Units(s)-1, limit); units > 0; {
		head, _ = Cut(s, units)
		room = Room(head)
		if room <= limit {
			return head, true
		}
		units = min(units-1, units*limit/room)
	}
	return "", true
}

// PagesOfRoom is Pages with a limit in Room units.
func PagesOfRoom(s string, limit int) []string { return pages(s, limit, Room) }
