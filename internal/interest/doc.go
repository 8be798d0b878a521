// Package interest owns the keyword language.
package interest
