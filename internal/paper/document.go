package paper

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// url writes the address in the next argument as it is.
func (p *tex) url() {
	p.skipSpaceBefore('{')
	s, ok := p.raw()
	if ok {
		p.write(unescapeURL(s))
	}
}

var unescapeURL = strings.NewReplacer(`\_`, "_", `\%`, "%", `\#`, "#", `\&`, "&", `\~{}`, "~", `\~`, "~", `\$`, "$", " ", "", "\n", "").Replace

// href writes a link's text, and its address where the text doesn't tell it.
func (p *tex) href() {
	p.skipSpaceBefore('{')
	address, ok := p.raw()
	if !ok {
		return
	}
	address = strings.TrimSpace(unescapeURL(address))
	p.skipSpaceBefore('{')
	text, _ := p.argument(false)
	switch {
	case text == "":
		p.write(address)
	case strings.Contains(text, "://") || strings.Contains(address, strings.Trim(text, "/")):
		p.write(text)
	default:
		p.write(text + " (" + address + ")")
	}
}

// mathematical are the environments whose content is a formula.
var mathematical = set(`equation align aligned gather gathered multline eqnarray
	cases matrix pmatrix bmatrix vmatrix Vmatrix smallmatrix split math displaymath array`)

// begin enters an environment up to the end of the present part.
func (p *tex) begin() {
	name, _ := p.raw()
	name = strings.TrimSuffix(name, "*")
	p.option()
	if name == "tabular" || name == "array" || name == "minipage" {
		p.raw()
	}
	p.cells++
	if mathematical[name] {
		p.math = true
	}
	p.write(" ")
}

var hexCode = regexp.MustCompile(`^(?:[xX"]([0-9a-fA-F]{1,6})|(\d{1,7}))$`)

// character reads commands that give a character by its number.
func (p *tex) character(command string) {
	s, ok := p.raw()
	if !ok {
		return
	}
	s = strings.TrimSpace(s)
	m := hexCode.FindStringSubmatch(s)
	if m == nil {
		p.write(s)
		return
	}
	n, err := strconv.ParseInt(m[1]+m[2], map[bool]int{true: 16, false: 10}[m[1] != ""], 32)
	if command == "ding" {
		n = dingbat(n)
	}
	if err == nil && unicode.IsGraphic(rune(n)) {
		p.write(string(rune(n)))
	}
}

// dingbat returns the character of the Zapf Dingbats font at n.
func dingbat(n int64) int64 {
	switch {
	case n > 32 && n < 127:
		return 0x2700 + n - 32
	case n >= 172 && n <= 181: // ①
		return 0x2460 + n - 172
	case n >= 182 && n <= 211: // ❶, ➀, ➊
		return 0x2776 + n - 182
	}
	return '•'
}

// quantity reads siunitx: \SI{5}{\micro\meter} is 5 µm.
func (p *tex) quantity(command string) {
	p.option()
	args := map[string]int{"SIrange": 3, "SI": 2, "qty": 2, "qtyproduct": 2}[command]
	var parts []string
	for i := range max(1, args) {
		if i == args-1 || command == "si" || command == "unit" {
			s, _ := p.raw()
			parts = append(parts, unit(s))
		} else if s, ok := p.argument(true); ok {
			parts = append(parts, s)
		}
	}
	if len(parts) == 3 {
		parts[0] += "–" + parts[1]
		parts = append(parts[:1], parts[2])
	}
	s := strings.Join(parts, " ")
	if command == "ang" {
		s += "°"
	}
	p.write(strings.NewReplacer(" %", "%", " °C", " °C", " °", "°").Replace(s))
}

var unitName = regexp.MustCompile(`\\([A-Za-z]+|%) *`)

func unit(s string) string {
	s = unitName.ReplaceAllStringFunc(s, func(name string) string {
		name = strings.Trim(name, "\\ ")
		if u, ok := units[name]; ok {
			return u
		}
		return name
	})
	return strings.Trim(s, "{}$ ")
}

var (
	alphabet = regexp.MustCompile(`^(?:math)?(?:cal|bf|mc|bm|bs|frak|scr|sf|rm|b|c|m)([A-Z])$`)
	looks    = regexp.MustCompile(`(?i)text|emph|font|color|colour|style|bold|ital|underl|highlight|^(?:red|blue|green|gray|grey|orange|purple|cyan|magenta|teal|rev|new|add|edit|todo|hl|ul|st)$`)
)

// unknown reads a command of the author's own. Its name is all that can be
// known of it, and often is what it stands for: \ours, \chisao{}.
func (p *tex) unknown(name string) {
	from := p.pos - len(name) - 1
	switch s := p.macro(name); {
	case s != "":
		p.write(s)
		p.skipSpace()
	case p.math:
		if isWord(p.last()) {
			p.write(" ")
		}
		p.write(name)
		p.gap = true
	case len(name) == 1 && p.after(p.pos) != '{', unicode.IsLetter(p.before(from)) && p.after(p.pos) != '{':
		p.write(`\` + name) // \n, dir\file
	default:
		p.withArgument(name)
	}
}

// macro returns what authors commonly mean by a short command in a formula.
func (p *tex) macro(name string) string {
	if !p.math {
		return ""
	}
	if s, ok := macros[name]; ok {
		return s
	}
	if m := alphabet.FindStringSubmatch(name); m != nil {
		return m[1]
	}
	if rest, ok := strings.CutPrefix(name, "bb"); ok && len(rest) == 1 {
		return double(rest)
	}
	for _, prefix := range []string{"wt", "wh"} {
		if rest, ok := strings.CutPrefix(name, prefix); ok && len(rest) == 1 {
			return accentuate(rest, marks[prefix])
		}
	}
	return ""
}

// withArgument writes an unknown name in prose. A name that tells of looks is
// left out where an argument follows; else the argument is kept apart from it,
// unless it is as short as an index.
func (p *tex) withArgument(name string) {
	if unicode.IsDigit(p.before(p.pos - len(name) - 1)) {
		p.write(" ")
	}
	inner, ok := p.closing(p.pos)
	if !ok || inner == p.pos+1 {
		p.write(name)
		return
	}
	if looks.MatchString(name) {
		return
	}
	p.write(name)
	if inner-p.pos > 3 || !isWord(rune(p.s[p.pos+1])) {
		p.write(" ")
	}
}
