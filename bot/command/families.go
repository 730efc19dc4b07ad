package command

// families are the commands, divided by what they are about.
type families struct {
	common  common  // what all commands use
	readers readers // for everybody
	writers writers // for moderators, on stories and updates
	forms   forms   // for moderators, in forms
	desks   desks   // for moderators and admins, on the desk
	kinds   formKinds
}

type (
	common struct {
		manual     *manual
		questions  *questions
		guard      *guard
		refusing   *refusing
		warning    *warning
		finding    *finding
		completing *completing
		doubts     *doubts
	}
	readers struct {
		follows    *follows
		joining    *joining
		leaving    *leaving
		changing   *changing
		trying     *trying
		explaining *explaining
		listing    *listing
		showing    *showing
		catching   *catching
	}
	writers struct {
		amending   *amending
		recalling  *recalling
		publishing *publishing
		editing    *editing
		scheduling *scheduling
		writing    *writing
		merging    *merging
	}
	forms struct {
		forming    *forming
		correcting *correcting
		drafting   *drafting
		timing     *timing
		updating   *updating
		menus      *menus
		posting    *posting
		rewording  *rewording
		tracking   *tracking
		undoing    *undoing
	}
	desks struct {
		staffing *staffing
		logging  *logging
		running  *running
	}
)

// assemble makes the families of c, each after those it asks.
func assemble(c Config) *families {
	f, room := &families{}, c.Stories
	f.common.manual = &manual{people: c.People}
	f.common.questions = &questions{now: room.Now, notes: room.Notes, manual: f.common.manual}
	f.writers.amending = &amending{now: room.Now, archive: room.Archive, health: room.Health, reviser: room.Reviser, questions: f.common.questions}
	f.common.guard = &guard{people: c.People, archive: room.Archive, rights: room.Rights}
	f.common.refusing = &refusing{log: c.Log, archive: room.Archive, guard: f.common.guard, manual: f.common.manual}
	f.common.warning = &warning{log: c.Log, now: room.Now, following: room.Following, putBacks: room.PutBacks, refusing: f.common.refusing}
	f.readers.follows = &follows{log: c.Log, now: room.Now, archive: room.Archive, following: room.Following, warning: f.common.warning}
	f.common.finding = &finding{log: c.Log, archive: room.Archive, merger: room.Merger, refusing: f.common.refusing}
	f.common.completing = &completing{log: c.Log, index: room.Index}
	f.readers.joining = &joining{now: room.Now, archive: room.Archive, following: room.Following, subscriber: room.Subscriber, completing: f.common.completing, finding: f.common.finding, follows: f.readers.follows, questions: f.common.questions, warning: f.common.warning}
	f.readers.leaving = &leaving{log: c.Log, archive: room.Archive, following: room.Following, subscriber: room.Subscriber, finding: f.common.finding, joining: f.readers.joining, questions: f.common.questions, warning: f.common.warning}
	f.readers.changing = &changing{log: c.Log, following: room.Following, subscriber: room.Subscriber, follows: f.readers.follows, leaving: f.readers.leaving, warning: f.common.warning}
	f.readers.trying = &trying{now: room.Now, notes: room.Notes, following: room.Following, subscriber: room.Subscriber, changing: f.readers.changing}
	f.forms.forming = &forming{kinds: &f.kinds, archive: room.Archive, drafts: room.Drafts, rights: room.Rights}
	f.desks.staffing = &staffing{now: room.Now, people: c.People, desk: room.Desk, rights: room.Rights, guard: f.common.guard}
	f.writers.recalling = &recalling{now: room.Now, archive: room.Archive, reviser: room.Reviser, finding: f.common.finding, staffing: f.desks.staffing}
	f.forms.correcting = &correcting{kinds: &f.kinds, now: room.Now, archive: room.Archive, drafts: room.Drafts, reviser: room.Reviser, amending: f.writers.amending, forming: f.forms.forming, recalling: f.writers.recalling}
	f.common.doubts = &doubts{now: room.Now, guard: f.common.guard, manual: f.common.manual, questions: f.common.questions, refusing: f.common.refusing}
	f.forms.drafting = &drafting{kinds: &f.kinds, now: room.Now, drafts: room.Drafts, guard: f.common.guard}
	f.writers.publishing = &publishing{now: room.Now, zone: c.Zone, publisher: room.Publisher}
	f.writers.editing = &editing{schedule: c.Schedule, undo: c.Undo, zone: c.Zone, archive: room.Archive, editor: room.Editor, completing: f.common.completing, finding: f.common.finding, guard: f.common.guard, publishing: f.writers.publishing, questions: f.common.questions}
	f.readers.explaining = &explaining{now: room.Now, archive: room.Archive, following: room.Following, merger: room.Merger, finding: f.common.finding, follows: f.readers.follows, recalling: f.writers.recalling, warning: f.common.warning}
	f.readers.listing = &listing{log: c.Log, archive: room.Archive, index: room.Index, notes: room.Notes, questions: f.common.questions}
	f.desks.logging = &logging{now: room.Now, zone: c.Zone, archive: room.Archive, desk: room.Desk, finding: f.common.finding, staffing: f.desks.staffing}
	f.forms.timing = &timing{now: room.Now, undo: c.Undo, zone: c.Zone, drafts: room.Drafts, forming: f.forms.forming}
	f.writers.scheduling = &scheduling{log: c.Log, now: room.Now, schedule: c.Schedule, zone: c.Zone, health: room.Health, publishing: f.writers.publishing}
	f.writers.writing = &writing{now: room.Now, schedule: c.Schedule, undo: c.Undo, zone: c.Zone, archive: room.Archive, publisher: room.Publisher, finding: f.common.finding, publishing: f.writers.publishing, questions: f.common.questions, scheduling: f.writers.scheduling}
	f.forms.updating = &updating{kinds: &f.kinds, now: room.Now, archive: room.Archive, drafts: room.Drafts, index: room.Index, rights: room.Rights, finding: f.common.finding, forming: f.forms.forming, timing: f.forms.timing, writing: f.writers.writing}
	f.forms.menus = &menus{kinds: &f.kinds, rights: room.Rights, forming: f.forms.forming, updating: f.forms.updating}
	f.writers.merging = &merging{archive: room.Archive, merger: room.Merger, guard: f.common.guard, questions: f.common.questions, refusing: f.common.refusing}
	f.forms.posting = &posting{kinds: &f.kinds, drafts: room.Drafts, rights: room.Rights, forming: f.forms.forming, timing: f.forms.timing}
	f.forms.rewording = &rewording{kinds: &f.kinds, now: room.Now, archive: room.Archive, desk: room.Desk, drafts: room.Drafts, editor: room.Editor, editing: f.writers.editing, forming: f.forms.forming, logging: f.desks.logging, updating: f.forms.updating}
	f.desks.running = &running{connections: c.Connections, lanes: c.Lanes, desk: room.Desk, health: room.Health, putBacks: room.PutBacks, scheduling: f.writers.scheduling, staffing: f.desks.staffing}
	f.readers.showing = &showing{log: c.Log, now: room.Now, archive: room.Archive, following: room.Following, notes: room.Notes, finding: f.common.finding, listing: f.readers.listing}
	f.readers.catching = &catching{now: room.Now, archive: room.Archive, following: room.Following, finding: f.common.finding, showing: f.readers.showing}
	f.forms.tracking = &tracking{kinds: &f.kinds, archive: room.Archive, editing: f.writers.editing, finding: f.common.finding, forming: f.forms.forming, manual: f.common.manual}
	f.forms.undoing = &undoing{kinds: &f.kinds, now: room.Now, schedule: c.Schedule, drafts: room.Drafts, forming: f.forms.forming, scheduling: f.writers.scheduling, timing: f.forms.timing}
	f.kinds = formsOf(f)
	f.common.manual.table = table(f)
	return f
}
