//! Receivers in trouble: nothing is lost, nobody else waits.

use fivebells::store::{DeliveryState, OutboxFilter};

use crate::{
    servers::{
        feed::FeedServer,
        http::Answer,
        smtp::{self, Script, Security, SmtpServer, Step},
        webhook::WebhookServer,
    },
    watchdog::watchdog,
    world::World,
};

async fn two_hooks(feed: &FeedServer, one: &WebhookServer, two: &WebhookServer) -> World {
    World::open(&format!(
        "notify = [\"one\", \"two\"]\n[feed]\nwire = {{ url = \"{}\", initial = \"all\", every = \"1m\" }}\n\
         [watch]\nk = \"Koizumi\"\n\
         [receiver]\none = {{ webhook = \"{}\" }}\ntwo = {{ webhook = \"{}\" }}\n",
        feed.url(),
        one.url(),
        two.url()
    ))
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_answers_500_for_a_minute_loses_nothing_and_delays_nobody() {
    let (feed, sick, well) = (
        FeedServer::start().await,
        WebhookServer::start().await,
        WebhookServer::start().await,
    );
    let world = two_hooks(&feed, &sick, &well).await;
    for number in 1..=5 {
        feed.publish(&format!("Koizumi {number}"));
    }
    sick.answer_with(Answer::status(500));
    world.round().await;
    assert_eq!(well.requests().len(), 5);
    world.advance(1);
    world.round().await;

    sick.answer_with(Answer::status(204));
    for _ in 0..3 {
        world.advance(1);
        world.round().await;
    }
    let delivered: std::collections::BTreeSet<String> = sick.titles().into_iter().collect();
    assert_eq!(delivered.len(), 5);
    assert_eq!(
        sick.ids().len(),
        5,
        "every attempt of a delivery has the same id"
    );
    assert_eq!(
        well.requests().len(),
        5,
        "and the healthy one heard each once"
    );
}

/// The mail server hangs up when the webhook has been sent. If that had to wait for it, the mail
/// would end with its timeout.
#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_that_falls_silent_delays_no_other_receiver() {
    let (feed, hook) = (FeedServer::start().await, WebhookServer::start().await);
    let mute = Script::new(Security::Plain).at(Step::Ehlo, smtp::Answer::Mute);
    let mail = SmtpServer::start(mute).await;
    feed.publish("Koizumi speaks");
    let world = World::open(&format!(
        "notify = [\"desk\", \"hook\"]\n[feed]\nwire = {{ url = \"{}\", initial = \"all\" }}\n\
         [watch]\nk = \"Koizumi\"\n\
         [receiver]\ndesk = {{ email = [\"desk@example.org\"] }}\nhook = {{ webhook = \"{}\" }}\n\
         [mail]\nserver = \"{}\"\nfrom = \"bells@example.org\"\n",
        feed.url(),
        hook.url(),
        mail.address()
    ))
    .await;
    world.poll().await;
    let hooked = async {
        while hook.requests().is_empty() || mail.lines().is_empty() {
            tokio::task::yield_now().await;
        }
        mail.set(Script::new(Security::Plain));
    };
    let (sent, ()) = tokio::join!(world.deliver(), watchdog("the webhook", hooked));
    assert_eq!(sent, 1);
    let filter = OutboxFilter {
        receiver: Some("desk".to_owned()),
        ..everything()
    };
    let mails = world.app().store().outbox(filter).await.expect("read");
    let reason = mails[0].attempts[0].reason.as_deref();
    assert!(reason.is_some_and(|it| it != "timeout"), "{reason:?}");

    world.advance(5);
    assert_eq!(world.deliver().await, 1);
    assert_eq!(mail.mails().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn retry_after_is_obeyed() {
    let (feed, sick, well) = (
        FeedServer::start().await,
        WebhookServer::start().await,
        WebhookServer::start().await,
    );
    let world = two_hooks(&feed, &sick, &well).await;
    feed.publish("Koizumi speaks");
    sick.answer_with(Answer::Reply {
        status: 429,
        headers: vec![("Retry-After", "1200".to_owned())],
        body: Vec::new(),
    });
    world.round().await;
    sick.answer_with(Answer::status(204));
    world.advance(19);
    world.deliver().await;
    assert_eq!(sick.requests().len(), 1, "20 minutes were asked for");
    world.advance(2);
    world.deliver().await;
    assert_eq!(sick.requests().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_notice_is_dead_kept_and_can_be_redriven() {
    let (feed, sick, well) = (
        FeedServer::start().await,
        WebhookServer::start().await,
        WebhookServer::start().await,
    );
    let world = two_hooks(&feed, &sick, &well).await;
    feed.publish("Koizumi speaks");
    sick.answer_with(Answer::status(400));
    world.round().await;
    world.advance(60);
    world.deliver().await;
    assert_eq!(sick.requests().len(), 1, "400 is final");

    let store = world.app().store();
    let dead = store
        .outbox(OutboxFilter {
            state: Some(DeliveryState::Dead),
            ..everything()
        })
        .await;
    let dead = dead.expect("the store answers");
    assert_eq!(dead.len(), 1);
    assert_eq!(dead[0].receiver, "one");

    sick.answer_with(Answer::status(204));
    let selection = fivebells::store::Selection {
        receiver: Some("one".into()),
        ..Default::default()
    };
    assert_eq!(
        store
            .retry(
                selection,
                fivebells::clock::Clock::now(world.clock.as_ref())
            )
            .await
            .expect("retried"),
        1
    );
    assert_eq!(world.deliver().await, 1);
    assert_eq!(sick.ids().len(), 1, "the same id again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_is_gone_is_notified_to_the_other_and_keeps_its_rows() {
    let (feed, gone, well) = (
        FeedServer::start().await,
        WebhookServer::start().await,
        WebhookServer::start().await,
    );
    let mut world = two_hooks(&feed, &gone, &well).await;
    feed.publish("Koizumi speaks");
    gone.answer_with(Answer::status(410));
    world.round().await;
    world.round().await;
    let kinds: Vec<String> = well
        .requests()
        .iter()
        .map(|request| request.json()["type"].to_string())
        .collect();
    assert!(
        kinds.contains(&"\"receiver.failing\"".to_owned()),
        "{kinds:?}"
    );
    world.advance(600);
    world.deliver().await;
    assert_eq!(
        gone.requests().len(),
        1,
        "a receiver that is gone is not asked again"
    );

    gone.answer_with(Answer::status(204));
    world.restart().await;
    world.advance(10);
    world.deliver().await;
    assert_eq!(
        gone.requests().len(),
        2,
        "a restart switches it on again, with all that waited"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_is_dead_after_three_days() {
    let (feed, sick, well) = (
        FeedServer::start().await,
        WebhookServer::start().await,
        WebhookServer::start().await,
    );
    let world = two_hooks(&feed, &sick, &well).await;
    feed.publish("Koizumi speaks");
    sick.answer_with(Answer::status(500));
    world.round().await;
    for _ in 0..73 {
        world.advance(60);
        world.deliver().await;
    }
    let tried = sick.requests().len();
    world.advance(600);
    world.deliver().await;
    assert_eq!(sick.requests().len(), tried, "no more attempts");
    let outbox = world
        .app()
        .store()
        .outbox(everything())
        .await
        .expect("the store answers");
    let dead = outbox
        .iter()
        .find(|delivery| delivery.receiver == "one")
        .expect("kept");
    assert_eq!(dead.state, DeliveryState::Dead);
    assert_eq!(dead.reason.as_deref(), Some("expired"));
}

fn everything() -> OutboxFilter {
    OutboxFilter {
        receiver: None,
        state: None,
        limit: 100,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_was_down_for_up_to_an_hour_has_its_first_notice_within_a_minute() {
    let (feed, hook) = (FeedServer::start().await, WebhookServer::start().await);
    let world = World::open(&format!(
        "[feed]\nwire = {{ url = \"{}\", initial = \"all\" }}\n[watch]\nk = \"Koizumi\"\n\
         [receiver.hook]\nwebhook = \"{}\"\n[health]\nnotify = []\n",
        feed.url(),
        hook.url()
    ))
    .await;
    feed.publish("Koizumi speaks");
    let second = jiff::SignedDuration::from_secs(1);
    for down in [10, 100, 1000, 3600] {
        hook.answer_with(Answer::status(503));
        world.advance(60);
        feed.publish("Koizumi speaks again");
        world.poll().await;
        for _ in 0..down {
            world.deliver().await;
            world.clock.advance(second);
        }
        hook.answer_with(Answer::status(204));
        let tries = hook.requests().len();
        let mut waited = 0;
        while hook.requests().len() == tries {
            assert!(waited < 60, "down for {down} s");
            world.clock.advance(second);
            world.deliver().await;
            waited += 1;
        }
    }
}
