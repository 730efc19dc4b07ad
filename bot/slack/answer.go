package slack

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"time"

	"storybot/bot"
)

// responseBody is a message as acknowledgements and response_urls take it.
// https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
type responseBody struct {
	ResponseType    string          `json:"response_type"`
	ReplaceOriginal *bool           `json:"replace_original,omitempty"`
	ThreadTS        string          `json:"thread_ts,omitempty"`
	Text            string          `json:"text"`
	Blocks          json.RawMessage `json:"blocks,omitempty"`
}

// encodeResponse writes an answer; thread is the ts of the thread it belongs
// into, "" for none.
func encodeResponse(m *bot.Message, public bool, replace *bool, thread string) (json.RawMessage, error) {
	text, blocks := encodeMessage(m)
	r := responseBody{ResponseType: "ephemeral", ReplaceOriginal: replace, ThreadTS: thread, Text: text, Blocks: blocks}
	if public {
		r.ResponseType = "in_channel"
	}
	return json.Marshal(r)
}

// answer shows a reply. A slash command's answer travels in its
// acknowledgement when it is early and small enough, which saves a request;
// one that goes on by itself is given by response_url, where it can be
// replaced. work bounds the answer, run what follows it.
func (i *intake) answer(work, run context.Context, a *ask, r bot.Reply) {
	log := i.log.With("key", a.command.Key)
	switch {
	case a.window != nil:
		if f := a.window.show(work, &r); f != nil {
			log.Warn("slack answer not shown", "err", f)
			return
		}
		if r.Live != nil {
			i.follow(run, a.window.teller(), r, log)
		}
		return
	case r.Form != nil && i.open(work, a, &r):
		return
	case a.url == "" && a.ack == nil:
		if at, ok := i.speak(work, a, r); ok && r.Live != nil {
			i.follow(run, i.speaker(a, at), r, log)
		}
		return
	}
	if a.ack != nil {
		if i.answerInAck(a, r) {
			return
		}
		a.ack.empty()
	}
	if a.url == "" {
		log.Warn("slack answer not shown: it was late, and the command had no response_url")
		return
	}
	link := &responseLink{api: i.api, url: a.url, thread: a.thread, until: time.Now().Add(responseLife)}
	inPlace := !r.Public && (a.question && !r.Failed || r.InPlace && a.private) // the question turns into its answer
	if f := link.say(work, &r.Message, r.Public, &inPlace); f != nil {
		log.Warn("slack answer not shown", "err", f)
		return
	}
	if r.Live != nil {
		i.follow(run, link.teller(r.Public, inPlace), r, log)
	}
}

// open opens the form of an answer. It is false where that is too late, or there is
// nothing to open it with: a mention has no trigger.
func (i *intake) open(work context.Context, a *ask, r *bot.Reply) bool {
	if a.trigger == "" {
		return false
	}
	if a.ack != nil {
		a.ack.empty()
	}
	w := &window{web: i.web, team: a.command.Where.Workspace, trigger: a.trigger}
	f := w.show(work, r)
	if f != nil {
		i.log.Warn("slack form not opened", "key", a.command.Key, "err", f)
	}
	return f == nil
}

// answerInAck gives an answer in the acknowledgement, and keeps it for the case
// that it does not arrive. Where there are two copies of the command, nobody
// knows which of their acknowledgements counts: that is left to the response_url,
// and where there is none both say it.
func (i *intake) answerInAck(a *ask, r bot.Reply) bool {
	only := a.url == ""
	// Of a picture that Slack refuses an acknowledgement's sender is not told.
	if !only && (r.Live != nil || r.Message.Image != nil || a.deed.copied.Load()) {
		return false
	}
	m := r.Message.WithoutPicture()
	body, err := encodeResponse(&m, r.Public, nil, a.thread)
	if err != nil {
		return false
	}
	said := a.ack.with(body)
	if said || only {
		i.deeds.say(a.deed, body, only)
	}
	return said
}

// responseLink is a response_url: it takes five answers within half an hour.
type responseLink struct {
	api    *api
	url    string
	thread string // "" for none
	until  time.Time
	used   int
}

// left is how many answers it still takes.
func (l *responseLink) left() int {
	if time.Now().After(l.until) {
		return 0
	}
	return responseUses - l.used
}

// say gives one answer, in place of the one before when replace is true. What
// surely did not arrive is tried again, once a second for a short while.
func (l *responseLink) say(ctx context.Context, m *bot.Message, public bool, replace *bool) *failure {
	body, err := encodeResponse(m, public, replace, l.thread)
	if err != nil {
		return &failure{method: "response_url", err: err}
	}
	for try := 1; ; try++ {
		_, f := l.api.call(ctx, request{method: "response_url", url: l.url, body: body, kind: jsonBody}, new(status))
		if f == nil || f.reach != unsent {
			l.used++
		}
		if mayBePicture(f) && m.Image != nil && l.left() > 0 {
			plain := m.WithoutPicture()
			return l.say(ctx, &plain, public, replace)
		}
		again := f != nil && (f.reach == unsent || f.limited || f.status/100 == 5) && l.left() > 0 && try < 3
		if !again {
			return f
		}
		if !sleep(ctx, max(time.Second, min(f.retryAfter, 5*time.Second))) {
			return f
		}
	}
}

var errNoToken = errors.New("no bot token for the workspace")

// speak answers an event: privately where somebody else reads along. It says
// whether that arrived and, where the answer can be edited, which message it is.
func (i *intake) speak(ctx context.Context, a *ask, r bot.Reply) (at site, ok bool) {
	c := a.command
	w, ok, _ := i.workspaces.await(ctx, c.Where.Workspace, i.timing.learn)
	if !ok || w.stopped != "" {
		i.log.Warn("slack answer not shown", "key", c.Key, "err", errNoToken)
		return site{}, false
	}
	text, blocks := encodeMessage(&r.Message)
	form := url.Values{"channel": {c.Where.Channel}, "text": {text}, "parse": {"none"}, "link_names": {"false"}}
	if len(blocks) > 0 {
		form.Set("blocks", string(blocks))
	}
	if a.thread != "" {
		form.Set("thread_ts", a.thread)
	}
	method := "chat.postEphemeral"
	if a.direct || r.Public {
		method = "chat.postMessage"
		form.Set("unfurl_links", "false")
		form.Set("unfurl_media", "false")
	} else {
		form.Set("user", userOf(c.User.Ref))
	}
	for try := 1; ; try++ {
		var said posted
		q := post(method, w.token, form)
		q.members = postedMembers
		_, f := i.api.call(ctx, q, &said)
		if f == nil && method == "chat.postMessage" {
			return site{string(said.Channel), string(said.TS)}, true
		}
		if f == nil {
			return site{}, true
		}
		if mayBePicture(f) && r.Message.Image != nil {
			r.Message = r.Message.WithoutPicture()
			return i.speak(ctx, a, r)
		}
		again := try < 3 && (f.limited || f.reach == unsent) && f.retryAfter <= 5*time.Second
		if !again || !sleep(ctx, max(f.retryAfter, time.Second)) {
			i.log.Warn("slack answer not shown", "key", c.Key, "err", f)
			return site{}, false
		}
	}
}

// rewrite edits an answer that is a message of its own.
func (i *intake) rewrite(ctx context.Context, a *ask, at site, m *bot.Message) *failure {
	w, ok, _ := i.workspaces.await(ctx, a.command.Where.Workspace, i.timing.learn)
	if !ok || w.stopped != "" {
		return &failure{method: "chat.update", reach: unsent, err: errNoToken}
	}
	form := at.form()
	text, blocks := encodeMessage(m)
	form.Set("text", text)
	form.Set("parse", "none")
	form.Set("link_names", "false")
	if len(blocks) > 0 {
		form.Set("blocks", string(blocks))
	}
	_, f := i.api.call(ctx, post("chat.update", w.token, form), new(status))
	if mayBePicture(f) && m.Image != nil {
		plain := m.WithoutPicture()
		return i.rewrite(ctx, a, at, &plain)
	}
	return f
}
