package bot

import (
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestActionsAreWordsOfTheirOwn(t *testing.T) {
	form := regexp.MustCompile(`^[a-z]{2,20}$`)
	var seen []Action
	for _, spec := range Actions() {
		if !form.MatchString(string(spec.Action)) || slices.Contains(seen, spec.Action) || spec.Instead == "" || spec.Need > spec.Most {
			t.Errorf("%+v", spec)
		}
		seen = append(seen, spec.Action)
	}
}

// An argument comes back as it was written, and nothing else is an argument.
func TestArgumentsComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		spec := rapid.SampledFrom(Actions()).Draw(t, "action")
		want := Args{Numbers: rapid.SliceOfN(rapid.Int64Range(0, maxArgNumber), spec.Need, spec.Most).Draw(t, "numbers")}
		if spec.Word {
			form := `[A-Za-z0-9_%+~.-]{1,40}`
			if spec.Need < spec.Most { // the word ends the numbers: it is the id of a draft
				form = `[A-Za-z][A-Za-z0-9]{0,39}`
			}
			want.Word = rapid.StringMatching(form).Draw(t, "word")
		}
		got, err := Press{Action: spec.Action, Arg: want.String()}.Args()
		if err != nil || !cmp.Equal(want, got) {
			t.Fatalf("%s %q: %+v, %v; want %+v", spec.Action, want.String(), got, err, want)
		}
	})
}

func FuzzArguments(f *testing.F) {
	for _, arg := range []string{"", "1", "01", "-1", "1.2.3.4", "0.qa.b", "9007199254740993", ".", "1.", "+1", "1.٣"} {
		f.Add(arg)
	}
	f.Fuzz(func(t *testing.T, arg string) {
		for _, spec := range Actions() {
			if args, err := spec.Parse(arg); err == nil && args.String() != arg {
				t.Errorf("%s: %q is read as %+v", spec.Action, arg, args)
			}
		}
		if _, err := (Press{Action: "nonsense", Arg: arg}).Args(); err != ErrOldButton {
			t.Errorf("an action that is not there: %v", err)
		}
	})
}
