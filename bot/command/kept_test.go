package command

import (
	"fmt"
	"strings"
	"testing"

	"storybot/bot"
	"storybot/stories"
)

// precious are words that somebody took the time to type.
const precious = "Precious words about the flood"

// valuesOf are what an argument is given: right, and what it is refused for, by the kind
// of refusal.
func valuesOf(arg bot.Arg) (right string, wrong map[string]string) {
	switch {
	case arg.Name == storyArg.Name, arg.Name == targetArg.Name, arg.Name == intoArg:
		return "sony-hack", map[string]string{"unknown slug": "zzz", "mistyped slug": "sony-hakc"}
	case arg.Name == numberArg.Name:
		return "1", map[string]string{"number in words": "three", "number 0": "0", "number there is not": "99"}
	case len(arg.Choices) > 0:
		return arg.Choices[0].Value, map[string]string{"no choice": "qqqq"}
	case arg.TakesLinks():
		return "https://a.example/1", map[string]string{"no link": "nothing"}
	case arg.Kind == bot.KindTime:
		return "2014-12-19", map[string]string{"no time": "whenever"}
	case arg.Kind == bot.KindTopics:
		return "film", map[string]string{"no topic": "!!"}
	case arg.Name == slugArg:
		return "flood", map[string]string{"slug that is taken": "sony-hack"}
	}
	return "", map[string]string{"too long": precious + strings.Repeat(" and more", 1200)}
}

// refusedWith are the commands that hold precious words and one thing that is refused, by
// its kind.
func refusedWith(c command) map[string]map[string]string {
	found := map[string]map[string]string{}
	for _, words := range c.Args {
		if !typesWords(words) {
			continue
		}
		for _, bad := range c.Args {
			_, wrong := valuesOf(bad)
			for kind, value := range wrong {
				given := map[string]string{words.Name: precious}
				for _, arg := range c.Args {
					if arg.Required && given[arg.Name] == "" {
						if given[arg.Name], _ = valuesOf(arg); arg.Free {
							given[arg.Name] = "Something else"
						}
					}
				}
				given[bad.Name] = value
				found[fmt.Sprintf("%s, %s of %s", words.Name, kind, bad.Name)] = given
			}
		}
	}
	return found
}

// line is a command as it is typed with these values.
func line(c command, given map[string]string) string {
	words := []string{"/" + c.Name}
	for _, arg := range c.ordered(asText) {
		switch value := given[arg.Name]; {
		case value == "":
		case arg.Positional || arg.Free:
			words = append(words, value)
		default:
			words = append(words, fmt.Sprintf("%s:%q", arg.Name, value))
		}
	}
	return strings.Join(words, " ")
}

// Whatever a command is refused for, the words that were typed with it are given back,
// whichever argument they are for.
func TestEveryRefusalGivesTheWordsBack(t *testing.T) {
	n := openTracked(t)
	tried := 0
	for _, c := range n.common.manual.table {
		if !c.givesBack() || c.role == stories.Reader { // a search changes nothing
			continue
		}
		for kind, given := range refusedWith(c) {
			for how, reply := range map[string]bot.Reply{"typed": n.ask("mo", "general", line(c, given)), "options": n.typed("mo", "general", c.Name, given)} {
				tried++
				if said := bot.PlainText(reply.Message); !strings.Contains(said, precious) && reply.Form == nil { // a form keeps all
					t.Errorf("/%s (%s), %s, loses the words:\n%s\n%s", c.Name, how, kind, line(c, given)[:min(200, len(line(c, given)))], transcript(reply))
				}
				if room := roomOf(reply.Message.Blocks...); room > wholeRoom {
					t.Errorf("/%s (%s), %s, takes %d of %d", c.Name, how, kind, room, wholeRoom)
				}
			}
		}
	}
	if tried < 100 {
		t.Errorf("only %d refusals were tried", tried)
	}
}

func TestWhatCannotBeReadIsGivenBack(t *testing.T) {
	for typed, want := range map[string]string{
		"/update sony-hack level:urgent Precious long text":                             "> /update sony-hack level:urgent Precious long text",
		"/update sony-hack unverified:maybe Precious long text":                         "> /update sony-hack unverified:maybe Precious long text",
		"/desk correct sony-hack three Precious long text":                              "> Precious long text",
		"/desk correct sony-hack update 2 foo":                                          "> 2 foo",
		"/desk fix sony-hack 0 foo":                                                     "> foo",
		"/desk correct sony-hack 1 reason:bad Precious long text":                       "> /desk correct sony-hack 1 reason:bad Precious long text",
		"/desk write sony-hack some text":                                               "> /desk write sony-hack some text",
		"/desk release sony-hack 1 since it was checked":                                "> /desk release sony-hack 1 since it was checked",
		"/updat sony-hack Precious long text":                                           "> /updat sony-hack Precious long text",
		"/desk withdrw sony-hack 1 Precious":                                            "> /desk withdrw sony-hack 1 Precious",
		`/update zzz level:urgent alt:"What it shows Precious long text`:                `> /update zzz level:urgent alt:"What it shows Precious long text`,
		"/desk hold sony-hack 9 reason:precious":                                        "> precious",
		"/desk withdraw sony-hack 33 precious reason":                                   "Your reason\n> precious reason",
		"/desk track slug:sony-hack Precious headline":                                  "Your headline\n> Precious headline",
		`/desk edit sony-hack topics:! summary:"Precious summary"`:                      "Precious summary",
		"/desk hold sony-hack 1 " + strings.Repeat("precious ", 100):                    "> precious precious",
		"/update sony-hack " + strings.Repeat("precious ", 1000):                        "of 8,999 characters)\n> precious precious",
		"/update sony-hack source:nothing alt:\"What the picture shows\" Precious text": "Your text\n> Precious text\n\nYour alt\n> What the picture shows",
	} {
		n := openTracked(t)
		if reply := n.ask("mo", "general", typed); !reply.Failed || !strings.Contains(bot.PlainText(reply.Message), want) {
			t.Errorf("%.100s is answered without %q:\n%s", typed, want, transcript(reply))
		}
	}
}

// A code that makes an admin is not repeated, and who may not publish gets nothing back.
func TestWhatIsNotGivenBack(t *testing.T) {
	n := openTracked(t)
	for typed, who := range map[string]string{"/desk claim Precious code": "ria", "/desk clam Precious code": "ria", "/update sony-hack level:urgent Precious text": "ria"} {
		if reply := n.ask(who, "general", typed); !reply.Failed || strings.Contains(bot.PlainText(reply.Message), "Precious") {
			t.Errorf("%s is answered\n%s", typed, transcript(reply))
		}
	}
}
