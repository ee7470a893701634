//! What went wrong, as people with a browser see it: a page with a way back. Others get the line.

use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{
        HeaderMap, StatusCode,
        header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE},
    },
    middleware::Next,
    response::Response,
};

use super::{
    Asked,
    engine::render,
    shown::{Trouble, words_of},
};
use crate::web::{Context, access::known, params::Params};

/// The longest line that becomes a page.
const MAX_BYTES: usize = 4 * 1024;

/// What programs ask for. They get lines, whatever they accept.
const OF_PROGRAMS: [&str; 5] = ["/api", "/alerts.", "/healthz", "/readyz", "/metrics"];

/// Makes a page of an answer that says in a line what is wrong, for who looks at pages.
pub(in crate::web) async fn faced(
    State(context): State<Context>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path();
    let is_page = !OF_PROGRAMS.iter().any(|begin| path.starts_with(begin));
    let config = context.app.config();
    let asked = (is_page && config.web.pages && takes_pages(request.headers())).then(|| Asked {
        visitor: known(&config.web, &request),
        path: path.to_owned(),
        params: Params::read(request.uri().query().unwrap_or_default().as_bytes()),
        takes_pages: true,
    });
    let answer = next.run(request).await;
    match asked {
        Some(asked) if is_line(&answer) => paged(&context, &asked, answer).await,
        _ => answer,
    }
}

/// Whether a request is of a browser.
pub(super) fn takes_pages(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(ACCEPT).iter();
    let mut accepted = accepted.filter_map(|value| value.to_str().ok());
    accepted.any(|value| value.contains("text/html"))
}

fn is_line(answer: &Response) -> bool {
    let (status, kind) = (answer.status(), answer.headers().get(CONTENT_TYPE));
    let is_page = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    (status.is_client_error() || status.is_server_error()) && !is_page
}

async fn paged(context: &Context, asked: &Asked, answer: Response) -> Response {
    let (mut head, body) = answer.into_parts();
    let line = to_bytes(body, MAX_BYTES).await.unwrap_or_default();
    let line = String::from_utf8_lossy(&line);
    let words = match (line.trim(), head.status) {
        (_, StatusCode::NOT_FOUND) if line.trim() == "not found" => "There is no such page.",
        ("", StatusCode::METHOD_NOT_ALLOWED) => "There is nothing to see at this address.",
        ("", _) => "This cannot be answered.",
        (line, _) => line,
    };
    let trouble = Trouble {
        status: head.status,
        title: words_of(head.status),
        words: words.to_owned(),
    };
    let page = render(context, asked, (trouble.title, "trouble.html"), &trouble);
    head.headers.remove(CONTENT_LENGTH);
    let html = axum::http::HeaderValue::from_static("text/html; charset=utf-8");
    head.headers.insert(CONTENT_TYPE, html);
    Response::from_parts(head, Body::from(page))
}

#[cfg(test)]
mod tests {
    use axum::http::Method;

    use crate::web::testing::{CONFIG, Site};

    const BROWSER: (&str, &str) = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8");

    #[tokio::test]
    async fn what_is_not_there_is_a_page_with_a_way_back_for_browsers_and_a_line_for_others() {
        let site = Site::new().await;
        for (path, status, says, back) in [
            ("/nowhere", 404, "There is no such page.", "/"),
            ("/feeds/nope", 404, "there is no feed", "/feeds"),
            ("/watches/nope", 404, "there is no watch", "/watches"),
            ("/mutes/1/lift", 405, "There is nothing to see", "/mutes"),
        ] {
            let page = site.ask(Method::GET, path, &[BROWSER], "").await;
            assert_eq!(page.status, status, "{path}");
            assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
            assert!(page.text().contains(says), "{path}: {}", page.text());
            assert!(page.leads_to(back) && page.leads_to("/alerts"), "{path}");
            assert_eq!(page.body.matches("<h1").count(), 1, "{path}");
            let line = site.get(path).await;
            assert_eq!(line.status, status, "{path}");
            assert!(!line.body.contains('<'), "{path}: {}", line.body);
        }
        for path in ["/api/v1/nothing", "/alerts.atom?watch=nope", "/metrics/x"] {
            let line = site.ask(Method::GET, path, &[BROWSER], "").await;
            assert!(!line.body.contains("<html"), "{path}: {}", line.body);
        }
    }

    #[tokio::test]
    async fn who_is_not_known_sees_no_navigation_and_without_pages_there_is_none() {
        let login = "[web]\nread_token = { file = \"token\" }\n";
        let site = Site::prepared(&format!("{CONFIG}{login}"), |folder| {
            let file = folder.path().join("token");
            std::fs::write(file, "0123456789abcdef").expect("written");
        })
        .await;
        let page = site.ask(Method::GET, "/nowhere", &[BROWSER], "").await;
        assert!(page.text().contains("no such page"), "{}", page.text());
        assert!(!page.body.contains("<nav"), "{}", page.body);
        let site = Site::with(&format!("{CONFIG}[web]\npages = false\n")).await;
        let line = site.ask(Method::GET, "/nowhere", &[BROWSER], "").await;
        assert_eq!(line.body, "not found\n");
    }
}
