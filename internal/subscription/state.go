package subscription

import "slices"

// ways are the states that follow each state. The way back from Left and
// Suppressed leads through Pending and a new confirmation.
var ways = map[State][]State{
	Pending:    {Active, Left, Suppressed},
	Active:     {Paused, Left, Suppressed},
	Paused:     {Active, Left, Suppressed},
	Left:       {Pending, Suppressed},
	Suppressed: {Pending, Left},
}

// Can reports whether a reader in this state may come into the next one. A
// state never follows itself.
func (s State) Can(next State) bool { return slices.Contains(ways[s], next) }
