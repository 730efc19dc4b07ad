package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"storybot/bot"
	"storybot/stories"
	"storybot/stories/sqlstore"
)

// maxListed is how many deliveries one call lists at most.
const maxListed = 10000

type deliveriesCommand struct {
	List  listDeliveries  `cmd:"" default:"withargs" help:"List what channels are owed, newest first."`
	Retry retryDeliveries `cmd:"" help:"Have sent once more what failed, or what nobody knows the end of."`
}

// Help shows how they are called.
func (*deliveriesCommand) Help() string {
	return `Without list or retry they are listed.

  storybot deliveries --state failed,unknown
  storybot deliveries retry --state failed --story sony-hack`
}

// whichDeliveries narrows what a command is about.
type whichDeliveries struct {
	State   string `placeholder:"STATES" help:"Only those in these states, separated by commas."`
	Lane    string `help:"Only those of this lane: \"discord\", \"slack:T012AB3CD\"."`
	Story   string `placeholder:"SLUG" help:"Only those of this story."`
	Update  int    `placeholder:"NUMBER" help:"Only those of the story's update of this number, with --story."`
	Channel string `help:"Only those to this channel: its id, the link to it, or the beginning of its address as it is listed."`
}

type listDeliveries struct {
	whichDeliveries
	Limit int  `default:"20" help:"How many at most."`
	JSON  bool `name:"json" help:"Print a list for programs."`
}

// Help shows how it is called.
func (*listDeliveries) Help() string {
	return `How each ended, or what it waits for; also while the bot runs.

  storybot deliveries --state failed,unknown
  storybot deliveries --story sony-hack --update 3
  storybot deliveries --channel https://discord.com/channels/81384788765712384/155101607195836416
  storybot deliveries --limit 1000 --json`
}

// Run lists what channels are owed.
func (c *listDeliveries) Run(ctx context.Context, p *program) error {
	filter, err := c.filter(p.kits)
	if err != nil {
		return usageError{err}
	}
	cfg, err := p.settings()
	if err != nil {
		return err
	}
	cfg.lookAtTryOut()
	// Only looked at: the bot may be running meanwhile.
	store, err := sqlstore.Look(ctx, cfg.databaseURL.reveal())
	if err != nil {
		return notOpened(err, cfg)
	}
	found, err := c.find(ctx, store, filter, p.kits)
	if err := errors.Join(err, store.Close()); err != nil {
		return fmt.Errorf("list deliveries: %w", err)
	}
	if c.JSON {
		return p.printJSON(found.rows())
	}
	return found.write(p.hidden.writer(p.stdout))
}

// filter is what the flags say, but for the story.
func (c *listDeliveries) filter(kits []bot.Kit) (stories.DeliveryFilter, error) {
	if c.Limit < 1 || c.Limit > maxListed {
		return stories.DeliveryFilter{}, fmt.Errorf("--limit is a number from 1 to %d", maxListed)
	}
	return c.whichDeliveries.filter(kits)
}

// filter is what the flags say, but for the story.
func (c *whichDeliveries) filter(kits []bot.Kit) (stories.DeliveryFilter, error) {
	f := stories.DeliveryFilter{Lane: c.Lane}
	for _, name := range list(c.State) {
		s, err := parseState(name)
		if err != nil {
			return f, err
		}
		f.States = append(f.States, s)
	}
	if c.Update < 0 || c.Update > 0 && c.Story == "" {
		return f, errors.New("--update is the number of an update, and needs --story with the slug of its story")
	}
	typed := strings.TrimSpace(c.Channel)
	if strings.Contains(typed, ":") && !strings.Contains(typed, "://") {
		f.Destination = typed
	} else {
		f.Channel = cmp.Or(channelOf(typed, kits), typed)
	}
	return f, nil
}

// channelOf is the id of the channel that somebody typed, "" where no platform has such.
func channelOf(typed string, kits []bot.Kit) string {
	for _, k := range kits {
		if k.Channel == nil {
			continue
		}
		if id := k.Channel(typed); id != "" {
			return id
		}
	}
	return ""
}

// newest are the newest deliveries that f asks for. What begins no address may be a
// channel's id behind the name of its platform: a server's looks the same.
func (c *listDeliveries) newest(ctx context.Context, store *sqlstore.Store, f stories.DeliveryFilter, kits []bot.Kit) ([]stories.Delivery, error) {
	found, err := store.Deliveries(ctx, f, c.Limit)
	if id := channelOf(f.Destination, kits); err == nil && len(found) == 0 && id != "" && !strings.Contains(f.Destination, "/") {
		f.Destination, f.Channel = "", id
		return store.Deliveries(ctx, f, c.Limit)
	}
	return found, err
}

// ofStory narrows f to the story and the update that the flags name.
func (c *whichDeliveries) ofStory(ctx context.Context, store *sqlstore.Store, f *stories.DeliveryFilter) error {
	if c.Story == "" {
		return nil
	}
	slug := strings.ToLower(strings.TrimSpace(c.Story))
	story, err := store.StoryBySlug(ctx, slug)
	if err != nil {
		return err
	}
	f.StoryID = story.ID
	if c.Update > 0 {
		u, _, err := store.UpdateBySlug(ctx, slug, c.Update) // under an older slug, by the number it had there
		if err != nil {
			return err
		}
		f.UpdateID = u.ID
	}
	return nil
}

// find finds the deliveries, and what their stories are called.
func (c *listDeliveries) find(ctx context.Context, store *sqlstore.Store, f stories.DeliveryFilter, kits []bot.Kit) (found listed, err error) {
	if err := c.ofStory(ctx, store, &f); err != nil {
		return found, err
	}
	if found.deliveries, err = c.newest(ctx, store, f, kits); err != nil {
		return found, err
	}
	found.slugs = map[int64]string{}
	for _, d := range found.deliveries {
		id := d.About.StoryID
		if _, known := found.slugs[id]; known || id == 0 {
			continue
		}
		story, err := store.StoryByID(ctx, id)
		if err != nil && stories.CodeOf(err) != stories.CodeNotFound {
			return found, err
		}
		found.slugs[id] = story.Slug
	}
	return found, nil
}

// listed are deliveries, and what their stories are called by their ids.
type listed struct {
	deliveries []stories.Delivery
	slugs      map[int64]string
}

// parseState reads the name of a delivery's state.
func parseState(name string) (stories.DeliveryState, error) {
	var names []string
	for s := stories.Pending; s <= stories.Gathered; s++ {
		if strings.EqualFold(name, s.String()) {
			return s, nil
		}
		names = append(names, s.String())
	}
	return 0, fmt.Errorf("%q is no state. --state is one or more of %s, separated by commas", name, strings.Join(names, ", "))
}

// write writes them for people.
func (l listed) write(out io.Writer) error {
	if len(l.deliveries) == 0 {
		_, err := fmt.Fprintln(out, "No deliveries.")
		return err
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ID\tSTATE\tCHANNEL\tWHAT\tSTORY\tUPDATE\tLEVEL\tTRIES\tCREATED\tFINISHED\tMESSAGE\tREASON")
	for _, d := range l.deliveries {
		fmt.Fprintf(table, "%d\t%s\t%s\t%s\t%s\t%s\t%s\t%d\t%s\t%s\t%s\t%s\n", d.ID, d.State, bot.OneLine(d.Destination.String()), what(d),
			cmp.Or(l.slugs[d.About.StoryID], "-"), numbered(d.About.Number), d.Level, d.Tries.Count, moment(d.CreatedAt), moment(d.FinishedAt), bot.OneLine(d.MessageID), bot.OneLine(d.Reason))
	}
	return table.Flush()
}

// deliveryRow is a delivery for programs; times are RFC 3339, "" for none.
type deliveryRow struct {
	ID       int64  `json:"id"`
	State    string `json:"state"`
	Channel  string `json:"channel"`
	What     string `json:"what"`
	Story    string `json:"story,omitempty"`
	StoryID  int64  `json:"story_id,omitempty"`
	Update   int    `json:"update,omitempty"`
	Level    string `json:"level"`
	Tries    int    `json:"tries"`
	Created  string `json:"created,omitempty"`
	Finished string `json:"finished,omitempty"`
	Message  string `json:"message,omitempty"`
	Reason   string `json:"reason,omitempty"`
}

func (l listed) rows() []deliveryRow {
	rows := []deliveryRow{}
	at := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return moment(t)
	}
	for _, d := range l.deliveries {
		rows = append(rows, deliveryRow{d.ID, d.State.String(), d.Destination.String(), what(d), l.slugs[d.About.StoryID], d.About.StoryID, d.About.Number, d.Level.String(),
			d.Tries.Count, at(d.CreatedAt), at(d.FinishedAt), d.MessageID, d.Reason})
	}
	return rows
}

// what is what a delivery does and what with: "post update", "edit progress".
func what(d stories.Delivery) string {
	if d.About.NoticeID == 0 {
		return d.Op.String() + " update"
	}
	return strings.TrimSpace(d.Op.String() + " " + string(d.About.Notice))
}

// numbered is an update's number, "-" for none.
func numbered(n int) string {
	if n == 0 {
		return "-"
	}
	return strconv.Itoa(n)
}

func moment(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format(time.RFC3339)
}
