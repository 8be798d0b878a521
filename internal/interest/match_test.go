package interest

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestKeywordsFindWhatPeopleMean(t *testing.T) {
	for _, c := range []struct {
		keywords string
		finds    []string // abstracts
		not      []string
	}{
		{"rag", []string{"RAG", "a RAG-based", "RAGs", "(rag)"}, []string{"ragged", "rage", "storage"}},
		{"=rag", []string{"RAG"}, []string{"RAGs"}},
		{"llms", []string{"LLM", "LLMs", "llms"}, nil},
		{"vlas", []string{"VLAs", "VLA"}, nil},
		{"gpus", []string{"GPUs", "GPU"}, nil},
		{"GPUs", []string{"gpus", "GPU"}, nil},
		{"atlas", []string{"ATLAS", "ATLAs"}, nil},
		{"approximations", []string{"an approximation", "We approximate", "Approximating", "well approximated", "Approximations"}, []string{"proximity"}},
		{"VLA", []string{"VLAs", "vla"}, []string{"vlad"}},
		{"GPS", []string{"GPS", "gps"}, []string{"GP"}},
		{"GP", []string{"GPs"}, []string{"GPS"}},
		{"GPs", []string{"GP", "GPs", "gps"}, nil},
		{"position", []string{"positions"}, []string{"positive"}},
		{"importance", []string{"of importance", "important"}, []string{"import"}},
		{"transformer", []string{"Transformers"}, []string{"transform", "transformation"}},
		{"behaviour", []string{"behaviors"}, nil},

		{"k-means", []string{"k-means", "K-Means", "k means", "kmeans", "k‑means"}, []string{"means k", "k- nearest means"}},
		{"means", []string{"k-means"}, nil},
		{"kmeans", []string{"k-means"}, nil},
		{"zero-shot", []string{"zero shot", "Zero-Shot", "zeroshot"}, []string{"zero and shot"}},
		{"zero shot", []string{"shot from zero"}, nil},
		{"fine-tuning", []string{"finetuning", "fine-tuned"}, nil},
		{"multimodal", []string{"multi-modal"}, nil},
		{"state-of-the-art", []string{"state-of-the-art", "state of the art"}, []string{"the state of this art"}},
		{`"zero-shot learning"`, []string{"zeroshot learning", "zero shot learning"}, nil},
		{"approximation", []string{"an approxi-\nmation", "approxi- mation", "ap\u00adprox\u00adi\u00adma\u00adtion"}, nil},

		{"C++", []string{"in C++.", "C++17", "C/C++", "c++"}, []string{"C", "vitamin C and", "C+"}},
		{"C", []string{"in C, and"}, []string{"C++", "C#", "AC"}},
		{"C#", []string{"C# code"}, []string{"C", "C++", "#C"}},
		{"F#", []string{"F#"}, []string{"F"}},
		{".NET", []string{".NET", "the .NET runtime", "(.net)"}, []string{"neural net", "net. The", "ImageNet"}},
		{"node.js", []string{"Node.js", "node.js.", "nodejs"}, []string{"node", "js node"}},
		{"PointNet++", []string{"PointNet++"}, []string{"PointNet"}},
		{"PointNet", []string{"PointNet++"}, nil},
		{"A*", []string{"the A* algorithm", "A*-search"}, []string{"a search"}},
		{"AT&T", []string{"AT&T", "at&t Labs"}, []string{"at t", "AT and T"}},
		{"R&D", []string{"R&D"}, []string{"R and D"}},
		{"vision", []string{"vision&language", "vision/language", "vision–language"}, nil},
		{"TCP/IP", []string{"TCP/IP", "tcp ip"}, []string{"ip over tcp"}},
		{"execute_code", []string{"execute_code()"}, []string{"execute the code"}},

		{"LoRA²", []string{"LoRA²", "LoRA2", "lora²"}, []string{"LoRA"}},
		{"LoRA2", []string{"LoRA²"}, nil},
		{"LoRA", []string{"LoRA²", "LoRAs", "LoRA+", "(LoRA)"}, nil},
		{"=LoRA", []string{"lora"}, []string{"LoRA²"}},
		{"L2", []string{"L²", "L₂", "L_2", "L-2"}, []string{"L"}},
		{"105", []string{"105"}, []string{"10⁵"}},
		{"CO2", []string{"CO₂"}, nil},
		{"GPT-4o", []string{"GPT-4o", "gpt 4o", "GPT4o", "GPT-4o-mini"}, []string{"GPT-4"}},
		{"gpt4o", []string{"GPT-4o", "GPT-4o-mini"}, []string{"GPT-4"}},
		{"GPT-4", []string{"GPT-4", "GPT4"}, []string{"GPT-4.1", "GPT-4o"}},
		{"GPT", []string{"GPT-4o", "GPT4"}, nil},
		{"Qwen2.5", []string{"Qwen2.5", "Qwen-2.5", "qwen2.5-7B"}, []string{"Qwen2", "Qwen2. 5"}},
		{"Qwen2", []string{"Qwen2"}, []string{"Qwen2.5"}},
		{"Qwen", []string{"Qwen2.5-VL", "Qwen3"}, nil},
		{"YOLO", []string{"YOLOv8"}, nil},
		{"Llama-3.1-8B", []string{"Llama-3.1-8B", "Llama 3.1 8B"}, []string{"Llama-3-8B"}},
		{"3D", []string{"3D", "3-D", "3d"}, []string{"3", "D"}},
		{"3-D", []string{"3D"}, nil},
		{"don't", []string{"don't", "don’t", "dont"}, []string{"don"}},
		{"Newton", []string{"Newton's method", "Newton’s"}, nil},

		{"Schrödinger", []string{"Schrodinger", "SCHRÖDINGER", "Schro\u0308dinger"}, nil},
		{"Erdos", []string{"Erdős"}, nil},
		{"naive", []string{"naïve"}, nil},
		{"Lukasz", []string{"Łukasz"}, nil},
		{"Strasse", []string{"Straße"}, nil},
		{"β-VAE", []string{"β-VAE", "beta-VAE", "ϐ-VAE", "𝛽-VAE"}, []string{"VAE"}},
		{"π0", []string{"π₀", "pi0", "π_0", "π0"}, nil},
		{"muP", []string{"μP", "µP"}, nil},
		{"H∞", []string{"H∞ control", "H_∞"}, nil},
		{"λόγος", []string{"ΛΌΓΟΣ", "λογος"}, nil},
		{"ﬁne", []string{"fine"}, nil},
		{"深度学习", []string{"基于深度学习的方法", "深度学习"}, []string{"学习深度"}},
		{"モデル", []string{"大規模言語モデル"}, []string{"モテル", "モデ"}},
		{"모델", []string{"언어 모델을"}, nil},
		{"GPT-4o模型", []string{"使用GPT-4o模型进行"}, nil},
		{"🚀", []string{"fast 🚀🚀"}, []string{"🛸"}},
		{"❤️", []string{"❤"}, nil},

		{`"diffusion policy"`, []string{"Diffusion Policies", "diffusion\npolicy", "diffusion-policy"}, []string{"policy diffusion", "diffusion of policy"}},
		{`="diffusion policy"`, []string{"diffusion policy"}, []string{"diffusion policies"}},
		{"quant*", []string{"quantum", "quantization"}, []string{"aquant"}},
		{"k-mea*", []string{"k-means", "kmeans"}, []string{"means"}},

		{"a b OR c d", []string{"a b", "d c"}, []string{"a c", "b d"}},
		{"a (b OR c)", []string{"a b", "c a"}, []string{"a", "b c"}},
		{"a -b", []string{"a"}, []string{"a b", "c"}},
		{`a -"b c"`, []string{"a c b"}, []string{"a b c"}},
		{"a -(b c)", []string{"a b", "a c"}, []string{"a b c"}},
		{"a, b", []string{"a", "b"}, []string{"c"}},
		{"", []string{"anything", ""}, nil},
		{"-survey", []string{"anything"}, []string{"a survey", "surveys"}},
		{"-a -b", []string{"c"}, []string{"a", "b"}},
		{"-a, -b", []string{"c"}, []string{"a", "b"}},
		{"robot\ndrone\n-survey", []string{"robot", "drones"}, []string{"survey of robots", "cat"}},
		{"-(-a)", []string{"a"}, []string{"b"}},
		{"a OR -b", []string{"a b", "c"}, []string{"b"}},
	} {
		i := parse(t, c.keywords)
		for _, text := range c.finds {
			if !matches(t, i, newDocument("", text, nil, nil, nil)) {
				t.Errorf("%s does not find %q", c.keywords, text)
			}
		}
		for _, text := range c.not {
			if matches(t, i, newDocument("", text, nil, nil, nil)) {
				t.Errorf("%s finds %q", c.keywords, text)
			}
		}
	}
}

// matches asks in all ways.
func matches(t *testing.T, i Interest, d *Document) bool {
	t.Helper()
	m, ok := i.Match(d)
	if quick := i.Matches(d); quick != ok {
		t.Errorf("%q: Matches says %v, Match says %v", i, quick, ok)
	}
	if score, scored := i.Score(d); scored != ok || score != m.Score {
		t.Errorf("%q: Match says %v, %g, Score %v, %g", i, ok, m.Score, scored, score)
	}
	checkShelf(t, NewShelf([]*Document{newDocument("", "", nil, nil, nil), d}), i.String())
	return ok
}

func paperOfLeCun() *Document {
	return newDocument("Planning with World Models", "We plan. Robots plan in latent space: world models help.",
		[]string{"Zhang, Wei", "Yann A. LeCun", "Jean-Baptiste Grill", "Łukasz Kaiser"},
		[]string{"cs.LG", "cs.RO", "stat.ML", "I.2.7", "Machine Learning"}, []string{"huggingface", "arxiv"})
}

func TestFieldsHoldTermsToTheirPart(t *testing.T) {
	d := paperOfLeCun()
	for keywords, want := range map[string]bool{
		"title:planning":               true,
		"title:robot":                  false,
		"abstract:robot":               true,
		"abstract:planning":            true, // plan
		"abstract:=planning":           false,
		`title:"world model"`:          true,
		"title:(robot OR planning)":    true,
		"title:(world -robot)":         true,
		"lecun":                        false,
		"author:lecun":                 true,
		`author:"Yann LeCun"`:          true,
		`author:"LeCun, Yann"`:         true,
		`author:"Y. LeCun"`:            true,
		`author:"Wei LeCun"`:           false,
		`author:"Wei Zhang"`:           true,
		"author:(zhang lecun)":         true,
		"author:zhangs":                false,
		"author:Jean-Baptiste":         true,
		"author:jeanbaptiste":          true,
		"author:Lukasz":                true,
		"author:lec*":                  true,
		"cat:cs.LG":                    true,
		"cat:CS.lg":                    true,
		"cat:cs":                       true,
		"cat:cs.*":                     true,
		"cat:c":                        false,
		"cat:cs.L":                     false,
		"cat:math":                     false,
		"cat:I.2.7":                    true,
		`cat:"machine learning"`:       true,
		"-cat:cs.RO planning":          false,
		"source:huggingface":           true,
		"source:hugging":               false,
		"source:hugging*":              true,
		"source:(file OR ArXiv)":       true,
		"title:world abstract:latent":  true,
		"title:(world) author:nobody":  false,
		`"models we"`:                  false, // from the title into the abstract
		`author:"Grill Lukasz"`:        false,
		"cat:(cs.CL OR stat.ML) world": true,
	} {
		if got := matches(t, parse(t, keywords), d); got != want {
			t.Errorf("%s: %v, want %v", keywords, got, want)
		}
	}
}

func TestHitsSayWhichWordsMatchedAndWhere(t *testing.T) {
	d := paperOfLeCun()
	for keywords, want := range map[string][]Hit{
		"": nil,
		"plan -cat:math": {
			{"plan", "title", "Planning", 0, 8}, {"plan", "abstract", "plan", 3, 7}, {"plan", "abstract", "plan", 16, 20},
		},
		`"world model"^2 OR nothing`: {
			{`"world model"`, "title", "World Models", 14, 26}, {`"world model"`, "abstract", "world models", 38, 50},
		},
		"author:lecun": {{"author:lecun", "author", "Yann A. LeCun", 0, 13}},
		"cat:cs":       {{"cat:cs", "cat", "cs.LG", 0, 5}, {"cat:cs", "cat", "cs.RO", 0, 5}},
		"source:arxiv": {{"source:arxiv", "source", "arxiv", 0, 5}},
		"latent nothing, =Robots": {
			{"=Robots", "abstract", "Robots", 9, 15},
		},
		"(latent nothing) OR space": {{"space", "abstract", "space", 31, 36}},
		"-nothing":                  nil,
	} {
		m, ok := parse(t, keywords).Match(d)
		if !ok {
			t.Errorf("%s does not match", keywords)
		}
		if diff := cmp.Diff(want, m.Hits); diff != "" {
			t.Errorf("%s (-want +got)\n%s", keywords, diff)
		}
	}
	if m, ok := parse(t, "latent nothing").Match(d); ok || m.Hits != nil {
		t.Errorf("hits of what did not match: %v", m.Hits)
	}
}

func TestScoreFollowsItsFormula(t *testing.T) {
	d := newDocument("Robots", "A robot learns diffusion policies. Robots, multi-agent.", nil, []string{"cs.RO"}, nil)
	for keywords, want := range map[string]float64{
		"robots":                   2,
		"abstract:robots":          1,
		"robot":                    1.4, // in the title as robots
		"abstract:robot":           1,
		"policy":                   0.7,
		"polic*":                   0.7,
		`"diffusion policies"`:     2.5,
		`"diffusion policy"`:       1.75,
		"diffusion policies":       2,
		"multi-agent":              1,
		"diffusion^3":              3,
		"(diffusion policies)^0.5": 1,
		"diffusion OR policies":    1.25,
		"diffusion, policies, a":   1.5,
		"diffusion OR nothing":     1,
		"diffusion -nothing":       1,
		"cat:cs.RO":                1,
		"cat:cs":                   0.7,
		"":                         0,
		"-nothing":                 0,
	} {
		m, ok := parse(t, keywords).Match(d)
		if !ok || math.Abs(m.Score-want) > 1e-9 {
			t.Errorf("%s: %v %v, want %v", keywords, m.Score, ok, want)
		}
	}
}

// TestHostileTextEnds would run for years where a phrase's ways through a text
// are tried one by one.
func TestHostileTextEnds(t *testing.T) {
	for _, word := range []string{"GPs", "a", "a-a", "policies"} {
		d := newDocument("", strings.Repeat(word+" ", 400), nil, nil, nil)
		phrase := `"` + strings.Repeat(word+" ", 100)
		if matches(t, parse(t, phrase+`b"`), d) {
			t.Errorf("a phrase of %s finds what is not there", word)
		}
		m, ok := parse(t, phrase+`"`).Match(d)
		if !ok || len(m.Hits) == 0 || len(m.Hits) > maxHits {
			t.Errorf("a phrase of %s: %d hits", word, len(m.Hits))
		}
	}
}
