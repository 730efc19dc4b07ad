package console

import (
	"strings"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
)

// tab completes the word before the cursor: as far as all candidates agree, and
// when that is no further, it lists them above.
func (e *editor) tab() tea.Cmd {
	before, _ := e.box.row()
	if e.complete == nil || e.box.area.Line() > 0 {
		return nil // further rows are text
	}
	typed, list := completed(before, e.complete(before))
	e.box.area.InsertString(typed)
	e.box.pass(nil)
	if len(list) == 0 {
		return nil
	}
	return tea.Println(strings.Join(line{runs: words(list)}.rows(e.width-1, false), "\n"))
}

// completed is what to type behind before, given what its last word may become;
// where that says nothing new, all it may become.
func completed(before string, found []string) (typed string, list []string) {
	if len(found) == 0 {
		return "", nil
	}
	word := before[strings.LastIndexByte(before, ' ')+1:]
	common := commonPrefix(found)
	switch {
	case len(found) == 1 && strings.HasSuffix(common, ":"):
		return strings.TrimPrefix(common, word), nil
	case len(found) == 1:
		return strings.TrimPrefix(common, word) + " ", nil
	case len(common) > len(word):
		return strings.TrimPrefix(common, word), nil
	}
	return "", found
}

// words are runs that are not broken, with space between them.
func words(list []string) (runs []run) {
	for i, word := range list {
		if i > 0 {
			runs = append(runs, run{"  ", 0})
		}
		runs = append(runs, run{word, whole})
	}
	return runs
}

// commonPrefix is what all of words begin with.
func commonPrefix(words []string) string {
	prefix := words[0]
	for _, w := range words[1:] {
		for !strings.HasPrefix(w, prefix) {
			_, size := utf8.DecodeLastRuneInString(prefix)
			prefix = prefix[:len(prefix)-size]
		}
	}
	return prefix
}
