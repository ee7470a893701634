//! Which server is shown the headers, login and certificate of a feed.

use super::*;
use crate::{
    http::testing::{
        Reply, Request, Server,
        tls::{Authority, names, showing},
    },
    model::{Access, Login, Secret, Transport},
};

fn with_key_and_login() -> Access {
    Access {
        headers: vec![
            ("X-Api-Key".into(), Secret::new("k3y")),
            ("Accept".into(), Secret::new("text/xml")),
            ("User-Agent".into(), Secret::new("Desk (agreed)")),
        ],
        login: Some(Login::Basic {
            username: "désk".into(),
            password: Secret::new("s3c:ret"),
        }),
        transport: Transport::default(),
    }
}

fn request<'a>(url: &'a Url, access: &'a Access) -> FetchRequest<'a> {
    FetchRequest {
        allow_private: true,
        grant: Some(Grant { access, home: url }),
        ..first(url)
    }
}

/// Whether the request showed everything, or nothing.
fn showed(request: &Request) -> bool {
    let headers = ["x-api-key", "authorization"].map(|name| request.header(name).is_some());
    assert_eq!(headers[0], headers[1], "{}", request.target());
    headers[0]
}

#[tokio::test]
async fn headers_and_a_login_are_sent_as_configured() {
    let server = Server::start(|_| Reply::ok(b"<rss/>")).await;
    let url = server.url("/");
    let access = with_key_and_login();
    document(&request(&url, &access)).await;
    let seen = server.requests().remove(0);
    assert_eq!(seen.header("x-api-key"), Some(&b"k3y"[..]));
    // base64 of désk:s3c:ret in UTF-8 (RFC 7617 §2.1)
    let basic = &b"Basic ZMOpc2s6czNjOnJldA=="[..];
    assert_eq!(seen.header("authorization"), Some(basic));
    assert_eq!(seen.header("accept"), Some(&b"text/xml"[..]));
    assert_eq!(seen.header("user-agent"), Some(&b"Desk (agreed)"[..]));
    assert_eq!(seen.header("cookie"), None);

    let access = Access {
        login: Some(Login::Bearer(Secret::new("t0ken"))),
        ..Access::default()
    };
    document(&request(&url, &access)).await;
    let seen = server.requests().remove(1);
    assert_eq!(seen.header("authorization"), Some(&b"Bearer t0ken"[..]));
}

#[tokio::test]
async fn credentials_go_along_within_their_origin_only() {
    let other = Server::start(|request| match request.target() {
        "/back" => Reply::redirect("302 Found", "/gone"),
        _ => Reply::ok(b"<rss/>"),
    })
    .await;
    let elsewhere = other.url("/feed").to_string();
    let home = Server::start(move |request| match request.target() {
        "/near" => Reply::redirect("301 Moved Permanently", "/feed"),
        "/far" => Reply::redirect("307 Temporary Redirect", &elsewhere),
        _ => Reply::ok(b"<rss/>"),
    })
    .await;
    let access = with_key_and_login();
    document(&request(&home.url("/near"), &access)).await;
    assert!(home.requests().iter().all(showed));
    document(&request(&home.url("/far"), &access)).await;
    assert!(showed(&home.requests()[2]));
    let far = other.requests().remove(0);
    assert!(!showed(&far));
    // Whatever replaced our own headers is replaced no longer.
    let agent = String::from_utf8_lossy(far.header("user-agent").expect("one")).into_owned();
    assert!(agent.starts_with("Fivebells/"), "{agent}");
    assert!(
        far.header("accept")
            .expect("one")
            .starts_with(b"application/atom+xml")
    );
}

/// A stranger who sends us home again chooses what is asked for in our name.
#[tokio::test]
async fn credentials_once_dropped_stay_dropped() {
    let home = Server::start(|_| Reply::ok(b"<rss/>")).await;
    let back = home.url("/delete?all=1").to_string();
    let other = Server::start(move |_| Reply::redirect("302 Found", &back)).await;
    let away = other.url("/").to_string();
    let start = Server::start(move |_| Reply::redirect("302 Found", &away)).await;
    let (url, access) = (start.url("/"), with_key_and_login());
    let home_url = home.url("/feed");
    let through_strangers = FetchRequest {
        grant: Some(Grant {
            access: &access,
            home: &home_url,
        }),
        ..request(&url, &access)
    };
    document(&through_strangers).await;
    for server in [&start, &other, &home] {
        assert!(!showed(&server.requests()[0]));
    }
}

/// Another page of the same feed, an archive say, is shown what the feed is shown.
#[tokio::test]
async fn an_address_of_a_document_is_shown_credentials_at_home_only() {
    let home = Server::start(|_| Reply::ok(b"<rss/>")).await;
    let other = Server::start(|_| Reply::ok(b"<rss/>")).await;
    let access = with_key_and_login();
    let feed = home.url("/feed");
    for (page, shown) in [(home.url("/feed?page=2"), true), (other.url("/"), false)] {
        let archive = FetchRequest {
            grant: Some(Grant {
                access: &access,
                home: &feed,
            }),
            from_stranger: true,
            ..request(&page, &access)
        };
        document(&archive).await;
        let server = if shown { &home } else { &other };
        assert_eq!(showed(&server.requests()[0]), shown);
    }
}

/// A fetcher that trusts the authority and knows its names.
fn secure(authority: &Authority) -> Fetcher {
    let hosts = [
        ("h0.example.org", "127.0.0.1"),
        ("h1.example.org", "127.0.0.1"),
    ];
    let http = Http::with_hosts(&authority.trusting(), &hosts);
    Fetcher::new(http, FetchOptions::default())
}

#[tokio::test]
async fn from_http_to_https_credentials_are_dropped_too() {
    let authority = Authority::new();
    let secured = Server::start_tls(authority.server(&names(1)), |_| Reply::ok(b"<rss/>")).await;
    let to = secured.secure_url_at("h0.example.org", "/").to_string();
    let plain = Server::start(move |_| Reply::redirect("301 Moved Permanently", &to)).await;
    let url = plain.url_at("h0.example.org", "/");
    let access = with_key_and_login();
    let fetched = secure(&authority).fetch(&request(&url, &access)).await;
    fetched.expect("a document");
    assert!(showed(&plain.requests()[0]));
    assert!(!showed(&secured.requests()[0]));
}

#[tokio::test]
async fn what_was_configured_for_https_never_crosses_in_plain_text() {
    let authority = Authority::new();
    let plain = Server::start(|_| Reply::ok(b"<rss/>")).await;
    let to = plain.url_at("h0.example.org", "/").to_string();
    let secured = Server::start_tls(authority.server(&names(1)), move |_| {
        Reply::redirect("302 Found", &to)
    })
    .await;
    let url = secured.secure_url_at("h0.example.org", "/");
    let access = with_key_and_login();
    let fetched = secure(&authority).fetch(&request(&url, &access)).await;
    let error = fetched.expect_err("refused");
    assert_eq!(error.reason, FetchReason::Redirect);
    assert!(showed(&secured.requests()[0]));
    assert_eq!(plain.requests().len(), 0);
}

#[tokio::test]
async fn the_client_certificate_is_shown_to_its_origin_only() {
    let authority = Authority::new();
    let asking = || authority.asking(&names(2), false);
    let other = Server::start_tls(asking(), |_| Reply::ok(b"<rss/>")).await;
    let to = other.secure_url_at("h1.example.org", "/").to_string();
    let home = Server::start_tls(asking(), move |request| match request.target() {
        "/" => Reply::redirect("302 Found", "/here"),
        _ => Reply::redirect("302 Found", &to),
    })
    .await;
    let certificate = authority.client();
    let access = Access {
        transport: showing(&certificate),
        ..Access::default()
    };
    let url = home.secure_url_at("h0.example.org", "/");
    let fetched = secure(&authority).fetch(&request(&url, &access)).await;
    fetched.expect("a document");
    let shown = |server: &Server| {
        let handshakes = server.handshakes().into_iter();
        handshakes
            .map(|handshake| handshake.has_certificate)
            .collect::<Vec<_>>()
    };
    assert_eq!(shown(&home), [true]);
    assert_eq!(shown(&other), [false]);
}

#[tokio::test]
async fn a_refused_login_says_what_to_do_and_shows_no_secret() {
    let away = Server::start(|_| Reply::new("401 Unauthorized", &[], b"")).await;
    let to = away.url("/").to_string();
    let server = Server::start(move |request| match request.target() {
        "/moved" => Reply::redirect("302 Found", &to),
        "/proxy" => Reply::new("407 Proxy Login", &[], b""),
        "/no" => Reply::new("403 Forbidden", &[], b""),
        _ => Reply::new("401 Unauthorized", &[], b""),
    })
    .await;
    let (access, none) = (with_key_and_login(), Access::default());
    let taken = "the server does not take the feed's credentials";
    let wanted = "the feed wants a login: set `username` and `password`, or `bearer`";
    let kept = format!(
        "the feed's credentials are for the origin of {} alone: \
         set `url` to where the feed is now",
        server.url("/moved")
    );
    for (path, access, reason, hint) in [
        ("/", &none, FetchReason::Login, wanted),
        ("/", &access, FetchReason::Login, taken),
        ("/moved", &none, FetchReason::Login, wanted),
        ("/moved", &access, FetchReason::Login, &kept),
        ("/no", &access, FetchReason::Forbidden, taken),
        (
            "/proxy",
            &none,
            FetchReason::Proxy,
            "the proxy wants a login",
        ),
    ] {
        let url = server.url(path);
        let error = failure(&request(&url, access)).await;
        assert_eq!(error.reason, reason, "{path}");
        assert!(error.message.ends_with(&format!("; {hint}")), "{error}");
        let shown = format!("{error:?}");
        assert!(!shown.contains("s3c") && !shown.contains("k3y"), "{shown}");
    }
}

/// A cookie that the document's own answer sets is not sent back.
#[tokio::test]
async fn cookies_are_never_kept() {
    let server = Server::start(|request| match request.target() {
        "/a" => Reply::new(
            "302 Found",
            &[("location", "/b"), ("set-cookie", "session=1; Path=/")],
            b"",
        ),
        _ => Reply::new("200 OK", &[("set-cookie", "session=2; Path=/")], b"<rss/>"),
    })
    .await;
    let (url, access) = (server.url("/a"), Access::default());
    let fetcher = fetcher();
    for _ in 0..2 {
        fetcher
            .fetch(&request(&url, &access))
            .await
            .expect("a document");
    }
    let requests = server.requests();
    let sent: Vec<_> = requests.iter().map(|it| it.header("cookie")).collect();
    let of_the_way = Some(&b"session=1"[..]);
    assert_eq!(sent, [None, of_the_way, None, of_the_way]);
}
