// Package stories is the newsroom: stories and their numbered updates, the
// channels that follow them, the deliveries owed to those channels, and the
// people who may write. It knows no chat platform and no SQL.
//
// Read it in this order: story.go and update.go are what a reader sees,
// destination.go and subscription.go say who gets it, delivery.go what is owed
// and how it ended, people.go who may do what, error.go how a refusal is said.
// Service (service.go and its neighbours) holds the rules, one method an
// intention; Store (store.go) is what Service asks of a database, and
// sqlstore answers it for SQLite and PostgreSQL.
//
// Publishing is one transaction: Publisher.Append stores the update together
// with one Delivery row for every destination that follows the story, so that
// an update that is seen is an update that will be sent.
package stories
