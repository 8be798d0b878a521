package letter

// quotedWidth is where lines of quoted-printable are broken: RFC 2045 allows
// 76 characters, the "=" of a soft line break among them.
const quotedWidth = 75

// softBreak is a line break that reading takes away again.
const softBreak = "=\r\n"

// appendQuoted appends a text without line breaks in quoted-printable (RFC
// 2045, section 6.7), from the beginning of a line, and ends in the middle of
// one. No line begins with a dot, which SMTP would double, nor with the "From "
// that mailboxes are told apart by.
func appendQuoted[T string | []byte](dst []byte, s T) []byte {
	column := 0
	for i := 0; i < len(s); {
		n := literal(s[i:], quotedWidth-column)
		if column == 0 && n > 0 && awkward(s[i:]) {
			n = 0
		}
		if i+n == len(s) && n > 0 && (s[len(s)-1] == ' ' || s[len(s)-1] == '\t') {
			n--
		}
		if n > 0 {
			dst = append(dst, s[i:i+n]...)
			i, column = i+n, column+n
			continue
		}
		if column+3 > quotedWidth || column == quotedWidth {
			dst, column = append(dst, softBreak...), 0
			continue
		}
		dst = append(dst, '=', hexDigits[s[i]>>4], hexDigits[s[i]&15])
		i, column = i+1, column+3
	}
	return dst
}

const hexDigits = "0123456789ABCDEF"

// literal returns how many bytes at the beginning of s stand for themselves,
// at most room.
func literal[T string | []byte](s T, room int) int {
	s = s[:min(len(s), room)]
	for i := range len(s) {
		if !isLiteral[s[i]] {
			return i
		}
	}
	return len(s)
}

var isLiteral = func() (t [256]bool) {
	for b := ' '; b <= '~'; b++ {
		t[b] = b != '='
	}
	t['\t'] = true
	return t
}()

// awkward reports whether a line can't begin so in a mail.
func awkward[T string | []byte](s T) bool {
	return s[0] == '.' || s[0] == 'F' && len(s) > 4 && string(s[:5]) == "From "
}
