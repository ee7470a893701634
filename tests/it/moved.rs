//! Feeds that have moved for good, or say so.

use fivebells::store::FeedStatus;

use crate::{
    servers::{
        http::Answer,
        site::{Site, document, feed, status},
    },
    world::World,
};

const PATH: &str = "/feed.xml";

/// A feed that is configured at one site and lives at another.
struct Move {
    old: Site,
    new: Site,
    world: World,
}

impl Move {
    /// The old site redirects with this status.
    async fn of(code: u16) -> Self {
        let (old, new) = (Site::start().await, Site::start().await);
        new.put(PATH, document(feed(&[1..=3], None), &[("ETag", "\"new\"")]));
        old.put(PATH, status(code, &[("Location", &new.url(PATH))]));
        let world = World::open(&config(&old.url(PATH), true)).await;
        Self { old, new, world }
    }

    /// Polls, 30 hours apart: more than the longest back-off.
    async fn polls(&self, count: usize) {
        for _ in 0..count {
            self.world.poll().await;
            self.world.advance(30 * 60);
        }
    }

    async fn status(&self) -> FeedStatus {
        let feed = self.world.app().store().feed("wire").await;
        feed.expect("read").expect("there")
    }

    async fn moved_to(&self) -> Option<String> {
        self.status().await.moved_to
    }

    /// How often each site was asked since then.
    fn asked(&self, before: (usize, usize)) -> (usize, usize) {
        let (old, new) = self.requests();
        (old - before.0, new - before.1)
    }

    fn requests(&self) -> (usize, usize) {
        (self.old.requests().len(), self.new.requests().len())
    }
}

fn config(url: &str, allow_private: bool) -> String {
    format!(
        "[feed]\nwire = {{ url = \"{url}\", every = \"6h\", allow_private = {allow_private} }}\n\
         [watch]\nw = \"Koizumi\"\n[receiver]\nscreen = {{ stdout = true }}\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_permanent_move_is_adopted_after_five_polls_and_survives_a_restart() {
    for code in [301, 308] {
        let mut moving = Move::of(code).await;
        moving.polls(4).await;
        assert_eq!(moving.moved_to().await, None, "{code}: four polls");
        moving.polls(1).await;
        let url = moving.new.url(PATH);
        assert_eq!(moving.moved_to().await.as_deref(), Some(url.as_str()));
        let FeedStatus { url, origin, .. } = moving.status().await;
        assert_eq!(url, moving.old.url(PATH), "the config's stays");
        assert!(
            moving.new.url("/").contains(&origin),
            "politeness moves along"
        );

        let before = moving.requests();
        moving.polls(1).await;
        moving.world.restart().await;
        moving.polls(1).await;
        assert_eq!(moving.asked(before), (0, 2), "{code}");
        let last = moving.new.requests().pop().expect("a request");
        assert_eq!(last.header("if-none-match"), Some("\"new\""));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_temporary_redirect_moves_nothing() {
    for code in [302, 303, 307] {
        let moving = Move::of(code).await;
        moving.polls(8).await;
        assert_eq!(moving.moved_to().await, None, "{code}");
        assert_eq!(moving.asked((0, 0)), (8, 8));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_to_what_is_no_feed_is_not_adopted() {
    let moving = Move::of(301).await;
    moving.polls(4).await;
    moving
        .new
        .put(PATH, document("<html>Log in</html>".to_owned(), &[]));
    moving.polls(3).await;
    moving.new.put(PATH, document(feed(&[1..=4], None), &[]));
    moving.polls(4).await;
    assert_eq!(moving.moved_to().await, None, "the row begins anew");
    moving.polls(1).await;
    assert!(moving.moved_to().await.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_new_url_fails_three_times_the_configured_one_is_asked_again() {
    for (answer, polls) in [(status(500, &[]), 3), (status(410, &[]), 1)] {
        let moving = Move::of(301).await;
        moving.polls(5).await;
        moving.new.put(PATH, answer);
        moving.old.put(PATH, document(feed(&[1..=5], None), &[]));
        let before = moving.requests();
        moving.polls(polls).await;
        assert_eq!(moving.asked(before), (0, polls));
        assert_eq!(moving.moved_to().await, None);
        moving.polls(1).await;
        assert_eq!(moving.asked(before), (1, polls));
        let last = moving.old.requests().pop().expect("a request");
        assert_eq!(
            last.header("if-none-match"),
            None,
            "that was the other URL's"
        );
        let status = moving.status().await;
        assert_eq!((status.failures, status.items), (0, 5));
        assert!(moving.old.url("/").contains(&status.origin));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_url_in_the_config_drops_the_move() {
    let moving = Move::of(301).await;
    moving.polls(5).await;
    let third = Site::start().await;
    third.put(PATH, document(feed(&[1..=5], None), &[]));
    moving.world.write(&config(&third.url(PATH), true));
    let config = moving.world.config();
    moving.world.app().reload(config).await.expect("reloaded");
    let before = moving.requests();
    moving.polls(1).await;
    assert_eq!((moving.asked(before), third.requests().len()), ((0, 0), 1));
    assert_eq!(third.requests()[0].header("if-none-match"), None);
    assert_eq!(moving.moved_to().await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_keeps_the_move_and_its_address_stays_a_strangers() {
    let moving = Move::of(301).await;
    moving.polls(5).await;
    moving.world.write(&config(&moving.old.url(PATH), false));
    let config = moving.world.config();
    moving.world.app().reload(config).await.expect("reloaded");
    let before = moving.requests();
    moving.polls(1).await;
    assert_eq!(moving.asked(before), (0, 0), "no longer allowed");
    assert_eq!(moving.status().await.reason.as_deref(), Some("guard"));
}

/// A feed that moves to a host with feeds of its own waits there for the pause of that host.
#[tokio::test(flavor = "multi_thread")]
async fn a_feed_that_moved_shares_the_pause_of_its_new_origin() {
    let moving = Move::of(301).await;
    moving.polls(5).await;
    moving
        .new
        .put("/other", document(feed(&[1..=5], None), &[]));
    let both = config(&moving.old.url(PATH), true).replace(
        "[watch]",
        &format!("other = \"{}\"\n[watch]", moving.new.url("/other")),
    );
    moving.world.write(&both);
    let config = moving.world.config();
    moving.world.app().reload(config).await.expect("reloaded");
    let before = moving.requests();
    moving.world.poll().await;
    assert_eq!(moving.asked(before), (0, 1), "one of the two");
    moving
        .world
        .clock
        .advance(jiff::SignedDuration::from_secs(3));
    moving.world.poll().await;
    assert_eq!(moving.asked(before), (0, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unchanged_feed_moves_as_well() {
    let moving = Move::of(301).await;
    moving.polls(1).await;
    moving.new.put(PATH, Answer::status(304));
    moving.polls(1).await;
    // A day later it is asked without conditions.
    moving
        .new
        .put(PATH, document(feed(&[1..=3], None), &[("ETag", "\"new\"")]));
    moving.polls(3).await;
    assert!(moving.moved_to().await.is_some());
}

/// Whoever leads us for good to another publisher's page does not silence that publisher either.
#[tokio::test(flavor = "multi_thread")]
async fn what_refuses_a_feed_that_moved_pauses_no_other_feed_there() {
    let busy = || status(429, &[("Retry-After", "80000")]);
    let gap = || document(feed(&[20..=22], Some("/archive")), &[]);
    // Refused is the feed, or a page of its archive.
    for (shown, refused) in [(busy(), PATH), (gap(), "/archive")] {
        let moving = Move::of(301).await;
        moving.polls(5).await;
        let other = document(feed(&[1..=5], None), &[]);
        moving.new.put("/other", other);
        let both = config(&moving.old.url(PATH), true).replace(
            "[watch]",
            &format!("other = \"{}\"\n[watch]", moving.new.url("/other")),
        );
        moving.world.write(&both);
        let config = moving.world.config();
        moving.world.app().reload(config).await.expect("reloaded");
        moving.new.put("/archive", busy());
        moving.new.put(PATH, shown);
        let before = moving.new.requests().len();
        moving.world.advance(12 * 60);
        for _ in 0..4 {
            moving.world.poll().await;
            moving.world.advance(1);
        }
        let asked = moving.new.asked_since(before);
        assert!(asked.contains(&refused.to_owned()), "{asked:?}");
        let before = moving.new.requests().len();
        for _ in 0..10 {
            moving.world.poll().await;
            moving.world.advance(60);
        }
        let asked = moving.new.asked_since(before);
        let of_other = asked.iter().filter(|path| *path == "/other").count();
        assert!(of_other >= 5, "{refused}: {asked:?}");
        let is_again = refused == PATH && asked.contains(&PATH.to_owned());
        assert!(!is_again, "{asked:?}");
    }
}
