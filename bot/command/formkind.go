package command

import (
	"context"
	"regexp"
	"storybot/bot"
	"storybot/stories"
	"strings"
)

// formKind is what a form is for: what it asks, and what is done with it.
type formKind struct {
	letter string // the ids of its drafts begin with it
	title  string
	begin  string   // the command that opens it
	asks   []string // the names of its fields: nothing else is taken from what is submitted
	// fields are what it asks, filled with what the draft holds.
	fields func(ctx context.Context, d stories.Draft) ([]bot.Field, error)
	// note is said above the fields; may be nil.
	note func(d stories.Draft) string
	// settle finds out what the draft means that is not yet found out, such as which
	// story was picked. It changes d alone.
	settle func(ctx context.Context, d *stories.Draft) error
	// check says what is wrong with it, by the names of its fields.
	check func(ctx context.Context, d stories.Draft) (problems, error)
	// question asks what a draft means where nothing is wrong with it, or what it means
	// now; false where that is clear. May be nil.
	question func(ctx context.Context, d stories.Draft) (bot.Reply, bool, error)
	// anew is a draft once its author has seen what a question showed of what it changes,
	// told by its mark. nil where no question shows that.
	anew func(ctx context.Context, r request, d stories.Draft, seen int64) (stories.Draft, error)
	// preview is how those will see it whom it is for, with the buttons that show more
	// of that, and a sentence about what posting it does.
	preview func(ctx context.Context, r request, d stories.Draft) (bot.Message, []bot.Span, error)
	// post does what the form is for: r bears the draft and its key.
	post func(ctx context.Context, r request, d stories.Draft) (bot.Reply, error)
	// line names the draft in a list.
	line func(ctx context.Context, d stories.Draft) string
}

// formKinds is every kind of form.
type formKinds struct{ update, track, edit, correct, fix formKind }

// formsOf makes them of the families that know them.
func formsOf(m *families) formKinds {
	return formKinds{update: updateForm(m), track: trackForm(m), edit: editForm(m), correct: correctForm(m), fix: fixForm(m)}
}

// all is every kind.
func (k *formKinds) all() []formKind {
	return []formKind{k.update, k.track, k.edit, k.correct, k.fix}
}

// of finds the kind by the id of a draft.
func (k *formKinds) of(id string) (formKind, bool) {
	for _, kind := range k.all() {
		if strings.HasPrefix(id, kind.letter) {
			return kind, true
		}
	}
	return formKind{}, false
}

// asked is the question about a draft, where there is one.
func (k formKind) asked(ctx context.Context, d stories.Draft) (bot.Reply, bool, error) {
	if k.question == nil {
		return bot.Reply{}, false, nil
	}
	return k.question(ctx, d)
}

// problems are sentences by the names of the fields they are about.
type problems map[string]string

// add notes what is wrong with a field. What is no refusal of it is returned.
func (p problems) add(field string, err error) error {
	if err != nil && !inWords(err) {
		return err
	}
	if err != nil && p[field] == "" {
		p[field] = inField(field, err.Error())
	}
	return nil
}

// inField is a refusal of an option in the words of a form, where no name and no
// colon stand before a value.
func inField(field, message string) string {
	message = strings.Replace(message, field+": lies", "This time lies", 1)
	return regexp.MustCompile(`\b`+regexp.QuoteMeta(field)+`:(\S)`).ReplaceAllString(message, "$1")
}

// The parts of a form: all of it, or the field that names a story.
const (
	wholeForm = iota
	slugForm
)
