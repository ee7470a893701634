//! News agencies, whose reports others print: one origin each, in whatever script they are named.

/// A news agency.
#[derive(Debug)]
pub(super) struct Agency {
    /// What it is called here.
    pub(super) name: &'static str,
    /// Its own sites: registrable domains.
    sites: &'static [&'static str],
    /// As others credit it.
    credits: &'static [&'static str],
}

impl Agency {
    /// The first of its own sites.
    pub(super) const fn site(&self) -> &'static str {
        self.sites[0]
    }
}

const fn agency(
    name: &'static str,
    sites: &'static [&'static str],
    credits: &'static [&'static str],
) -> Agency {
    Agency {
        name,
        sites,
        credits,
    }
}

static AGENCIES: [Agency; 24] = [
    agency(
        "reuters",
        &["reuters.com"],
        &[
            "Reuters",
            "Thomson Reuters",
            "Рейтер",
            "ロイター",
            "路透社",
            "路透",
            "로이터",
            "رويترز",
        ],
    ),
    agency(
        "ap",
        &["apnews.com", "ap.org"],
        &[
            "AP",
            "Associated Press",
            "The Associated Press",
            "AP通信",
            "美联社",
            "美聯社",
            "AP 연합",
        ],
    ),
    agency(
        "afp",
        &["afp.com"],
        &[
            "AFP",
            "Agence France-Presse",
            "Agence France Presse",
            "AFP通信",
            "AFP時事",
            "法新社",
            "АФП",
        ],
    ),
    agency(
        "dpa",
        &["dpa.com", "dpa.de", "dpa-international.com"],
        &["dpa", "Deutsche Presse-Agentur"],
    ),
    agency("apa", &["apa.at"], &["APA", "Austria Presse Agentur"]),
    agency(
        "kyodo",
        &["kyodonews.net", "kyodonews.jp", "kyodo.co.jp"],
        &[
            "Kyodo",
            "Kyodo News",
            "共同",
            "共同通信",
            "共同通信社",
            "共同社",
        ],
    ),
    agency(
        "jiji",
        &["jiji.com", "jiji.co.jp"],
        &[
            "Jiji",
            "Jiji Press",
            "時事",
            "時事通信",
            "時事通信社",
            "时事社",
        ],
    ),
    agency(
        "xinhua",
        &["xinhuanet.com", "news.cn", "xinhua.org"],
        &[
            "Xinhua",
            "Xinhua News Agency",
            "新华社",
            "新华网",
            "新華社",
            "新華網",
            "Синьхуа",
        ],
    ),
    agency(
        "chinanews",
        &["chinanews.com", "chinanews.com.cn", "ecns.cn"],
        &["China News Service", "中新社", "中新网", "中新網"],
    ),
    agency("cna", &["cna.com.tw", "focustaiwan.tw"], &["中央社"]),
    agency(
        "tass",
        &["tass.com", "tass.ru", "itar-tass.com"],
        &[
            "TASS",
            "Itar-Tass",
            "ТАСС",
            "ИТАР-ТАСС",
            "タス通信",
            "塔斯社",
        ],
    ),
    agency(
        "interfax",
        &["interfax.ru", "interfax.com"],
        &["Interfax", "Интерфакс"],
    ),
    agency(
        "ria",
        &["ria.ru", "rian.ru"],
        &["RIA Novosti", "RIA", "РИА Новости", "俄新社"],
    ),
    agency("efe", &["efe.com"], &["EFE", "Agencia EFE"]),
    agency("europapress", &["europapress.es"], &["Europa Press"]),
    agency("ansa", &["ansa.it"], &["ANSA"]),
    agency(
        "yonhap",
        &["yna.co.kr", "yonhapnews.co.kr"],
        &[
            "Yonhap",
            "Yonhap News Agency",
            "연합뉴스",
            "聯合ニュース",
            "韩联社",
            "韓聯社",
        ],
    ),
    agency("pti", &["ptinews.com"], &["PTI", "Press Trust of India"]),
    agency("ani", &["aninews.in"], &["ANI", "Asian News International"]),
    agency("ians", &["ians.in"], &["IANS"]),
    agency(
        "bloomberg",
        &["bloomberg.com", "bloomberg.co.jp"],
        &["Bloomberg", "Bloomberg News", "ブルームバーグ", "彭博社"],
    ),
    agency("upi", &["upi.com"], &["UPI", "United Press International"]),
    agency(
        "anadolu",
        &["aa.com.tr"],
        &["Anadolu", "Anadolu Agency", "Anadolu Ajansı"],
    ),
    agency(
        "ukrinform",
        &["ukrinform.ua", "ukrinform.net"],
        &["Ukrinform", "Укринформ", "Укрінформ"],
    ),
];

/// What the agencies are called here.
pub fn agency_names() -> impl Iterator<Item = &'static str> {
    AGENCIES.iter().map(|agency| agency.name)
}

/// Whether an agency is called this here.
pub fn is_agency(name: &str) -> bool {
    agency_names().any(|known| known == name)
}

/// The first site of the news agency of this name.
pub(super) fn site_of(name: &str) -> Option<&'static str> {
    let agency = AGENCIES.iter().find(|agency| agency.name == name);
    agency.map(Agency::site)
}

/// The agency whose own site this registrable domain is.
pub(super) fn agency_of(domain: &str) -> Option<&'static str> {
    let mut agencies = AGENCIES.iter();
    let found = agencies.find(|agency| agency.sites.contains(&domain));
    found.map(|agency| agency.name)
}

/// How long a name is, at most, in characters.
const MAX_NAME: usize = 32;

/// The agency that has exactly this name. A short name must be in its own letters, or in capitals:
/// "Ani" is a person.
pub(super) fn agency_named(text: &str) -> Option<&'static Agency> {
    if text.is_empty() || text.chars().nth(MAX_NAME).is_some() {
        return None;
    }
    find(|name| is_same(name, text))
}

/// The agency with whose name the text begins, and what follows it.
pub(super) fn agency_before(text: &str) -> Option<(&'static Agency, &str)> {
    longest(|name| text.strip_prefix(name))
}

/// The agency with whose name the text ends, and what is before it.
pub(super) fn agency_after(text: &str) -> Option<(&'static Agency, &str)> {
    longest(|name| text.strip_suffix(name))
}

fn find(is_it: impl Fn(&str) -> bool) -> Option<&'static Agency> {
    let is_one = |agency: &&Agency| agency.credits.iter().any(|name| is_it(name));
    AGENCIES.iter().find(is_one)
}

/// By the longest name, which leaves the shortest rest.
fn longest<'a>(rest: impl Fn(&str) -> Option<&'a str>) -> Option<(&'static Agency, &'a str)> {
    let rests = AGENCIES.iter().flat_map(|agency| {
        let rests = agency.credits.iter().filter_map(|name| rest(name));
        rests.map(move |rest| (agency, rest))
    });
    rests.min_by_key(|(_, rest)| rest.len())
}

fn is_same(name: &str, text: &str) -> bool {
    /// Names that are also words or people's names are not longer.
    const SHORT: usize = 4;
    if name.chars().nth(SHORT).is_none() {
        name == text || name.to_uppercase() == text
    } else {
        name.to_lowercase() == text.to_lowercase()
    }
}
