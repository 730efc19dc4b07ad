// Package bot is the conversation: the words that commands, answers and pushes
// are made of, without a word of any platform. It does no I/O and starts no
// goroutine.
//
// Data flows one way. What people ask comes in as a Command: a platform folder
// (bot/discord, bot/slack, bot/console) turns its own event into one, package
// command answers it with a Reply by calling stories.Service, and the platform
// shows the Reply. What channels are owed goes out as a Post: package delivery
// claims a stories.Delivery, the render functions here make a Message of it,
// the platform's Sender sends it and answers with a Verdict, which delivery
// writes back.
//
// Read next: command.go (Command, Asker, Reply, Handler), input.go (what can be
// asked), form.go (what is filled in), action.go (the table of what buttons do), message.go (Message),
// render.go (story and update to Message), text.go (what is done to text
// nobody vouches for), send.go (Post, Verdict), platform.go (the contract of a
// platform), spec.go (the table of commands, as platforms register it).
package bot
