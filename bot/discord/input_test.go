package discord

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"storybot/bot"
)

// TestFormsAndMenusReachTheHandler, whatever they are made of, and their answer
// the person.
func TestFormsAndMenusReachTheHandler(t *testing.T) {
	for rest, want := range map[string]string{
		`"type":5,"data":{"custom_id":"update:12","components":[{"type":18,"component":{"type":4,"custom_id":"text","value":"News"}},{"type":99}]},"message":{"components":[{"type":99}]}`: "form update:12 News",
		`"type":5,"data":{"components":7}`: "form",
		`"type":2,"data":{"name":"Add to story","type":3,"target_id":"7","resolved":{"messages":{"7":{"content":"Seen","author":{"username":"rita"},"components":[{"type":99,"component":{}}]}}}}`: "menu Add to story Seen by rita",
	} {
		w := newWire()
		s, ctx, _ := serve(t, w, handler{handle: func(_ context.Context, c bot.Command) bot.Reply {
			switch in := c.Input.(type) {
			case bot.Submission:
				return bot.Reply{Message: bot.Plainly("form " + in.ID + " " + in.Values["text"])}
			case bot.Menu:
				return bot.Reply{Message: bot.Plainly("menu " + in.Name + " " + in.Message.Text + " by " + in.Message.Author)}
			}
			return bot.Reply{Message: bot.Plainly(bot.Describe(c.Input))}
		}})
		s.p.timing.deferral = time.Minute
		s.create(ctx, in(rest))
		if c := w.next(t); c.body.Type != 4 || c.body.Data.Flags != 64 || strings.TrimSpace(c.text()) != want {
			t.Errorf("%s: %q, want %q", rest, c.text(), want)
		}
	}
}

// TestMentionsAreNamedBeforeTheHandlerReads is for the whole way, with a name
// that Discord has to be asked for.
func TestMentionsAreNamedBeforeTheHandlerReads(t *testing.T) {
	w := newWire(func(w http.ResponseWriter) { respond(w, 200, `{"nick":"mia","user":{"id":"77"}}`) })
	s, ctx, _ := serve(t, w, handler{handle: func(_ context.Context, c bot.Command) bot.Reply {
		in := c.Input.(bot.Options)
		return bot.Reply{Message: bot.Plainly(bot.Unfold(in.Values["text"], in.Mentions))}
	}})
	s.p.timing.deferral = time.Minute
	s.create(ctx, in(`"type":2,"data":{"name":"update","options":[{"name":"text","type":3,"value":"Seen by <@77>"}]}`))
	if c := w.next(t); c.method != "GET" || c.path != "/guilds/"+testGuild+"/members/77" {
		t.Errorf("%+v", c)
	}
	if c := w.next(t); c.text() != "Seen by @mia" {
		t.Errorf("%+v", c)
	}
}

// TestWhateverIsPressedIsAnswered presses ids nobody of today wrote.
func TestWhateverIsPressedIsAnswered(t *testing.T) {
	var ids []string
	for _, spec := range bot.Actions() {
		a := string(spec.Action)
		ids = append(ids, a, a+":", a+"~key", a+":~", a+":x", a+":x.1.2", a+":-1", a+":"+strings.Repeat("9", 90), strings.ToUpper(a)+":1", " "+a+":1", a+"::1")
	}
	ids = append(ids, "", ":", "~", "=", "::~~", strings.Repeat("x", 100), strings.Repeat("\U0001F3F4", 25), "\x00\x1b[2J:\u202e", "open\n:1", "\xff\xfe:1", bot.Mark(1)+":1", "<@1>:@everyone")
	w := newWire()
	s, ctx, log := serve(t, w, handler{handle: func(_ context.Context, c bot.Command) bot.Reply {
		if _, err := c.Input.(bot.Press).Args(); err != nil {
			return bot.Reply{Failed: true, Message: bot.Plainly("This button is from an older message.")}
		}
		return bot.Reply{Message: bot.Plainly("It is one of ours.")}
	}})
	s.p.timing.deferral = time.Minute
	for n, id := range ids {
		for kind, data := range map[int]any{2: map[string]any{"component_type": 2, "custom_id": id}, 3: map[string]any{"component_type": 3, "custom_id": id, "values": []string{id}}} {
			raw, err := json.Marshal(data)
			if err != nil {
				t.Fatal(err)
			}
			s.create(ctx, strings.Replace(in(`"type":3,"data":`+string(raw)), `"900"`, fmt.Sprintf(`"%d"`, 1000+10*n+kind), 1))
			if c := w.next(t); c.body.Type != 4 || c.body.Data.Flags != 64 || c.text() != "This button is from an older message." {
				t.Errorf("%q: %+v", id, c)
			}
		}
	}
	if log.Len() > 0 {
		t.Error(log)
	}
}

// TestEveryActionComesBackAsItWasWritten, from a button and picked in a menu.
func TestEveryActionComesBackAsItWasWritten(t *testing.T) {
	for _, spec := range bot.Actions() {
		if strings.ContainsAny(string(spec.Action), divider+marker) {
			t.Errorf("%s holds a mark of Discord's", spec.Action)
		}
		args := bot.Args{Numbers: []int64{1 << 40, 1 << 20, 7, 399}[:spec.Most]}
		if spec.Word {
			args.Word = "q" + strings.Repeat("%C5%81", 5) + "-_.~+1"
		}
		want := bot.Press{Action: spec.Action, Arg: args.String()}
		id := customID(bot.Button{Action: want.Action, Arg: want.Arg})
		for _, data := range []string{
			fmt.Sprintf(`{"component_type":2,"custom_id":%q}`, id),
			fmt.Sprintf(`{"component_type":"2","custom_id":%q}`, id),
			fmt.Sprintf(`{"component_type":3,"custom_id":"pick","values":[%q]}`, id),
			fmt.Sprintf(`{"component_type":3,"custom_id":"open:7","values":[%q,"stop:1"]}`, id),
			fmt.Sprintf(`{"component_type":3,"custom_id":"%s:","values":[%q]}`, spec.Action, want.Arg),
		} {
			if c, ok := commandOf(t, in(`"type":3,"data":`+data)); !ok || c.Input != want {
				t.Errorf("%s came back as %#v", data, c.Input)
			}
		}
	}
}
