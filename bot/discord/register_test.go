package discord

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"storybot/bot"
)

// table is a table of commands with every feature.
var table = []bot.Spec{
	{Name: "story", Summary: "Show a story.", Args: []bot.Arg{{Name: "slug", Summary: "Which one.", Positional: true, Completes: true}}},
	{Name: "subscribe", Summary: "Follow a story here.", Manages: true, Args: []bot.Arg{
		{Name: "level", Summary: "The least level.", Choices: []bot.Choice{{Value: "breaking", Label: "breaking only"}, {Value: "minor", Label: "all"}}},
		{Name: "target", Summary: "What to follow.", Required: true, Completes: true, MaxLength: 60},
	}},
	{Name: "desk track", Summary: "Start a story.", Args: []bot.Arg{{Name: "headline", Summary: "Its headline.", Free: true, MaxLength: 100000}}},
	{Name: "desk log", Summary: "Who did what."},
	{Name: "desk moderators", Summary: "Who may write.", Args: []bot.Arg{{Name: "user", Summary: "Whom.", Person: true, Completes: true, MaxLength: 128}}},
}

func TestTheTableBecomesCommands(t *testing.T) {
	list, err := define(table)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "commands", raw)
}

func TestCommandsAreRegisteredOnceUntilTheyChange(t *testing.T) {
	puts := make(chan string, 10)
	status := []int{500, 429}
	p, n := platformAt(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		puts <- r.Method + " " + r.URL.Path + " " + string(raw)
		if len(status) > 0 {
			respond(w, status[0], `{"retry_after":0.001}`)
			status = status[1:]
			return
		}
		respond(w, 200, `[]`)
	}))
	var err error
	if p.commands, err = define(table); err != nil {
		t.Fatal(err)
	}
	p.register(t.Context(), testApp)
	if len(puts) != 3 {
		t.Errorf("%d tries", len(puts))
	}
	if put := <-puts; !strings.HasPrefix(put, "PUT /api/v9/applications/"+testApp+"/commands [{") {
		t.Error(put)
	}
	<-puts
	<-puts
	p.register(t.Context(), testApp)
	if len(puts) != 0 {
		t.Error("registered again without a change")
	}
	p.commands = p.commands[:1]
	p.register(t.Context(), testApp)
	if len(puts) != 1 || len(n.kept) != 1 {
		t.Errorf("%d tries after a change, %d kept", len(puts), len(n.kept))
	}
}

func TestARefusedTableIsNotTriedAgain(t *testing.T) {
	tries := 0
	p, n := platformAt(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		tries++
		respond(w, 400, `{"code":50035,"message":"Invalid Form Body"}`)
	}))
	var err error
	if p.commands, err = define(table); err != nil {
		t.Fatal(err)
	}
	p.register(t.Context(), testApp)
	if tries != 1 || len(n.kept) != 0 {
		t.Errorf("%d tries, %d kept", tries, len(n.kept))
	}
}

func TestTablesDiscordWouldRefuse(t *testing.T) {
	arg := func(change func(*bot.Arg)) []bot.Spec {
		a := bot.Arg{Name: "a", Summary: "b"}
		change(&a)
		return []bot.Spec{{Name: "x", Summary: "y", Args: []bot.Arg{a}}}
	}
	many := bytes.Repeat([]byte("x"), 26)
	for name, specs := range map[string][]bot.Spec{
		"long name":    arg(func(a *bot.Arg) { a.Name = strings.Repeat("x", 33) }),
		"spaced name":  arg(func(a *bot.Arg) { a.Name = "a b" }),
		"long summary": arg(func(a *bot.Arg) { a.Summary = strings.Repeat("x", 101) }),
		"many choices": arg(func(a *bot.Arg) {
			for range many {
				a.Choices = append(a.Choices, bot.Choice{Value: "v", Label: "l"})
			}
		}),
		"empty choice": arg(func(a *bot.Arg) { a.Choices = []bot.Choice{{Value: "v"}} }),
		"many options": {{Name: "x", Summary: "y", Args: make([]bot.Arg, 26)}},
	} {
		if _, err := define(specs); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}
