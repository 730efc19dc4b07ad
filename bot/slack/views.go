package slack

import (
	"context"
	"encoding/json"
	"net/url"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"storybot/bot"
)

// window is a view that shows an answer where there is no response_url: that of
// a submitted view, of a button in a view, of one of Slack's own menus. It knows
// what is open: nothing yet, when it has a trigger; the view with id otherwise.
type window struct {
	*web
	deeds   *deeds
	team    string
	id      string
	trigger string // opens a view, once, within 3 s
	// acks says that the answer may travel in the acknowledgement, without which
	// the view that was submitted closes.
	acks bool
	ack  *ack
	// fields are those of the view that was submitted.
	fields map[string]bool

	mark string // what every view it shows has for its private metadata

	deed *deed // that it answers

	mu    sync.Mutex
	shown bool
}

// says acknowledges with a view, which copies of the envelope say too. The caller
// holds mu.
func (w *window) says(v *slack.ModalViewRequest) bool {
	v.PrivateMetadata = w.mark
	return w.tells(updateView(v))
}

// tells acknowledges with an answer to a submitted view. The caller holds mu.
func (w *window) tells(said json.RawMessage) bool {
	if !w.ack.with(said) {
		return false
	}
	w.deeds.say(w.deed, said, true)
	return true
}

// viewTitle is the title of every view that shows an answer.
const viewTitle = "Storybot"

// viewOf is a view that shows a message and asks for nothing.
func viewOf(m *bot.Message) *slack.ModalViewRequest {
	blocks := build(m)
	if len(blocks) == 0 {
		blocks = []slack.Block{slack.NewSectionBlock(plainText("Done."), nil, nil)}
	}
	return &slack.ModalViewRequest{Type: slack.VTModal, Title: plainText(viewTitle), Close: plainText("Close"), Blocks: slack.Blocks{BlockSet: blocks}}
}

// updateView is the answer to a submitted view that shows another in its place.
// https://docs.slack.dev/surfaces/modals#handling_submissions
func updateView(v *slack.ModalViewRequest) json.RawMessage {
	b, err := json.Marshal(struct {
		Action string                  `json:"response_action"`
		View   *slack.ModalViewRequest `json:"view"`
	}{"update", v})
	if err != nil {
		return nil // an answer without a payload closes the view
	}
	return b
}

// waiting is what a window shows until there is an answer.
func waiting() *slack.ModalViewRequest {
	m := bot.Plainly("One moment …")
	return viewOf(&m)
}

// expect keeps the window open when the answer takes its time. The caller settles
// when it is shown, or never will be. A trigger has less time than an acknowledgement: a call to Slack
// must still fit into it.
func (w *window) expect(ctx context.Context) (settle func()) {
	patience := w.timing.ackWait
	if !w.acks {
		patience /= 2
	}
	return later(patience, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		switch {
		case w.shown:
		case w.acks:
			w.says(waiting())
		case w.id == "":
			_ = w.call(ctx, waiting()) // the answer tries again
		}
	})
}

// show shows the answer: a form, what is wrong with the one that was submitted, or a
// message. Where what is wrong cannot be said at the fields any more, since the view
// shows another answer by then, the message says it; where that has no button by which
// the form opens again, the form itself is what keeps what was typed.
func (w *window) show(ctx context.Context, r *bot.Reply) *failure {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.shown = true
	if said := w.complaints(r.Form); said != nil && w.tells(said) {
		return nil
	}
	if r.Form == nil && r.Failed && len(r.Message.Buttons) == 0 {
		if said := w.stays(&r.Message); said != nil && w.tells(said) {
			return nil
		}
	}
	if r.Form == nil || r.Form.Refused() && w.acks && len(r.Message.Buttons) > 0 {
		return w.showMessage(ctx, &r.Message)
	}
	v := formView(r.Form)
	if w.acks {
		if w.says(v) {
			return nil
		}
		w.says(waiting())
		sleep(ctx, ackTravels)
		w.deeds.say(w.deed, updateView(v), true)
	}
	return w.call(ctx, v)
}

// ackTravels is what an acknowledgement, which goes by the socket, has before the request
// that follows it by HTTP: Slack shows what comes last.
const ackTravels = 100 * time.Millisecond

// showMessage shows a message. The caller holds mu.
func (w *window) showMessage(ctx context.Context, m *bot.Message) *failure {
	v, plain := viewOf(m), m.WithoutPicture()
	if w.acks {
		v = viewOf(&plain) // of a picture that is refused an acknowledgement's sender is not told
		if w.says(v) {
			return nil
		}
		w.says(waiting()) // it was late already, or too large
		sleep(ctx, ackTravels)
		w.deeds.say(w.deed, updateView(v), true)
	}
	f := w.call(ctx, v)
	if mayBePicture(f) && m.Image != nil {
		f = w.call(ctx, viewOf(&plain))
	}
	return f
}

// call opens the view, or puts v in its place. The caller holds mu.
func (w *window) call(ctx context.Context, v *slack.ModalViewRequest) *failure {
	v.PrivateMetadata = w.mark
	encoded, err := json.Marshal(v)
	if err != nil {
		return &failure{method: "views.open", err: err}
	}
	space, ok, _ := w.workspaces.await(ctx, w.team, w.timing.lookUp)
	if !ok || space.stopped != "" {
		return &failure{method: "views.open", err: errNoToken}
	}
	method, form := "views.open", url.Values{"trigger_id": {w.trigger}, "view": {string(encoded)}}
	if w.id != "" {
		method, form = "views.update", url.Values{"view_id": {w.id}, "view": {string(encoded)}}
	}
	var opened struct {
		status
		View view `json:"view"`
	}
	_, f := w.api.call(ctx, post(method, space.token, form), &opened)
	if f == nil && w.id == "" {
		w.id = opened.View.ID
	}
	return f
}

// teller says in the window how an answer goes on, in its place.
func (w *window) teller() teller {
	return teller{inPlace: true, until: time.Now().Add(responseLife), left: func() int { return 2 }, say: func(ctx context.Context, m *bot.Message) *failure {
		w.mu.Lock()
		defer w.mu.Unlock()
		return w.call(ctx, viewOf(m))
	}}
}
