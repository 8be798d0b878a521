// Package templates holds the words readers see: letters and pages. It is the
// only way to them, because embedding can't reach upward.
package templates

import "embed"

// FS holds the folders demo, letter, page and static.
//
//go:embed all:demo all:letter all:page all:static
var FS embed.FS
