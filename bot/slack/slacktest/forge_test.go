package slacktest

import "testing"

func TestPressForged(t *testing.T) {
	s, c := start(t)
	sc := c.connect()
	c.mustPost("C1", "x", "blocks", `[{"type":"actions","elements":[{"type":"button","action_id":"timeline#0","value":"1","text":{"type":"plain_text","text":"Timeline"}}]}]`)
	got := in(func() (*Answer, error) {
		return s.PressForged(ctx(t), s.Messages("T1", "C1")[0], "Timeline", "U1", func(action map[string]any) { action["value"] = "forged" })
	})
	e := sc.next()
	if id, value := field(e, "payload", "actions", 0, "action_id"), field(e, "payload", "actions", 0, "value"); id != "timeline#0" || value != "forged" {
		t.Errorf("action %q with %q", id, value)
	}
	sc.ack(e, nil)
	c.respond(field(e, "payload", "response_url"), `{"text":"No.","replace_original":false}`)
	if a := <-got; a.err != nil || a.Text != "No." {
		t.Errorf("answer %+v, %v", a.Answer, a.err)
	}
}
