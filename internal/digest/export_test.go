package digest

// KeepAnswersFrom makes a table keep answers of so many papers.
func (t *Table) KeepAnswersFrom(papers int) { t.broadFrom = papers }
