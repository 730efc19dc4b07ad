package slack

import (
	"regexp"
	"slices"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"storybot/bot"
	"storybot/stories"
)

// pinged is whom a message pings, as Slack's text has it: a user group, or who is active
// in the channel (https://docs.slack.dev/messaging/formatting-message-text#mentioning-groups).
type pinged string

const (
	nobody pinged = ""
	here   pinged = "<!here>"
)

// groupForm is a user group; its id begins with an S
// (https://docs.slack.dev/reference/methods/usergroups.list).
var groupForm = regexp.MustCompile(`^<!subteam\^(S[A-Z0-9]{1,30})>$`)

func groupMention(id string) string { return "<!subteam^" + id + ">" }

// pingedBy is whom p is of; nobody where it is written in no form that is known.
func pingedBy(p stories.Ping) pinged {
	if p.Mention == string(here) || groupForm.MatchString(p.Mention) {
		return pinged(p.Mention)
	}
	return nobody
}

// element is the same in rich text
// (https://docs.slack.dev/reference/block-kit/blocks/rich-text-block#user-group-element-type).
func (p pinged) element() slack.RichTextSectionElement {
	if m := groupForm.FindStringSubmatch(string(p)); m != nil {
		return slack.NewRichTextSectionUserGroupElement(m[1])
	}
	return slack.NewRichTextSectionBroadcastElement("here")
}

// nameOf is p in words, which ping nobody; "" where nobody knows what the group is called.
func nameOf(p stories.Ping) string {
	switch who := pingedBy(p); who {
	case nobody:
		return ""
	case here:
		return "@here"
	}
	return p.Name
}

const (
	// pingRest is how long nobody is pinged whose ping Slack refused: a group that is not
	// there any more stays refused.
	pingRest = 10 * time.Minute
	// maxRefusedPings is how many of them are remembered.
	maxRefusedPings = 1024
)

// refusedPings are those with which Slack refused a message: news is not lost to a group
// that is not there any more. The zero value is ready.
type refusedPings struct {
	mu    sync.Mutex
	until map[stories.Destination]time.Time // by the workspace, with whom in the channel's place
}

func pingKey(o bot.Operation) stories.Destination {
	return stories.Destination{Platform: platformName, Workspace: o.Delivery.Destination.Workspace, Channel: o.Ping.Mention}
}

// draw is o as it is to be sent.
func (r *refusedPings) draw(o bot.Operation, now time.Time) bot.Operation {
	if pingedBy(o.Ping) == nobody {
		o.Ping = stories.Ping{}
		return o
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if now.Before(r.until[pingKey(o)]) {
		o.Ping = stories.Ping{}
	}
	return o
}

// verdict is that on o, where v was read from the answer.
func (r *refusedPings) verdict(o bot.Operation, v bot.Verdict, now time.Time) bot.Verdict {
	if pingedBy(o.Ping) == nobody || !o.Delivery.Op.Says() || v.Outcome != bot.BadPayload || !slices.Contains(pictureRefusals, v.Code) {
		return v
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.until == nil || len(r.until) >= maxRefusedPings {
		r.until = map[stories.Destination]time.Time{}
	}
	r.until[pingKey(o)] = now.Add(pingRest)
	v.Outcome, v.Code, v.MessageID = bot.Redrawn, "ping_refused", ""
	v.Reason, v.Cure = "does not take the ping of this message, which goes again without it", ""
	return v
}
