//! The host that feeds live on.

use url::{Host, Url};

/// Who is asked: politeness belongs to it, not to the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// `host` or `host:port` for http(s) (scheme left out, so that a feed that moves to https stays
    /// one origin), the path for a `file:` URL.
    pub host: String,
    /// Whose it is: the registrable domain by the Public Suffix List, such as `example.co.uk` for
    /// `feeds.example.co.uk`. Where there is none (an IP address, `localhost`), as `host`.
    pub domain: String,
}

impl Origin {
    /// The origin of a feed at this URL.
    pub fn of(url: &Url) -> Self {
        let host = match (url.host_str(), url.port()) {
            (Some(host), Some(port)) if !host.is_empty() => format!("{host}:{port}"),
            (Some(host), None) if !host.is_empty() => host.to_owned(),
            _ => url.as_str().to_owned(),
        };
        let domain = match url.host() {
            Some(Host::Domain(name)) => psl2::lookup(name).and_then(|it| it.registrable_domain()),
            _ => None,
        };
        Self {
            domain: domain.unwrap_or(&host).to_owned(),
            host,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(url: &str) -> Origin {
        Origin::of(&Url::parse(url).expect("a URL"))
    }

    #[test]
    fn one_origin_per_host_and_port() {
        let host = |url| origin(url).host;
        assert_eq!(host("http://example.org/a"), host("https://example.org/b"));
        assert_ne!(host("http://example.org:81/"), host("http://example.org/"));
        assert_ne!(host("file:///a.xml"), host("file:///b.xml"));
    }

    #[test]
    fn hosts_of_one_registrable_domain_have_one_domain() {
        for (url, domain) in [
            ("https://www.reddit.com/r/rust.rss", "reddit.com"),
            ("https://old.reddit.com:8443/r/rust.rss", "reddit.com"),
            ("https://feeds.bbci.co.uk/news/rss.xml", "bbci.co.uk"),
            ("https://www3.nhk.or.jp/rss/", "nhk.or.jp"),
            ("https://one.github.io/feed", "one.github.io"),
            ("https://one.tumblr.com/rss", "tumblr.com"),
            ("http://食狮.公司.cn/", "xn--85x722f.xn--55qx5d.cn"),
            ("http://127.0.0.1:8080/feed", "127.0.0.1:8080"),
            ("http://[::1]/feed", "[::1]"),
            ("http://localhost:8080/feed", "localhost:8080"),
            ("http://github.io/feed", "github.io"),
            ("file:///a.xml", "file:///a.xml"),
        ] {
            assert_eq!(origin(url).domain, domain, "{url}");
        }
    }
}
