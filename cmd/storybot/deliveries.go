package main

import (
	"context"
	"errors"
	"fmt"
	"io"
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
	State string `placeholder:"STATES" help:"Only those in these states, separated by commas."`
	Lane  string `help:"Only those of this lane: \"discord\", \"slack:T012AB3CD\"."`
	Limit int    `default:"20" help:"How many at most."`
	JSON  bool   `name:"json" help:"Print a list for programs."`
}

// Help shows how it is called.
func (*deliveriesCommand) Help() string {
	return `How each ended, or what it waits for; also while the bot runs.

  storybot deliveries --state failed,unknown
  storybot deliveries --limit 1000 --json`
}

// Run lists what channels are owed.
func (c *deliveriesCommand) Run(ctx context.Context, p *program) error {
	filter := stories.DeliveryFilter{Lane: c.Lane}
	for _, name := range list(c.State) {
		s, err := parseState(name)
		if err != nil {
			return usageError{err}
		}
		filter.States = append(filter.States, s)
	}
	if c.Limit < 1 || c.Limit > maxListed {
		return usageError{fmt.Errorf("--limit is a number from 1 to %d", maxListed)}
	}
	cfg, err := p.settings()
	if err != nil {
		return err
	}
	cfg.lookAtTryOut()
	// Only looked at: the bot may be running meanwhile.
	store, err := sqlstore.Look(ctx, cfg.databaseURL.reveal())
	if err != nil {
		return fmt.Errorf("DATABASE_URL: %w", err)
	}
	found, err := store.Deliveries(ctx, filter, c.Limit)
	if err := errors.Join(err, store.Close()); err != nil {
		return fmt.Errorf("list deliveries: %w", err)
	}
	if c.JSON {
		return p.printJSON(rowsOf(found))
	}
	return writeDeliveries(p.stdout, found)
}

// parseState reads the name of a delivery's state.
func parseState(name string) (stories.DeliveryState, error) {
	var names []string
	for s := stories.Pending; s <= stories.Kept; s++ {
		if strings.EqualFold(name, s.String()) {
			return s, nil
		}
		names = append(names, s.String())
	}
	return 0, fmt.Errorf("%q is no state. --state is one or more of %s, separated by commas", name, strings.Join(names, ", "))
}

func writeDeliveries(out io.Writer, found []stories.Delivery) error {
	if len(found) == 0 {
		_, err := fmt.Fprintln(out, "No deliveries.")
		return err
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ID\tSTATE\tCHANNEL\tWHAT\tSTORY\tUPDATE\tLEVEL\tTRIES\tCREATED\tFINISHED\tMESSAGE\tREASON")
	for _, d := range found {
		fmt.Fprintf(table, "%d\t%s\t%s\t%s\t%d\t%d\t%s\t%d\t%s\t%s\t%s\t%s\n", d.ID, d.State, bot.OneLine(d.Destination.String()), what(d),
			d.About.StoryID, d.About.Number, d.Level, d.Tries.Count, moment(d.CreatedAt), moment(d.FinishedAt), bot.OneLine(d.MessageID), bot.OneLine(d.Reason))
	}
	return table.Flush()
}

// deliveryRow is a delivery for programs; times are RFC 3339, "" for none.
type deliveryRow struct {
	ID       int64  `json:"id"`
	State    string `json:"state"`
	Channel  string `json:"channel"`
	What     string `json:"what"`
	StoryID  int64  `json:"story_id,omitempty"`
	Update   int    `json:"update,omitempty"`
	Level    string `json:"level"`
	Tries    int    `json:"tries"`
	Created  string `json:"created,omitempty"`
	Finished string `json:"finished,omitempty"`
	Message  string `json:"message,omitempty"`
	Reason   string `json:"reason,omitempty"`
}

func rowsOf(found []stories.Delivery) []deliveryRow {
	rows := []deliveryRow{}
	at := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return moment(t)
	}
	for _, d := range found {
		rows = append(rows, deliveryRow{d.ID, d.State.String(), d.Destination.String(), what(d), d.About.StoryID, d.About.Number, d.Level.String(),
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

func moment(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format(time.RFC3339)
}
