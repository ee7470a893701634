//! Sites that show what others published. They are no publishers: what is read there counts by the
//! source that the item names, and not at all where it names none.

/// A host is one of these if it is this name, or ends with it.
const HOSTS: [&str; 58] = [
    // Collections of other publishers' stories.
    "news.google.com",
    "google.com",
    "news.yahoo.com",
    "news.yahoo.co.jp",
    "yahoo.com",
    "msn.com",
    "msn.cn",
    "bing.com",
    "flipboard.com",
    "flip.it",
    "smartnews.com",
    "newsbreak.com",
    "news.naver.com",
    "n.news.naver.com",
    "v.daum.net",
    "news.daum.net",
    "toutiao.com",
    "dzen.ru",
    "news.mail.ru",
    "rambler.ru",
    "upday.com",
    "apple.news",
    "ground.news",
    "allsides.com",
    "memeorandum.com",
    "techmeme.com",
    "newsnow.co.uk",
    "newsnow.com",
    "inoreader.com",
    "feedly.com",
    "news.ycombinator.com",
    "reddit.com",
    "redd.it",
    "digg.com",
    "pocket.co",
    "getpocket.com",
    "gunosy.com",
    "b.hatena.ne.jp",
    // Services that pass a publisher's feed on.
    "feedburner.com",
    "feedproxy.google.com",
    "feedsportal.com",
    "feedblitz.com",
    "rss.app",
    "rsshub.app",
    "politepol.com",
    "fetchrss.com",
    "kill-the-newsletter.com",
    // Short links.
    "bit.ly",
    "buff.ly",
    "t.co",
    "ow.ly",
    "is.gd",
    "dlvr.it",
    "ift.tt",
    "tinyurl.com",
    "goo.gl",
    "lnkd.in",
    "trib.al",
];

/// Whether the host, in ASCII, is one. `news.yahoo.*` is one in every country.
pub(super) fn is_aggregator(host: &str) -> bool {
    let labels: Vec<&str> = host.split('.').collect();
    let of_yahoo = |pair: &[&str]| matches!(pair, ["news", "yahoo"]);
    host_and_above(host).any(|name| HOSTS.contains(&name)) || labels.windows(2).any(of_yahoo)
}

/// The host, and each name above it.
pub(super) fn host_and_above(host: &str) -> impl Iterator<Item = &str> {
    let dots = host.match_indices('.').map(|(at, _)| &host[at + 1..]);
    std::iter::once(host).chain(dots)
}
