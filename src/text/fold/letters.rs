//! Letters that fold to others by our own rules, beyond what Unicode says. The table is made from
//! these lists.

/// Letters that Unicode does not take apart but that people type without their stroke or hook,
/// the variants that Arabic keyboards mix, letters that old encodings of Bengali and Malayalam
/// write as two, and Japanese letter forms that are characters of their own in Unicode only.
pub(super) const LETTERS: &[(char, &str)] = &[
    ('ø', "o"),
    ('đ', "d"),
    ('ł', "l"),
    ('ħ', "h"),
    ('ı', "i"),
    ('æ', "ae"),
    ('œ', "oe"),
    ('þ', "th"),
    ('ð', "d"),
    ('ə', "a"), // Əliyev is Aliyev in every Latin-script newsroom but his own
    ('ŋ', "n"),
    ('ŧ', "t"),
    ('ĸ', "k"),
    ('ɓ', "b"),
    ('ɗ', "d"),
    ('ƙ', "k"),
    ('ƴ', "y"),
    ('ɔ', "o"),
    ('ɛ', "e"),
    ('ɖ', "d"),
    ('ٱ', "ا"),
    ('ى', "ي"),
    ('ی', "ي"),
    ('ې', "ي"),
    ('ک', "ك"),
    ('ڪ', "ك"),
    ('ة', "ه"),
    ('ۃ', "ه"),
    ('ە', "ه"),
    ('ہ', "ه"),
    ('ھ', "ه"),
    ('٪', "%"),
    ('ৎ', "ত\u{9cd}"),
    ('ൺ', "ണ\u{d4d}"),
    ('ൻ', "ന\u{d4d}"),
    ('ർ', "ര\u{d4d}"),
    ('ൽ', "ല\u{d4d}"),
    ('ൾ', "ള\u{d4d}"),
    ('ൿ', "ക\u{d4d}"),
    ('髙', "高"),
    ('﨑', "崎"),
    ('𠮷', "吉"),
];

/// The radicals of dictionaries and the characters they look like, which are what is meant: they
/// come out of PDF files (`EquivalentUnifiedIdeograph.txt` of Unicode; those of Kangxi are
/// compatibility characters already).
pub(super) const RADICALS: &str = "\
    ⺁厂 ⺂乛 ⺃乚 ⺄乙 ⺅亻 ⺆冂 ⺇𠘨 ⺈刀 ⺉刂 ⺊卜 ⺋㔾 ⺌小 ⺍小 ⺎兀 ⺏尣 ⺐尢 \
    ⺑𡯂 ⺒巳 ⺓幺 ⺔彑 ⺕彐 ⺖忄 ⺗心 ⺘扌 ⺙攵 ⺛旡 ⺜日 ⺝月 ⺞歺 ⺟母 ⺠民 ⺡氵 \
    ⺢氺 ⺣灬 ⺤爫 ⺥爫 ⺦丬 ⺧牛 ⺨犭 ⺩王 ⺪𤴔 ⺫目 ⺬示 ⺭礻 ⺮𥫗 ⺯糹 ⺰纟 ⺱罓 \
    ⺲罒 ⺳㓁 ⺴冗 ⺵𦉫 ⺶羊 ⺷𦍌 ⺸𦍋 ⺹耂 ⺺肀 ⺻聿 ⺼肉 ⺽𦥑 ⺾艹 ⺿艹 ⻀艹 ⻁虎 \
    ⻂衤 ⻃覀 ⻄西 ⻅见 ⻆角 ⻇𧢲 ⻈讠 ⻉贝 ⻊𧾷 ⻋车 ⻌辶 ⻍辶 ⻎辶 ⻏邑 ⻐钅 ⻑長 \
    ⻒镸 ⻓长 ⻔门 ⻕𨸏 ⻖阝 ⻗雨 ⻘青 ⻙韦 ⻚页 ⻛风 ⻜飞 ⻝食 ⻞𩙿 ⻟飠 ⻠饣 ⻡𩠐 \
    ⻢马 ⻣骨 ⻤鬼 ⻥鱼 ⻦鸟 ⻧卤 ⻨麦 ⻩黄 ⻪黾 ⻫斉 ⻬齐 ⻭歯 ⻮齿 ⻯竜 ⻰龙 ⻱龜 \
    ⻲亀 ⻳龟";

/// Digits above the line: a number behind a word may be the mark of a note.
pub(super) const fn is_raised(c: char) -> bool {
    matches!(c, '⁰' | '¹' | '²' | '³' | '⁴'..='⁹')
}

/// What a number in a circle means where Unicode does not say so.
pub(super) fn in_circle(c: char) -> Option<u32> {
    let c = c as u32;
    match c {
        0x24eb..=0x24f4 => Some(c - 0x24eb + 11),
        0x24f5..=0x24fe => Some(c - 0x24f5 + 1),
        0x24ff | 0x1f10b | 0x1f10c => Some(0),
        0x2776..=0x277f => Some(c - 0x2776 + 1),
        0x2780..=0x2789 => Some(c - 0x2780 + 1),
        0x278a..=0x2793 => Some(c - 0x278a + 1),
        0x3248..=0x324f => Some((c - 0x3248 + 1) * 10),
        _ => None,
    }
}
