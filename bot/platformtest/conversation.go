package platformtest

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"storybot/bot"
)

var aStory = Ask{User: "ann", Name: "story", Args: map[string]string{"story": "sony-hack"}, Text: "sony-hack", Manages: true}

func (r *run) mustAsk(t *testing.T, a Ask) Answer {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	answer, err := r.Ask(ctx, a)
	if err != nil {
		t.Fatalf("asking %s: %v", a.Name, err)
	}
	return answer
}

func testCommand(t *testing.T, r *run) {
	answer := r.mustAsk(t, aStory)
	if !strings.Contains(answer.Text, "The answer to /story") {
		t.Errorf("answer = %q", answer.Text)
	}
	c := r.handler.commands()[0]
	switch in := c.Input.(type) {
	case bot.Typed:
		if in.Name != "story" || in.Text != "sony-hack" {
			t.Errorf("input = %+v", in)
		}
	case bot.Options:
		if in.Name != "story" || in.Values["story"] != "sony-hack" {
			t.Errorf("input = %+v", in)
		}
	default:
		t.Errorf("input = %#v", in)
	}
	if c.Where != r.Channel {
		t.Errorf("Where = %v, want %v", c.Where, r.Channel)
	}
	if !strings.HasPrefix(c.User.Ref, r.Platform.Name()+":") || c.User.Name == "" {
		t.Errorf("User = %+v", c.User)
	}
	if !strings.HasPrefix(c.Key, r.Platform.Name()+":") {
		t.Errorf("Key = %q", c.Key)
	}
	for _, h := range r.Platform.Health() {
		if h.Title == "" || strings.Contains(h.Title, c.Where.Channel) || c.Where.Workspace != "" && strings.Contains(h.Title, c.Where.Workspace) {
			t.Errorf("people read of a connection called %q", h.Title)
		}
	}
	if !strings.HasPrefix(c.Lane, r.Platform.Name()) {
		t.Errorf("Lane = %q", c.Lane)
	}
	if c.Asker == nil || c.Asker.Name(t.Context()) == "" {
		t.Errorf("Asker = %+v", c.Asker)
	}
}

func testPrivacy(t *testing.T, r *run) {
	if answer := r.mustAsk(t, aStory); !answer.Private {
		t.Error("an answer was shown to everyone")
	}
	r.handler.set(func(context.Context, bot.Command) bot.Reply {
		return bot.Reply{Message: bot.Plainly("For all of you"), Public: true}
	})
	if answer := r.mustAsk(t, aStory); answer.Private {
		t.Error("a shared answer was private")
	}
}

func testSlowAnswer(t *testing.T, r *run) {
	r.handler.set(func(ctx context.Context, _ bot.Command) bot.Reply {
		slow := time.NewTimer(4 * time.Second) // later than any platform waits
		defer slow.Stop()
		select {
		case <-slow.C:
		case <-ctx.Done():
		}
		return bot.Reply{Message: bot.Plainly("Late but here")}
	})
	if answer := r.mustAsk(t, aStory); !strings.Contains(answer.Text, "Late but here") {
		t.Errorf("answer = %q", answer.Text)
	}
}

func testReplay(t *testing.T, r *run) {
	if r.Replay == nil {
		t.Log("this far side replays nothing")
		return
	}
	r.mustAsk(t, aStory)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := r.Replay(ctx); err != nil {
		t.Fatal(err)
	}
	r.mustAsk(t, aStory) // another one, so that the replay has been dealt with
	keys := map[string]int{}
	for _, c := range r.handler.commands() {
		keys[c.Key]++
	}
	if len(keys) != 2 {
		t.Errorf("two requests, one of them twice, came under %d keys: %v", len(keys), keys)
	}
}

// testButton presses every action there is, with the longest argument it takes.
func testButton(t *testing.T, r *run) {
	for n, spec := range bot.Actions() {
		args := bot.Args{Numbers: []int64{1 << 40, 1 << 20, 7, 399}[:spec.Most]}
		if spec.Word {
			args.Word = "q" + strings.Repeat("%C5%81", 5) + "-_.~+1"
		}
		want := bot.Press{Action: spec.Action, Arg: args.String()}
		m := bot.Plainly("Press it")
		m.Buttons = []bot.Button{{Label: "Press me", Action: want.Action, Arg: want.Arg}}
		r.mustSend(t, post(r.Channel, int64(n+1), &m))
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		answer, err := r.Press(ctx, "ann", "Press me")
		cancel()
		if err != nil {
			t.Fatalf("%s: %v", spec.Action, err)
		}
		if !answer.Private || !strings.Contains(answer.Text, "The answer to button "+string(spec.Action)) {
			t.Errorf("%s: answer = %+v", spec.Action, answer)
		}
		commands := r.handler.commands()
		if c := commands[len(commands)-1]; c.Input != want || c.Asker == nil {
			t.Errorf("%s came back as %#v", spec.Action, c.Input)
		}
	}
}

// testRows presses the button of every row of a list and the list's own.
func testRows(t *testing.T, r *run) {
	m := bot.Plainly("The newest stories:")
	want := map[string]bot.Press{"Older": {Action: bot.ActionPage, Arg: bot.Args{Numbers: []int64{5}, Word: "q"}.String()}}
	for i := range 12 {
		label := fmt.Sprintf("story-%d-of-the-list", i)
		button := bot.NewButton(label, bot.ActionOpen, int64(1<<40+i))
		want[label] = bot.Press{Action: button.Action, Arg: button.Arg}
		m.Blocks = append(m.Blocks, bot.Block{Kind: bot.Item, Button: &button, Spans: []bot.Span{bot.Code(label), bot.Text(" @everyone <!channel> *news*\n10 updates · "), bot.At(time.Unix(1419087600, 0))}})
	}
	last := bot.NewButton("the small print", bot.ActionOpen, 7)
	want[last.Label] = bot.Press{Action: last.Action, Arg: last.Arg}
	m.Blocks = append(m.Blocks, bot.Block{Kind: bot.Small, Button: &last, Spans: []bot.Span{bot.Text("What can be pressed at the end")}}, bot.Block{Kind: bot.Small, Spans: []bot.Span{bot.Text("and what cannot")}})
	m.Buttons = []bot.Button{{Label: "Older", Action: bot.ActionPage, Arg: want["Older"].Arg}}
	for i, where := range []string{"a post", "a shared answer"} {
		if i == 0 {
			r.mustSend(t, post(r.Channel, 1, &m))
		} else {
			r.handler.set(func(context.Context, bot.Command) bot.Reply { return bot.Reply{Message: m, Public: true} })
			r.mustAsk(t, aStory)
			r.handler.set(nil)
		}
		for label, press := range want {
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			answer, err := r.Press(ctx, "ann", label)
			cancel()
			if err != nil {
				t.Fatalf("%s, %s: %v", where, label, err)
			}
			commands := r.handler.commands()
			if c := commands[len(commands)-1]; c.Input != press || !answer.Private {
				t.Errorf("%s: %q came back as %#v, want %+v", where, label, c.Input, press)
			}
		}
	}
	if pinged := r.Pings(); len(pinged) > 0 {
		t.Errorf("notified %q", pinged)
	}
}

func testPanic(t *testing.T, r *run) {
	r.handler.set(func(context.Context, bot.Command) bot.Reply { panic("a fault of the handler") })
	seen := r.handler.next()
	ctx, cancel := context.WithCancel(t.Context())
	asked := make(chan struct{})
	go func() {
		defer close(asked)
		r.Ask(ctx, aStory) // whether it is answered is the platform's choice
	}()
	<-seen
	r.handler.set(nil)
	if answer := r.mustAsk(t, aStory); !strings.Contains(answer.Text, "The answer") {
		t.Errorf("answer after a panic = %q", answer.Text)
	}
	cancel()
	<-asked
}

func testReconnect(t *testing.T, r *run) {
	if r.Drop == nil {
		t.Log("this far side has no connection to lose")
		return
	}
	r.mustAsk(t, aStory)
	r.Drop()
	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	defer cancel()
	for {
		try, stop := context.WithTimeout(ctx, 5*time.Second)
		answer, err := r.Ask(try, aStory)
		stop()
		if err == nil && strings.Contains(answer.Text, "The answer") {
			return
		}
		if ctx.Err() != nil {
			t.Fatalf("not answered after the connection was lost: %v, %v", err, r.Platform.Health())
		}
	}
}

func testStop(t *testing.T, r *run) {
	r.mustAsk(t, aStory)
	r.cancel()
	select {
	case err := <-r.done:
		if err != nil {
			t.Errorf("Run = %v", err)
		}
		r.done <- nil
	case <-time.After(patience):
		t.Fatal("Run did not end")
	}
}
