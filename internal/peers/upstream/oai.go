package upstream

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// harvest answers as oaipmh.arxiv.org to ListRecords in the format arXiv: the
// records of a set that were modified since a day, in pages.
func (s *Server) harvest(w http.ResponseWriter, r *http.Request, today time.Time) {
	q := r.URL.Query()
	set, from, start := q.Get("set"), q.Get("from"), 0
	if token := q.Get("resumptionToken"); token != "" {
		part := strings.Split(token, "|")
		if len(part) != 3 {
			s.fault(w, "badResumptionToken", "no such token")
			return
		}
		set, from, start = part[0], part[1], number(part[2], 0)
	}
	if q.Get("verb") != "ListRecords" || from == "" {
		s.fault(w, "badArgument", "expected ListRecords and from")
		return
	}
	records := s.modified(set, from, today.In(Eastern()).Format(time.DateOnly))
	if len(records) == 0 {
		s.fault(w, "noRecordsMatch", "no record matches")
		return
	}
	end := min(start+s.page, len(records))
	token := ""
	if end < len(records) {
		token = set + "|" + from + "|" + strconv.Itoa(end)
	}
	s.answer(w, "<ListRecords>"+strings.Join(records[min(start, end):end], "\n")+
		"<resumptionToken>"+escape(token)+"</resumptionToken></ListRecords>")
}

// modified renders the records of a set whose last announcement, as new or as
// a new version, lies between two days.
func (s *Server) modified(set, from, until string) []string {
	category := set[strings.LastIndexByte(set, ':')+1:]
	if part := strings.Split(set, ":"); len(part) == 3 {
		category = part[1] + "." + part[2]
	}
	var out []string
	for _, p := range s.papers {
		stamp := Announced(p.Published)
		if again := Announced(p.Updated); p.revised() && again <= until {
			stamp = again
		}
		if slices.Contains(p.Categories, category) && stamp >= from && stamp <= until {
			out = append(out, renderRecord(p, stamp, until))
		}
	}
	return out
}

func renderRecord(p Paper, stamp, until string) string {
	var authors strings.Builder
	for _, a := range p.Authors {
		i := strings.LastIndexByte(a, ' ')
		fmt.Fprintf(&authors, "<author><keyname>%s</keyname><forenames>%s</forenames></author>",
			escape(a[i+1:]), escape(a[:max(i, 0)]))
	}
	updated := ""
	if p.revised() && Announced(p.Updated) <= until {
		updated = "<updated>" + p.Updated.UTC().Format(time.DateOnly) + "</updated>"
	}
	return fmt.Sprintf(`<record><header><identifier>oai:arXiv.org:%[1]s</identifier><datestamp>%[2]s</datestamp></header>
<metadata><arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>%[1]s</id><created>%[3]s</created>%[4]s<authors>%[5]s</authors>
<title>%[6]s</title><categories>%[7]s</categories><abstract>  %[8]s
</abstract></arXiv></metadata></record>`,
		p.ID, stamp, p.Published.UTC().Format(time.DateOnly), updated, authors.String(),
		escape(p.Title), escape(strings.Join(p.Categories, " ")), escape(p.Abstract))
}

func (s *Server) fault(w http.ResponseWriter, code, text string) {
	s.answer(w, fmt.Sprintf("<error code=%q>%s</error>", code, text))
}

func (s *Server) answer(w http.ResponseWriter, body string) {
	w.Header().Set("Content-Type", "text/xml")
	fmt.Fprintf(w, `<?xml version="1.0" encoding="UTF-8"?>
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">%s</OAI-PMH>`, body)
}
