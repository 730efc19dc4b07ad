package bot

import (
	"slices"
	"strconv"
	"strings"

	"github.com/rivo/uniseg"
)

// Form is what is opened for somebody to fill in. It comes back as a Submission
// under its ID.
type Form struct {
	ID     string // ASCII letters and digits, at most 60
	Title  string // at most 24 characters
	Submit string // the label of the button that submits it, at most 24 characters
	Note   string // a sentence said before the fields, or ""; at most 300 characters
	Fields []Field
}

// Field is something to fill in.
type Field struct {
	Name     string // small letters; the same in every form that asks for it
	Label    string // at most 45 characters
	Hint     string // one line below the label, at most 100 characters; may be ""
	Kind     FieldKind
	Required bool
	Limit    int      // characters; 0 for the platform's own limit
	Value    string   // what it holds when the form opens; of a ChoiceField one of its values
	Choices  []Choice // of a ChoiceField, at most 25 with labels of at most 75 characters
	Problem  string   // why what it holds was refused, a whole sentence; "" when it was not
}

// FieldKind is how a field is filled in.
type FieldKind int

// The kinds.
const (
	LineField   FieldKind = iota // one line
	TextField                    // several lines, however many
	ChoiceField                  // one of its choices
)

// Field returns the field called name; nil when there is none.
func (f *Form) Field(name string) *Field {
	i := slices.IndexFunc(f.Fields, func(g Field) bool { return g.Name == name })
	if i < 0 {
		return nil
	}
	return &f.Fields[i]
}

// Refused says that something in the form was refused.
func (f *Form) Refused() bool {
	return f != nil && slices.ContainsFunc(f.Fields, func(g Field) bool { return g.Problem != "" })
}

// FormRoom is what a platform's form holds.
type FormRoom struct {
	Fields int // at most; 0 for any number
	Text   int // UTF-16 units of one field
}

// partMark stands in the name of a field between its own and that of a further
// part of a long text: "text", "text_2c3000".
const partMark = "_"

// LaidOut are the fields as a platform shows them that has so much room. A text that
// may be longer than one field is laid over several: those its value needs stand
// together, a further one at the end where there is room. Fields for which there
// is none are left out from the end, optional ones only; what they hold is to be
// kept by whoever reads what is submitted.
func (f *Form) LaidOut(room FormRoom) []Field {
	var fields, spare []Field
	for _, field := range f.Fields {
		if field.Kind == LineField {
			field.Value, _ = Cut(OneLine(field.Value), room.Text)
		}
		if field.Kind == ChoiceField || field.Kind == LineField || field.Limit > 0 && field.Limit <= room.Text && Units(field.Value) <= room.Text {
			if field.Kind != ChoiceField { // what is too long is refused in words, and stays till then
				field.Limit = max(atMost(field.Limit, room.Text), Units(field.Value))
			}
			fields = append(fields, field)
			continue
		}
		parts := laidOut(field, room.Text)
		fields = append(fields, parts...)
		for n := len(parts); field.Limit > 0 && n*room.Text < field.Limit; n++ {
			more := part(field, n+1, "c"+strconv.Itoa(room.Text))
			more.Limit, more.Hint = room.Text, "What does not fit above"
			spare = append(spare, more)
		}
		if first := &fields[len(fields)-len(parts)]; first.Hint == "" && len(spare) > 0 && (room.Fields == 0 || room.Fields > len(f.Fields)) {
			first.Hint = "Up to " + Count(room.Text) + " characters; more goes into the last field"
		}
	}
	most := room.Fields
	if most == 0 {
		return append(fields, spare...)
	}
	for i := len(fields) - 1; i >= 0 && len(fields) > most; i-- {
		if !fields[i].Required && fields[i].Problem == "" && !strings.Contains(fields[i].Name, partMark) {
			fields = slices.Delete(fields, i, i+1)
		}
	}
	fields = fields[:min(len(fields), most)]
	return append(fields, spare[:min(len(spare), most-len(fields))]...)
}

// atMost is limit, and no more than most.
func atMost(limit, most int) int {
	if limit == 0 {
		return most
	}
	return min(limit, most)
}

// part is the n-th field of a long text; glue is what stood between it and the one
// before.
func part(of Field, n int, glue string) Field {
	of.Name += partMark + strconv.Itoa(n) + glue
	of.Label, of.Value, of.Hint, of.Problem, of.Required = of.Label+", continued", "", "", "", false
	if n > 2 {
		of.Label += " " + strconv.Itoa(n-1)
	}
	return of
}

// laidOut divides a field whose value is longer than most UTF-16 units.
func laidOut(field Field, most int) []Field {
	rest := field.Value
	first := field
	first.Limit, first.Value = most, ""
	parts := []Field{first}
	for n := 2; ; n++ {
		last := &parts[len(parts)-1]
		if Units(rest) <= most {
			last.Value = rest
			return parts
		}
		head, glue, tail := cutPart(rest, most)
		last.Value, rest = head, tail
		more := part(field, n, glue)
		more.Limit = most
		parts = append(parts, more)
	}
}

// maxGlue is how much white space between two parts of a text is taken out.
const maxGlue = 4

// cutPart divides s before most UTF-16 units: at a line break or a space near there,
// which is taken out and told by glue, since a platform may take white space from
// the ends of what is put in; anywhere else between two graphemes.
func cutPart(s string, most int) (head, glue, tail string) {
	end, space, used := 0, 0, 0
	for g := uniseg.NewGraphemes(s); g.Next(); {
		from, to := g.Positions()
		if used += Units(g.Str()); used > most && end > 0 {
			break
		}
		if (g.Str() == " " || g.Str() == "\n") && from > 0 && !isGlue(s[from-1]) {
			space = from
		}
		end = to
	}
	if end < len(s) && isGlue(s[end]) && !isGlue(s[end-1]) { // just behind what fits
		space = end
	}
	if space <= end/2 {
		return s[:end], "c", s[end:]
	}
	tail = s[space:]
	for len(glue) < maxGlue && tail != "" && isGlue(tail[0]) {
		if glue += "s"; tail[0] == '\n' {
			glue = glue[:len(glue)-1] + "n"
		}
		tail = tail[1:]
	}
	return s[:space], glue, tail
}

func isGlue(c byte) bool { return c == ' ' || c == '\n' }

// Gathered are the values of a submitted form by the names of its fields, those of
// a text that was laid over several joined again. What was typed into a further part
// goes on below what is above it, or right behind it where that part is full.
func Gathered(values map[string]string) map[string]string {
	all := map[string]string{}
	type further struct {
		n           int
		glue, value string
	}
	parts := map[string][]further{}
	for name, value := range values {
		of, mark, isPart := strings.Cut(name, partMark)
		digits := len(mark) - len(strings.TrimLeft(mark, "0123456789"))
		n, err := strconv.Atoi(mark[:digits])
		if !isPart || err != nil {
			all[name] = value
			continue
		}
		parts[of] = append(parts[of], further{n, mark[digits:], value})
	}
	for name, more := range parts {
		slices.SortFunc(more, func(a, b further) int { return a.n - b.n })
		for _, p := range more {
			switch whole := all[name]; {
			case strings.TrimSpace(p.value) == "":
			case strings.TrimSpace(whole) == "":
				all[name] = p.value
			default:
				all[name] = whole + glued(p.glue, whole) + p.value
			}
		}
	}
	return all
}

// glued is the white space that glue stands for behind what is there.
func glued(glue, whole string) string {
	if limit, ok := strings.CutPrefix(glue, "c"); ok {
		most, err := strconv.Atoi(limit)
		if limit == "" || err == nil && most > 0 && Units(whole)%most == 0 {
			return ""
		}
		return "\n\n"
	}
	var b strings.Builder
	for _, c := range glue {
		switch c {
		case 's':
			b.WriteByte(' ')
		case 'n':
			b.WriteByte('\n')
		}
	}
	return b.String()
}
