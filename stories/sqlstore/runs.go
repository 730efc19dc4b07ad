package sqlstore

import (
	"cmp"
	"encoding/json"
	"slices"
)

// A batch's rows mostly lie side by side, for they were planned so. What is read or
// written by a range of numbers costs a third of what is looked up one by one.
const (
	// runGap is how far apart neighbours in a run may be: what lies between is
	// read in vain.
	runGap = 4
	// runLeast is how many make a run that is worth a statement of its own.
	runLeast = 8
)

// runs divides rows into those whose numbers lie close together and the others.
// rows are sorted by number.
func runs[T any](rows []T, number func(T) int64) (runs [][]T, others []T) {
	slices.SortFunc(rows, func(a, b T) int { return cmp.Compare(number(a), number(b)) })
	for len(rows) > 0 {
		n := 1
		for n < len(rows) && number(rows[n])-number(rows[n-1]) <= runGap {
			n++
		}
		if n < runLeast {
			others = append(others, rows[:n]...)
		} else {
			runs = append(runs, rows[:n])
		}
		rows = rows[n:]
	}
	return runs, others
}

// texts writes texts as the JSON array numbered(?n) takes, each where its number
// says, counted from the first; null stands for numbers that are not there.
func texts(ids []int64, of func(i int) string) string {
	b := make([]byte, 0, 2+24*len(ids))
	b = append(b, '[')
	for i, id := range ids {
		if i > 0 {
			for range id - ids[i-1] - 1 {
				b = append(b, ",null"...)
			}
			b = append(b, ',')
		}
		b = appendJSON(b, of(i))
	}
	return string(append(b, ']'))
}

// appendJSON appends a JSON string. Ids of messages need no escapes.
func appendJSON(b []byte, s string) []byte {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' || s[i] == '"' || s[i] == '\\' {
			text, _ := json.Marshal(s) // a string always encodes
			return append(b, text...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}
