package interest

import "strings"

// classes maps endings to what they make of a word. Endings with the same
// class make the same word; "" is the word itself with its inflections.
var classes = endings(map[string]string{
	"":        "d e ed ing s es ly ely y ion ioned ioning ment ement eement ness nesses eness ility",
	"at":      "ate ated ating ately ation",
	"iz":      "ize ized izing ization",
	"aliz":    "alize alized alizing alization",
	"icat":    "icate icated icating ication",
	"izer":    "",
	"al":      "ally ial ially ical",
	"ic":      "ically",
	"ative":   "atively ativeness ativity",
	"ational": "ationally",
	"ional":   "ionally",
	"able":    "ably ability ible ibly ibility",
	"ity":     "",
	"ive":     "ively iveness ivity",
	"nt":      "ance ence ancy ency ant ent antly ently",
	"er":      "ered ering or ator",
	"ful":     "fully fulness",
	"less":    "lessly lessness",
	"ous":     "ously ousness",
})

func endings(byClass map[string]string) map[string]string {
	classes := map[string]string{}
	for class, list := range byClass {
		classes[class] = class
		for _, ending := range strings.Fields(list) {
			classes[ending] = class
		}
	}
	return classes
}

// apart are words that say something else than the word they come from, or
// that everybody's abstract says: 'we sample', 'the direction' and 'directly'.
// Words in one group meet one another. The list was judged on all words of
// thirteen days of arXiv's listings in thirteen categories.
var apart = groups(`
	direction, distribution, diversion, correction, precision, projection, progression, completion
	edition, attribution, production, expression, discretion, composition, distinction, transition
	conversion, reversion, subjection, abstraction, contraction, institution, version, definition
	indirection, exception, opposition, revolution, aversion, relation, position, objection, succession

	employment, government, containment, commitment, equipment, department, development, requirement
	likeness, weakness, business, hardness, liveness, goodness, completeness, openness, witness
	difference, emergency, evidence, assistant

	grounding grounded, embedded, meaning, building, meeting, timing, imaging, rating, scaling, spacing
	sampling, matching, ranking, modeling modelling, processing, marketing, networking, lighting, banking
	dynamics, agentic, spars sparsity
`)

// groups gives each word of a group the group's first word as its stem.
func groups(list string) map[string]string {
	stems := map[string]string{}
	for _, group := range strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == '\n' }) {
		words := strings.Fields(group)
		for _, w := range words {
			stems[w] = words[0]
		}
	}
	return stems
}

// kin are stems that keep to an ending of another class: adaptation is what
// adapts, but information is not what informs.
var kin = stemsWith(map[string]string{
	"at": `adapt argument augment compil comput condens configur conserv deform degrad distil elicit
		exploit fragment imagin imput install interpret orient permut perturb prepar preserv recommend
		reconfigur relax restor segment transform transplant transport vaccin`,
	"al": "approv apprais refus remov retriev revers surviv travers",
	"ic": "algebra genom phenotyp photon robot",
	"ity": `causal complex convex creativ dissimilar divers factual familiar fragil granular immun
		irregular linear modal modular nonlinear plastic polar popular regular rigid secur similar
		singular toxic uniform valid volatil`,
})

func stemsWith(byClass map[string]string) map[string]bool {
	kin := map[string]bool{}
	for class, list := range byClass {
		for _, stem := range strings.Fields(list) {
			kin[stem+"~"+class] = true
		}
	}
	return kin
}

// british are the roots of words on -our that America spells -or.
var british = set("behavi col neighb fav lab vap tum hum hon flav rum harb endeav")

// ise are the endings of verbs that Britain may spell with s.
var ise = [...]string{"isation", "isations", "ise", "ises", "ised", "ising", "iser", "isers"}

// irregular are plurals and spellings that no rule reaches.
var irregular = pairs(`
	analyses analysis, hypotheses hypothesis, syntheses synthesis, theses thesis, diagnoses diagnosis
	parentheses parenthesis, crises crisis, bases basis, matrices matrix, vertices vertex, indices index
	appendices appendix, simplices simplex, criteria criterion, phenomena phenomenon, automata automaton
	corpora corpus, stimuli stimulus, nuclei nucleus, loci locus, radii radius, formulae formula
	schemata schema, lemmata lemma, children child, mice mouse, women woman, men man, axes axis
	gpus gpu, cpus cpu, tpus tpu, npus npu, apis api, uis ui, vlas vla, moes moe

	analyse analyze, analysed analyzed, analysing analyzing, catalyse catalyze, paralyse paralyze
	centre center, centres center, centred centered, fibre fiber, fibres fiber, metre meter, metres meter
	theatre theater, calibre caliber, dialogues dialog, dialogue dialog, catalogue catalog, catalogues catalog
	analogue analog, analogues analog, defence defense, defences defense, licence license, licences license
	offence offense, artefact artifact, artefacts artifact, programme program, programmes program
	grey gray, ageing aging, judgement judgment, judgements judgment, fulfil fulfill, fulfils fulfill
`)

func pairs(list string) map[string]string {
	m := map[string]string{}
	for _, pair := range strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == '\n' }) {
		if from, to, ok := strings.Cut(strings.TrimSpace(pair), " "); ok {
			m[from] = to
		}
	}
	return m
}

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}
