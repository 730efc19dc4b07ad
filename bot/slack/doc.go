// Package slack connects Storybot to Slack. Commands come in by Socket Mode
// and leave as bot.Command; pushes go out by chat.postMessage.
//
// In:  sockets.go keeps two Socket Mode connections up (gate.go keeps it from
// opening too many), socket.go is one of them, envelope.go holds the few fields
// we read of what arrives. dispatch.go takes each envelope on once (deeds.go
// knows copies) and only so many at a time; interactions.go, spoken.go and
// events.go turn them into commands. markup.go, richtext.go, fields.go and
// emoji.go read what people write and fill in. rights.go says what the person
// and the bot may do there, which people.go asks Slack. answer.go, live.go and,
// where there is no response_url, views.go bring the answer back; form.go lays a
// form out as a view.
//
// Out: send.go makes one attempt, verdict.go reads the answer, settle.go finds
// out what became of an attempt whose answer was lost. blocks.go and text.go
// turn a bot.Message into Block Kit, limits.go holds what Slack accepts.
//
// Around them: workspace.go learns which bot token belongs to which workspace,
// started.go tells the outcome of the first try, api.go makes every request
// (bot.Members spares it reading what a post echoes), manifest.go writes the
// app's manifest.
//
// What is taken from slack-go and what is not. Its Block Kit types are used to
// build and encode messages. Its client is not: it takes `{}` for success, its
// chat calls hide the headers of an answer, and it puts the token into the
// body. Its socketmode package is not: it swallows the reason of a disconnect
// and reconnects without a pause, closes the old connection before it opens the
// next, does not acknowledge what it cannot decode, and its Ack can block for
// ever. Supervising that from outside would be more than the loop itself, which
// is a websocket, an acknowledgement and a timer.
package slack
