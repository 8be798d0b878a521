package store

// OpenWith is for tests that need SQLite in a certain mood.
var OpenWith = open
