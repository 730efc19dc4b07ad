package bot

import (
	"slices"
	"strings"

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
	p := page{story: c.Story, update: c.Update, text: Clean(c.Update.Text)}
	was, _ := quoted(t.Before.Text)
	is, cut := quoted(c.Update.Text)
	switch t.Kind {
	case stories.Correction:
		p.title, p.lead = wordCorrection, "It says now: "
		p.above = append(reasonLine("", t.Reason), Para(Text("It said: "+was)))
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
		p.above = append(reasonLine("It is being checked", t.Reason), changed(t, was)...)
		p.text, p.cut, p.lead = is, cut, "It says: "
	default:
		p.title, p.lead = wordReleased, "It stands: "
		p.above = reasonLine("It was checked", t.Reason)
	}
	m := p.message()
	m.Tone = Neutral
	if p.update.Level == stories.Breaking && t.Kind != stories.Release {
		m.Tone = Urgent
	}
	m.Image = nil
	return m
}

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
	case did == "" && why == "":
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
	if t.Before.Text != t.Now.Text {
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

// quoted is the beginning of a text on one line, in quotes.
func quoted(text string) (said string, cut bool) {
	head, cut := within(OneLine(text), saidText, saidRoom)
	return "“" + head + "”", cut
}
