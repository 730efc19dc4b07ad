package bot

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"storybot/stories"
)

// How much of the wording there was a message about a revision shows, in UTF-16 units
// and in Room units.
const (
	saidText = 200
	saidRoom = 300
)

// renderTelling is the message beside the copies of an update that tells of its
// revision, to be understood without them.
func renderTelling(c stories.Content) Message {
	t := stories.Tell(c.Told)
	p := page{story: c.Story, update: c.Update, text: Clean(c.Update.Text), notice: true}
	same := alike(t.Before.Text, c.Update.Text)
	was, _ := quoted(fromChange(t.Before.Text, same, saidText))
	is, cut := quoted(c.Update.Text)
	switch t.Kind {
	case stories.Correction:
		p.title, p.lead = wordCorrection, "It says now: "
		wrong := ""
		if word := StandingWord(c.Update); word != "" { // what it says now is not known to be so either
			p.title, wrong = p.title+" · "+word, whatWasWrong
		}
		if text := fromChange(c.Update.Text, same, PushText); text != c.Update.Text {
			p.text, p.cut = Clean(text), true
		}
		p.above = append(NoticeLines(c.Update), reasonLine(wrong, t.Reason)...)
		p.above = append(p.above, Para(Text("It said: "+was)))
		p.above = append(p.above, sourcesBefore(t)...)
		if t.Released {
			p.below = []Block{Para(Text("It is not on hold any more."))}
		}
	case stories.Withdrawal:
		p.title = wordWithdrawn
		p.above = append(reasonLine("", t.Reason), Para(Text("This update does not stand. It said: "), Span{Text: is, Strike: true}))
		p.text, p.cut = "", cut
	case stories.Hold:
		p.title = wordOnHold
		if t.Corrected {
			text := fromChange(c.Update.Text, same, saidText)
			is, cut = quoted(text)
			cut = cut || text != c.Update.Text
		}
		p.above = append(reasonLine("It is being checked", t.Reason), changed(t, was)...)
		p.text, p.cut, p.lead = is, cut, "It says: "
	default:
		p.title, p.lead = wordReleased, "It stands: "
		p.above = reasonLine("It was checked", t.Reason)
	}
	m := p.message()
	m.Tone, m.Thread = Neutral, Headline(c.Story)
	if p.update.Level == stories.Breaking && t.Kind != stories.Release {
		m.Tone = Urgent
	}
	m.Image = nil
	return m
}

// whatWasWrong tells the reason of a correction from others beside it.
const whatWasWrong = "What was wrong"

// changed is what an update said before the wording that is on hold, where that is
// another one.
func changed(t stories.Telling, was string) []Block {
	if !t.Corrected {
		return nil
	}
	return append(reasonLine("Corrected", t.Wrong), Para(Text("It said: "+was)))
}

// reasonLine is a line with a reason, after what was done; none where there is neither.
func reasonLine(did, why string) []Block {
	switch why = reason(why); {
	case why == "" && (did == "" || did == whatWasWrong):
		return nil
	case why == "":
		return []Block{Para(Text(did + "."))}
	case did == "":
		return []Block{Para(Text(ended(why)))}
	}
	return []Block{Para(Text(did + ": " + ended(why)))}
}

// sourcesBefore names the sources there were, where only they are others now.
func sourcesBefore(t stories.Telling) []Block {
	if !stories.SameWords(t.Before.Text, t.Now.Text) {
		return nil
	}
	var hosts []string
	for _, source := range t.Before.Sources {
		hosts = append(hosts, Host(source))
	}
	switch others := !slices.Equal(t.Before.Sources, t.Now.Sources); {
	case others && len(hosts) == 0:
		return []Block{Para(Text("It gave no source."))}
	case others:
		return []Block{Para(Text("Its sources were: " + OneLine(strings.Join(hosts, ", ")) + "."))}
	case t.Before.Picture != t.Now.Picture:
		return []Block{Para(Text("Its picture was another one."))}
	}
	return nil
}

// seen is how much is shown of what two wordings have alike before where they begin to
// differ, and how much of a text has to be shown from there on, in bytes.
const seen = 60

// alike is how many bytes two texts begin with alike, in whole characters.
func alike(a, b string) (n int) {
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	for n > 0 && n < len(a) && !utf8.RuneStart(a[n]) {
		n--
	}
	return n
}

// FromChange are two wordings from a little before where they begin to differ on, unless
// their beginnings of shown UTF-16 units show that too.
func FromChange(was, is string, shown int) (string, string) {
	same := alike(was, is)
	return fromChange(was, same, shown), fromChange(is, same, shown)
}

// fromChange is a text that begins as another one does for so many bytes, from a little
// before where they begin to differ on, unless the beginning of shown UTF-16 units shows
// that too.
func fromChange(text string, same, shown int) string {
	if Units(text) <= shown || Units(text[:same])+seen <= shown {
		return text
	}
	start, word, after := 0, 0, true
	for g := uniseg.NewGraphemes(text); g.Next(); {
		from, _ := g.Positions()
		if from > same-seen {
			break
		}
		if start = from; after {
			word = from
		}
		after = strings.TrimSpace(g.Str()) == ""
	}
	if start-word < seen {
		start = word
	}
	return "… " + text[start:]
}

// quoted is the beginning of a text on one line, in quotes.
func quoted(text string) (said string, cut bool) {
	head, cut := within(OneLine(text), saidText, saidRoom)
	return "“" + head + "”", cut
}
