package command

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"storybot/stories"
	"storybot/stories/latin"
)

// maxMadeSlug is how long a slug made from a headline is: short enough to be
// typed.
const maxMadeSlug = 40

// slugOf makes a story's slug of a headline in any script: its words in Latin
// letters, as many as fit, and something legal whatever they are.
func slugOf(headline string) string {
	made := cutSlug(spelt(headline), maxMadeSlug)
	for _, tried := range []string{made, made + "-story", "story-" + made} {
		if stories.CheckSlug(tried) == nil {
			return tried
		}
	}
	return "story"
}

// spelt writes words of any script in small Latin letters and digits with
// hyphens between them.
func spelt(s string) string { return strings.Join(latin.Words(s), "-") }

// cutSlug shortens a slug to most characters, at the end of a word where there
// is one.
func cutSlug(made string, most int) string {
	if len(made) <= most {
		return made
	}
	made = made[:most+1]
	if i := strings.LastIndexByte(made, '-'); i > 0 {
		return made[:i]
	}
	return made[:most]
}

// topicOf is a topic in the form in which it is kept: words of any script with
// hyphens between them, without quotes around it or the # of a tag. What holds
// other signs is left for others to refuse.
func topicOf(typed string) string {
	typed = strings.ToLower(strings.TrimFunc(bareValue(typed), func(r rune) bool { return unicode.IsSpace(r) || r == '#' || r == '＃' }))
	other := func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) && !unicode.IsSpace(r) && !strings.ContainsRune("-_'’", r)
	}
	if stories.CheckTopic(typed) == nil || strings.ContainsFunc(typed, other) {
		return typed
	}
	return cutSlug(spelt(typed), stories.MaxSlug)
}

// bareValue is a typed value without the quotes around all of it: a field of its
// own takes what a command line takes.
func bareValue(typed string) string {
	typed = strings.TrimSpace(typed)
	if value, size, ok, err := quoted(typed); ok && err == nil && size == len(typed) {
		return strings.TrimSpace(value)
	}
	return typed
}

// topicsOf divides a list of topics at its commas.
func topicsOf(lists []string) []string {
	var topics []string
	for _, list := range lists {
		for typed := range strings.FieldsFuncSeq(bareValue(list), func(r rune) bool { return strings.ContainsRune(",;，；、،", r) }) {
			if strings.TrimSpace(typed) == "" {
				continue
			}
			topics = append(topics, cmp.Or(topicOf(typed), strings.TrimSpace(typed)))
		}
	}
	return topics
}

// noTopics are the words that people write for none.
var noTopics = []string{"none", "off", "nothing", "no", "no-topics", "empty", "clear"}

// checkTopics refuses a list that holds what is no topic, or one word for none, for which
// none says what to do. Error: CodeInvalid.
func checkTopics(topics []string, none string) error {
	if len(topics) == 1 && slices.Contains(noTopics, strings.ToLower(topics[0])) {
		return stories.Errorf(stories.CodeInvalid, "topics:%s would give the story a topic of that name. %s", topics[0], none)
	}
	for _, topic := range topics {
		if err := checkTopic(topic); err != nil {
			return err
		}
	}
	return nil
}

// checkTopic refuses what is no topic, by its name. Error: CodeInvalid.
func checkTopic(topic string) error {
	if err := stories.CheckTopic(topic); err != nil {
		return stories.Errorf(stories.CodeInvalid, "%q is no topic. %s", clip(topic), err.Error())
	}
	return nil
}

// checkTypedSlug refuses what is no slug, with the one it would be. Error:
// CodeInvalid.
func checkTypedSlug(typed string) error {
	err := stories.CheckSlug(typed)
	if made := cutSlug(spelt(typed), stories.MaxSlug); err != nil && made != typed && stories.CheckSlug(made) == nil {
		return stories.Errorf(stories.CodeInvalid, "%q is no slug. %s Yours would be slug:%s.", clip(typed), err.Error(), made)
	}
	return err
}

// spellSlugs writes a story that was named in another script as its slug can
// only be: a slug has ASCII letters alone.
func (v values) spellSlugs() {
	for _, name := range []string{storyArg.Name, targetArg.Name} {
		typed := v.get(name)
		foreign := strings.ContainsFunc(typed, func(r rune) bool { return r >= utf8.RuneSelf })
		if made := cutSlug(spelt(typed), stories.MaxSlug); foreign && !strings.ContainsAny(typed, ":<>@") && stories.CheckSlug(made) == nil {
			v[name] = []string{made}
		}
	}
}
