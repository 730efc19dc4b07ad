package platformtest

import (
	"fmt"
	"strings"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// Push is an update as it goes to a channel.
type Push struct {
	Name    string
	Story   stories.Story
	Update  stories.Update
	Message bot.Message
}

// prose is 690 characters of an ordinary text.
const prose = "North Korea's internet is down after more than nine hours of trouble, according to two companies that watch the network from outside. " +
	"Washington says it had nothing to do with it. The White House's National Security Council was \"confident\" on Saturday that Pyongyang was behind the attack on the studio, " +
	"and the president had promised an answer \"in a place and time and manner that we choose\". Engineers who looked at the outage say it resembles an attack with bogus traffic " +
	"as much as a failure of the one line, run by China Unicom, by which the country is connected at all. The studio has said nothing. " +
	"Shares of its parent company rose slightly in Tokyo on Monday morning."

// source is the address of a page, n characters long.
func source(host string, n int) string {
	return "https://" + host + "/" + strings.Repeat("a", n-len("https://"+host+"/"))
}

// Pushes are pushes of every kind there is: of each level and length, with and
// without sources, in several scripts, and of text that would like to be more than
// text.
func Pushes() []Push {
	at := time.Date(2014, 12, 22, 9, 0, 0, 0, time.UTC)
	var list []Push
	add := func(name string, level stories.Level, text string, change func(*Push), sources ...string) {
		p := Push{
			Name:   name,
			Story:  stories.Story{ID: 1, Slug: "sony-hack", Headline: "North Korea denies hacking Sony Pictures", State: stories.Developing},
			Update: stories.Update{StoryID: 1, Number: 10, Level: level, Text: text, Sources: sources, Author: stories.User{Name: "Mo Adler"}, At: at, CreatedAt: at},
		}
		if change != nil {
			change(&p)
		}
		p.Message = bot.RenderUpdate(p.Story, p.Update)
		list = append(list, p)
	}
	short := "North Korea's internet is down."
	long := strings.Repeat(prose+"\n\n", 12)[:7996] + "End."
	papers := []string{source("www.nytimes.com", 270), source("www.washingtonpost.com", 270), source("bbc.co.uk", 270), source("www.theguardian.com", 270)}
	add("breaking", stories.Breaking, short, nil, "https://www.nytimes.com/2014/12/23/world", "https://bbc.co.uk/news")
	add("normal", stories.Normal, short, nil)
	add("minor", stories.Minor, "Sony advertises for a director of vulnerability management.", nil, "https://example.org/job")
	add("breaking, 700 characters", stories.Breaking, prose, nil)
	add("breaking, 8,000 characters", stories.Breaking, long, nil, "https://apnews.com/x")
	add("four long sources", stories.Normal, short, nil, papers...)
	add("four long sources under a long text", stories.Normal, prose, nil, papers...)
	add("five sources of the longest", stories.Breaking, short, nil, source("a.example", 512), source("b.example", 512), source("c.example", 512), source("d.example", 512), source("e.example", 512))
	add("www and ports", stories.Normal, short, nil, "https://www.example.org:8080/x", "http://localhost:9090/x", "https://www.nytimes.com/", "https://[2001:db8::1]:8443/x")
	add("of earlier", stories.Normal, short, func(p *Push) { p.Update.At = at.Add(-3 * time.Hour) }, "https://apnews.com/x")
	add("paragraphs", stories.Normal, "Three things are known.\n\nThe line is down since nine.\nWashington denies it.\n\nThe studio is silent.", nil)
	add("nothing but marks", stories.Normal, strings.Repeat("*_", 1394), nil, papers[0])
	add("hostile", stories.Breaking, "# Big\n-# small\n> quote\n- list\n1. one\n@everyone @here <@1> <@&2> <!channel> <!subteam^S1> [bank.example](https://evil.example) <https://evil.example|bank.example> "+
		"||spoiler|| `code` ```x``` ~~s~~ *b* _i_ <t:0:R> <!date^0^{date}|x> :fire: discord.gg/abc https://evil.example/ a@b.example\n\u202Ereversed\u202C nul\x00 bell\x07",
		func(p *Push) {
			p.Story.Headline, p.Update.Author.Name = "# @everyone **bold** <!channel> [bank](https://evil.example)", "*Mo* <@1> @here"
		}, "https://evil.example/?a=**b**&c=__d__&e=(f)|<!channel>")
	add("Arabic", stories.Breaking, "انقطع الإنترنت في كوريا الشمالية بعد أكثر من تسع ساعات من الاضطراب.", func(p *Push) {
		p.Story.Headline, p.Update.Author.Name = "كوريا الشمالية تنفي اختراق سوني", "ريتا"
	}, "https://www.aljazeera.net/x")
	add("Hebrew and a name", stories.Normal, "האינטרנט בצפון קוריאה נפל. Sony לא הגיבה.\nשורה שנייה", func(p *Push) { p.Story.Headline = "צפון קוריאה מכחישה" })
	add("emoji", stories.Breaking, "👩‍👩‍👧‍👦 Evacuated 🚨🚨 from the 🏴󠁧󠁢󠁥󠁮󠁧󠁿 border 🇰🇵. "+strings.Repeat("👩‍👩‍👧‍👦", 100), nil)
	add("the longest names", stories.Breaking, prose, func(p *Push) {
		p.Story.Headline, p.Story.Slug, p.Update.Author.Name = strings.Repeat("*[headline] ", 13)[:150], strings.Repeat("a-", 31)+"bc", strings.Repeat("_~", 20)
	}, papers...)
	label := strings.Repeat("a", 63)
	host := strings.Join([]string{label, label, label, label[:61]}, ".")
	for _, alt := range []string{"Water over the dam", strings.Repeat("*_", 249) + "a"} {
		add("a picture: "+alt[:5], stories.Breaking, prose, func(p *Push) {
			p.Update.Picture = stories.Picture{URL: "https://" + host + "/dam.jpg", Alt: alt}
		})
	}
	gap := list[0]
	gap.Name, gap.Message = "after a gap", bot.AfterGap(gap.Message, 1200)
	return append(list, gap)
}

// Wholes are all parts of what "Read all" opens of p.
func (p Push) Wholes() (parts []bot.Message) {
	for {
		m := bot.RenderWhole(p.Story, p.Update, len(parts))
		parts = append(parts, m)
		if m.Buttons[0].Action != bot.ActionRead {
			return parts
		}
	}
}

// Bare is text without what no reader sees: isolates, and space at the ends of
// lines and parts.
func Bare(s string) string {
	s = strings.NewReplacer("\u2068", "", "\u2069", "").Replace(s)
	return strings.Join(strings.Fields(s), " ")
}

// Complaint says what of p is not in what a reader is shown of it, "" when all is:
// the text or its beginning and the way to the rest, the story, the author and each
// source, or how many there are. shown is the text without markup, linked the
// addresses it leads to.
func (p Push) Complaint(shown string, linked []string) string {
	shown = Bare(shown)
	for _, want := range []string{bot.Headline(p.Story), fmt.Sprintf("%s, update %d · %s", p.Story.Slug, p.Update.Number, bot.UserName(p.Update.Author))} {
		if !strings.Contains(shown, Bare(want)) {
			return fmt.Sprintf("%q is not in %q", want, shown)
		}
	}
	first := p.Message.Buttons[0]
	text := p.Message.Blocks[0].Spans[0].Text
	if !strings.Contains(shown, Bare(text)) {
		return fmt.Sprintf("the text is not in %q", shown)
	}
	if Bare(text) != Bare(bot.Clean(p.Update.Text)) && first.Action != bot.ActionRead {
		return "there is no way to the rest of the text"
	}
	if left := len(p.Update.Sources) - len(linked); left > 0 {
		counted := fmt.Sprintf("and %d more source", left)
		if len(linked) == 0 {
			counted = fmt.Sprintf("%d source", left)
		}
		if !strings.Contains(shown, counted) || first.Action != bot.ActionRead {
			return fmt.Sprintf("%q, or the way to them, is missing", counted)
		}
	}
	for _, source := range p.Update.Sources[:len(linked)] {
		if host := bot.Host(source); strings.Count(shown, host) != strings.Count(Bare(bot.Clean(p.Update.Text)+bot.Headline(p.Story)), host)+1 {
			return fmt.Sprintf("%q is not shown once", host)
		}
	}
	return ""
}
