package stories

import (
	"errors"
	"fmt"
)

// Code says, for programs, what kind of refusal an Error is.
type Code string

// The codes. An error without a code is CodeInternal.
const (
	CodeInvalid     Code = "invalid"     // the input cannot be used as it is
	CodeNotFound    Code = "not_found"   // there is no such story, update or subscription
	CodeReplaced    Code = "replaced"    // what was meant has ended; another may be in its place
	CodeExists      Code = "exists"      // it is there already
	CodeForbidden   Code = "forbidden"   // this person may not
	CodeConfirm     Code = "confirm"     // allowed, once the person says so again
	CodeClosed      Code = "closed"      // the story is closed
	CodeLimited     Code = "limited"     // as much as may be is there, or was done lately
	CodeUnavailable Code = "unavailable" // the database cannot be used now; nothing was changed, unless ErrUnsure
	CodeInternal    Code = "internal"    // a fault of ours
)

// ErrUnsure is among the causes of an Error when the database was lost while it
// recorded a change: nobody knows whether it did.
var ErrUnsure = errors.New("may have been recorded")

// ErrRefused is among the causes of an error when the database will not take what
// is written, however often it is asked: a rule of its tables forbids it. Nothing
// was changed.
var ErrRefused = errors.New("refused by a rule of the database")

// Error is a refusal: a Code for programs, a Message for the person who asked
// (a whole sentence that says what to do next) and Err, the cause, for the log
// only. Near holds slugs that resemble an unknown one, best
// first, or the newest ones. Like is the update that one to be confirmed repeats.
type Error struct {
	Code    Code
	Message string
	Near    []string
	Newest  bool // Near are the newest stories, since none resembles
	Like    *Update
	Err     error
}

// Error returns the message, followed by the cause when there is one.
func (e *Error) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("%s: %v", e.Message, e.Err)
	}
	return e.Message
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Errorf returns an *Error with a formatted message.
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// CodeOf returns the code of err: "" for nil, CodeInternal for an error that
// carries none.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return CodeInternal
}
