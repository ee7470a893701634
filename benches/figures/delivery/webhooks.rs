//! Webhooks a second of CPU, beside a bare loop that posts the same bytes.

use fivebells::{
    clock::{Clock as _, SystemClock},
    notify::{Notifier, PartKind, sample_notice},
};
use tokio::runtime::Runtime;

use super::{desk, rate, row, servers::Servers};
use crate::process::cpu_time;

/// Of one run.
const WEBHOOKS: usize = 5_000;

pub(crate) fn print(runs: usize) {
    let servers = Servers::start();
    let url = format!("http://127.0.0.1:{}/hook", servers.http);
    let runtime = Runtime::new().expect("a runtime");
    let config = format!("[receiver.desk]\nwebhook = \"{url}\"\n");
    let desk = desk(&config);
    let notice = sample_notice(SystemClock.now());
    let body = body(desk.as_ref(), &notice);
    // Another may have been installed before; then that one is used.
    let _ = rustls::crypto::ring::default_provider().install_default();
    #[expect(clippy::disallowed_methods, reason = "the bare loop")]
    let client = reqwest::Client::new();

    let (mut ours, mut floors, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..runs {
        let floor = per_cpu_second(&runtime, async || {
            let post = client.post(&url).header("content-type", "application/json");
            let answer = post.body(body.clone()).send().await.expect("answered");
            assert_eq!(answer.status(), 204);
        });
        let our = per_cpu_second(&runtime, async || {
            desk.send(&notice).await.expect("taken");
        });
        ours.push(our);
        floors.push(floor);
        ratios.push(our / floor);
    }
    row("webhooks a CPU-second, a bare reqwest loop", floors, 0, "");
    row("webhooks a CPU-second, ours", ours, 0, "");
    row("the same as a share of the bare loop's", ratios, 2, "0.7");
}

/// What the webhook sends.
fn body(desk: &dyn Notifier, notice: &fivebells::model::Notice) -> String {
    let parts = desk.preview(notice).expect("it can be shown");
    let body = parts.into_iter().find(|part| part.kind == PartKind::Json);
    body.expect("a webhook has a body").content
}

fn per_cpu_second(runtime: &Runtime, once: impl AsyncFn()) -> f64 {
    let before = cpu_time();
    runtime.block_on(async {
        for _ in 0..WEBHOOKS {
            once().await;
        }
    });
    rate(WEBHOOKS, cpu_time().saturating_sub(before))
}
