package letter

// shownEntry is an entry as the templates of its parts are given it. What they ask
// for most stands in it by name: to find a field through another struct takes
// them ten times as long, and is most of what one paper costs.
type shownEntry struct {
	Title, URL, Organization, Summary, Trend, Leads, Mark string
	Authors                                               []string
	Links                                                 []Link
	MoreAuthors, Votes, Comments, Stars, Days             int
	Brief, Rising, First, Lean, Bare                      bool

	entry
}

func newShownEntry(e *entry) *shownEntry {
	return &shownEntry{
		Title: e.Title, URL: e.URL, Organization: e.Organization, Summary: e.Summary,
		Trend: e.Trend, Leads: e.Leads, Mark: e.Mark, Authors: e.Authors, Links: e.Links,
		MoreAuthors: e.MoreAuthors, Votes: e.Votes, Comments: e.Comments, Stars: e.Stars, Days: e.Days,
		Brief: e.Brief, Rising: e.Rising, First: e.First, Lean: e.Lean, Bare: e.Bare,
		entry: *e,
	}
}
