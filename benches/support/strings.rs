//! Made-up strings that look like telephone numbers, good and bad. The same seed gives the same strings.
//! The equality tests and the benchmark share them.

/// SplitMix64: small, quick, the same everywhere.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.roll() % (limit as u64)).unwrap_or(0)
    }

    pub fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }

    fn digits(&mut self, count: usize) -> String {
        (0..count)
            .map(|_| char::from(b'0' + self.below(10) as u8))
            .collect()
    }

    /// Area code, exchange and line, mostly of the shape that exists.
    fn parts(&mut self) -> (String, String, String) {
        let area = match self.below(8) {
            // Plans with holes, and codes of no place.
            0 => self
                .pick(&[
                    "242", "246", "264", "268", "284", "310", "340", "345", "441", "473", "500",
                    "523", "524", "600", "649", "658", "664", "670", "671", "684", "721", "758",
                    "767", "784", "787", "800", "809", "829", "868", "869", "876", "888", "900",
                    "983",
                ])
                .to_owned(),
            1 => self.digits(3),
            _ => format!("{}{}{}", 2 + self.below(8), self.below(9), self.below(10)),
        };
        let exchange = match self.below(10) {
            0 => self.digits(3),
            1 => self
                .pick(&[
                    "521", "522", "606", "100", "139", "140", "149", "150", "199", "200", "911",
                    "555",
                ])
                .to_owned(),
            _ => format!("{}{}", 2 + self.below(8), self.digits(2)),
        };
        (area, exchange, self.digits(4))
    }
}

/// What lists of North American numbers hold: seven in ten good, the rest the usual mistakes.
pub fn list(dice: &mut Dice, count: usize) -> Vec<String> {
    (0..count)
        .map(|_| {
            let area = dice.pick(&[
                "404", "212", "310", "512", "206", "416", "787", "800", "888", "305", "773", "602",
            ]);
            let (exchange, line) = (
                format!("{}{}", 2 + dice.below(8), dice.digits(2)),
                dice.digits(4),
            );
            if dice.below(10) < 7 {
                return written(dice, area, &exchange, &line);
            }
            match dice.below(8) {
                0 => String::new(),
                1 => format!("{area}-{exchange}"),
                2 => format!("{area}-{exchange}-{line}-{}", dice.digits(3)),
                3 => format!(
                    "({}) {exchange}-{line}",
                    dice.pick(&["045", "123", "911", "237", "999"])
                ),
                4 => format!("{area}-{}{}-{line}", dice.below(2), dice.digits(2)),
                5 => format!("1.{}E+10", dice.digits(5)),
                6 => dice
                    .pick(&["n/a", "Total", "see below", "-", "?"])
                    .to_owned(),
                _ => format!("+44 20 7946 0{}", dice.digits(3)),
            }
        })
        .collect()
}

fn written(dice: &mut Dice, area: &str, exchange: &str, line: &str) -> String {
    match dice.below(10) {
        0..3 => format!("+1{area}{exchange}{line}"),
        3 => format!("{area}{exchange}{line}"),
        4 => format!("1{area}{exchange}{line}"),
        5 => format!("({area}) {exchange}-{line}"),
        6 => format!("{area}-{exchange}-{line}"),
        7 => format!("{area}.{exchange}.{line}"),
        8 => format!("+1 {area}-{exchange}-{line}"),
        _ => format!("{area}\u{A0}{exchange} {line}"),
    }
}

/// Everything that can go wrong, to find where two readers differ.
pub fn hostile(dice: &mut Dice, count: usize) -> Vec<String> {
    (0..count)
        .map(|_| {
            let (area, exchange, line) = dice.parts();
            let mut text = match dice.below(16) {
                0..6 => written(dice, &area, &exchange, &line),
                6 => {
                    let count = dice.below(24);
                    dice.digits(count)
                }
                7 => {
                    let count = dice.below(21);
                    format!(
                        "{}{}",
                        dice.pick(&[
                            "+", "+1", "1", "11", "111", "011", "0111", "001", "+0", "+11", "01"
                        ]),
                        dice.digits(count)
                    )
                }
                8 => format!(
                    "{}{exchange}{line}",
                    dice.pick(&["", "1", "11", "+1", "310", "1310", "+1310", "0", "00"])
                ),
                9 => format!("310{line}"),
                10 => format!(
                    "tel:{area}-{exchange}-{line}{}",
                    dice.pick(&[
                        "",
                        ";ext=12",
                        ";phone-context=+1",
                        ";phone-context=example.com",
                        ";isub=1"
                    ])
                ),
                11 => format!(
                    "{area} {exchange} {line}{}",
                    dice.pick(&[
                        " x12", " ext. 3", "#", "#4", " #12", ",1", ";2", "x", "/x1", " int 2",
                        "~9"
                    ])
                ),
                12 => format!(
                    "{area}-{}",
                    dice.pick(&["FLOWERS", "CALL-NOW", "abc-defg", "555-HELP"])
                ),
                13 => format!(
                    "{}{area}{exchange}{line}",
                    dice.pick(&[
                        "(",
                        "((",
                        "'",
                        "\"",
                        "=\"",
                        "++",
                        "+ ",
                        "\u{FF0B}1",
                        "\u{FEFF}",
                        "\u{A0}",
                        "/",
                        "[",
                        "--",
                        "*",
                        "#",
                        "@"
                    ])
                ),
                14 => format!(
                    "{area}{}{exchange}{}{line}",
                    dice.pick(&[
                        "\u{2013}", "\u{2011}", "\u{2212}", "/", "\t", "--", ") (", "\u{200B}"
                    ]),
                    dice.pick(&["-", "\u{2015}", "\n", "\r\n", "..", "_", " - "])
                ),
                _ => (0..dice.below(8))
                    .map(|_| {
                        dice.pick(&[
                            "1", "0", "9", "+", "-", " ", "a", "x", "٣", "４", "(", "é", ";", "ext",
                        ])
                    })
                    .collect(),
            };
            // A slip of the pen in every fourth.
            if dice.below(4) == 0 {
                let at = dice.below(text.chars().count() + 1);
                let slip = dice.pick(&[
                    "0", "1", "7", "+", "-", " ", ".", "x", "#", "~", "/", "\\", ",", ";", "*",
                    "A", "\u{A0}", "\u{2010}", "é", "\n", "[", "]", "'", "(",
                ]);
                let byte = text
                    .char_indices()
                    .nth(at)
                    .map_or(text.len(), |(byte, _)| byte);
                text.insert_str(byte, slip);
            }
            text
        })
        .collect()
}
