package sqlstore

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"storybot/stories"
)

// retell puts former in a person's place in what is kept as JSON, and their direct
// messages' new addresses in that of the old ones.
func retell(ctx context.Context, q querier, ref string, former stories.User, moved map[stories.Destination]string) error {
	looked := []string{ref}
	for d := range moved {
		looked = append(looked, d.Channel)
	}
	for _, t := range told {
		for _, word := range looked {
			pattern, err := quotedIn(word)
			if err != nil {
				return err
			}
			rows, err := all(ctx, q, func(r row) (found [2]string, err error) { return found, r.Scan(&found[0], &found[1]) },
				`SELECT `+t.key+`, `+t.column+` FROM `+t.table+` WHERE `+t.column+` LIKE ?1 ESCAPE '\'`, pattern)
			if err != nil {
				return err
			}
			for _, r := range rows {
				text, err := withFormer(r[1], ref, former, moved)
				if err != nil {
					return err
				}
				if _, err := q.exec(ctx, `UPDATE `+t.table+` SET `+t.column+` = ?2 WHERE `+t.key+` = ?1`, r[0], text); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// quotedIn is a pattern of JSON in which a word stands by itself.
func quotedIn(word string) (string, error) {
	quoted, err := json.Marshal(word)
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(string(quoted)) + "%", err
}

// withFormer is one text of JSON with former in the person's place.
func withFormer(text, ref string, former stories.User, moved map[stories.Destination]string) (string, error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return "", fmt.Errorf("read what was told: %w", err)
	}
	out, err := json.Marshal(withoutPerson(v, ref, former, moved))
	return string(out), err
}

func withoutPerson(v any, ref string, former stories.User, moved map[stories.Destination]string) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = withoutPerson(v[i], ref, former, moved)
		}
		return v
	case map[string]any:
		if v["Ref"] == ref {
			v["Name"] = former.Name
		}
		part := func(name string) string { s, _ := v[name].(string); return s }
		if to, is := moved[stories.Destination{Platform: part("Platform"), Workspace: part("Workspace"), Channel: part("Channel")}]; is {
			v["Channel"] = to
		}
		for name := range v {
			v[name] = withoutPerson(v[name], ref, former, moved)
		}
		return v
	case string:
		if v == ref {
			return former.Ref
		}
	}
	return v
}

// markOf is how it is remembered that somebody was forgotten: nobody makes it who does not
// have this database's id, and it leads back to nobody.
func (s *Store) markOf(ref string) string {
	h := hmac.New(sha256.New, []byte(s.install))
	h.Write([]byte(ref))
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// remembered leaves out of what was told those who were forgotten lately: it may have been
// told before that.
func (s *Store) remembered(ctx context.Context, q querier, places []stories.PlaceName, people []stories.User) ([]stories.PlaceName, []stories.User, error) {
	var marks []string
	for _, u := range people {
		marks = append(marks, s.markOf(clean(u.Ref)))
	}
	for _, p := range places {
		if p.With != "" {
			marks = append(marks, s.markOf(clean(p.With)))
		}
	}
	if len(marks) == 0 {
		return places, people, nil
	}
	gone, err := all(ctx, q, scanName, forgottenAmongSQL, wordList(marks))
	if err != nil || len(gone) == 0 {
		return places, people, err
	}
	is := func(ref string) bool { return ref != "" && slices.Contains(gone, s.markOf(clean(ref))) }
	people = slices.DeleteFunc(slices.Clone(people), func(u stories.User) bool { return is(u.Ref) })
	places = slices.DeleteFunc(slices.Clone(places), func(p stories.PlaceName) bool { return is(p.With) })
	return places, people, nil
}
