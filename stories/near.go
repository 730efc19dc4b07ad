package stories

import "slices"

// MaxSuggested is how many stories are suggested at most.
const MaxSuggested = 25

// Distance is how many letters must be changed, added, left out or swapped with
// their neighbour to make b of a; -1 when more than most. It compares bytes and
// is meant for what is written in ASCII, as slugs are.
func Distance(a, b string, most int) int {
	if d := len(a) - len(b); d > most || -d > most {
		return -1
	}
	row := distances(a, b, most)
	if row == nil || row[len(b)] > most {
		return -1
	}
	return row[len(b)]
}

// BeginningDistance is Distance to that beginning of b which a is nearest to.
func BeginningDistance(a, b string, most int) int {
	row := distances(a, b[:min(len(b), len(a)+max(most, 0))], most)
	if row == nil || slices.Min(row) > most {
		return -1
	}
	return slices.Min(row)
}

// distances are how far a is from each beginning of b, from the empty one on; nil
// when it is more than most from all of them.
func distances(a, b string, most int) []int {
	// Rows of the table of distances between beginnings: the one before the
	// last, the last and the present one.
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			change := last[j-1]
			if a[i-1] != b[j-1] {
				change++
			}
			row[j] = min(change, last[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
			least = min(least, row[j])
		}
		if least > most {
			return nil
		}
		before, last, row = last, row, before
	}
	return last
}
