package store

// OpenWith is for tests that need SQLite in a certain mood.
var OpenWith = open

// HalvesFrom has searches of so many documents go in halves.
func (s *Store) HalvesFrom(documents int) { s.halvesFrom = documents }
