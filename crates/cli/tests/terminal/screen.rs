//! What a terminal shows that was told this: as much of one as a progress bar needs, and anything else is a fault.

/// A terminal's lines, and where its cursor is.
#[derive(Debug)]
pub(crate) struct Screen {
    lines: Vec<Vec<char>>,
    row: usize,
    column: usize,
    width: usize,
    /// Lines that were longer than the terminal is wide.
    broken: Vec<String>,
}

impl Screen {
    /// After all of it.
    pub(crate) fn showing(told: &str, width: usize) -> Self {
        let mut screen = Self {
            lines: vec![Vec::new()],
            row: 0,
            column: 0,
            width,
            broken: Vec::new(),
        };
        let mut letters = told.chars();
        while let Some(letter) = letters.next() {
            match letter {
                '\r' => screen.column = 0,
                '\n' => screen.to(screen.row + 1),
                '\u{1b}' => {
                    assert_eq!(letters.next(), Some('['), "{told:?}");
                    let mut number = String::new();
                    let verb = loop {
                        match letters.next().unwrap() {
                            digit if digit.is_ascii_digit() => number.push(digit),
                            verb => break verb,
                        }
                    };
                    screen.obeys(verb, number.parse().unwrap_or(0), told);
                }
                letter => {
                    assert!(!letter.is_control(), "{letter:?} in {told:?}");
                    screen.shows(letter);
                }
            }
        }
        screen
    }

    /// Nothing of what changed is left, the cursor stands where a prompt belongs, and no line broke while it was drawn.
    pub(crate) fn is_clean(&self, told: &str) {
        assert_eq!(self.column, 0, "{told:?}");
        assert!(self.lines[self.row].is_empty(), "{self:?}");
        let changes = |line: &&String| line.contains(" affected") || line.contains(" MB");
        assert_eq!(
            self.broken.iter().find(changes),
            None,
            "it was too long: {told:?}"
        );
        for bar in ['█', '░', '▒'] {
            assert!(!self.text().contains(bar), "{}", self.text());
        }
    }

    pub(crate) fn text(&self) -> String {
        let lines = self.lines.iter().map(|line| line.iter().collect::<String>());
        lines.collect::<Vec<_>>().join("\n")
    }

    fn obeys(&mut self, verb: char, number: usize, told: &str) {
        match verb {
            'A' => self.row = self.row.saturating_sub(number.max(1)),
            'B' => self.to(self.row + number.max(1)),
            'K' if number == 2 => self.lines[self.row].clear(),
            'K' => self.lines[self.row].truncate(self.column),
            'J' => {
                self.lines.truncate(self.row + 1);
                self.lines[self.row].truncate(self.column);
            }
            // Colours.
            'm' => {}
            verb => panic!("{verb:?} in {told:?}"),
        }
    }

    fn shows(&mut self, letter: char) {
        if self.column == self.width {
            self.broken.push(self.lines[self.row].iter().collect());
            self.to(self.row + 1);
            self.column = 0;
        }
        let line = &mut self.lines[self.row];
        if line.len() <= self.column {
            line.resize(self.column + 1, ' ');
        }
        line[self.column] = letter;
        self.column += 1;
    }

    fn to(&mut self, row: usize) {
        self.row = row;
        while self.lines.len() <= row {
            self.lines.push(Vec::new());
        }
    }
}
