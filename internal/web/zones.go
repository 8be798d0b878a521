package web

import (
	_ "embed"
	"strings"
)

//go:embed zones.txt
var zoneText string

// zones are the IANA names to choose from: one for each place, and UTC. Older
// names are taken too where somebody types them.
var zones = strings.Fields(zoneText)
