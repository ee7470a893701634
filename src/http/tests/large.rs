use proptest::prelude::*;
use tokio::task::{JoinSet, yield_now};

use super::*;

/// Longer than any test waits: who had to wait for so long gets no permit, which each test notices.
const LONG: Duration = Duration::from_mins(2);

#[tokio::test]
async fn so_many_have_a_permit_and_the_next_waits_until_one_is_let_go() {
    let large = LargeBodies::new(Duration::from_millis(20));
    let mut arriving = Vec::new();
    for _ in 0..ARRIVING {
        arriving.push(large.arrive().await.expect("a permit"));
    }
    large.arrive().await.expect_err("one too many");
    let mut unpacked = Vec::new();
    for _ in 0..UNPACKED {
        // Those that arrive take none of these.
        unpacked.push(large.unpack().await.expect("a permit"));
    }
    large.unpack().await.expect_err("one too many");

    let kept = arriving[0].clone();
    arriving.remove(0);
    large.arrive().await.expect_err("a clone is kept");
    drop(kept);
    large.arrive().await.expect("it was let go");
    unpacked.pop();
    large.unpack().await.expect("it was let go");
}

#[tokio::test]
async fn permits_are_given_in_the_order_they_were_asked_for() {
    let large = LargeBodies::new(LONG);
    let mut held = Vec::new();
    for _ in 0..ARRIVING {
        held.push(large.arrive().await.expect("a permit"));
    }
    let mut first = Box::pin(large.arrive());
    let mut second = Box::pin(large.arrive());
    tokio::select! {
        biased;
        _ = &mut first => panic!("none is free"),
        _ = &mut second => panic!("none is free"),
        () = yield_now() => {}
    }
    held.pop();
    tokio::select! {
        biased;
        _ = &mut second => panic!("the first one asked before"),
        permit = &mut first => drop(permit.expect("a permit")),
    }
    second.await.expect("a permit");
}

#[test]
fn the_bounds_are_those_promised() {
    assert_eq!(SMALL_BODY_BYTES, 256 * 1024);
    assert_eq!((ARRIVING, UNPACKED), (8, 4));
}

/// One body: how it becomes large, and how often others are polled before it asks and while
/// it holds its permit. Some are given up on the way, as a timeout gives them up.
#[derive(Debug, Clone)]
struct Body {
    arrives: bool,
    asks_after: usize,
    holds_for: usize,
    given_up_after: Option<usize>,
}

fn bodies() -> impl Strategy<Value = Vec<Body>> {
    let body = (
        any::<bool>(),
        0..6_usize,
        0..6_usize,
        prop::option::of(0..9_usize),
    );
    let body = body.prop_map(|(arrives, asks_after, holds_for, given_up_after)| Body {
        arrives,
        asks_after,
        holds_for,
        given_up_after,
    });
    prop::collection::vec(body, 1..120)
}

async fn yields(count: usize) {
    for _ in 0..count {
        yield_now().await;
    }
}

async fn be(body: Body, large: Arc<LargeBodies>) {
    let whole = async {
        yields(body.asks_after).await;
        let permit = if body.arrives {
            large.arrive().await
        } else {
            large.unpack().await
        };
        yields(body.holds_for).await;
        permit.expect("a permit");
    };
    match body.given_up_after {
        None => whole.await,
        Some(after) => tokio::select! {
            () = whole => {}
            () = yields(after) => {}
        },
    }
}

proptest! {
    #[test]
    fn no_order_of_arrivals_keeps_anyone_from_a_permit(bodies in bodies()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        let runtime = runtime.expect("a runtime");
        runtime.block_on(async {
            let large = Arc::new(LargeBodies::new(LONG));
            let mut running = JoinSet::new();
            for body in bodies {
                running.spawn(be(body, Arc::clone(&large)));
            }
            while let Some(ended) = running.join_next().await {
                ended.expect("it had its permit");
            }
            // And none is lost.
            assert_eq!(large.arriving.available_permits(), ARRIVING);
            assert_eq!(large.unpacked.available_permits(), UNPACKED);
        });
    }
}
