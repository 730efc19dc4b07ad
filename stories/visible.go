package stories

import "unicode"

// blankLetters are letters by their category that no font draws, and the
// braille pattern without a dot. Those of Hangul fill a syllable's missing
// part, those of the hieroglyphs keep a place free; the rest of what nobody
// sees is in unicode's own tables.
var blankLetters = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x115F, Hi: 0x1160, Stride: 1}, // Hangul choseong and jungseong filler
		{Lo: 0x2800, Hi: 0x2800, Stride: 1}, // braille pattern blank
		{Lo: 0x3164, Hi: 0x3164, Stride: 1}, // Hangul filler
		{Lo: 0xFFA0, Hi: 0xFFA0, Stride: 1}, // halfwidth Hangul filler
	},
	R32: []unicode.Range32{
		{Lo: 0x13441, Hi: 0x13442, Stride: 1}, // Egyptian hieroglyph full and half blank
		{Lo: 0x1D159, Hi: 0x1D159, Stride: 1}, // musical symbol null notehead
	},
}

// Visible says whether r alone puts something on the screen: no white space,
// no control or format character (joiners, tags, direction marks), no variation
// selector, no combining mark, which needs a letter to stand on, and none of
// the letters that are blank.
func Visible(r rune) bool {
	return unicode.IsGraphic(r) && // not white space but U+0020 and its kind, no control, format or unassigned character
		!unicode.IsSpace(r) && !unicode.Is(unicode.Z, r) && !unicode.Is(unicode.M, r) &&
		!unicode.In(r, blankLetters, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// visible says whether anything of s can be seen, and readable whether a letter
// or a digit can.
func visible(s string) (something, readable bool) {
	for _, r := range s {
		if !Visible(r) {
			continue
		}
		if something = true; unicode.IsLetter(r) || unicode.IsNumber(r) {
			return true, true
		}
	}
	return something, false
}
