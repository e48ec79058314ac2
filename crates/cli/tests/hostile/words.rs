//! What strangers call things, to see what becomes of it.

/// Words that do something where they are not shown as words.
pub(crate) const TRICKS: [&str; 18] = [
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "\"'><b onmouseover=alert(1)>x</b>",
    "</title></style></textarea></select></svg><iframe src=//evil.example>",
    "javascript:alert(1)//\" onclick=\"alert(1)",
    "&lt;b&gt;&#60;script&#62;<!--",
    "=cmd|'/c calc'!A0",
    "+1+1",
    "-1+1",
    "@SUM(A1:A9)",
    "\t=1+1",
    "\r=1+1",
    "\",=1+1,\"\n=1+1",
    "\u{1b}[2J\u{1b}[31m\u{1b}]8;;http://evil.example\u{7}here\u{1b}]8;;\u{7}",
    "\u{9b}2J\u{9d}0;a title\u{9c}\u{85}\u{8d}\u{7f}",
    "\u{202e}evil\u{202c}\u{2066}x\u{2069}\u{200f}\u{61c}",
    "in\u{200b}vis\u{200d}ib\u{2060}le\u{feff}\u{2028}\u{2029}\u{e0041}",
    "nul\0here",
    "a word \u{1f3e5} that is no\u{301}ne of these",
];

/// As many words that do nothing, to see what there is without the others.
pub(crate) const PLAIN: [&str; 18] = ["a plain word"; 18];

/// Longer than anything has a name.
pub(crate) fn long() -> String {
    "<b>=\u{202e}".repeat(150_000)
}

/// On one line, as a header or a name in a file must be.
pub(crate) fn line(words: &str) -> String {
    words.replace(['\r', '\n', '\0'], " ")
}
