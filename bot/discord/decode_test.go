package discord

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

type loose struct {
	Name  string   `json:"name"`
	Limit number   `json:"limit"`
	Left  *number  `json:"left"`
	ID    word     `json:"id"`
	List  []string `json:"list"`
	Flag  truth    `json:"flag"`
}

func TestOneOddFieldCostsNoOther(t *testing.T) {
	one := number(1)
	for raw, want := range map[string]loose{
		`{"name":"a","limit":1.5,"left":1,"id":"7","list":["x"],"flag":true}`: {"a", 1.5, &one, "7", []string{"x"}, true},
		`{"name":7,"limit":"2.5","left":null,"id":7,"flag":1}`:                {"", 2.5, nil, "7", nil, true},
		`{"list":"x","name":"a","limit":"soon","id":{}}`:                      {Name: "a"},
		`{"limit":[1],"id":[1],"name":"a","flag":"false"}`:                    {Name: "a"},
		`{"limit":"NaN","id":null,"name":"a","flag":null}`:                    {Name: "a"},
		`null`: {},
	} {
		var got loose
		if err := decode([]byte(raw), &got); err != nil || !cmp.Equal(got, want) {
			t.Errorf("%s: %v %s", raw, err, cmp.Diff(want, got))
		}
	}
	for _, raw := range []string{``, `{`, `[]`, `"x"`, `<html>`, `{"name":"a"`} {
		var got loose
		if decode([]byte(raw), &got) == nil {
			t.Errorf("%q is taken for an object", raw)
		}
	}
}
