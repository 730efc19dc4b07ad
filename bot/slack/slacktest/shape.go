package slacktest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"
)

// rule judges a value of decoded JSON that stands at a JSON pointer.
type rule func(j *judge, at string, v any)

// judge collects what rules find.
type judge struct {
	problems []string // for which Slack refuses
	untidy   []string // which Slack lets pass, but its documentation asks for
	units    int      // of all texts
}

func (j *judge) refuse(at, format string, args ...any) {
	j.problems = append(j.problems, fmt.Sprintf("[ERROR] "+format, args...)+" [json-pointer:"+at+"]")
}

// units is the length of a text in UTF-16 units, which is never less than in any
// way Slack may count.
func units(s string) int {
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}

// text allows a string of a length.
func text(least, most int) rule {
	return func(j *judge, at string, v any) {
		s, ok := v.(string)
		n := units(s)
		switch {
		case !ok:
			j.refuse(at, "must provide a string")
		case n < least:
			j.refuse(at, "must be more than %d characters", least-1)
		case n > most:
			j.refuse(at, "must be less than %d characters", most+1)
		}
	}
}

// is allows some strings.
func is(words ...string) rule {
	return func(j *judge, at string, v any) {
		if s, ok := v.(string); !ok || !slices.Contains(words, s) {
			j.refuse(at, "must be one of %s", strings.Join(words, ", "))
		}
	}
}

func boolean(j *judge, at string, v any) {
	if _, ok := v.(bool); !ok {
		j.refuse(at, "must provide a boolean")
	}
}

// number allows whole numbers of a range.
func number(least, most float64) rule {
	return func(j *judge, at string, v any) {
		if n, ok := v.(float64); !ok || n < least || n > most || n != float64(int64(n)) {
			j.refuse(at, "must be a whole number of %.0f to %.0f", least, most)
		}
	}
}

// anything allows what is not judged.
func anything(*judge, string, any) {}

// list allows an array of so many elements that follow a rule.
func list(least, most int, each rule) rule {
	return func(j *judge, at string, v any) {
		l, ok := v.([]any)
		switch {
		case !ok:
			j.refuse(at, "must provide an array")
		case len(l) < least:
			j.refuse(at, "no less than %d items allowed", least)
		case len(l) > most:
			j.refuse(at, "no more than %d items allowed", most)
		}
		for i, e := range l {
			each(j, fmt.Sprintf("%s/%d", at, i), e)
		}
	}
}

// fields are the rules of an object's fields by name.
type fields map[string]rule

// object allows an object of these fields and no others. required names those
// that must be there, with spaces between.
func object(required string, allowed fields) rule {
	must := strings.Fields(required)
	return func(j *judge, at string, v any) {
		o, ok := v.(map[string]any)
		if !ok {
			j.refuse(at, "must provide an object")
			return
		}
		for _, name := range must {
			if o[name] == nil {
				j.refuse(at, "missing required field: %s", name)
			}
		}
		for name, value := range o {
			if r := allowed[name]; r != nil {
				r(j, at+"/"+name, value)
			} else if name != "type" {
				j.refuse(at, "no more fields allowed: %s", name)
			}
		}
	}
}

// variant chooses the rule by the field "type".
func variant(rules map[string]rule) rule {
	return func(j *judge, at string, v any) {
		o, _ := v.(map[string]any)
		kind, _ := o["type"].(string)
		if r := rules[kind]; r != nil {
			r(j, at, v)
		} else {
			j.refuse(at, "unsupported type: %q", kind)
		}
	}
}

// all follows several rules.
func all(rules ...rule) rule {
	return func(j *judge, at string, v any) {
		for _, r := range rules {
			r(j, at, v)
		}
	}
}

// plain allows a plain_text object
// (https://docs.slack.dev/reference/block-kit/composition-objects/text-object).
func plain(most int) rule {
	return all(object("type text", fields{"type": is("plain_text"), "text": text(1, most), "emoji": boolean}), counted, undrawn)
}

// mrkdwn allows a mrkdwn object.
func mrkdwn(most int) rule {
	return all(object("type text", fields{"type": is("mrkdwn"), "text": all(text(1, most), escaped), "verbatim": boolean}), counted, unparsed)
}

// anyText allows a text object of either kind.
func anyText(most int) rule {
	return variant(map[string]rule{"plain_text": plain(most), "mrkdwn": mrkdwn(most)})
}

// counted adds a text object to the length of all texts.
func counted(j *judge, _ string, v any) {
	if o, ok := v.(map[string]any); ok {
		s, _ := o["text"].(string)
		j.units += units(s)
	}
}

// emojiName is what Slack draws as an emoji in a text that does not forbid it, and
// named what it makes a mention or a link of in one that is not verbatim
// (https://docs.slack.dev/reference/block-kit/composition-objects/text-object).
var (
	emojiName = regexp.MustCompile(`:[a-z0-9_+-]+:`)
	named     = regexp.MustCompile(`(?:^|\s)[@#][\pL\pN]|https?://`)
)

// undrawn asks plain text for emoji:false where something in it would be drawn.
func undrawn(j *judge, at string, v any) {
	o, _ := v.(map[string]any)
	if s, _ := o["text"].(string); o["emoji"] != false && emojiName.MatchString(s) {
		j.untidy = append(j.untidy, fmt.Sprintf("an emoji would be drawn in %.60q [json-pointer:%s]", s, at))
	}
}

// unparsed asks mrkdwn for verbatim where Slack would find more in it than its
// marks.
func unparsed(j *judge, at string, v any) {
	o, _ := v.(map[string]any)
	if s, _ := o["text"].(string); o["verbatim"] != true && named.MatchString(link.ReplaceAllString(s, "")) {
		j.untidy = append(j.untidy, fmt.Sprintf("a name or an address would be found in %.60q [json-pointer:%s]", s, at))
	}
}

// entity is an & that begins one of the three entities Slack knows, and link a
// pair of angle brackets with something Slack makes of it
// (https://docs.slack.dev/messaging/formatting-message-text#escaping).
var (
	entity = regexp.MustCompile(`&(amp|lt|gt);`)
	link   = regexp.MustCompile(`<(https?://|mailto:|tel:|!date\^|!subteam\^|!(channel|here|everyone)\b|@[UWB]|#[CG])[^<>]*>`)
)

// escaped asks for &, < and > to be escaped where they mean themselves.
func escaped(j *judge, at string, v any) {
	s, _ := v.(string)
	if strings.ContainsAny(s, "&<") && strings.ContainsAny(entity.ReplaceAllString(link.ReplaceAllStringFunc(s, innerText), ""), "&<") {
		j.untidy = append(j.untidy, fmt.Sprintf("a bare & or < in %.60q [json-pointer:%s]", s, at))
	}
}

// innerText is what stands between the brackets of a link. The address may hold
// an & of its own.
func innerText(link string) string {
	_, label, _ := strings.Cut(link[1:len(link)-1], "|")
	return label
}
