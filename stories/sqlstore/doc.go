// Package sqlstore keeps the newsroom in SQLite or PostgreSQL. It answers
// stories.Store and the delivery queue with one SQL text for both.
//
// Read open.go first, then engine.go: the narrow seam behind which the two
// databases differ (sqlite.go, postgres.go): how a transaction begins, how a
// row is locked, how text is searched. Each other file is one subject and has
// its SQL as constants beside the methods that use them; parameters are written
// ?1 and become $1 on PostgreSQL. Every method that takes a stories.Act runs
// inside act (acts.go), which makes it happen once.
//
// stories/search cuts text into words and spells them; index.go keeps them,
// search.go and suggest.go look for them, resemble.go in spite of typing errors;
// hits.go tells where they are.
//
// queue.go explains the delivery queue before its files: rows.go, plan.go
// (publishing), load.go, exchange.go, and status.go for those who ask. putback.go tells what
// becomes of it when a copy of the database is put back (witness.go, backup.go).
//
// SQLite belongs to one process, which a lock on a file beside it enforces.
// Writers are one connection in WAL mode with every commit synced; readers are
// never blocked. PostgreSQL serves several processes; a lane's lease row is
// what orders them.
package sqlstore
