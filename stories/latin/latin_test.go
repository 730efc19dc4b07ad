package latin

import (
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"
)

func TestWordsAndLetters(t *testing.T) {
	for text, want := range map[string][2]string{
		"Łódź pod wodą":     {"lodz pod woda", "lodzpodwoda"},
		"Œuvre & Þór":       {"oeuvre and thor", "oeuvrethor"},
		"Don't, it’s_it":    {"dont its it", "dontitsit"},
		"索尼 2":              {"suo ni 2", "suoni2"},
		"Сони взломана":     {"soni vzlomana", "sonivzlomana"},
		"Большая семья":     {"bolshaia semia", "bolshaiasemia"},
		"Львів":             {"lviv", "lviv"},
		"Объявлен":          {"obiavlen", "obiavlen"},
		"თბილისი":           {"tbilisi", "tbilisi"},
		"الرئيس":            {"lryys", "lryys"},
		"データ":               {"deta", "deta"},
		"Санкт-Петербург":   {"sankt peterburg", "sanktpeterburg"},
		"п'ять п’ять пʼять": {"piat piat piat", "piatpiatpiat"},
		"O‘zbekiston":       {"ozbekiston", "ozbekiston"},
		"צה״ל צה\"ל":        {"tshl tshl", "tshltshl"},
		"می\u200cخواهم":     {"mykhwhm", "mykhwhm"},
		"so\u00adny":        {"sony", "sony"},
		"a\u200bb":          {"a b", "ab"},
	} {
		if got := strings.Join(Words(text), " "); got != want[0] {
			t.Errorf("Words(%q) = %q, want %q", text, got, want[0])
		}
		if got := Letters(text); got != want[1] {
			t.Errorf("Letters(%q) = %q, want %q", text, got, want[1])
		}
	}
}

func TestSignsDivideWordsAndAreNone(t *testing.T) {
	for text, want := range map[string]string{
		"@Mia W says":         "mia w says",
		"mia@x.example":       "mia x example",
		"Ask ＠Mia":            "ask mia",
		"a–b—c/d…e":           "a b c d e",
		"«Sony» „x“":          "sony x",
		"2½ 10²":              "2 1 2 102",
		"5 € → 6":             "5 6",
		"𝐒𝐨𝐧𝐲 ｈａｃｋ":           "sony hack",
		"АйДи й \u0438\u0306": "aidi i i",
		"A索尼b":                "a suo ni b",
		"AT&T":                "atandt",
		"🔥 …":                 "",
		"'`´":                 "",
		"":                    "",
	} {
		if got := strings.Join(Words(text), " "); got != want {
			t.Errorf("Words(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestNothingButLatinLettersAndDigits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		for _, word := range append(Words(text), Letters(text)) {
			if word != "" && strings.Trim(word, "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
				t.Fatalf("%q of %q", word, text)
			}
		}
		for _, word := range Words(text) {
			if word == "" {
				t.Fatalf("an empty word of %q", text)
			}
		}
	})
}

// alphabets are the scripts a word of which is written without a sign between
// its letters.
var alphabets = []*unicode.RangeTable{
	unicode.Latin, unicode.Cyrillic, unicode.Greek, unicode.Armenian, unicode.Georgian, unicode.Hebrew, unicode.Arabic,
	unicode.Syriac, unicode.Devanagari, unicode.Bengali, unicode.Tamil, unicode.Thai, unicode.Ethiopic, unicode.Cherokee,
	unicode.Hangul, unicode.Hiragana, unicode.Katakana, unicode.Mongolian, unicode.Tibetan, unicode.Yi,
}

// A word stays one whatever its letters are spelt as.
func TestNoLetterDividesAWord(t *testing.T) {
	for _, script := range alphabets {
		for _, span := range script.R16 {
			for r := rune(span.Lo); r <= rune(span.Hi); r += rune(span.Stride) {
				if !unicode.IsLetter(r) && !unicode.IsMark(r) {
					continue
				}
				if got := Words("x" + string(r) + "x"); len(got) != 1 {
					t.Errorf("%U makes of one word %q", r, got)
				}
			}
		}
	}
}

func TestNoMoreWordsThanTheTextHas(t *testing.T) {
	letter := rapid.RuneFrom([]rune("ьъʼ'’`ئთー"), alphabets...).Filter(func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsMark(r) || apostrophe(r)
	})
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOf(rapid.StringOf(letter)).Draw(t, "words"), rapid.SampledFrom([]string{" ", "-", ", ", " — ", "\u00a0", "。"}).Draw(t, "between"))
		words := strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) && !apostrophe(r) })
		if got := Words(text); len(got) > len(words) {
			t.Fatalf("%d words of %q are %q", len(words), text, got)
		}
	})
}
