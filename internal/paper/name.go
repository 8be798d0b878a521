package paper

// Name is one name of a paper; a paper has one or more, and no two papers share
// one: "arxiv:2605.01234" (never with a version), "doi:10.1234/abc",
// "url:https://…", "id:SOURCE:…", else "title:" and a hash.
type Name string
