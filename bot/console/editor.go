package console

import (
	"strings"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textarea"
	tea "charm.land/bubbletea/v2"
	"github.com/rivo/uniseg"
)

// editor is the line being typed, of one row or several, as a model of Bubble
// Tea. It is used by Bubble Tea's own goroutine alone.
type editor struct {
	box     *box
	history *history
	prompt  prompt
	width   int // of the window, in columns
	height  int // in rows
	// idle says that a line is waited for. While none is, the prompt is shown only
	// with what is typed ahead.
	idle  bool
	ended bool
	// again changes whenever something was printed above, so that the frame is drawn
	// again: printing leaves the cursor at the beginning of its first row.
	again bool

	complete func(line string) []string
	submit   func(text string)
	leave    func() // the person asks to leave
}

// What the program tells the editor.
type (
	promptMsg prompt // a line is waited for, under this prompt
	endMsg    struct{}
)

// continued stands before each row of a line but the first.
const continued = "… "

func newEditor(h *history, width, height int) *editor {
	area := textarea.New()
	area.ShowLineNumbers, area.CharLimit, area.MaxContentHeight = false, 0, 1<<30
	area.DynamicHeight = true
	area.SetVirtualCursor(false)
	area.SetStyles(textarea.Styles{Cursor: textarea.CursorStyle{Shape: tea.CursorBar, Blink: true}})
	keys := textarea.DefaultKeyMap()
	// Ctrl-J is what a line break is where it is sent as it is, and ends a line as in
	// every shell. The clipboard is the terminal's business.
	keys.InsertNewline = key.NewBinding(key.WithKeys("alt+enter", "shift+enter"))
	keys.Paste, keys.CopySelection = key.NewBinding(), key.NewBinding()
	area.KeyMap = keys
	area.Focus()
	e := &editor{box: &box{area}, history: h}
	e.resize(width, height)
	return e
}

// Init is tea.Model's.
func (*editor) Init() tea.Cmd { return nil }

// Update is tea.Model's.
func (e *editor) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case promptMsg:
		e.prompt, e.idle = prompt(msg), true
		e.layOut()
		return e, nil
	case endMsg:
		e.ended = true
		return e, tea.Quit
	case tea.WindowSizeMsg:
		e.resize(msg.Width, msg.Height)
		return e, nil
	case tea.PasteMsg:
		// A terminal sends the line breaks of what is pasted as carriage returns. The
		// last one would only leave an empty row to send from.
		text := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(msg.Content)
		msg.Content = strings.TrimRight(text, "\n")
		return e, e.box.pass(msg)
	case tea.KeyPressMsg:
		return e, e.press(msg)
	default: // what Bubble Tea did itself, such as printing
		e.again = !e.again
	}
	return e, nil
}

// press does what a key asks.
func (e *editor) press(msg tea.KeyPressMsg) tea.Cmd {
	switch msg.String() {
	case "enter", "ctrl+j", "ctrl+m":
		e.enter()
	case "tab":
		return e.tab()
	case "ctrl+c":
		return e.abandon()
	case "ctrl+d":
		if e.box.area.Value() == "" {
			e.leave()
			return nil
		}
		e.box.delete(msg, e.box.clusterAfter())
	case "ctrl+l":
		return tea.ClearScreen
	case "ctrl+z":
		return tea.Suspend
	case "up", "ctrl+p":
		return e.up(msg)
	case "down", "ctrl+n":
		return e.down(msg)
	case "left", "ctrl+b":
		e.box.repeat(msg, e.box.clusterBefore())
	case "right", "ctrl+f":
		e.box.repeat(msg, e.box.clusterAfter())
	case "backspace", "ctrl+h":
		e.box.repeat(msg, e.box.clusterBefore())
	case "delete":
		e.box.delete(msg, e.box.clusterAfter())
	default:
		return e.box.pass(msg)
	}
	return nil
}

// enter hands the line over, or begins another row of it behind a backslash.
func (e *editor) enter() {
	text := e.box.area.Value()
	if head, more := strings.CutSuffix(text, `\`); more {
		e.set(head + "\n")
		return
	}
	e.history.add(text)
	e.set("")
	e.idle = false
	e.submit(text)
}

// abandon drops what is typed, which stays to be seen; with nothing typed the
// person wants to leave.
func (e *editor) abandon() tea.Cmd {
	text := e.box.area.Value()
	if text == "" {
		e.leave()
		return nil
	}
	e.history.at = len(e.history.entries)
	e.set("")
	return tea.Println(strings.Join(typedRows(e.prompt.shown, text+"^C", e.width), "\n"))
}

// up goes up a row, in the first one to the entry before: of a line that keeps something
// when it is left empty, that first.
func (e *editor) up(msg tea.KeyPressMsg) tea.Cmd {
	if e.box.area.Line() > 0 || e.box.area.LineInfo().RowOffset > 0 {
		return e.box.pass(msg)
	}
	if e.prompt.holds != "" && e.box.area.Value() == "" {
		e.set(e.prompt.holds)
		return nil
	}
	if entry, ok := e.history.previous(e.box.area.Value()); ok {
		e.set(entry)
	}
	return nil
}

// down goes down a row, in the last one to the entry after.
func (e *editor) down(msg tea.KeyPressMsg) tea.Cmd {
	if info := e.box.area.LineInfo(); e.box.area.Line() < e.box.area.LineCount()-1 || info.RowOffset < info.Height-1 {
		return e.box.pass(msg)
	}
	if entry, ok := e.history.next(); ok {
		e.set(entry)
	}
	return nil
}

// set makes text the line, with the cursor behind it.
func (e *editor) set(text string) {
	e.box.area.SetValue(text)
	e.layOut()
}

func (e *editor) resize(width, height int) {
	e.width, e.height = width, height
	e.layOut()
}

// layOut gives the text the room that the window has beside the prompt.
func (e *editor) layOut() {
	prompt := fitted(e.prompt.shown, e.width)
	wide := uniseg.StringWidth(prompt)
	e.box.area.SetPromptFunc(wide, func(info textarea.PromptInfo) string {
		if info.LineNumber == 0 {
			return prompt
		}
		return continued
	})
	e.box.area.MaxWidth = 0
	e.box.area.MaxHeight = max(1, e.height/2)
	e.box.area.SetWidth(max(leastWidth, e.width))
	e.box.pass(nil) // counts the rows anew
}

// View is tea.Model's.
func (e *editor) View() tea.View {
	if e.ended || !e.idle && e.box.area.Value() == "" {
		return tea.NewView("")
	}
	rows := trimRows(e.box.area.View())
	if e.again {
		rows += endStyle // shows nothing, and makes it another frame
	}
	view := tea.NewView(rows)
	view.Cursor = e.box.area.Cursor()
	return view
}

// brokenRows is how many rows more a terminal of this width makes of those down to
// the cursor.
func (e *editor) brokenRows(width int) (more int) {
	view := e.View()
	view.Content = strings.TrimSuffix(view.Content, endStyle)
	if view.Cursor == nil || width <= 0 || width >= e.width {
		return 0
	}
	for i, row := range strings.Split(view.Content, "\n") {
		if i == view.Cursor.Y {
			return more + view.Cursor.X/width
		}
		more += max(0, uniseg.StringWidth(row)-1) / width
	}
	return more
}

// trimRows leaves out the blanks the text area fills its rows with: a terminal
// that becomes narrower would break them into rows of their own.
func trimRows(view string) string {
	rows := strings.Split(view, "\n")
	for i := range rows {
		rows[i] = strings.TrimRight(rows[i], " ")
	}
	return strings.Join(rows, "\n")
}

// promptEnd stands at the end of every prompt, of which leastPrompt columns are shown
// in a window however narrow.
const (
	promptEnd   = "> "
	leastPrompt = 4
)

// fitted is a prompt cut to half of a window of so many columns, so that there is
// room to type: names of people and channels may be long.
func fitted(prompt string, width int) string {
	const cut = "…" + promptEnd
	if room := max(leastPrompt, width/2); uniseg.StringWidth(prompt) > room {
		cells := line{runs: []run{{strings.TrimSuffix(prompt, promptEnd), 0}}}.cells()
		used, n := uniseg.StringWidth(cut), 0
		for ; n < len(cells) && used+cells[n].width <= room; n++ {
			used += cells[n].width
		}
		return paint(cells[:n], false) + cut
	}
	return prompt
}

// typedRows is what was typed as it stays on the screen.
func typedRows(prompt, text string, width int) (rows []string) {
	prompt = fitted(prompt, width)
	wide := uniseg.StringWidth(prompt)
	rest := strings.Repeat(" ", max(0, wide-uniseg.StringWidth(continued))) + continued
	for _, l := range prefixedLines(prompt, rest, broken([]run{{text, 0}})) {
		rows = append(rows, l.rows(width-1, false)...)
	}
	return rows
}
