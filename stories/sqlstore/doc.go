// Package sqlstore keeps the newsroom in SQLite or PostgreSQL. It answers
// what stories asks of a store and is the delivery queue, with one SQL text for both.
//
// Read open.go first, then engine.go: the narrow seam behind which the two
// databases differ (sqlite.go, postgres.go): how a transaction begins, how a
// row is locked, how text is searched. Each other file is one subject and has
// its SQL as constants beside the methods that use them; parameters are written
// ?1 and become $1 on PostgreSQL. Every method that takes a stories.Act runs
// inside act (acts.go), which makes it happen once.
//
// words.go cuts text into words and spells them; search.go and suggest.go look
// for them, resemble.go in spite of typing errors.
//
// queue.go explains the delivery queue before its files: rows.go, plan.go
// (publishing), load.go, exchange.go, and status.go for those who ask. putback.go tells what
// becomes of it when a copy of the database is put back (witness.go, backup.go).
//
// On PostgreSQL many change the same rows at once. Whoever locks several things does so
// in this order, so that nobody waits in a circle:
//
//  1. the key of an act (acts)
//  2. a slug that is taken (slugs); stories; of a story what is scheduled
//  3. a person's draft (drafts), of which nothing else is waited for
//  4. planning: shared by who adds to the queue, alone by who takes followers or waiting
//     rows away; never the one and then the other
//  5. updates
//  6. notices, that of cards first: it has the lowest number
//  7. the lease of a lane, then the lane
//  8. destinations
//  9. publications
//
// Of one kind the lower number goes first, and who locks several in one statement says
// so (ORDER BY). 8 and 9 come at the end of a transaction: see ledger.go. All other rows
// are written by who has what they belong to under one of these: a row of the queue by who
// has planning alone, or the lane, or the update or notice that it is about. No foreign
// key may lead from what is inserted later to what stands before it. Where PostgreSQL has
// to end a transaction all the same it is run again (postgres.go).
//
// SQLite belongs to one process, which a lock on a file beside it enforces.
// Writers are one connection in WAL mode with every commit synced; readers are
// never blocked. PostgreSQL serves several processes; a lane's lease row is
// what orders them.
package sqlstore
