package web

// Admitter returns whether a folded address may subscribe, as the pages decide
// it. The error is about the mode or the domains.
func (u SignUp) Admitter() (func(folded string) bool, error) {
	if err := u.normalise(); err != nil {
		return nil, err
	}
	return u.admits, nil
}
