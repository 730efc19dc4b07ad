package bot

import (
	"strings"
	"time"

	"storybot/stories"
)

// How much of a reason is shown, in UTF-16 units and in Room units.
const (
	reasonText = 300
	reasonRoom = 380
)

// The notices over an update that does not simply stand, and over what is told of a
// revision: words, never colour alone.
const (
	wordBreaking   = "BREAKING"
	wordUnverified = "UNVERIFIED"
	wordOnHold     = "ON HOLD"
	wordWithdrawn  = "WITHDRAWN"
	wordCorrection = "CORRECTION"
	wordReleased   = "RELEASED"
)

// pushTitle is the heading over an update: the word itself where it is breaking, and
// the notice where it may not be relied on.
func pushTitle(u stories.Update) string {
	word := StandingWord(u)
	switch {
	case u.Level != stories.Breaking || u.Marks.Standing.Withheld():
		return word
	case word != "":
		return wordBreaking + " · " + word
	}
	return wordBreaking
}

// urgent says that an update is shown as what everybody should know now.
func urgent(u stories.Update) bool {
	return u.Level == stories.Breaking && !u.Marks.Standing.Withheld()
}

// StandingWord is the notice over an update in a few letters, "" where it stands.
func StandingWord(u stories.Update) string {
	switch u.Marks.Standing {
	case stories.Withdrawn:
		return wordWithdrawn
	case stories.OnHold:
		return wordOnHold
	case stories.Unverified:
		return wordUnverified
	}
	return ""
}

// NoticeLines are the lines over an update's text that say how it stands, and why;
// none where it stands.
func NoticeLines(u stories.Update) []Block {
	m := u.Marks
	var first string
	switch m.Standing {
	case stories.Withdrawn:
		return []Block{Para(because("Does not stand since ", At(m.Since), m.Reason)...)}
	case stories.OnHold:
		first = "Is being checked since "
	case stories.Unverified:
		first = "Is being checked; not verified yet"
		if m.Reason != "" {
			first += ": " + reason(m.Reason)
		}
		return []Block{Para(Text(first + "."))}
	default:
		return nil
	}
	return []Block{Para(because(first, At(m.Since), m.Reason)...)}
}

// MarkLines are the lines below an update's text that say what was changed about it;
// none where nothing was that readers should notice.
func MarkLines(u stories.Update) (lines []Block) {
	m := u.Marks
	if !m.Corrected.IsZero() {
		spans := because("Corrected ", At(m.Corrected), m.Correction)
		spans[0].Bold = true
		lines = append(lines, Para(spans...))
	}
	if !m.Released.IsZero() && m.Standing == stories.Stands {
		lines = append(lines, Para(Bold("Released "), At(m.Released)))
	}
	return lines
}

// EditedMark is the small print that says that a slip was mended; none where there was
// none.
func EditedMark(u stories.Update) []Span {
	if u.Marks.Edited.IsZero() {
		return nil
	}
	return []Span{Text(" · edited "), At(u.Marks.Edited)}
}

// because is a line that tells what was done, when and why.
func because(did string, at Span, why string) []Span {
	spans := []Span{Text(did), at}
	if why != "" {
		spans = append(spans, Text(": "+ended(reason(why))))
	}
	return spans
}

// reason is a reason as far as it is shown, on one line.
func reason(s string) string {
	head, _ := within(OneLine(s), reasonText, reasonRoom)
	return head
}

// ended is a sentence with a full stop, unless it ends in another sign.
func ended(s string) string {
	if s == "" || strings.ContainsRune(".!?…", []rune(s)[len([]rune(s))-1]) {
		return s
	}
	return s + "."
}

// newsSpans are a text of u as it is shown: struck through where it is withdrawn, and
// then said to be what it said, for who hears it read out.
func newsSpans(u stories.Update, text string) []Span {
	if u.Marks.Standing != stories.Withdrawn {
		return []Span{Text(text)}
	}
	return []Span{Text("It said: "), {Text: text, Strike: true}}
}

// RowSpans are a text of u, cut by the caller, as a list shows it.
func RowSpans(u stories.Update, text string) []Span {
	var spans []Span
	if word := pushTitle(u); word != "" {
		spans = append(spans, Bold(word+" "))
	}
	return append(spans, Span{Text: text, Strike: u.Marks.Standing == stories.Withdrawn})
}

// RowMark is what the small print of u in a list says was changed, by when; none
// where nothing was.
func RowMark(u stories.Update, when func(time.Time) Span) []Span {
	m := u.Marks
	for _, mark := range []struct {
		word string
		at   time.Time
	}{{"corrected ", m.Corrected}, {"edited ", m.Edited}, {"released ", m.Released}} {
		if !mark.at.IsZero() {
			return []Span{Text(mark.word), when(mark.at), Text(" · ")}
		}
	}
	return nil
}

// HistoryButton shows what u has said.
func HistoryButton(label string, u stories.Update) Button {
	return NewButton(label, ActionHistory, u.StoryID, int64(u.Number))
}
