// Package post puts composed letters on the wire: it builds the MIME message
// and hands it to the operator's mail server, or writes it to a folder. It
// reports what the server said, stage and code, and leaves to package letter
// what that means and to its caller when to try again.
package post

import (
	"context"

	"paperboy/internal/letter"
)

// Conn takes letters one after another. It is for one goroutine at a time.
type Conn interface {
	// Begin hands over all of a letter but its end, ahead of Send, where a server
	// takes commands at once: it can't have arrived before Send. A letter that is
	// begun and not sent leaves the connection good for nothing but Close.
	// Cancelling ctx ends the connection.
	Begin(ctx context.Context, e letter.Envelope)
	// Send offers one letter and reports how that ended. Code 0 means that no
	// answer came: at StageDot the letter may have arrived all the same, at
	// every earlier stage it has not. StageConnect means that this letter was
	// never offered, as the connection is over (the server hung up, answered
	// 421, or takes no more letters on one connection): open another and offer
	// the letter again. After a letter with a Next, the connection is good for
	// that one alone. Cancelling ctx ends the connection.
	Send(ctx context.Context, e letter.Envelope) letter.Reply
	// Close says goodbye where the server is still there to hear it.
	Close() error
}
