package interest

// ReadTexts analyses two plain texts alone, such as what is shown of a paper.
func ReadTexts(title, summary string) *Document {
	return newDocument(title, summary, nil, nil, nil)
}

// Places are where the words of the keywords stand in a document's title and
// summary, whether or not the document is what the keywords ask for. Words that
// exclude have no places.
func (i Interest) Places(d *Document) []Hit {
	var hits []Hit
	for _, n := range i.want {
		n.places(d, &hits)
	}
	return hits
}

func (n node) places(d *Document, hits *[]Hit) {
	switch n.kind {
	case kindNot:
	case kindAny, kindAll:
		for k := range n.nodes {
			n.nodes[k].places(d, hits)
		}
	default:
		n.term.collect(d, hits)
	}
}
