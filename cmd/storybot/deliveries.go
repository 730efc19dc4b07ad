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

// deliveries lists what channels are owed: how each ended, or what it waits
// for.
func (p *program) deliveries(ctx context.Context, args []string) error {
	flags := p.flags("deliveries")
	state := flags.String("state", "", "")
	lane := flags.String("lane", "", "")
	limit := flags.Int("limit", 20, "")
	if err := parse(flags, args); err != nil {
		return err
	}
	filter := stories.DeliveryFilter{Lane: *lane}
	for _, name := range list(*state) {
		s, err := parseState(name)
		if err != nil {
			return usageError{err}
		}
		filter.States = append(filter.States, s)
	}
	if *limit < 1 || *limit > maxListed {
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
	found, err := store.Deliveries(ctx, filter, *limit)
	if err := errors.Join(err, store.Close()); err != nil {
		return fmt.Errorf("list deliveries: %w", err)
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
