package console

import (
	"strings"

	"charm.land/bubbles/v2/textarea"
	tea "charm.land/bubbletea/v2"
	"github.com/rivo/uniseg"
)

// box is the text being typed, in which one moves by the characters a person sees.
type box struct{ area textarea.Model }

// pass hands a message to the text area.
func (b *box) pass(msg tea.Msg) (cmd tea.Cmd) {
	b.area, cmd = b.area.Update(msg)
	return cmd
}

// repeat presses a key as often as the character it goes over has code points: the
// text area counts those, a person sees one character.
func (b *box) repeat(msg tea.KeyPressMsg, times int) {
	for range max(1, times) {
		b.pass(msg)
	}
}

// delete is repeat for keys that delete what is behind the cursor.
func (b *box) delete(_ tea.KeyPressMsg, times int) {
	b.repeat(tea.KeyPressMsg{Code: tea.KeyDelete}, times)
}

// row is the row of the text that the cursor is in, before and behind it.
func (b *box) row() (before, after string) {
	rows := strings.Split(b.area.Value(), "\n")
	row := []rune(rows[min(b.area.Line(), len(rows)-1)])
	at := min(b.area.Column(), len(row))
	return string(row[:at]), string(row[at:])
}

// clusterBefore is how many code points the character before the cursor has.
func (b *box) clusterBefore() (n int) {
	before, _ := b.row()
	for graphemes := uniseg.NewGraphemes(before); graphemes.Next(); {
		n = len(graphemes.Runes())
	}
	return n
}

// clusterAfter is how many code points the character behind the cursor has.
func (b *box) clusterAfter() int {
	_, after := b.row()
	cluster, _, _, _ := uniseg.FirstGraphemeClusterInString(after, -1)
	return len([]rune(cluster))
}
