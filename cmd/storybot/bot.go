package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"storybot/bot"
	"storybot/bot/command"
	"storybot/bot/console"
	"storybot/bot/delivery"
	"storybot/bot/lease"
	"storybot/bot/names"
	"storybot/bot/schedule"
	"storybot/stories"
	"storybot/stories/sqlstore"
)

// running is a bot with all its parts.
type running struct {
	config    *config
	log       *slog.Logger
	store     *sqlstore.Store
	desk      *stories.Service
	schedule  *stories.Schedule
	scheduler *schedule.Scheduler
	book      *names.Book
	engine    *delivery.Engine
	notifier  *delivery.Notifier
	mux       *command.Mux
	talk      *platformRun // the console, or nil
	chats     []*platformRun
	starts    *starts
	code      string // what makes the first admin, "" for nothing
	stops     teardowns
	opened    atomic.Bool // connections, reach and queue can be asked
	// ended gets the end of each platform: nil when there is nothing more to
	// do, an error for what no retry can mend.
	ended chan error
}

// start opens everything, in the order it depends on each other. What was
// started is in r.stops, also when start fails.
func (r *running) start(ctx context.Context, talk *console.Console) error {
	registry := newRegistry()
	if r.config.onServer() { // which may have to be waited for, and is looked at meanwhile
		if err := r.serve(registry); err != nil {
			return err
		}
	}
	if err := r.openNewsroom(ctx); err != nil {
		return err
	}
	r.stops.add("file of the try-out", func(context.Context) error { r.config.dropTryOut(talk); return nil })
	if err := r.openPlatforms(talk); err != nil {
		return err
	}
	if err := r.claim(ctx); err != nil {
		return err
	}
	senders := r.senders()
	for name, s := range senders {
		if err := r.store.KeepBroadcasting(ctx, name, s.Knows(stories.OpBroadcast)); err != nil {
			return err
		}
	}
	counts := delivery.NewMetrics(registry)
	r.engine = delivery.New(delivery.Config{Store: r.store, Senders: senders, Render: bot.Renderer(people(r.config.kits)...), Log: r.log, Wall: wallClock, Metrics: counts})
	r.notifier = delivery.NewNotifier(r.store, uneditable(senders), func() { r.engine.Kick("") }, r.log, wallClock)
	counts.WatchQueue(r.queue)
	r.mux = command.New(command.Config{Stories: command.Over(r.desk), Schedule: r.schedule, Zone: r.config.times.zone, Undo: r.config.times.undo, Log: r.log,
		Connections: r.connections, Lanes: r.lanes, People: people(r.config.kits)})
	r.opened.Store(true)
	r.stops.add("look at it from outside", func(context.Context) error { r.opened.Store(false); return nil })
	if !r.config.onServer() {
		if err := r.serve(registry); err != nil {
			return err
		}
	}
	r.background("housekeeping", func(ctx context.Context) { keepPruned(ctx, r.store, r.log) })
	r.background("names", r.book.Run)
	r.background("search index", func(ctx context.Context) { keepSearchable(ctx, r.store, r.log) })
	r.background("news for the desk", r.notifier.Run)
	r.background("schedule", r.scheduler.Run)
	r.background("blocked channels", delivery.NewHealer(r.desk.Places, r.engine.Holds, r.log, wallClock).Run)
	r.stops.add("answers", func(context.Context) error { r.mux.Wait(); return nil })
	for _, p := range r.chats {
		r.background(p.Name(), func(ctx context.Context) { r.ended <- p.run(ctx, r.mux, r.log) })
	}
	// The engine starts last and so stops first: after a signal nothing new is
	// sent, while answers in the making still go out.
	r.background("delivery", func(ctx context.Context) { _ = r.engine.Run(ctx) })
	return nil
}

// background runs f in a goroutine that is stopped and waited for at the end.
func (r *running) background(name string, f func(context.Context)) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		f(ctx)
	}()
	r.stops.add(name, func(stopping context.Context) error {
		cancel()
		select {
		case <-done:
			return nil
		case <-stopping.Done():
			return stopping.Err()
		}
	})
}

// openNewsroom opens the database and the newsroom over it. Without a token
// the console's first user is admin, and an empty database gets the sample.
func (r *running) openNewsroom(ctx context.Context) error {
	open := openStore
	if r.config.hasPlatform() {
		open = awaitStore
	}
	store, err := open(ctx, r.config, r.log)
	if err != nil {
		return err
	}
	r.store = store
	r.stops.add("database", func(context.Context) error { return store.Close() })
	r.book = names.New(store, r.log, wallClock)
	admins := r.config.admins
	if r.config.hasPlatform() {
		if err := refuseTryOut(ctx, r.config, store); err != nil {
			return err
		}
	} else {
		admins = append(admins, firstUser)
		if err := seed(ctx, store); err != nil {
			return fmt.Errorf("add the sample story: %w", err)
		}
	}
	r.desk = stories.NewService(stories.Config{Stores: store.Families(), Admins: admins, Log: r.log, Now: wallClock, Planned: func() { r.engine.Kick("") },
		CheckPerson: func(ref string) error { return bot.CheckPerson(people(r.config.kits), ref) }})
	r.schedule = stories.NewSchedule(r.desk.Publisher, store, store, func() { r.scheduler.Kick() })
	return nil
}

// firstUser is who speaks on the console at first.
const firstUser = console.Platform + ":" + console.FirstUser

// openPlatforms makes every platform there is a token for, and the console.
func (r *running) openPlatforms(talk *console.Console) error {
	owner, leases := rand.Text(), lease.Granter(r.store)
	if !r.config.onServer() {
		leases = nil // the file's lock keeps every other process away
	}
	r.scheduler = schedule.New(schedule.Config{Due: r.schedule.Due, Leases: leases, Owner: owner, Log: r.log})
	for _, kit := range r.config.kits {
		if !r.config.uses(kit) {
			continue
		}
		p, err := kit.Open(bot.Parts{Setting: r.config.value, Specs: command.Specs(), Menus: command.Menus(), Memory: r.store, Log: r.log, Now: wallClock, Version: version(),
			Places: places{r.desk.Places, r.book, func(lane string) { r.engine.Resume(lane) }, r.log}, Started: r.starts.of(kit.Name())})
		if err != nil {
			return wrongSettings{what: "this platform cannot be made ready:", wrong: []string{kit.Name() + ": " + err.Error()}}
		}
		r.starts.expect(kit.Name())
		r.chats = append(r.chats, newPlatformRun(p, leases, owner, r.log))
	}
	if talk != nil {
		r.talk = newPlatformRun(talk, leases, owner, r.log)
		r.chats = append(r.chats, r.talk)
	}
	return nil
}

func (r *running) senders() map[string]bot.Sender {
	senders := map[string]bot.Sender{}
	for _, p := range r.chats {
		senders[p.Name()] = p.Platform // itself, for what it can do beside sending
	}
	return senders
}

// uneditable are the platforms where what was posted stays as it is.
func uneditable(senders map[string]bot.Sender) (names []string) {
	for name, s := range senders {
		if !s.Knows(stories.OpEdit) || s.Pace("").Reprints {
			names = append(names, name)
		}
	}
	return names
}

// claim offers the code for the first admin, where there is none.
func (r *running) claim(ctx context.Context) error {
	if !r.config.hasPlatform() {
		return nil
	}
	code, err := offerClaim(ctx, r.desk, r.log)
	r.code = code
	return err
}

// isPrivate says that what was typed holds a secret, and is not to be kept.
func (r *running) isPrivate(typed string) bool {
	return isClaim(typed, r.code) || string(r.config.hidden.mask([]byte(typed))) != typed
}

// wait returns when ctx ends, when the console has nothing more to say, when
// every platform refused the bot and there is no console, or when no platform
// is left.
func (r *running) wait(ctx context.Context) error {
	refused := r.starts.refused
	if r.talk != nil {
		refused = nil // the console goes on
	}
	var failed []error
	for len(failed) < len(r.chats) {
		select {
		case <-ctx.Done():
			r.log.Info("storybot is stopping; a second signal ends it at once")
			return nil
		case <-refused:
			return r.starts.failure()
		case err := <-r.ended:
			if err == nil {
				return nil
			}
			failed = append(failed, err)
		}
	}
	return fmt.Errorf("no platform is left: %w", errors.Join(failed...))
}

// settled waits until nothing that is due now is unsent, and the desk is told of it. At
// the last it waits before that for what goes out unless somebody undoes it.
func (r *running) settled(ctx context.Context, last bool) error {
	then := wallClock()
	if last {
		then = then.Add(r.config.times.undo)
	}
	if err := r.gone(ctx, then); err != nil {
		return err
	}
	for {
		if err := r.engine.Idle(ctx); err != nil {
			return err
		}
		if told, err := r.notifier.Tell(ctx); err != nil || !told {
			return err
		}
	}
}

// leaving is what somebody reads who leaves the console, and the bot stops with it, while
// an update waits for the end of the time in which it can be undone.
func (r *running) leaving(ctx context.Context) string {
	if r.config.times.undo == 0 {
		return ""
	}
	if waits, err := r.schedule.GoesOut(ctx, wallClock().Add(r.config.times.undo)); err != nil || !waits {
		return ""
	}
	return "An update has not gone out yet: it goes out as soon as the bot runs again, or the desk is asked about it once an hour has passed. /desk scheduled lists it then."
}

// goneEvery is how often it is looked whether what is scheduled has gone out.
const goneEvery = 100 * time.Millisecond

// gone waits until what is scheduled up to then has gone out, or was taken back.
func (r *running) gone(ctx context.Context, then time.Time) error {
	tick := time.NewTicker(goneEvery)
	defer tick.Stop()
	for {
		waits, err := r.schedule.GoesOut(ctx, then)
		if err != nil || !waits {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// connections is how each connection is, as it may be shown: a detail may hold
// the error of an address, or a token that stands where none belongs.
func (r *running) connections() (all []bot.Health) {
	for _, p := range r.chats {
		all = append(all, p.health()...)
	}
	for i, c := range all {
		all[i].Detail = string(r.config.hidden.mask([]byte(r.config.hidden.unaddressed(c.Detail))))
	}
	return all
}

func (r *running) lanes() (all []command.LaneHealth) {
	for _, l := range r.engine.Lanes() {
		all = append(all, command.LaneHealth{Lane: l.Lane, PerSecond: l.Rate, Paused: l.Paused, Stopped: l.Stopped})
	}
	return all
}

// reach asks the database something small, and whether it takes what is written.
func (r *running) reach(ctx context.Context) error {
	if _, err := r.store.RoleOf(ctx, firstUser); err != nil {
		return err
	}
	return r.engine.Trouble()
}

// queue is what waits, for the metrics; nothing when the database is away.
func (r *running) queue() []stories.LaneStatus {
	ctx, cancel := context.WithTimeout(context.Background(), reachTime)
	defer cancel()
	if !r.opened.Load() {
		return nil
	}
	lanes, err := r.store.Queue(ctx)
	if err != nil {
		r.log.Warn("the queue could not be counted for the metrics", "err", err)
	}
	return lanes
}
