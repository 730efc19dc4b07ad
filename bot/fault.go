package bot

import (
	"crypto/rand"
	"fmt"
)

// FaultID is a short name for a fault, by which it is found in the log: there it
// stands under the key "fault".
func FaultID() string { return rand.Text()[:6] }

// Faulty is the answer to what went wrong inside the bot, in whatever part of it:
// id is what the log calls the fault.
func Faulty(id string) Reply {
	m := Plainly(fmt.Sprintf("Something went wrong inside the bot, and nothing more will happen by itself. Look whether it was done before you try again; who runs the bot finds the cause in its log under %s.", id))
	m.Tone = Refusal
	return Reply{Message: m, Failed: true}
}
