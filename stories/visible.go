package stories

import "unicode"

// blankLetters are not ignorable, and yet no font draws them: the braille
// pattern without a dot, the hieroglyphs that keep a place free, a note without
// a head.
var blankLetters = &unicode.RangeTable{
	R16: []unicode.Range16{{Lo: 0x2800, Hi: 0x2800, Stride: 1}},
	R32: []unicode.Range32{{Lo: 0x13441, Hi: 0x13442, Stride: 1}, {Lo: 0x1D159, Hi: 0x1D159, Stride: 1}},
}

// Ignorable says that r by itself shows nothing: format characters, joiners,
// tags, variation selectors and the fillers of Hangul among them, whatever they
// do to what stands beside them. White space and control characters are not
// among them. See
// https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point.
func Ignorable(r rune) bool {
	return unicode.In(r, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point)
}

// Blank says that r alone leaves the screen empty: what is Ignorable, white
// space, control characters, combining marks, which need a letter to stand on,
// and letters that no font draws.
func Blank(r rune) bool {
	return Ignorable(r) || !unicode.IsGraphic(r) || unicode.IsSpace(r) || unicode.In(r, unicode.Z, unicode.M, blankLetters)
}

// visible says whether anything of s can be seen, and readable whether a letter
// or a digit can.
func visible(s string) (something, readable bool) {
	for _, r := range s {
		if Blank(r) {
			continue
		}
		if something = true; unicode.IsLetter(r) || unicode.IsNumber(r) {
			return true, true
		}
	}
	return something, false
}
