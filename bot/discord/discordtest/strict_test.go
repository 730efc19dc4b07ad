package discordtest

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestRefusesBadMessages(t *testing.T) {
	long := func(n int) string { return strings.Repeat("x", n) }
	button := func(extra string) string {
		return `{"components":[{"type":1,"components":[{"type":2,` + extra + `}]}],"content":"x",` + quiet + `}`
	}
	menu := func(options string) string {
		return `{"components":[{"type":1,"components":[{"type":3,"custom_id":"m","options":[` + options + `]}]}],"content":"x",` + quiet + `}`
	}
	options := func(n int) string {
		var list []string
		for i := range n {
			list = append(list, fmt.Sprintf(`{"label":"a","value":"%d"}`, i))
		}
		return strings.Join(list, ",")
	}
	embed := func(e string) string { return `{"embeds":[` + e + `],` + quiet + `}` }
	for name, tc := range map[string]struct{ body, want string }{
		"no allowed_mentions":   {`{"content":"x"}`, "allowed_mentions: missing"},
		"parse null":            {`{"content":"x","allowed_mentions":{"parse":null}}`, "allowed_mentions.parse: missing or null"},
		"parse everyone":        {`{"content":"x","allowed_mentions":{"parse":["everyone"]}}`, "mention everyone"},
		"parse nonsense":        {`{"content":"x","allowed_mentions":{"parse":["all"]}}`, "allowed_mentions"},
		"unknown field":         {`{"content":"x","colour":1,` + quiet + `}`, "colour"},
		"unknown nested field":  {embed(`{"title":"x","heading":"y"}`), "heading"},
		"wrong type":            {`{"content":5,` + quiet + `}`, "content: got number, want"},
		"not an object":         {`[]`, "got array, want object"},
		"not JSON":              {`{"content":`, "not JSON"},
		"not UTF-8":             {"{\"content\":\"\xff\"}", "not UTF-8"},
		"empty":                 {`{` + quiet + `}`, "cannot send an empty message"},
		"white space":           {`{"content":" \n",` + quiet + `}`, "cannot send an empty message"},
		"a bare address":        {`{"content":"see https://x.example/a",` + quiet + `}`, "would unfurl"},
		"a link that unfurls":   {`{"content":"[x.example](https://x.example/a)",` + quiet + `}`, "would unfurl"},
		"long content":          {`{"content":"` + long(2001) + `",` + quiet + `}`, "content: must be 2000"},
		"long nonce":            {`{"content":"x","nonce":"` + long(26) + `",` + quiet + `}`, "nonce"},
		"enforce without nonce": {`{"content":"x","enforce_nonce":true,` + quiet + `}`, "enforce_nonce needs one"},
		"ephemeral":             {`{"content":"x","flags":64,` + quiet + `}`, "flags: 64 cannot be set here"},
		"title":                 {embed(`{"title":"` + long(257) + `"}`), "embeds.0.title"},
		"description":           {embed(`{"description":"` + long(4097) + `"}`), "embeds.0.description"},
		"footer":                {embed(`{"title":"x","footer":{"text":"` + long(2049) + `"}}`), "embeds.0.footer.text"},
		"field name":            {embed(`{"title":"x","fields":[{"name":"","value":"y"}]}`), "embeds.0.fields.0.name: this field is required"},
		"field value":           {embed(`{"fields":[{"name":"x","value":"` + long(1025) + `"}]}`), "embeds.0.fields.0.value"},
		"26 fields":             {embed(`{"fields":[` + strings.Repeat(`{"name":"x","value":"y"},`, 25) + `{"name":"x","value":"y"}]}`), "embeds.0.fields"},
		"6,001 characters":      {embed(`{"description":"` + long(3000) + `"},{"description":"` + long(3001) + `"}`), "embeds: hold 6001 characters"},
		"astral characters":     {embed(`{"description":"` + strings.Repeat("🛰", 3001) + `"}`), "embeds: hold 6002 characters"},
		"11 embeds":             {embed(strings.Repeat(`{"title":"x"},`, 10) + `{"title":"x"}`), "embeds: maxItems"},
		"empty embed":           {embed(`{"color":1}`), "without anything to show"},
		"embed url":             {embed(`{"title":"x","url":"javascript:alert(1)"}`), "embeds.0.url"},
		"image over http":       {embed(`{"image":{"url":"http://x.example/a.jpg"}}`), "embeds.0.image.url: not a well formed https URL"},
		"image attached":        {embed(`{"image":{"url":"attachment://a.jpg"}}`), "embeds.0.image.url"},
		"image without address": {embed(`{"image":{"url":""}}`), "embeds.0.image.url"},
		"long image":            {embed(`{"image":{"url":"https://x.example/` + long(2031) + `"}}`), "embeds.0.image.url"},
		"image described":       {embed(`{"image":{"url":"https://x.example/a.jpg","alt":"x"}}`), "alt"},
		"image url":             {embed(`{"image":{"url":"ftp://x.example/a.png"}}`), "embeds.0.image.url"},
		"no image url":          {embed(`{"title":"x","image":{"url":""}}`), "embeds.0.image.url"},
		"26 options":            {menu(options(26)), "options"},
		"no option":             {menu(""), "options"},
		"equal values":          {menu(`{"label":"a","value":"v"},{"label":"b","value":"v"}`), `"v" stands twice`},
		"option label":          {menu(`{"label":"` + long(101) + `","value":"v"}`), "options.0.label"},
		"blank option label":    {menu(`{"label":" ","value":"v"}`), "options.0.label"},
		"option value":          {menu(`{"label":"a","value":"` + long(101) + `"}`), "options.0.value"},
		"option description":    {menu(`{"label":"a","value":"v","description":"` + long(101) + `"}`), "options.0.description"},
		"placeholder":           {strings.Replace(menu(options(1)), `"options"`, `"placeholder":"`+long(151)+`","options"`, 1), "placeholder"},
		"a menu of no name":     {strings.Replace(menu(options(1)), `"custom_id":"m",`, "", 1), "custom_id"},
		"more than its options": {strings.Replace(menu(options(1)), `"options"`, `"max_values":2,"options"`, 1), "max_values"},
		"more than the most":    {strings.Replace(menu(options(3)), `"options"`, `"min_values":2,"options"`, 1), "min_values"},
		"a menu and a button":   {strings.Replace(menu(options(1)), `]}]}`, `]},{"type":2,"style":5,"label":"a","url":"https://x.example"}]}`, 1), "shares its row with nothing"},
		"label":                 {button(`"style":2,"custom_id":"a","label":"` + long(81) + `"`), "label"},
		"no label":              {button(`"style":2,"custom_id":"a"`), "needs a label or an emoji"},
		"custom_id":             {button(`"style":2,"label":"a","custom_id":"` + long(101) + `"`), "custom_id"},
		"no custom_id":          {button(`"style":2,"label":"a"`), "has a custom_id and no url"},
		"link with custom_id":   {button(`"style":5,"label":"a","url":"https://x.example","custom_id":"a"`), "has a url and no custom_id"},
		"link url":              {button(`"style":5,"label":"a","url":"https://x.example/` + long(512) + `"`), "url"},
		"equal custom_ids":      {button(`"style":2,"label":"a","custom_id":"a"},{"type":2,"style":2,"label":"b","custom_id":"a"`), "stands twice"},
		"6 buttons":             {button(`"style":2,"label":"a","custom_id":"1"}` + strings.Repeat(`,{"type":2,"style":5,"label":"a","url":"https://x.example"}`, 4) + `,{"type":2,"style":5,"label":"a","url":"https://x.example"`), "maxItems"},
		"6 rows":                {`{"content":"x","components":[` + strings.TrimSuffix(strings.Repeat(`{"type":1,"components":[{"type":2,"style":5,"label":"a","url":"https://x.example"}]},`, 6), ",") + `],` + quiet + `}`, "6 rows, at most 5"},
		"text display":          {`{"components":[{"type":10,"content":"x"}],` + quiet + `}`, "needs IS_COMPONENTS_V2"},
		"V2 with content":       {`{"flags":32768,"content":"x","components":[{"type":10,"content":"x"}],` + quiet + `}`, "content: cannot be used with IS_COMPONENTS_V2"},
		"component type":        {`{"content":"x","components":[{"type":99}],` + quiet + `}`, "components.0"},
	} {
		t.Run(name, func(t *testing.T) {
			s := started(t)
			s.ExpectViolation(tc.want)
			r := call(t, s, "POST", posts, tc.body)
			if r.status != 400 || r.field("code") != "50035" {
				t.Errorf("answer: %+v", r)
			}
			if len(s.Messages(testChannel)) != 0 {
				t.Error("the message was stored")
			}
		})
	}
}

func TestTakesGoodMessages(t *testing.T) {
	s := started(t)
	for i, body := range []string{
		`{"content":"x",` + quiet + `}`,
		`{"content":"","embeds":[{"title":"T","url":"https://x.example/a?b=c","description":"d","color":255,"timestamp":"2014-12-20T10:00:00Z","footer":{"text":"f"},"author":{"name":"a"},"fields":[{"name":"n","value":"v","inline":true}]}],"nonce":"abc","enforce_nonce":true,` + quiet + `}`,
		`{"flags":4,"content":"x","components":[{"type":1,"components":[{"type":3,"custom_id":"m","options":[{"label":"a","value":"b"}]}]}],` + quiet + `}`,
		`{"flags":32768,"components":[{"type":17,"components":[{"type":10,"content":"x"},{"type":1,"components":[{"type":2,"style":1,"label":"a","custom_id":"b"}]}]}],` + quiet + `}`,
		`{"content":"x","allowed_mentions":{"parse":[],"roles":["1234"]}}`,
		`{"embeds":[{"image":{"url":"https://x.example/` + strings.Repeat("x", 2030) + `"}}],` + quiet + `}`,
		`{"content":"[x.example](<https://x.example/a>), ` + "`https://x.example`" + ` and https\\://x.example","embeds":[{"image":{"url":"https://x.example/a.png"}}],` + quiet + `}`,
		`{"content":"https://x.example","flags":4,` + quiet + `}`,
		`{"content":"x","message_reference":{"message_id":"1","fail_if_not_exists":false},` + quiet + `}`,
	} {
		if r := call(t, s, "POST", posts, body); r.status != 200 {
			t.Errorf("body %d: %s", i, r.body)
		}
	}
}

func TestRefusesBadRequests(t *testing.T) {
	header := func(k, v string) func(*http.Request) { return func(hr *http.Request) { hr.Header.Set(k, v) } }
	body := messageBody("x", "n")
	for name, tc := range map[string]struct {
		method, path, body string
		edit               func(*http.Request)
		status             int
		want               string
	}{
		"unknown path":      {"GET", "/chanels/1", "", nil, 404, "no such operation"},
		"unknown method":    {"PUT", posts, body, nil, 405, "no such operation"},
		"no token":          {"POST", posts, body, func(hr *http.Request) { hr.Header.Del("Authorization") }, 401, "header.authorization: missing"},
		"no Bot":            {"POST", posts, body, header("Authorization", Token), 400, `must be "Bot TOKEN"`},
		"user agent":        {"POST", posts, body, header("User-Agent", "Go-http-client/1.1"), 400, "header.user-agent"},
		"content type":      {"POST", posts, body, header("Content-Type", "text/plain"), 400, "header.content-type"},
		"no snowflake":      {"GET", "/channels/abc", "", nil, 400, "path.channel_id"},
		"limit":             {"GET", posts + "?limit=101", "", nil, 400, "query.limit"},
		"limit 0":           {"GET", posts + "?limit=0", "", nil, 400, "query.limit"},
		"after":             {"GET", posts + "?after=x", "", nil, 400, "query.after"},
		"two anchors":       {"GET", posts + "?after=1&before=2", "", nil, 400, "exclude each other"},
		"unknown query":     {"GET", posts + "?since=1", "", nil, 400, "query.since"},
		"body of a GET":     {"GET", posts, "{}", nil, 400, "a GET has no body"},
		"no body":           {"POST", posts, "", nil, 400, "not JSON"},
		"bulk set":          {"PUT", "/applications/" + ApplicationID + "/commands", `{}`, nil, 400, "got object"},
		"edit of all fails": {"PATCH", posts + "/1", `{"content":"x"}`, nil, 400, "allowed_mentions: missing"},
	} {
		t.Run(name, func(t *testing.T) {
			s := started(t)
			s.ExpectViolation(tc.want)
			edit := tc.edit
			if edit == nil {
				edit = func(*http.Request) {}
			}
			if r := call(t, s, tc.method, tc.path, tc.body, edit); r.status != tc.status {
				t.Errorf("answer: %+v", r)
			}
		})
	}
}

func TestWrongTokenIsNoViolation(t *testing.T) {
	s := started(t)
	r := call(t, s, "GET", "/users/@me", "", func(hr *http.Request) { hr.Header.Set("Authorization", "Bot other") })
	if r.status != 401 {
		t.Errorf("%+v", r)
	}
	s.RevokeToken()
	if r := call(t, s, "GET", "/users/@me", ""); r.status != 401 {
		t.Errorf("%+v", r)
	}
	if s.Stats().Invalid != 2 {
		t.Errorf("stats: %+v", s.Stats())
	}
}

func TestErrorTree(t *testing.T) {
	s := started(t)
	s.ExpectViolation("embeds.0.title")
	r := call(t, s, "POST", posts, `{"embeds":[{"title":5}],`+quiet+`}`)
	if !strings.Contains(r.body, `"errors":{"embeds":{"0":{"title":{"_errors":[{"code":`) {
		t.Errorf("errors: %s", r.body)
	}
}

func TestCommandRules(t *testing.T) {
	text := func(n int) string { return strings.Repeat("d", n) }
	slash := func(name, rest string) string {
		return fmt.Sprintf(`[{"name":%q,"description":"d"%s}]`, name, rest)
	}
	opt := func(o string) string { return slash("a", `,"options":[`+o+`]`) }
	for name, tc := range map[string]struct{ body, want string }{
		"upper case":           {slash("Story", ""), "does not match the pattern"},
		"space":                {slash("my story", ""), "does not match the pattern"},
		"no description":       {`[{"name":"a"}]`, "description: must be 1 to 100"},
		"long description":     {`[{"name":"a","description":"` + text(101) + `"}]`, "description"},
		"twice":                {`[{"name":"a","description":"d"},{"name":"a","description":"d"}]`, "stands twice"},
		"required late":        {opt(`{"type":3,"name":"x","description":"d"},{"type":3,"name":"y","description":"d","required":true}`), "required options come before"},
		"26 options":           {opt(strings.TrimSuffix(strings.Repeat(`{"type":3,"name":"x","description":"d"},`, 26), ",")), "options"},
		"choices and complete": {opt(`{"type":3,"name":"x","description":"d","autocomplete":true,"choices":[{"name":"a","value":"b"}]}`), "exclude each other"},
		"mixed":                {opt(`{"type":1,"name":"x","description":"d"},{"type":3,"name":"y","description":"d"}`), "subcommands and other options"},
		"menu with text":       {`[{"name":"Add","type":3,"description":"d"}]`, "neither a description nor options"},
		"permissions, number":  {slash("a", `,"default_member_permissions":16`), "default_member_permissions"},
		"permissions, hex":     {slash("a", `,"default_member_permissions":"0x10"`), "default_member_permissions"},
		"permissions, empty":   {slash("a", `,"default_member_permissions":""`), "default_member_permissions"},
		"8,000 characters": {opt(strings.TrimSuffix(strings.Repeat(`{"type":3,"name":"x","description":"d","choices":[`+
			strings.TrimSuffix(strings.Repeat(`{"name":"`+text(100)+`","value":"v"},`, 25), ",")+`]},`, 4), ",")), "characters, at most 8000"},
	} {
		t.Run(name, func(t *testing.T) {
			s := started(t)
			s.ExpectViolation(tc.want)
			s.ExpectViolation("PUT /applications")
			if r := register(t, s, tc.body); r.status != 400 {
				t.Errorf("answer: %+v", r)
			}
			if _, sets := s.Commands(); sets != 0 {
				t.Error("the commands were set")
			}
		})
	}
}

func TestRegisteredCommands(t *testing.T) {
	s := started(t)
	first := register(t, s, storyCommands)
	if first.status != 200 {
		t.Fatalf("%+v", first)
	}
	listed := call(t, s, "GET", "/applications/"+ApplicationID+"/commands", "")
	if !strings.Contains(listed.body, `"default_member_permissions":"16"`) {
		t.Errorf("permissions are shown as text: %s", listed.body)
	}
	before, _ := s.Commands()
	register(t, s, storyCommands)
	after, sets := s.Commands()
	if sets != 2 || string(field(before[0], "id")) != string(field(after[0], "id")) {
		t.Errorf("a command keeps its id: %s, %s", before[0], after[0])
	}
}

func TestVerdict(t *testing.T) {
	a, b := Violation{Path: "POST /x", Text: "bad"}, Violation{Path: "GET /y", Text: "worse"}
	for _, tc := range []struct {
		found    []Violation
		expected []string
		wrong    int
	}{
		{nil, nil, 0},
		{[]Violation{a}, nil, 1},
		{[]Violation{a, a}, []string{"bad"}, 0},
		{[]Violation{a, b}, []string{"bad"}, 1},
		{nil, []string{"bad"}, 1},
	} {
		if got := verdict(tc.found, tc.expected); len(got) != tc.wrong {
			t.Errorf("verdict(%v, %v) = %v", tc.found, tc.expected, got)
		}
	}
}
