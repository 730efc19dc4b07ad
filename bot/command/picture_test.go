package command

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"storybot/bot"
	"storybot/stories"
)

// However a picture's address is wrapped by people and clients, it is the address.
func TestPicturesAsTheyAreTyped(t *testing.T) {
	want := stories.Picture{URL: "https://a.example/dam_(1).jpg?w=1,2", Alt: "Water over the “old” dam"}
	for _, address := range []string{
		want.URL, "<" + want.URL + ">", "<" + want.URL + "|a.example>", "[the dam](" + want.URL + ")", `"` + want.URL + `"`, "“" + want.URL + "”", "`" + want.URL + "`",
		"(" + want.URL + ")", want.URL + ",", "HTTPS" + want.URL[5:],
	} {
		n := openTracked(t)
		n.must(n.ask("mo", "general", "/update sony-hack image:"+address+` alt:"`+want.Alt+`" The dam broke.`))
		u, err := n.service.Archive.Update(t.Context(), 1, 2)
		u.Picture.URL = strings.Replace(u.Picture.URL, "HTTPS", "https", 1)
		if diff := cmp.Diff(want, u.Picture); err != nil || diff != "" || u.Text != "The dam broke." {
			t.Errorf("%s: %v, %q (-want +got):\n%s", address, err, u.Text, diff)
		}
	}
}

func TestPicturesFromTypedOptions(t *testing.T) {
	n := openTracked(t)
	n.must(n.typed("mo", "general", "update", map[string]string{"story": "sony-hack", "text": "The dam broke.", "image": " <https://a.example/dam.jpg> ", "alt": "Water\nover  the dam"}))
	want := bot.Image{URL: "https://a.example/dam.jpg", Alt: "Water over the dam"}
	if u, err := n.service.Archive.Update(t.Context(), 1, 2); err != nil || cmp.Diff(&want, bot.Picture(u)) != "" {
		t.Errorf("%+v, %v", u.Picture, err)
	}
}

// A picture that cannot be published is refused with what is wrong and what to type.
func TestPicturesThatAreRefused(t *testing.T) {
	for _, tt := range []struct{ options, want string }{
		{"image:https://a.example/x.jpg", `alt:"Water over the dam"`},
		{`alt:"Water over the dam"`, "image:https://example.org/dam.jpg"},
		{`image:http://a.example/x.jpg alt:"Water"`, "begins with https://"},
		{`image:a.example/x.jpg alt:"Water"`, "Write image:https://a.example/x.jpg."},
		{`image:www.a.example/x.jpg alt:"Water"`, "Write image:https://www.a.example/x.jpg."},
		{`image:dam.jpg alt:"Water"`, "no https:// before it"},
		{`image:dam alt:"Water"`, "begins with https://"},
		{`image:https://a.example/x.jpg,https://a.example/y.jpg alt:"Water"`, "one picture; image: names 2"},
		{`image:https://mo:secret@a.example/x.jpg alt:"Water"`, "user name"},
		{"image:https://a.example/" + strings.Repeat("x", stories.MaxPictureURL) + ` alt:"Water"`, "Use a shorter link to the same picture"},
		{`image:https://a.example/x.jpg alt:"` + strings.Repeat("x", stories.MaxPictureAlt+3) + `"`, "description of the picture has 503 characters"},
		{`image:https://a.example/x.jpg alt:"🔥🔥"`, "Say it in words"},
	} {
		n := openTracked(t)
		reply := n.ask("mo", "general", "/update sony-hack "+tt.options+" River rises")
		if text := bot.PlainText(reply.Message); !reply.Failed || !strings.Contains(text, tt.want) {
			t.Errorf("%s: %s", clip(tt.options), text)
		}
		if _, err := n.service.Archive.Update(t.Context(), 1, 2); stories.CodeOf(err) != stories.CodeNotFound {
			t.Errorf("%s: published", clip(tt.options))
		}
	}
}

// The picture stands wherever its update does: whole with the whole update, in
// words among others. Posting the same text again keeps it.
func TestPicturesAreShown(t *testing.T) {
	n := openTracked(t)
	want := &bot.Image{URL: "https://a.example/dam.jpg", Alt: "Water over the dam"}
	const line = `/update sony-hack image:https://a.example/dam.jpg alt:"Water over the dam" The dam broke.`
	n.must(n.ask("mo", "general", line))
	if reply := n.ask("mo", "general", line); !reply.Failed {
		t.Error("the same text is not asked about")
	}
	n.must(n.press("mo", "general", "Post it anyway"))
	for _, ask := range []string{"/story sony-hack 2", "/story sony-hack 3"} {
		if reply := n.ask("ria", "general", ask); cmp.Diff(want, reply.Message.Image) != "" {
			t.Errorf("%s: %+v", ask, reply.Message.Image)
		}
	}
	n.must(n.ask("ria", "general", "/story sony-hack"))
	lists := map[string]bot.Reply{"the card": n.last, "the timeline": n.press("ria", "general", "Timeline")}
	for name, reply := range lists {
		text := bot.PlainText(reply.Message)
		if reply.Message.Image != nil || strings.Count(text, "with a picture") != 2 {
			t.Errorf("%s: %s", name, text)
		}
	}
	if reply := n.ask("ria", "general", "/story sony-hack 1"); reply.Message.Image != nil || strings.Contains(bot.PlainText(reply.Message), "Picture") {
		t.Errorf("an update without a picture: %+v", reply.Message)
	}
	// Of a text of several pages the first one shows it.
	n.must(n.ask("mo", "general", `/update sony-hack image:https://a.example/dam.jpg alt:"Water over the dam" `+strings.Repeat("The dam broke. ", 400)))
	if reply := n.ask("ria", "general", "/story sony-hack 4"); reply.Message.Image == nil {
		t.Error("the first page shows no picture")
	}
	if reply := n.press("ria", "general", "Read on"); reply.Failed || reply.Message.Image != nil {
		t.Errorf("the second page: %+v", reply)
	}
}
