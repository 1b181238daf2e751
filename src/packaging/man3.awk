# SPDX-License-Identifier: MIT
#
# The manual pages of section 3, from the comments of the public header:
#
#   awk -v folder=man3 -f man3.awk usdt-dyn.h
#
# A comment directly before a function, a type or constants becomes a page. One before a macro with
# parameters does if it begins with a call, "usdt_dyn_fire(probe, values...): fires ..."; other
# macros are internal. The comment before the include guard becomes the overview. In a comment
#
# - the first sentence, up to "." or ":", is the summary in NAME;
# - a paragraph of lines "PARAMETER: text" is a list, and so are the comments behind enumerators;
# - a paragraph that begins with "Returns" is the RETURN VALUE;
# - in the overview a paragraph "Word: text" begins a section;
# - `code`, and names of functions, constants and errors, are bold.
#
# Nothing but POSIX awk, which every machine has that can build the library.

# ---- Reading ----------------------------------------------------------------------------------

/^\/\*/ { comment = ""; in_comment = 1 }

in_comment {
    is_end = /\*\/$/
    sub(/^(\/\*| \*\/| \*) ?/, "")
    sub(/ ?\*\/$/, "")
    comment = comment $0 "\n"
    if (is_end) {
        in_comment = 0
        code = ""
        in_code = 1
    }
    next
}

/^#define USDT_DYN_VERSION_/ { version = version (version == "" ? "" : ".") $3 }

# A declaration ends with ";", or before the body of a function; constants end before what is none.
in_code && /^#define/ { take_line($0); next }
in_code && (code ~ /^#define/ || /^(#|\{|$)/) { finish(); next }
in_code {
    take_line($0)
    if (code ~ /^[^{]*;\n$/ || /^\}.*;$/)
        finish()
}

function take_line(line) { code = code line "\n" }

# Takes the comment and the declaration behind it for a page, if they are one.
function finish() {
    in_code = 0
    gsub(/^\n|\n$/, "", comment)
    if (code == "" && comment ~ /^lib[^ ]+: /)
        add("overview", substr(comment, 1, index(comment, ":") - 1))
    else if (code ~ /^#define [A-Za-z_0-9]+\(/)
        add_macro()
    else if (code ~ /^#define/)
        add("constant", words_after("#define", code))
    else if (code ~ /^typedef [^{]*\(/)
        add_prototype("type")
    else if (code ~ /^typedef/)
        add("type", last_word(code))
    else if (code ~ /^(USDT_DYN_API|static inline) /)
        add_prototype("function")
}

function add(kind, names,    list, i, n) {
    pages++
    kind_of[pages] = kind # overview, function, type or constant
    names_of[pages] = names
    comment_of[pages] = comment
    code_of[pages] = code
    n = split(names, list, " ")
    for (i = 1; i <= n; i++)
        page_of[list[i]] = pages
}

function add_prototype(kind) {
    gsub(/USDT_DYN_API |static inline |\n/, " ", code)
    gsub(/ +/, " ", code)
    sub(/^ /, "", code)
    sub(/;? *$/, ";", code)
    match(code, /[a-z_0-9]+\(/)
    add(kind, substr(code, RSTART, RLENGTH - 1))
}

function add_macro(    name) {
    match(code, / [A-Za-z_0-9]+\(/)
    name = substr(code, RSTART + 1, RLENGTH - 2)
    if (index(comment, name "(") != 1)
        return
    code = substr(comment, 1, index(comment, "):")) ";"
    comment = substr(comment, index(comment, "):") + 3)
    add("function", name)
}

function words_after(word, text,    list, i, n, found) {
    n = split(text, list, /[ \n]+/)
    for (i = 1; i < n; i++)
        if (list[i] == word)
            found = found (found == "" ? "" : " ") list[i + 1]
    return found
}

function last_word(text) {
    match(text, /[a-z_0-9]+;\n$/)
    return substr(text, RSTART, RLENGTH - 2)
}

# ---- Writing ----------------------------------------------------------------------------------

END {
    for (page = 1; page <= pages; page++)
        write_page()
}

function write_page(    list, i, n) {
    n = split(names_of[page], list, " ")
    file = folder "/" list[1] ".3"
    text = comment_of[page]
    put(".\\\" SPDX-License-Identifier: MIT")
    put(".\\\" Made from usdt-dyn.h by man3.awk.")
    put(".TH " escape(list[1]) " 3 \"\" \"libusdt\\-dyn " version "\" \"libusdt\\-dyn\"")
    put(".nh\n.ad l")
    put(".SH NAME")
    put(escape(join(list, n)) " \\- " escape(summary(page)))
    put(".SH LIBRARY")
    put("Dynamic USDT probes (\\fBlibusdt\\-dyn\\fR, \\fB\\-lusdt\\-dyn\\fR)")
    put(".SH SYNOPSIS\n.nf\n\\fB#include <usdt\\-dyn.h>\\fR")
    if (kind_of[page] != "overview")
        put(".PP")
    if (is_prototype(code_of[page]))
        put_prototype(code_of[page])
    else
        put_code(code_of[page])
    put(".fi")
    put_description()
    if (kind_of[page] == "overview")
        put_index()
    put_see_also()
    close(file)
    for (i = 2; i <= n; i++) {
        file = folder "/" list[i] ".3"
        put(".so man3/" list[1] ".3")
        close(file)
    }
}

function put(line) { print line >file }

# Of a function, a macro or the type of a function.
function is_prototype(code) { return code ~ /\);$/ }

function join(list, n,    i, joined) {
    for (i = 1; i <= n; i++)
        joined = joined (i == 1 ? "" : ", ") list[i]
    return joined
}

# The first sentence of a comment as a phrase: "Makes a list." gives "make a list" for a function.
function summary(page,    phrase) {
    phrase = comment_of[page]
    gsub(/\n/, " ", phrase)
    phrase = phrase " "
    if (kind_of[page] == "overview")
        phrase = substr(phrase, index(phrase, ": ") + 2)
    match(phrase, /[.:] /)
    phrase = substr(phrase, 1, RSTART - 1)
    if (kind_of[page] == "function" && match(phrase, /^[A-Za-z]+s /))
        phrase = substr(phrase, 1, RLENGTH - 2) substr(phrase, RLENGTH)
    if (phrase ~ /^[A-Z][a-z ]/)
        phrase = tolower(substr(phrase, 1, 1)) substr(phrase, 2)
    return phrase
}

# "int f(int *a, int b);": in bold, the parameters in italics, in lines that fit 80 columns with the
# indentation of man(1). Parameters go below each other, or on lines of their own after a long name.
function put_prototype(code,    at, head, list, i, n, indent, longest, line, piece) {
    at = index(code, "(")
    head = substr(code, 1, at)
    n = split(substr(code, at + 1), list, /, */)
    for (i = 1; i <= n; i++)
        if (length(list[i]) > longest)
            longest = length(list[i])
    indent = at
    line = head
    if (at + longest + 1 > 71) {
        put("\\fB" escape(head))
        indent = 4
        line = spaces(indent)
    }
    for (i = 1; i <= n; i++) {
        piece = list[i] (i < n ? "," : "")
        if (i > 1 && length(line) + 1 + length(piece) > 71) {
            put("\\fB" italic(line))
            line = spaces(indent)
        } else if (i > 1) {
            line = line " "
        }
        line = line piece
    }
    put("\\fB" italic(line) "\\fR")
}

function spaces(n) { return sprintf("%" n "s", "") }

# The words before "," and ")", which are the names of parameters.
function italic(line,    done) {
    line = escape(line)
    while (match(line, /[a-z_0-9]+(\.\.\.)?[,)]/)) {
        done = done substr(line, 1, RSTART - 1)
        if (substr(line, RSTART, RLENGTH) == "void)")
            done = done "void)"
        else
            done = done "\\fI" substr(line, RSTART, RLENGTH - 1) "\\fB" \
                   substr(line, RSTART + RLENGTH - 1, 1)
        line = substr(line, RSTART + RLENGTH)
    }
    return done line
}

# Other code, with its lines and without its comments.
function put_code(code,    list, i, n) {
    while (match(code, / *\/\*[^*]*\*\//))
        code = substr(code, 1, RSTART - 1) substr(code, RSTART + RLENGTH)
    n = split(code, list, "\n")
    for (i = 1; i < n; i++)
        put("\\fB" escape(list[i]) "\\fR")
}

function put_description(    list, i, n, returns) {
    begin_section("DESCRIPTION")
    n = split(text, list, /\n\n/)
    for (i = 1; i <= n; i++) {
        if (list[i] ~ /^Returns /)
            returns = list[i]
        else
            put_paragraph(list[i])
    }
    put_members(code_of[page])
    if (returns == "")
        return
    begin_section("RETURN VALUE")
    put_filled(returns)
}

function begin_section(name) {
    put(".SH " name)
    is_first = 1
}

function put_paragraph(paragraph,    word) {
    word = substr(paragraph, 1, index(paragraph, ": ") - 1)
    if (word == names_of[page]) # the summary of the overview
        return
    if (is_prototype(code_of[page]) && is_parameter(word)) {
        put_parameters(paragraph)
        return
    }
    if (kind_of[page] == "overview" && word ~ /^[A-Z][a-z]+$/) {
        begin_section(toupper(word))
        paragraph = substr(paragraph, length(word) + 3)
    }
    if (!is_first)
        put(".PP")
    is_first = 0
    put_filled(capital(paragraph))
}

function capital(phrase) { return toupper(substr(phrase, 1, 1)) substr(phrase, 2) }

function is_parameter(word) {
    return word ~ /^[a-z_0-9]+$/ && code_of[page] ~ ("[ *(]" word "[,)]")
}

# Lines "name: text", each followed by lines that go on with it.
function put_parameters(paragraph,    list, i, n, name, body, body_at) {
    n = split(paragraph, list, "\n")
    for (i = 1; i <= n; i++) {
        if (match(list[i], /^[a-z_0-9]+: +/)) {
            body_at = RLENGTH + 1
            put_item("\\fI" name "\\fR", body)
            name = substr(list[i], 1, index(list[i], ":") - 1)
            body = substr(list[i], body_at)
        } else {
            body = body " " list[i]
        }
    }
    put_item("\\fI" name "\\fR", body)
    is_first = 0
}

function put_item(term, body) {
    if (body == "")
        return
    put(".TP\n" term)
    put_filled(capital(body) (body ~ /\.$/ ? "" : "."))
}

# The comments behind enumerators and constants.
function put_members(code,    name, body) {
    while (match(code, /[A-Z_0-9]+( +[0-9]+)?,? *\/\*[^*]*\*\//)) {
        name = body = substr(code, RSTART, RLENGTH)
        code = substr(code, RSTART + RLENGTH)
        sub(/[^A-Z_0-9].*/, "", name)
        sub(/^[^*]*\* */, "", body)
        sub(/[ \n]*\*\/$/, "", body)
        put_item("\\fB" name "\\fR", body)
    }
}

function put_index() {
    put(".SH INTERFACE")
    put_kind("Functions and macros", "function")
    put_kind("Types", "type")
    put_kind("Constants", "constant")
}

function put_kind(title, kind,    i, names) {
    put(".SS " title)
    for (i = 1; i <= pages; i++) {
        if (kind_of[i] != kind)
            continue
        names = names_of[i]
        gsub(/ /, "\\fR(3), \\fB", names)
        put(".TP\n\\fB" names "\\fR(3)")
        put_filled(capital(summary(i)) ".")
    }
}

# What this page names, and for a type what takes or returns it.
function put_see_also(    i, list) {
    put(".SH SEE ALSO")
    if (kind_of[page] == "overview") {
        put(".BR usdt\\-dyn (1)")
        return
    }
    for (i = 1; i <= pages; i++) {
        split(names_of[i], list, " ")
        if (i != page && (has_name(text " " code_of[page], i) ||
                          kind_of[page] == "type" && has_name(code_of[i], page)))
            put(".BR " escape(list[1]) " (3),")
    }
    put(".BR libusdt\\-dyn (3)")
}

# Does a text have a name of a page in it?
function has_name(some_text, i,    list, n, j) {
    n = split(names_of[i], list, " ")
    for (j = 1; j <= n; j++)
        if (some_text ~ ("(^|[^A-Za-z_0-9])" list[j] "([^A-Za-z_0-9]|$)"))
            return 1
    return 0
}

# Text in lines of at most 78 characters, and no sentence begins within a line.
function put_filled(paragraph,    list, i, n, line) {
    n = split(markup(paragraph), list, /[ \n]+/)
    for (i = 1; i <= n; i++) {
        if (line != "" && (length(line) + 1 + length(list[i]) > 78 || line ~ /[^.]\.$/)) {
            put_text(line)
            line = ""
        }
        line = line (line == "" ? "" : " ") list[i]
    }
    put_text(line)
}

# A line of text must not look like a request.
function put_text(line) { put((line ~ /^[.']/ ? "\\&" : "") line) }

function markup(rest,    code, done, token) {
    code = "`[^`]*`|[A-Za-z_0-9]+[(][0-9]?[)]|usdt_dyn_[a-z_0-9]+|USDT_DYN_[A-Z_0-9*]+(=1)?" \
           "|-E[A-Z0-9]+|-[0-9]"
    while (match(rest, code)) {
        done = done substr(rest, 1, RSTART - 1)
        token = substr(rest, RSTART, RLENGTH)
        rest = substr(rest, RSTART + RLENGTH)
        done = done bold(token)
    }
    return done rest
}

function bold(token,    name, tail) {
    if (token ~ /^`/)
        return "\\fB" escape(substr(token, 2, length(token) - 2)) "\\fR"
    if (token !~ /\)$/)
        return "\\fB" escape(token) "\\fR"
    name = substr(token, 1, index(token, "(") - 1)
    tail = substr(token, index(token, "("))
    if (tail == "()" && name in page_of && page_of[name] != page)
        tail = "(3)"
    return "\\fB" name "\\fR" tail
}

# Code: what may be copied has no hyphen but a minus.
function escape(code) {
    gsub(/\\/, "\\e", code)
    gsub(/-/, "\\-", code)
    return code
}
