// Package interest owns the keyword language: how a reader's keywords are
// read, what of a paper they match, and how well. Subscriptions, search and
// preview all use it. It knows nothing of readers, and ranks nothing by
// attention.
//
// # Keywords
//
//	diffusion policy         both words, anywhere in title or abstract
//	approximations           also approximation, approximate, approximating
//	=approximations          this form only
//	"diffusion policy"       the words next to each other, in this order
//	robot -survey            without this word; -"a phrase" and -(a group) too
//	LLM OR "language model"  either; OR reaches as far as it can: a b OR c d is (a b) OR (c d)
//	(rl OR bandit) regret    groups
//	quant*                   words that begin so, from two letters on
//	title:robot              only in the title; abstract: likewise
//	author:"Yann LeCun"      an author with these words in the name, in any order
//	cat:cs.CL                an arXiv category; cat:cs takes cs.AI, cs.CL and all of cs
//	source:huggingface       a source's name
//	title:(robot OR drone)   a field for a whole group
//	robot^3                  weighs three times in the ranking; from 0.01 to 10, for groups too
//
// Lines, commas and semicolons separate interests, any one of which is enough.
// An interest of nothing but exclusions holds for all the others: 'robot,
// drone, -survey' is robots or drones, and no surveys. With nothing else beside
// it, it lets through every paper but those. No keywords at all match every
// paper.
//
// OR, AND and NOT are operators in capitals only; AND changes nothing, and NOT
// is the minus. Quotes of any shape will do. A colon, a star or an operator to
// be searched for stands in quotes.
//
// # What is one word
//
// Case, accents and compatibility forms are folded: Schrödinger is
// schrodinger, LoRA² is lora2, ß is ss; a single Greek letter is its name,
// so that β-VAE is beta-VAE and μP is muP. A possessive 's is dropped, and
// don't is dont.
//
// What hyphens, underscores and points join is a phrase of its parts, or one
// word: zero-shot, 'zero shot' and zeroshot find one another when typed with
// the hyphen; fine-tuning is also found as finetuning. Signs belong to the
// names they end: C++, C#, LoRA+, A* are words, and C is not C++; so do the
// points of 3.1 and .NET, and the & of AT&T. A name of three letters or more
// is also found with a version or signs after it: LoRA finds LoRA² and
// LoRA+, Qwen finds Qwen2.5, but LoRA² does not find LoRA. Chinese,
// Japanese, Korean and Thai words are found wherever their characters stand
// next to each other.
//
// A word is found in its forms: plural, -ed, -ing, -ly, the noun of what it
// does (-ion, -ment), American and British spelling. Snowball's stems are
// wider and are held back: position is not positive, import not importance,
// RAG not ragged, transformer not transform, modeling not model. Names of
// authors are found by their forms only.
//
// # Score
//
// A term found in the abstract in the form that was typed counts 1; in the
// title twice that; in another form (stem, prefix, version) 0.7 of it. A phrase counts 1.25
// for each of its words, up to four. The best place of a term is what counts,
// times its weight. Words side by side add up. Of alternatives, and of several
// interests, the best counts whole and each further one a quarter. Exclusions
// count nothing, nor does a match without keywords.
package interest
