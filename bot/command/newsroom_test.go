package command

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"storybot/bot"
	"storybot/stories"
	"storybot/stories/sqlstore"
)

// newsroom is a Mux over a database of its own, with a clock that stands still
// unless the test moves it. ada is admin, mo moderator; tom manages no channel;
// in #broken the bot may not post, and #alone is a direct message.
type newsroom struct {
	*Mux
	t       testing.TB
	service *stories.Service
	plan    *stories.Schedule
	config  Config
	store   *sqlstore.Store
	now     time.Time
	asked   int
	last    bot.Reply
	shown   []bot.Button // of the last answer that had any
	form    *bot.Form    // that was opened last
	logged  lockedBuffer
}

const (
	lane = "console"
	code = "K7QX-42MD-WB3N"
)

func user(name string) stories.User {
	return stories.User{Ref: "console:" + name, Name: strings.ToUpper(name[:1]) + name[1:]}
}

func channel(name string) stories.Destination {
	return stories.Destination{Platform: "console", Channel: "#" + name}
}

// anyone is how the platform of these tests writes people: by their names.
var anyone = []bot.Refs{{Platform: "console", Title: "console", Person: func(id string) bool { return id != "" }, Named: true, Example: "console:ada"}, {Platform: "far", Title: "Far", Person: func(id string) bool { return id != "" }, Example: "far:RITA"}}

// open returns a newsroom without a story; without admins, ada is none.
func open(t testing.TB, admins ...string) *newsroom {
	t.Helper()
	n := &newsroom{t: t, now: time.Date(2014, 12, 20, 15, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return n.now }
	store, err := sqlstore.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "test.db"), sqlstore.Options{Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	n.store = store
	n.service = stories.NewService(stories.Config{Stores: store.Families(), Admins: admins, Now: clock, CheckPerson: func(ref string) error { return bot.CheckPerson(anyone, ref) }})
	n.plan = stories.NewSchedule(n.service.Publisher, store, store, func() {})
	n.config = Config{
		Stories: Over(n.service), Schedule: n.plan, Log: slog.New(slog.NewTextHandler(&n.logged, faultsAlone)),
		People: anyone,
		Lanes:  func() []LaneHealth { return []LaneHealth{{Lane: lane, PerSecond: 45}} },
		Connections: func() []bot.Health {
			return []bot.Health{{ID: "console", Connection: "console", Up: true, Since: n.now.Add(-time.Hour)},
				{ID: "far gateway", Connection: "far gateway W012", Since: n.now.Add(-time.Minute), Detail: "the handshake timed out; next try in 8 s", Reconnects: 3}}
		},
	}
	n.Mux = New(n.config)
	t.Cleanup(func() {
		n.Wait()
		store.Close()
	})
	return n
}

// openStaffed has ada and mo in their roles.
func openStaffed(t testing.TB) *newsroom {
	t.Helper()
	n := open(t, "console:ada")
	if _, err := n.service.Desk.SetModerator(t.Context(), stories.Act{By: user("ada")}, user("mo"), true); err != nil {
		t.Fatal(err)
	}
	return n
}

// openTracked also has the story sony-hack with one update.
func openTracked(t testing.TB) *newsroom {
	t.Helper()
	n := openStaffed(t)
	n.must(n.ask("mo", "general", "/desk track slug:sony-hack topics:security,film summary:\"Who did it?\" North Korea denies the attack on Sony"))
	n.must(n.ask("mo", "general", "/update sony-hack The White House is confident."))
	return n
}

func (n *newsroom) must(r bot.Reply) {
	n.t.Helper()
	if r.Failed {
		n.t.Fatalf("refused:\n%s", bot.PlainText(r.Message))
	}
}

// request is what name in a channel asks, still without content.
func (n *newsroom) request(name, where string) bot.Command {
	n.asked++
	c := bot.Command{Key: fmt.Sprintf("console:%d", n.asked), Where: channel(where), Lane: lane, User: user(name)}
	c.Direct = where == "alone"
	c.Asker = asker{c}
	return c
}

// asker knows tom and #broken.
type asker struct{ bot.Command }

func (a asker) Name(context.Context) string { return a.User.Name }

// Zone is bot.Zoned's: ben reads in Berlin, nao in Tokyo, and of the others it is not known.
func (a asker) Zone(context.Context) *time.Location {
	name := map[string]string{"console:ben": "Europe/Berlin", "console:nao": "Asia/Tokyo"}[a.User.Ref]
	if name == "" {
		return nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return zone
}

func (a asker) Manages(context.Context) error {
	if a.User.Ref == "console:tom" {
		return stories.Errorf(stories.CodeForbidden, "Only people who manage this channel can change what it follows. Ask someone with Manage Channels.")
	}
	return nil
}

func (a asker) Posts(_ context.Context, needs ...bot.Need) error {
	if len(needs) > 0 && strings.HasPrefix(a.Where.Channel, "#thread") {
		return stories.Errorf(stories.CodeInvalid, "A thread has no threads; nothing was changed. Leave mode: out.")
	}
	if len(needs) > 0 && a.Where.Channel == "#plain" {
		return stories.Errorf(stories.CodeForbidden, "The bot lacks Create Public Threads in this channel; nothing was changed. An admin of the server can grant it.")
	}
	if a.Where.Channel == "#broken" {
		return stories.Errorf(stories.CodeForbidden, "The bot lacks Send Messages, Embed Links in this channel; nothing was changed. An admin of the server can grant them.")
	}
	return nil
}

// Pings knows every role but @everyone.
func (a asker) Pings(_ context.Context, whom bot.Mention) (stories.Ping, error) {
	if press, ok := a.Input.(bot.Press); ok && press.Action != "" { // nothing is typed in a press
		whom.Name = whom.Ref
	}
	switch {
	case whom.Name == "@everyone" || whom.Name == "":
		return stories.Ping{}, stories.Errorf(stories.CodeInvalid, "Everyone is never pinged. Pick a role.")
	case !strings.HasPrefix(whom.Name, "@"):
		return stories.Ping{}, stories.Errorf(stories.CodeInvalid, "%q is no role or group that can be pinged. Pick it, or mention it with its @.", whom.Name)
	case a.User.Ref == "console:tim":
		return stories.Ping{}, stories.Errorf(stories.CodeForbidden, "You may not have %s pinged; nothing was changed. Ask somebody with Mention Everyone.", whom.Name)
	}
	return stories.Ping{Mention: whom.Name, Name: whom.Name}, nil
}

// AtLater is bot.Elsewhere's.
func (asker) AtLater() bool { return true }

// At is bot.Elsewhere's: a channel is there once it is named, but for #hidden, and ria
// manages no #desk.
func (a asker) At(_ context.Context, named string) (stories.Destination, string, bot.Asker, error) {
	switch {
	case !strings.HasPrefix(named, "#"):
		return stories.Destination{}, "", nil, stories.Errorf(stories.CodeInvalid, "channel: takes a channel's name, such as channel:#news; nothing was changed.")
	case named == "#hidden":
		return stories.Destination{}, "", nil, stories.Errorf(stories.CodeForbidden, "You are not in that channel; nothing was changed. Join it, and run the command again.")
	case named == "#desk" && a.User.Ref == "console:ria":
		a.User.Ref = "console:tom"
	}
	a.Where, a.Direct = channel(named[1:]), false
	return a.Where, named, a, nil
}

// ask gives a command as text.
func (n *newsroom) ask(name, where, line string) bot.Reply {
	c := n.request(name, where)
	command, text, _ := strings.Cut(strings.TrimPrefix(line, "/"), " ")
	c.Input = bot.Typed{Name: command, Text: text}
	return n.handle(c)
}

// typed gives a command with typed options.
func (n *newsroom) typed(name, where, command string, args map[string]string) bot.Reply {
	c := n.request(name, where)
	c.Input = bot.Options{Name: command, Values: args}
	return n.handle(c)
}

// press presses the button labelled so under the last answer.
func (n *newsroom) press(name, where, label string) bot.Reply {
	n.t.Helper()
	for _, b := range n.shown {
		if b.Label == label {
			return n.pressed(name, where, b.Action, b.Arg)
		}
	}
	n.t.Fatalf("no button %q in %v", label, n.shown)
	return bot.Reply{}
}

func (n *newsroom) pressed(name, where string, action bot.Action, arg string) bot.Reply {
	c := n.request(name, where)
	c.Input = bot.Press{Action: action, Arg: arg}
	return n.handle(c)
}

func (n *newsroom) handle(c bot.Command) bot.Reply {
	n.t.Helper()
	n.last = n.Handle(n.t.Context(), c)
	n.Wait()
	checkMessage(n.t, n.last.Message)
	if f := n.last.Form; f != nil {
		checkForm(n.t, f)
		n.form = f
	}
	if offered := offers(n.last.Message); len(offered) > 0 {
		n.shown = offered
	}
	return n.last
}

// checkMessage holds an answer against what bot.Message promises.
func checkMessage(t testing.TB, m bot.Message) {
	t.Helper()
	text := bot.PlainText(m)
	if strings.TrimSpace(text) == "" {
		t.Error("an empty answer")
	}
	if bot.Units(m.Title) > 150 || strings.Contains(m.Title, "\n") {
		t.Errorf("title = %q", m.Title)
	}
	if room := roomOf(m.Blocks...) + bot.Room(m.Title); room > 2000 { // of what Discord takes
		t.Errorf("an answer that takes %d of a message:\n%.600s", room, text)
	}
	if len(m.Buttons) > 5 {
		t.Errorf("%d buttons", len(m.Buttons))
	}
	for _, b := range offers(m) {
		if b.Label == "" || bot.Units(b.Label) > 75 || len(b.Action) > 20 || len(b.Arg) > 60 || strings.ContainsFunc(b.Arg, func(r rune) bool { return r > 126 || r <= ' ' }) {
			t.Errorf("button %+v", b)
		}
		if _, err := (bot.Press{Action: b.Action, Arg: b.Arg}).Args(); err != nil {
			t.Errorf("button %+v cannot be understood when it is pressed", b)
		}
	}
	if text != bot.Clean(text) && !strings.ContainsRune(text, '\u2068') {
		t.Errorf("an answer that is not clean: %q", text)
	}
}

// offers are all that can be pressed in a message: its buttons, then its rows.
func offers(m bot.Message) []bot.Button {
	offered := slices.Clone(m.Buttons)
	for _, b := range m.Blocks {
		if b.Button != nil {
			offered = append(offered, *b.Button)
		}
	}
	return offered
}

// transcript is an answer as the golden files hold it: rows that open something
// have what they are called behind them.
func transcript(r bot.Reply) string {
	var b strings.Builder
	if r.Public {
		b.WriteString("(to everyone)\n")
	}
	if r.Failed {
		b.WriteString("(refused)\n")
	}
	b.WriteString(drawnForm(r.Form))
	m := r.Message
	m.Blocks = slices.Clone(m.Blocks)
	for i, block := range m.Blocks {
		if block.Button != nil {
			m.Blocks[i].Spans = append(slices.Clone(block.Spans), bot.Text(" ["+block.Button.Label+"]"))
		}
	}
	b.WriteString(bot.PlainText(m) + "\n")
	for i, button := range r.Message.Buttons {
		if i > 0 {
			b.WriteString(" ")
		}
		b.WriteString("[" + button.Label + "]")
	}
	if len(r.Message.Buttons) > 0 {
		b.WriteString("\n")
	}
	return b.String()
}

// work does a worker's part: all that is due ends as result says.
func (n *newsroom) work(result func(stories.Delivery) stories.Result) {
	n.t.Helper()
	ctx := n.t.Context()
	lease, ok, err := n.store.Acquire(ctx, lane, "test", time.Minute)
	if err != nil || !ok {
		n.t.Fatalf("Acquire = %v, %v", ok, err)
	}
	defer n.store.ReleaseLease(ctx, lease)
	var results []stories.Result
	for batch := int64(1); ; batch++ {
		x := stories.Exchange{Batch: batch, Results: results}
		rows, begun := n.owed(results)
		for _, r := range rows {
			x.Begin = append(x.Begin, stories.Flight{Ref: r.Ref, Attempt: r.Attempt + 1, First: n.now, Last: n.now})
		}
		for _, d := range begun {
			x.Updates, x.Notices = append(x.Updates, d.About.UpdateID), append(x.Notices, d.About.NoticeID)
		}
		done, err := n.store.Exchange(ctx, lease, x)
		if err != nil {
			n.t.Fatal(err)
		}
		if len(rows) == 0 {
			return
		}
		results = results[:0]
		for i, d := range begun {
			if !done.Deliveries[d.ID] {
				continue
			}
			if now, is := done.Revisions[d.About.UpdateID]; is {
				d.Revision = now
			}
			r := result(d)
			r.Revision = d.Revision
			r.Ref, r.Attempt, r.First, r.Last, r.At = rows[i].Ref, rows[i].Attempt+1, n.now, n.now, n.now
			results = append(results, r)
		}
	}
}

// owed is the first row of the queue for each destination, but those just ended.
func (n *newsroom) owed(ended []stories.Result) (rows []stories.Owed, deliveries []stories.Delivery) {
	n.t.Helper()
	over := map[int64]bool{}
	for _, r := range ended {
		over[r.Delivery] = true
	}
	open, err := n.store.Publications(n.t.Context(), lane, nil, 1000)
	if err != nil {
		n.t.Fatal(err)
	}
	busy := map[int64]bool{}
	for _, p := range open {
		loaded, err := n.store.Load(n.t.Context(), p.ID, stories.Ref{}, 1000)
		if err != nil {
			n.t.Fatal(err)
		}
		for _, r := range loaded.Rows {
			if over[r.Delivery] || busy[r.Place] {
				continue
			}
			busy[r.Place] = true
			o := loaded.Origins[r.Origin]
			rows = append(rows, r)
			deliveries = append(deliveries, stories.Delivery{ID: r.Delivery, About: stories.About{UpdateID: o.UpdateID, NoticeID: o.NoticeID, StoryID: o.StoryID, Number: o.Number}, Revision: o.Revision, Op: o.Op, Destination: r.Destination})
		}
	}
	return rows, deliveries
}

// reading is delivered for the notices too: what they say in their channels, as
// transcript has it, is added to b. What they offer can be pressed.
func (n *newsroom) reading(b *strings.Builder) func(stories.Delivery) stories.Result {
	return func(d stories.Delivery) stories.Result {
		n.t.Helper()
		if d.About.NoticeID != 0 {
			content, err := n.store.Content(n.t.Context(), stories.SubjectOf(d.About, d.Op, d.ID), 1)
			if err != nil {
				n.t.Fatal(err)
			}
			m := bot.RenderContent(content)
			checkMessage(n.t, m)
			to := "to"
			if d.Op == stories.OpEdit {
				to = "edited in"
			}
			if d.Op == stories.OpDelete {
				fmt.Fprintf(b, "(taken away in %s)\n", d.Destination.Channel)
				return delivered(d)
			}
			fmt.Fprintf(b, "(%s %s)\n%s\n", to, d.Destination.Channel, transcript(bot.Reply{Message: m}))
			if offered := offers(m); len(offered) > 0 && d.Op != stories.OpEdit {
				n.shown = offered
			}
		}
		return delivered(d)
	}
}

func delivered(d stories.Delivery) stories.Result {
	return stories.Result{State: stories.Sent, MessageID: fmt.Sprint("m", d.ID)}
}

func blocking(stories.Delivery) stories.Result {
	return stories.Result{State: stories.Held, Destination: stories.Blocked, Reason: "does not let the bot post. Someone who manages the channel can grant Send Messages."}
}

// lockedBuffer is a log that background work may write to.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// remake gives the newsroom another Mux, made of settings that are changed.
func (n *newsroom) remake(change func(*Config)) {
	n.Wait()
	change(&n.config)
	n.Mux = New(n.config)
}
