//! The words in dates: months in sixteen languages, zones, halves of the day. All are given in
//! lower case; a word that is not known is `None`.

/// How the names of each month begin, in English, German, French, Spanish, Italian, Portuguese,
/// Dutch, Polish, Russian, Swedish, Danish, Norwegian, Finnish, Turkish, Romanian and Ukrainian.
/// The longest beginning counts: Finnish `marraskuu` is November, and `mar` March elsewhere.
const MONTHS: [&[&str]; 12] = [
    &[
        "jan", "jän", "ene", "gen", "ian", "sty", "янв", "січ", "tammi", "oca",
    ],
    &["feb", "fév", "fev", "lut", "фев", "лют", "helmi", "şub"],
    &["mar", "mär", "mrz", "mrt", "maar", "maalis", "мар", "бер"],
    &["apr", "abr", "avr", "kwi", "апр", "кві", "huhti", "nis"],
    &[
        "may", "mai", "mei", "maj", "mag", "май", "мая", "мае", "тра", "touko",
    ],
    &[
        "jun", "juin", "giu", "iun", "cze", "июн", "чер", "kesä", "haz",
    ],
    &[
        "jul", "juil", "lug", "iul", "lip", "июл", "лип", "heinä", "tem",
    ],
    &[
        "aug", "ago", "aoû", "aou", "sie", "авг", "сер", "elo", "ağu",
    ],
    &["sep", "set", "wrz", "сен", "вер", "syys", "eyl"],
    &[
        "oct", "okt", "ott", "out", "paź", "окт", "жов", "loka", "eki",
    ],
    &["nov", "noi", "lis", "ноя", "лис", "marras", "kas"],
    &[
        "dec", "déc", "dez", "dic", "des", "gru", "дек", "гру", "joulu", "ara",
    ],
];

/// Zone names of RFC 822 and those that news sites use, in hours from UTC. `IST` is three zones.
const ZONES: &[(&str, i8)] = &[
    ("z", 0),
    ("ut", 0),
    ("utc", 0),
    ("gmt", 0),
    ("wet", 0),
    ("west", 1),
    ("bst", 1),
    ("cet", 1),
    ("cest", 2),
    ("eet", 2),
    ("eest", 3),
    ("msk", 3),
    ("hkt", 8),
    ("sgt", 8),
    ("awst", 8),
    ("jst", 9),
    ("kst", 9),
    ("aest", 10),
    ("aedt", 11),
    ("nzst", 12),
    ("nzdt", 13),
    ("est", -5),
    ("edt", -4),
    ("cst", -6),
    ("cdt", -5),
    ("mst", -7),
    ("mdt", -6),
    ("pst", -8),
    ("pdt", -7),
    ("akst", -9),
    ("akdt", -8),
    ("hst", -10),
];

/// The number of the month whose name, in lower case, starts like this word.
pub(super) fn month(lower: &str) -> Option<i8> {
    let beginnings = (1_i8..)
        .zip(MONTHS)
        .flat_map(|(month, names)| names.iter().map(move |name| (name.len(), month, name)));
    beginnings
        .filter(|(_, _, name)| lower.starts_with(**name))
        .max_by_key(|(length, ..)| *length)
        .map(|(_, month, _)| month)
}

/// The hours from UTC of a zone's name in lower case.
pub(super) fn zone(lower: &str) -> Option<i8> {
    let zone = ZONES.iter().find(|(name, _)| *name == lower);
    zone.map(|(_, hours)| *hours)
}

/// Whether a word in lower case says that the hour is one of the afternoon.
pub(super) fn is_afternoon(lower: &str) -> Option<bool> {
    match lower {
        "am" | "a.m" | "午前" | "上午" | "오전" => Some(false),
        "pm" | "p.m" | "午後" | "下午" | "오후" => Some(true),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The months of each language as dates write them.
    const LANGUAGES: &[&str] = &[
        "january february march april may june july august september october november december",
        "januar februar märz april mai juni juli august september oktober november dezember",
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre \
         dicembre",
        "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
        "januari februari maart april mei juni juli augustus september oktober november december",
        "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października \
         listopada grudnia",
        "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
        "januari februari mars april maj juni juli augusti september oktober november december",
        "januar februar marts april maj juni juli august september oktober november desember",
        "tammikuu helmikuu maaliskuu huhtikuu toukokuu kesäkuu heinäkuu elokuu syyskuu lokakuu \
         marraskuu joulukuu",
        "ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık",
        "ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie \
         decembrie",
        "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
    ];

    #[test]
    fn knows_the_months_of_each_language() {
        for names in LANGUAGES {
            let months: Vec<Option<i8>> = names.split_whitespace().map(month).collect();
            let expected: Vec<Option<i8>> = (1..=12).map(Some).collect();
            assert_eq!(months, expected, "{names}");
        }
        for word in [
            "",
            "de",
            "klo",
            "uhr",
            "pazartesi",
            "maanantai",
            "keskiviikko",
        ] {
            assert_eq!(month(word), None, "{word}");
        }
    }
}
