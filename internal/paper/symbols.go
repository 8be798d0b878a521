package paper

import "strings"

// pairs reads "name value name value …".
func pairs(s string) map[string]string {
	words := strings.Fields(s)
	m := make(map[string]string, len(words)/2)
	for i := 0; i+1 < len(words); i += 2 {
		m[words[i]] = words[i+1]
	}
	return m
}

// symbols are the commands that stand for one character or a fixed word.
var symbols = pairs(`
alpha α beta β gamma γ delta δ epsilon ε varepsilon ε zeta ζ eta η theta θ
vartheta ϑ iota ι kappa κ varkappa ϰ lambda λ mu μ nu ν xi ξ omicron ο pi π
varpi ϖ rho ρ varrho ϱ sigma σ varsigma ς tau τ upsilon υ phi φ varphi φ chi χ
psi ψ omega ω digamma ϝ Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ
Upsilon Υ Phi Φ Psi Ψ Omega Ω Alpha Α Beta Β Epsilon Ε Eta Η Kappa Κ Mu Μ Nu Ν
Rho Ρ Tau Τ Chi Χ varGamma Γ varDelta Δ varTheta Θ varLambda Λ varPhi Φ
varOmega Ω upmu μ micro µ textmu µ
textalpha α textbeta β textgamma γ textdelta δ textlambda λ textpi π texttau τ
textsigma σ textomega ω textOmega Ω

times × div ÷ pm ± mp ∓ cdot · centerdot · ast * star ⋆ bullet • circ ∘
bigcirc ◯ oplus ⊕ ominus ⊖ otimes ⊗ odot ⊙ oslash ⊘ circledast ⊛ boxplus ⊞
boxtimes ⊠ uplus ⊎ cap ∩ cup ∪ sqcap ⊓ sqcup ⊔ vee ∨ lor ∨ wedge ∧ land ∧
veebar ⊻ setminus ∖ smallsetminus ∖ backslash \ wr ≀ amalg ⨿ ltimes ⋉ rtimes ⋊
bowtie ⋈ Join ⋈ diamond ⋄ Diamond ◇ lozenge ◊ blacksquare ■ square □ Box □ qed ∎
triangle △ bigtriangleup △ triangledown ▽ triangleleft ◁ triangleright ▷
triangleq ≜ blacktriangle ▲ blacktriangledown ▼ bigstar ★ dagger † dag † ddagger ‡
ddag ‡ intercal ⊺ boxdot ⊡ dotplus ∔ barwedge ⊼ curlyvee ⋎ curlywedge ⋏

leq ≤ le ≤ leqslant ⩽ geq ≥ ge ≥ geqslant ⩾ ll ≪ gg ≫ lll ⋘ ggg ⋙ neq ≠ ne ≠
equiv ≡ approx ≈ approxeq ≊ cong ≅ simeq ≃ sim ~ thicksim ~ nsim ≁ asymp ≍
propto ∝ varpropto ∝ doteq ≐ coloneqq ≔ coloneq ≔ eqqcolon ≕ colonequals ≔
lesssim ≲ gtrsim ≳ lessgtr ≶ gtrless ≷ lessapprox ⪅ gtrapprox ⪆ nless ≮ ngtr ≯
nleq ≰ ngeq ≱ lneq ⪇ gneq ⪈ prec ≺ succ ≻ preceq ⪯ succeq ⪰ preccurlyeq ≼
succcurlyeq ≽ precsim ≾ succsim ≿ subset ⊂ supset ⊃ subseteq ⊆ supseteq ⊇
subsetneq ⊊ supsetneq ⊋ nsubseteq ⊈ nsupseteq ⊉ sqsubset ⊏ sqsupset ⊐
sqsubseteq ⊑ sqsupseteq ⊒ in ∈ notin ∉ ni ∋ owns ∋ mid | nmid ∤ parallel ∥
nparallel ∦ perp ⊥ bot ⊥ top ⊤ vdash ⊢ dashv ⊣ models ⊨ vDash ⊨ Vdash ⊩ nvdash ⊬
nvDash ⊭ lt < gt > smile ⌣ frown ⌢ between ≬ pitchfork ⋔ vartriangleleft ⊲
vartriangleright ⊳ trianglelefteq ⊴ trianglerighteq ⊵ colon : vcentcolon : given |

to → rightarrow → longrightarrow ⟶ gets ← leftarrow ← longleftarrow ⟵ uparrow ↑
downarrow ↓ updownarrow ↕ leftrightarrow ↔ longleftrightarrow ⟷ Rightarrow ⇒
implies ⟹ Longrightarrow ⟹ Leftarrow ⇐ impliedby ⟸ Longleftarrow ⟸
Leftrightarrow ⇔ iff ⟺ Longleftrightarrow ⟺ Uparrow ⇑ Downarrow ⇓ mapsto ↦
longmapsto ⟼ hookrightarrow ↪ hookleftarrow ↩ rightharpoonup ⇀ rightharpoondown ⇁
leftharpoonup ↼ leftharpoondown ↽ rightleftharpoons ⇌ leftrightharpoons ⇋
nearrow ↗ searrow ↘ swarrow ↙ nwarrow ↖ twoheadrightarrow ↠ rightarrowtail ↣
rightsquigarrow ⇝ leadsto ⇝ leftrightsquigarrow ↭ nrightarrow ↛ nleftarrow ↚
nRightarrow ⇏ nLeftarrow ⇍ nleftrightarrow ↮ rightrightarrows ⇉ leftleftarrows ⇇
rightleftarrows ⇄ leftrightarrows ⇆ circlearrowleft ↺ circlearrowright ↻
curvearrowright ↷ curvearrowleft ↶ dashrightarrow ⇢ dashleftarrow ⇠
multimap ⊸ upharpoonright ↾ restriction ↾ textrightarrow → textleftarrow ←
textuparrow ↑ textdownarrow ↓ xrightarrow → xleftarrow ← xRightarrow ⇒

infty ∞ partial ∂ nabla ∇ forall ∀ exists ∃ nexists ∄ neg ¬ lnot ¬ emptyset ∅
varnothing ∅ ell ℓ hbar ℏ hslash ℏ imath ı jmath ȷ Re ℜ Im ℑ wp ℘ aleph ℵ beth ℶ
gimel ℷ daleth ℸ complement ∁ mho ℧ eth ð Bbbk 𝕜 angle ∠ measuredangle ∡ prime ′
backprime ‵ degree ° textdegree ° celsius °C flat ♭ natural ♮ sharp ♯ clubsuit ♣
diamondsuit ♢ heartsuit ♡ spadesuit ♠ checkmark ✓ cmark ✓ xmark ✗ tick ✓
therefore ∴ because ∵ surd √ sum ∑ prod ∏ coprod ∐ int ∫ iint ∬ iiint ∭ oint ∮
bigcup ⋃ bigcap ⋂ bigsqcup ⨆ bigvee ⋁ bigwedge ⋀ bigoplus ⨁ bigotimes ⨂
bigodot ⨀ biguplus ⨄ ldots … dots … cdots … dotsc … dotsb … dotsm … dotso …
hdots … vdots ⋮ ddots ⋱ textellipsis … langle ⟨ rangle ⟩ lbrace { rbrace }
lbrack [ rbrack ] lfloor ⌊ rfloor ⌋ lceil ⌈ rceil ⌉ vert | lvert | rvert | Vert ‖
lVert ‖ rVert ‖ ulcorner ⌜ urcorner ⌝ llcorner ⌞ lrcorner ⌟ llbracket ⟦
rrbracket ⟧ lgroup ⟮ rgroup ⟯

ae æ AE Æ oe œ OE Œ o ø O Ø l ł L Ł ss ß SS ẞ aa å AA Å i ı j ȷ th þ TH Þ dh ð
DH Ð dj đ DJ Đ ng ŋ NG Ŋ

copyright © textcopyright © textregistered ® texttrademark ™ pounds £
textsterling £ euro € EUR € texteuro € yen ¥ textyen ¥ textcent ¢ S § P ¶
textsection § textparagraph ¶ textbullet • textperiodcentered · textbar |
textbardbl ‖ textless < textgreater > textbackslash \ textasciicircum ^
textasciitilde ~ textunderscore _ textdollar $ textbraceleft { textbraceright }
textquoteleft ‘ textquoteright ’ textquotedblleft “ textquotedblright ”
textquotesingle ' textquotedbl " quotesinglbase ‚ quotedblbase „ guillemotleft «
guillemotright » guilsinglleft ‹ guilsinglright › textendash – textemdash —
textdagger † textdaggerdbl ‡ textasteriskcentered * textvisiblespace ␣
textexclamdown ¡ textquestiondown ¿ textordfeminine ª textordmasculine º
texttimes × textdiv ÷ textpm ± textonehalf ½ textonequarter ¼ textthreequarters ¾
textsim ~ texttildelow ~ lq ‘ rq ’ slash / And & and & lbar | Ohm Ω ohm Ω
TeX TeX LaTeX LaTeX LaTeXe LaTeX2ε BibTeX BibTeX
eg e.g. ie i.e. Eg E.g. Ie I.e. etc etc. vs vs. cf cf. Cf Cf. wrt w.r.t. aka a.k.a. iid i.i.d.
etal et_al.`)

// operators are the function names that TeX sets upright, with space around.
var operators = set(`arccos arcsin arctan arg argmax argmin cos cosh cot coth csc
	deg det diag dim exp gcd hom inf ker lcm lg lim liminf limsup ln log max min
	Pr sec sgn sign sin sinh softmax sup tan tanh Tr tr rank mod poly polylog
	trace Var Cov var cov supp conv spec KL ReLU logdet`)

// nothing are the commands that change how text looks or breaks and leave no
// trace in plain text. What follows in braces is read as if they weren't there.
var nothing = set(`bf it em rm sc tt sf sl md up cal mit bfseries itshape
	upshape slshape scshape rmfamily sffamily ttfamily mdseries normalfont
	tiny scriptsize footnotesize small normalsize large Large LARGE huge Huge
	displaystyle textstyle scriptstyle scriptscriptstyle boldmath unboldmath
	centering raggedright raggedleft limits nolimits nonumber notag allowbreak
	nobreak nobreakdash xspace noindent indent protect relax
	big Big bigg Bigg bigl bigr bigm Bigl Bigr Bigm biggl biggr biggm Biggl Biggr
	Biggm leavevmode ignorespaces sloppy frenchspacing null strut
	mathop mathbin mathrel mathopen mathclose mathord mathpunct mathinner
	mathrm mathbf mathit mathsf mathtt mathcal mathscr mathfrak mathnormal bm
	boldsymbol bold pmb mathbfit mathds smash
	llap rlap clap mathrlap mathllap mathclap substack
	texorpdfstring makebox framebox nohyphens flushleft flushright`)

// spaces are the commands that leave a gap.
var spaces = set(`quad qquad space enspace enskip thinspace medspace thickspace
	thinsp par newline linebreak break hfill hfil vfill newpage pagebreak
	smallskip medskip bigskip nobreakspace hline toprule midrule bottomrule cr`)

// italics are those of them that set their argument in italics.
var italics = set("textit textsl emph")

// textual are the commands whose argument is text even within mathematics.
var textual = set(`text textnormal textrm textbf textit textsl textsc textsf
	texttt textmd textup emph em mbox hbox vbox fbox framebox parbox
	underline uline ul uuline uwave sout st hl mathtext intertext uppercase
	lowercase title section subsection subsubsection paragraph
	subparagraph chapter caption author keywords textquote mono code operatornamewithlimits`)

// dropped are the commands that go with their arguments, which are keys,
// lengths or colours: nothing that a person reads.
var dropped = map[string]int{
	"label": 1, "ref": 1, "eqref": 1, "cref": 1, "Cref": 1, "autoref": 1, "pageref": 1, "nameref": 1, "vref": 1,
	"cite": 1, "citep": 1, "citealp": 1, "parencite": 1, "autocite": 1, "footcite": 1, "citenum": 1, "nocite": 1, "onlinecite": 1, "supercite": 1,
	"vspace": 1, "hspace": 1, "vskip": 0, "hskip": 0, "phantom": 1, "hphantom": 1, "vphantom": 1,
	"color": 1, "pagecolor": 1, "fontsize": 2, "selectfont": 0, "setlength": 2, "addtolength": 2, "linespread": 1,
	"includegraphics": 1, "index": 1, "bibliography": 1, "bibliographystyle": 1, "pagestyle": 1, "thispagestyle": 1,
	"definecolor": 3, "footnotemark": 0, "rule": 2, "hypertarget": 1, "tag": 1, "cline": 1, "cmidrule": 1,
	"usepackage": 1, "documentclass": 1, "setcounter": 2, "newcommand": 2, "renewcommand": 2, "raisebox": 1, "scalebox": 1, "resizebox": 2,
}

// skipped are the commands with leading arguments that say how the last one
// looks: those are left out, the last is read.
var skipped = map[string]int{
	"textcolor": 1, "colorbox": 1, "fcolorbox": 2, "foreignlanguage": 1, "multicolumn": 2, "multirow": 2, "hyperlink": 1, "hyperref": 0,
	"adjustbox": 1, "rotatebox": 1, "ensuremath": 0, "selectlanguage": 1,
}

// macros are letters that many authors name by a short command of their own.
var macros = pairs(`R ℝ N ℕ Z ℤ Q ℚ C ℂ E 𝔼 F 𝔽 RR ℝ NN ℕ ZZ ℤ QQ ℚ CC ℂ EE 𝔼 FF 𝔽
	reals ℝ nats ℕ Reals ℝ bbR ℝ bigO O bigo O BigO O`)

// marks are the accents, as characters that combine with the one before.
var marks = map[string]rune{
	"`": '\u0300', "'": '\u0301', "^": '\u0302', "~": '\u0303', "\"": '\u0308', "=": '\u0304', ".": '\u0307',
	"c": '\u0327', "v": '\u030C', "u": '\u0306', "H": '\u030B', "k": '\u0328', "r": '\u030A', "d": '\u0323', "b": '\u0331', "t": '\u0361',
	"grave": '\u0300', "acute": '\u0301', "hat": '\u0302', "tilde": '\u0303', "ddot": '\u0308', "bar": '\u0304', "dot": '\u0307',
	"check": '\u030C', "breve": '\u0306', "mathring": '\u030A', "vec": '\u20D7', "widehat": '\u0302', "widetilde": '\u0303', "widecheck": '\u030C',
	"overline": '\u0305', "widebar": '\u0305', "dddot": '\u20DB', "overrightarrow": '\u20D7', "wh": '\u0302', "wt": '\u0303',
}

// units are the names of siunitx, which are commands inside \SI, \qty and \si.
var units = pairs(`meter m metre m m m s s g g second s gram g kilogram kg kelvin K ampere A
	mole mol candela cd hertz Hz newton N pascal Pa joule J watt W volt V ohm Ω
	farad F tesla T henry H lumen lm lux lx litre L liter L minute min hour h
	day d byte B bit bit degree ° celsius °C degreeCelsius °C percent % electronvolt eV
	decibel dB tonne t arcsecond ″ arcminute ′ angstrom Å dalton Da
	atto a femto f pico p nano n micro µ milli m centi c deci d kilo k mega M
	giga G tera T peta P kibi Ki mebi Mi gibi Gi per / squared ² cubed ³
	micrometer µm millimeter mm centimeter cm kilometer km nanometer nm
	millisecond ms microsecond µs nanosecond ns mm mm cm cm km km um µm nm nm ms ms us µs
	kHz kHz MHz MHz GHz GHz Hz Hz mV mV mW mW kW kW dB dB`)
