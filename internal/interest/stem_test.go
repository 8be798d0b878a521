package interest

import (
	"strings"
	"testing"
)

// Judged on all words of thirteen days of arXiv's listings: the groups that
// Snowball makes of them, and what a reader who typed one word would say to a
// paper that holds another.
const sameWord = `
approximations approximation approximate approximates approximating approximated approximately
rag rags RAG RAGs
llm llms LLM LLMs
vla VLA VLAs
gp GP GPs
gpu gpus GPUs GPU
moe MoE MoEs
transformer transformers
policy policies
study studies studied studying
model models modeled modelled
modeling modelling
detection detections detect detects detecting detected
generation generate generates generated generating
prediction predict predicting
adaptation adapt adapting
segmentation segment segmenting
recommendation recommend recommendations
quantization quantize quantized quantisation
optimization optimize optimizing optimisation optimise
tokenization tokenize tokenisation
summarization summarize summarise summarising
analyze analyse analysing analyzed
analysis analyses
alignment align aligned
robustness robust robustly
efficiency efficient efficiently
consistency consistent consistently
sparsity sparse sparsely
complexity complex
causality causal
interpretability interpretable
reliability reliable reliably
scalability scalable
controllability controllable
robot robots robotic robotics
retrieval retrieve retrieved retrieving
planning plan plans planned
pruning prune pruned
distillation distill distilled distilling
behavior behaviour behaviors behaviours
colour color
labeled labelled labeling labelling
matrix matrices
index indices
criterion criteria
corpus corpora
hypothesis hypotheses
vertex vertices
loss losses
box boxes
use uses
bias biases biased
process processes processed
memory memories
hallucination hallucinate hallucinations hallucinated
classification classify classifies classified
verification verify verified
supervision supervised
diffusion diffuse
dialog dialogue dialogues
defense defence
improvement improve improving
condition conditioned conditioning
semantics semantic semantically
state states stated
measurement measure measuring
performance performances
importance important
recover recovers recovered recovering
frequency frequencies
functionality functionalities
initialize initialization initialized
agreement agreements
orchestration orchestrate orchestrating
`

const otherWord = `
rag ragged
rag rage
sam same
gan gain
gas gaseous
position positive
import importance
general generalize
general generation
generative generator
local localize
local locality
valid validate
visual visualize
token tokenizer
transformer transform
transformation transformer
informed information
present presentation
limited limitation
direction direct
direction directly
relation related
relative relation
relational relative
distribution distributed
projection project
production product
expression expressed
precision precise
object objective
correct correction
attribution attribute
active activity
activation active
university universe
universal universe
author authority
human humanity
organ organize
organ organic
critic critical
physics physical
dynamics dynamic
dynamics dynamically
agent agentic
optimal optimization
optimal optimism
optimizer optimal
variational variation
operator operation
computer compute
estimator estimate
classifier classify
embedded embedding
meaning mean
building build
imaging image
scaling scale
sampling sample
matching match
ranking rank
modeling model
business busy
weakness weak
government govern
department depart
commitment commit
emergency emergence
evidence evident
assistant assistance
difference different
reasonable reasoning
experiment experience
objection object
public publication
functional function
additional addition
adversary adversarial
police policy
news new
mapping map
set setting
use useful
age aging
plan plane
star stare
engine engineering
continual continuous
integral integrity
identity identical
medical medication
factor factory
found foundation
communication community
reality real
relay relation
`

func stemTyped(word string) string { return analyse(word)[0].typed }

func TestStemPutsFormsOfOneWordTogether(t *testing.T) {
	for line := range strings.Lines(sameWord) {
		words := strings.Fields(line)
		for _, w := range words {
			if first := words[0]; stemTyped(first) != stemTyped(w) {
				t.Errorf("%s %q and %s %q are forms of one word", first, stemTyped(first), w, stemTyped(w))
			}
		}
	}
}

func TestStemKeepsOtherWordsApart(t *testing.T) {
	for line := range strings.Lines(otherWord) {
		words := strings.Fields(line)
		if len(words) == 2 && stemTyped(words[0]) == stemTyped(words[1]) {
			t.Errorf("%s and %s both have the stem %q", words[0], words[1], stemTyped(words[0]))
		}
	}
}
