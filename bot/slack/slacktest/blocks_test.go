package slacktest

import (
	"fmt"
	"strings"
	"testing"
)

func TestBlocksThatSlackRefuses(t *testing.T) {
	long := func(n int) string { return strings.Repeat("x", n) }
	times := func(n int, s string) string { return strings.TrimSuffix(strings.Repeat(s+",", n), ",") }
	button := func(more string) string {
		return `{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"b"}` + more + `}]}`
	}
	for _, tc := range []struct{ name, blocks, want string }{
		{"51 blocks", times(51, `{"type":"divider"}`), "no more than 50 items allowed [json-pointer:/blocks]"},
		{"unknown type", `{"type":"marquee"}`, `unsupported type: "marquee"`},
		{"no type", `{}`, "unsupported type"},
		{"no object", `"x"`, "unsupported type"},
		{"unknown field", `{"type":"divider","colour":"red"}`, "no more fields allowed: colour"},
		{"empty section", `{"type":"section"}`, "text or fields"},
		{"long section", `{"type":"section","text":{"type":"mrkdwn","text":"` + long(3001) + `"}}`, "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"},
		{"long plain section", `{"type":"section","text":{"type":"plain_text","text":"` + long(3001) + `"}}`, "must be less than 3001 characters"},
		{"rich text in a section", `{"type":"section","text":{"type":"rich_text","elements":[]}}`, `unsupported type: "rich_text"`},
		{"two accessories", `{"type":"section","text":{"type":"plain_text","text":"x"},"accessory":[{"type":"button","text":{"type":"plain_text","text":"b"}}]}`, "accessory"},
		{"accessory of rich text", `{"type":"rich_text","elements":[],"accessory":{"type":"button","text":{"type":"plain_text","text":"b"}}}`, "no more fields allowed: accessory"},
		{"long label of an accessory", `{"type":"section","text":{"type":"plain_text","text":"x"},"accessory":{"type":"button","text":{"type":"plain_text","text":"` + long(76) + `"}}}`, "less than 76"},
		{"empty text", `{"type":"section","text":{"type":"mrkdwn","text":""}}`, "must be more than 0 characters"},
		{"html text", `{"type":"section","text":{"type":"html","text":"x"}}`, `unsupported type: "html"`},
		{"mrkdwn with emoji", `{"type":"section","text":{"type":"mrkdwn","text":"x","emoji":true}}`, "no more fields allowed: emoji"},
		{"long header", `{"type":"header","text":{"type":"plain_text","text":"` + long(151) + `"}}`, "less than 151"},
		{"header in mrkdwn", `{"type":"header","text":{"type":"mrkdwn","text":"x"}}`, "must be one of plain_text"},
		{"header of surrogates", `{"type":"header","text":{"type":"plain_text","text":"` + strings.Repeat("😀", 76) + `"}}`, "less than 151"},
		{"11 context elements", `{"type":"context","elements":[` + times(11, `{"type":"plain_text","text":"x"}`) + `]}`, "no more than 10 items"},
		{"empty context", `{"type":"context","elements":[]}`, "no less than 1 items"},
		{"button in context", `{"type":"context","elements":[{"type":"button"}]}`, `unsupported type: "button"`},
		{"26 buttons", `{"type":"actions","elements":[` + times(26, `{"type":"button","text":{"type":"plain_text","text":"b"}}`) + `]}`, "no more than 25 items"},
		{"long label", `{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"` + long(76) + `"}}]}`, "less than 76"},
		{"label in mrkdwn", `{"type":"actions","elements":[{"type":"button","text":{"type":"mrkdwn","text":"b"}}]}`, "plain_text"},
		{"long value", button(`,"value":"` + long(2001) + `"`), "less than 2001"},
		{"long url", button(`,"url":"` + long(3001) + `"`), "less than 3001"},
		{"long action_id", button(`,"action_id":"` + long(256) + `"`), "less than 256"},
		{"style", button(`,"style":"default"`), "primary, danger"},
		{"same action_id", `{"type":"actions","elements":[` + times(2, `{"type":"button","action_id":"a","text":{"type":"plain_text","text":"b"}}`) + `]}`, "action_id must be unique"},
		{"same block_id", times(2, `{"type":"divider","block_id":"b"}`), "block_id must be unique"},
		{"image without alt", `{"type":"image","image_url":"https://example.com/x.png"}`, "alt_text"},
		{"image over http", `{"type":"image","alt_text":"x","image_url":"http://example.com/x.png"}`, "https"},
		{"image with an empty alt", `{"type":"image","alt_text":"","image_url":"https://example.com/x.png"}`, "more than 0 characters"},
		{"long alt", `{"type":"image","alt_text":"` + long(2001) + `","image_url":"https://example.com/x.png"}`, "less than 2001"},
		{"long image_url", `{"type":"image","alt_text":"x","image_url":"https://example.com/` + long(2981) + `"}`, "less than 3001"},
		{"image without source", `{"type":"image","alt_text":"x"}`, "either image_url or slack_file"},
		{"long option", `{"type":"actions","elements":[{"type":"static_select","options":[{"text":{"type":"plain_text","text":"` + long(76) + `"},"value":"v"}]}]}`, "less than 76"},
		{"101 options", `{"type":"actions","elements":[{"type":"static_select","options":[` + times(101, `{"text":{"type":"plain_text","text":"o"},"value":"v"}`) + `]}]}`, "no more than 100"},
		{"rich text", `{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text"}]}]}`, "missing required field: text"},
		{"rich text list", `{"type":"rich_text","elements":[{"type":"rich_text_list","style":"dots","elements":[{"type":"rich_text_section","elements":[]}]}]}`, "bullet, ordered"},
		{"11 fields", `{"type":"section","fields":[` + times(11, `{"type":"mrkdwn","text":"x"}`) + `]}`, "no more than 10"},
		{"number for text", `{"type":"section","text":{"type":"mrkdwn","text":7}}`, "must provide a string"},
		{"verbatim no boolean", `{"type":"section","text":{"type":"mrkdwn","text":"x","verbatim":"yes"}}`, "must provide a boolean"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s, c := start(t)
			r := c.call("chat.postMessage", "channel", "C1", "text", "x", "blocks", "["+tc.blocks+"]")
			if r.Error != "invalid_blocks" || !strings.Contains(fmt.Sprint(r.Metadata.Messages), tc.want) {
				t.Errorf("got %s, want %q", r.body, tc.want)
			}
			takeViolation(t, s, "invalid_blocks")
		})
	}
}

func TestBlocksTooLongTogether(t *testing.T) {
	s, c := start(t)
	one := `{"type":"section","text":{"type":"mrkdwn","text":"` + strings.Repeat("x", 3000) + `"}}`
	if r := c.call("chat.postMessage", "channel", "C1", "text", "x", "blocks", "["+strings.Repeat(one+",", 4)+one+"]"); r.Error != "msg_blocks_too_long" {
		t.Errorf("got %s", r.body)
	}
	takeViolation(t, s, "msg_blocks_too_long")
}

func TestBlocksThatSlackTakes(t *testing.T) {
	_, c := start(t)
	for _, blocks := range []string{
		section,
		`{"type":"header","text":{"type":"plain_text","text":"` + strings.Repeat("x", 150) + `","emoji":false}}`,
		`{"type":"section","text":{"type":"plain_text","text":"x"},"accessory":{"type":"image","image_url":"https://example.com/x","alt_text":"x"}}`,
		`{"type":"section","fields":[{"type":"mrkdwn","text":"x","verbatim":true},{"type":"plain_text","text":"x","emoji":true}]}`,
		`{"type":"section","text":{"type":"mrkdwn","text":"<https://example.com/?a=1&b=2|a &amp; b> <!date^1419033600^{date} {time}|20 Dec> &lt;x&gt;"}}`,
		`{"type":"context","elements":[{"type":"mrkdwn","text":"x"},{"type":"image","image_url":"https://example.com/x","alt_text":"x"}]}`,
		`{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"b"},"style":"danger","confirm":{"title":{"type":"plain_text","text":"Sure?"},"text":{"type":"mrkdwn","text":"x"},"confirm":{"type":"plain_text","text":"Yes"},"deny":{"type":"plain_text","text":"No"}}},{"type":"overflow","options":[{"text":{"type":"plain_text","text":"o"},"value":"v"}]}]}`,
		`{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"x","style":{"bold":true}},{"type":"link","url":"https://example.com","text":"l"},{"type":"date","timestamp":1419033600,"format":"{date}","fallback":"20 Dec"}]},{"type":"rich_text_list","style":"bullet","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"x"}]}]},{"type":"rich_text_quote","elements":[{"type":"text","text":"q"}]},{"type":"rich_text_preformatted","elements":[{"type":"text","text":"p"}]}]}`,
		`{"type":"markdown","text":"**x**"}`,
		`{"type":"table","rows":[[{"type":"raw_text","text":"a"},{"type":"raw_text","text":"b"}]]}`,
		`{"type":"image","image_url":"https://example.com/x","alt_text":"x","title":{"type":"plain_text","text":"t"}}`,
		``,
	} {
		if !strings.HasPrefix(blocks, "[") {
			blocks = "[" + blocks + "]"
		}
		if r := c.call("chat.postMessage", "channel", "C1", "text", "x", "blocks", blocks); !r.OK {
			t.Errorf("%s: %s", blocks, r.body)
		}
	}
}

func TestBareMarkupIsNoticed(t *testing.T) {
	s, c := start(t)
	for _, text := range []string{"AT&T", "1 < 2", "<script>", "<evil|https://example.com>"} {
		c.mustPost("C1", text)
		takeViolation(t, s, "a bare & or <")
	}
	for _, text := range []string{"AT&amp;T", "1 &lt; 2 &gt; 0", "2 > 1", "<https://a.example/?x=1&y=2>", "<@U1> <#C1|x> <!here>", "<!date^1^{ago}|then>"} {
		c.mustPost("C1", text)
		takeViolation(t, s)
	}
}

func TestWhatIsDrawnUnaskedIsNoticed(t *testing.T) {
	s, c := start(t)
	for text, want := range map[string]string{
		`{"type":"plain_text","text":"at :fire: once"}`:                                      "an emoji would be drawn",
		`{"type":"plain_text","text":":+1:","emoji":true}`:                                   "an emoji would be drawn",
		`{"type":"mrkdwn","text":"see @ann"}`:                                                "a name or an address",
		`{"type":"mrkdwn","text":"see https://x.example/"}`:                                  "a name or an address",
		`{"type":"plain_text","text":":fire:","emoji":false}`:                                "",
		`{"type":"plain_text","text":"at 10:30 a fire"}`:                                     "",
		`{"type":"mrkdwn","text":"see @ann","verbatim":true}`:                                "",
		`{"type":"mrkdwn","text":"<https://x.example/|x.example> <!date^1^{ago}|a@b then>"}`: "",
	} {
		if r := c.call("chat.postMessage", "channel", "C1", "text", "x", "blocks", `[{"type":"section","text":`+text+`}]`); !r.OK {
			t.Errorf("%s: %s", text, r.body)
		}
		if want == "" {
			takeViolation(t, s)
		} else {
			takeViolation(t, s, want)
		}
	}
}

func FuzzBlocks(f *testing.F) {
	f.Add(section)
	f.Add(`[{"type":"actions","elements":[{"type":"button","text":null}]}]`)
	f.Add(`[{"type":"section","fields":[null],"accessory":{"type":"overflow","options":[[]]}}]`)
	f.Fuzz(func(t *testing.T, blocks string) {
		if c := judgeBlocks(blocks); c.err == nil && len(c.full) == 0 {
			t.Errorf("%q is neither refused nor kept", blocks)
		}
	})
}
