package bot

import (
	"errors"
	"slices"
	"strconv"
	"strings"
)

// Action is what pressing a button asks for. Its name holds small letters only:
// what a platform writes beside it in a button's id uses other characters.
type Action string

// The actions. Actions says what their arguments are.
const (
	ActionOpen     Action = "open"
	ActionShare    Action = "share"
	ActionTimeline Action = "timeline"
	ActionRead     Action = "read"
	ActionPage     Action = "page"
	ActionFollow   Action = "follow"
	ActionStop     Action = "stop"
	ActionAgain    Action = "again"
	ActionList     Action = "list"
	ActionChoose   Action = "choose"
	ActionEnd      Action = "end"
	ActionPause    Action = "pause"
	ActionResume   Action = "resume"
	ActionTest     Action = "test"
	ActionAnswer   Action = "answer"
	ActionLog      Action = "log"
	ActionSettle   Action = "settle"
	ActionRelease  Action = "release"
	ActionStatus   Action = "status"
	ActionMember   Action = "member"
	ActionMembers  Action = "members"
	ActionHistory  Action = "history"
	ActionForm     Action = "form"
	ActionDraft    Action = "draft"
	ActionPost     Action = "post"
	ActionDiscard  Action = "discard"
	// What is scheduled.
	ActionPlan      Action = "plan"
	ActionScheduled Action = "scheduled"
	ActionPublish   Action = "publish"
	ActionCancel    Action = "cancel"
	ActionRedraft   Action = "redraft"
	ActionMerge     Action = "merge"
	ActionWhy       Action = "why"
	ActionCatchUp   Action = "catchup"
)

// ActionSpec is an entry of the table of actions.
type ActionSpec struct {
	Action Action
	// Need and Most are how many numbers its argument has; Word says that a
	// word follows them.
	Need, Most int
	Word       bool
	// Changes says that pressing it changes something.
	Changes bool
	// Opens says that pressing it may open a form.
	Opens bool
	// Instead is what to type when a button is too old to be understood.
	Instead string
}

// Actions is every action there is.
func Actions() []ActionSpec {
	return []ActionSpec{
		{Action: ActionOpen, Need: 1, Most: 1, Instead: "/story and the story's slug"},                                  // story
		{Action: ActionShare, Need: 1, Most: 1, Instead: "/story and the story's slug"},                                 // story
		{Action: ActionTimeline, Need: 1, Most: 2, Instead: "/story and the story's slug"},                              // story, updates in places below this one
		{Action: ActionRead, Need: 2, Most: 3, Instead: "/story with the slug and the update's number"},                 // story, update, part
		{Action: ActionPage, Need: 1, Most: 1, Word: true, Instead: "/stories"},                                         // offset, the search
		{Action: ActionFollow, Need: 1, Most: 3, Changes: true, Instead: "/subscribe and the story's slug"},             // story, level or 0, the subscription whose level that is to be or 0 for a new one
		{Action: ActionStop, Need: 1, Most: 1, Changes: true, Instead: "/unsubscribe and the story's slug"},             // story
		{Action: ActionAgain, Need: 1, Most: 1, Word: true, Changes: true, Instead: "/subscribe and what it was about"}, // level, what was followed
		{Action: ActionList, Need: 1, Most: 1, Instead: "/subscriptions"},                                               // offset
		{Action: ActionChoose, Need: 1, Most: 1, Instead: "/subscriptions"},                                             // subscription
		{Action: ActionEnd, Need: 1, Most: 1, Changes: true, Instead: "/subscriptions"},                                 // subscription
		{Action: ActionPause, Need: 1, Most: 1, Changes: true, Instead: "/subscriptions"},                               // subscription
		{Action: ActionResume, Need: 1, Most: 1, Changes: true, Instead: "/subscriptions"},                              // subscription
		{Action: ActionTest, Need: 1, Most: 1, Changes: true, Instead: "/subscriptions"},                                // subscription
		{Action: ActionAnswer, Need: 1, Most: 1, Word: true, Changes: true, Instead: "the command again"},               // which answer, the question
		{Action: ActionLog, Need: 2, Most: 2, Instead: "/desk log"},                                                     // entries below this id, story or 0
		{Action: ActionSettle, Need: 1, Most: 1, Changes: true, Instead: "/desk status"},                                // which put-back of the database
		{Action: ActionRelease, Need: 2, Most: 2, Changes: true, Instead: "/desk status"},                               // the same, and 1 for one who was asked
		{Action: ActionStatus, Need: 1, Most: 1, Instead: "/desk status"},                                               // its rows from this one on
		{Action: ActionMember, Need: 1, Most: 1, Word: true, Changes: true, Instead: "/desk moderators"},                // 0 shows them and 1 ends their role, who
		{Action: ActionMembers, Need: 1, Most: 1, Instead: "/desk moderators"},                                          // offset
		{Action: ActionHistory, Need: 2, Most: 3, Instead: "/story with the slug and the update's number"},              // story, update, wordings to leave out from the newest
		{Action: ActionPlan, Need: 1, Most: 1, Instead: "/desk scheduled"},                                              // offset
		{Action: ActionScheduled, Need: 1, Most: 2, Instead: "/desk scheduled"},                                         // scheduled update, a part of its text from 1 on
		{Action: ActionPublish, Need: 1, Most: 2, Changes: true, Instead: "/desk scheduled"},                            // scheduled update, and 1 for who knows that its story is closed
		{Action: ActionCancel, Need: 1, Most: 1, Changes: true, Instead: "/desk scheduled"},                             // scheduled update
		{Action: ActionRedraft, Need: 1, Most: 1, Changes: true, Instead: "/desk scheduled"},                            // scheduled update
		{Action: ActionMerge, Need: 2, Most: 2, Changes: true, Instead: "/desk merge"},                                  // story, the one it goes on as
		{Action: ActionWhy, Need: 2, Most: 4, Instead: "/why and the story's slug"},                                     // story, update or 0, updates in places up to this one, rows to leave out of them
		{Action: ActionCatchUp, Need: 1, Most: 3, Instead: "/catchup"},                                                  // story or 0 for all, what was shown of it before and how many to leave out from the newest
		{Action: ActionForm, Need: 1, Most: 1, Word: true, Opens: true, Instead: "/desk drafts"},                        // which of its fields, the draft
		{Action: ActionDraft, Need: 1, Most: 2, Word: true, Instead: "/desk drafts"},                                    // its version, which side of its preview, the draft
		{Action: ActionPost, Need: 2, Most: 2, Word: true, Changes: true, Instead: "/desk drafts"},                      // its version, what was said to a doubt, the draft
		{Action: ActionDiscard, Need: 1, Most: 1, Word: true, Changes: true, Instead: "/desk drafts"},                   // its version or, in a list, 0, the draft
	}
}

// SpecOf returns an action's entry; ok is false for one that is not in the table.
func SpecOf(a Action) (spec ActionSpec, ok bool) {
	table := Actions()
	i := slices.IndexFunc(table, func(s ActionSpec) bool { return s.Action == a })
	if i < 0 {
		return ActionSpec{Action: a, Instead: "the command again"}, false
	}
	return table[i], true
}

// Args are the argument of an action: numbers, none of them negative, and
// perhaps a word of ASCII letters, digits and -_.%+~.
type Args struct {
	Numbers []int64
	Word    string
}

// Number returns the number in place i, 0 when it was left out.
func (a Args) Number(i int) int64 {
	if i >= len(a.Numbers) {
		return 0
	}
	return a.Numbers[i]
}

// ErrOldButton is a button whose meaning is lost: of an older version, of a
// finished question, or made up.
var ErrOldButton = errors.New("button no longer known")

// maxArgNumber bounds the numbers of an argument that count something.
const maxArgNumber = 1 << 53

// String writes an argument as a button bears it: its parts between full stops.
func (a Args) String() string {
	parts := make([]string, 0, len(a.Numbers)+1)
	for _, n := range a.Numbers {
		parts = append(parts, strconv.FormatInt(n, 10))
	}
	if a.Word != "" {
		parts = append(parts, a.Word)
	}
	return strings.Join(parts, ".")
}

// Parse reads an argument that came back with a pressed button. Error:
// ErrOldButton for whatever Args.String would not have written for this action.
func (s ActionSpec) Parse(arg string) (Args, error) {
	most := s.Most
	if s.Word {
		most++ // the word, which may hold full stops itself
	}
	parts := strings.SplitN(arg, ".", most)
	var args Args
	if s.Word {
		if len(parts) <= s.Need || parts[len(parts)-1] == "" {
			return Args{}, ErrOldButton
		}
		args.Word, parts = parts[len(parts)-1], parts[:len(parts)-1]
	}
	if len(parts) < s.Need || len(parts) > s.Most {
		return Args{}, ErrOldButton
	}
	for _, part := range parts {
		n, err := strconv.ParseInt(part, 10, 64)
		if err != nil || n < 0 || n > maxArgNumber || part != strconv.FormatInt(n, 10) {
			return Args{}, ErrOldButton
		}
		args.Numbers = append(args.Numbers, n)
	}
	return args, nil
}

// Args reads what a pressed button is about. Error: ErrOldButton.
func (p Press) Args() (Args, error) {
	spec, ok := SpecOf(p.Action)
	if !ok {
		return Args{}, ErrOldButton
	}
	return spec.Parse(p.Arg)
}

// NewButton returns a button for an action about numbers.
func NewButton(label string, a Action, numbers ...int64) Button {
	return Button{Label: label, Action: a, Arg: Args{Numbers: numbers}.String()}
}

// NewWordButton returns a button for an action about a number and a word.
func NewWordButton(label string, a Action, number int64, word string) Button {
	return Button{Label: label, Action: a, Arg: Args{Numbers: []int64{number}, Word: word}.String()}
}
