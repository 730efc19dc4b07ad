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

// refusedPings are those with which Slack refused a message that it took without them:
// news is not lost to a group that is not there any more. That a message was refused says
// nothing of its ping yet: it may be refused for what it says. The zero value is ready.
type refusedPings struct {
	mu    sync.Mutex
	until map[stories.Destination]time.Time // by the workspace, with whom in the channel's place
	// without are messages that were refused with their pings, by their keys: the next
	// attempt leaves these out, and tells what the refusal was for.
	without map[string]bool
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
	if now.Before(r.until[pingKey(o)]) || o.Delivery.Op.Says() && r.without[o.Delivery.Key] {
		o.Ping = stories.Ping{}
	}
	return o
}

// verdict is that on asked, which was drawn as o, where v was read from the answer. refused
// says that it has shown now that Slack refuses the ping.
func (r *refusedPings) verdict(asked, o bot.Operation, v bot.Verdict, now time.Time) (_ bot.Verdict, refused bool) {
	if pingedBy(asked.Ping) == nobody || !asked.Delivery.Op.Says() {
		return v, false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	key := asked.Delivery.Key
	switch with := pingedBy(o.Ping) != nobody; {
	case with && v.Outcome == bot.BadPayload && slices.Contains(pictureRefusals, v.Code):
		if r.without == nil || len(r.without) >= maxRefusedPings {
			r.without = map[string]bool{}
		}
		r.without[key] = true
		v.Outcome, v.Code, v.MessageID = bot.Redrawn, "ping_refused", ""
		v.Reason, v.Cure = "does not take this message with its ping, and is sent it without", ""
	case with:
	case v.Outcome == bot.Delivered:
		v.Unpinged = true
		if refused = r.without[key]; refused {
			delete(r.without, key)
			if r.until == nil || len(r.until) >= maxRefusedPings {
				r.until = map[stories.Destination]time.Time{}
			}
			r.until[pingKey(asked)] = now.Add(pingRest)
		}
	case v.Outcome == bot.BadPayload: // for what it says
		delete(r.without, key)
	}
	return v, refused
}
