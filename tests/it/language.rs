//! The language of an item, from the feed to the wire.

use crate::{
    servers::{feed::FeedServer, webhook::WebhookServer},
    world::World,
};

/// The feed says `en`, as blog software does whatever is written with it.
#[tokio::test(flavor = "multi_thread")]
async fn letters_overrule_the_language_a_feed_declares() {
    let (feed, hook) = (FeedServer::start().await, WebhookServer::start().await);
    let world = World::open(&format!(
        "[feed]\nwire = {{ url = \"{}\", initial = \"all\", every = \"1m\" }}\n[watch]\n\
         japanese = \"(会談 OR Hegseth) lang:ja\"\nenglish = \"(会談 OR Hegseth) lang:en\"\n\
         [receiver.hook]\nwebhook = \"{}\"\n",
        feed.url(),
        hook.url()
    ))
    .await;
    feed.publish("防衛相が米国防長官と会談、協力を確認");
    feed.publish("Hegseth meets minister");
    world.round().await;
    let sent: Vec<(String, String)> = hook
        .requests()
        .iter()
        .map(|request| {
            let data = &request.json()["data"];
            let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
            (text(&data["watches"][0]), text(&data["item"]["language"]))
        })
        .collect();
    let expected = [("japanese", "ja"), ("english", "en")];
    assert_eq!(
        sent,
        expected.map(|(watch, tag)| (watch.into(), tag.into()))
    );

    feed.edit(
        0,
        2,
        "ヘグセス長官が会談、共同訓練を増やすことで一致",
        "詳細は後ほど。",
    );
    world.advance(2);
    world.round().await;
    let update = hook.requests()[2].json();
    assert_eq!(update["data"]["item"]["language"], "ja");
    assert_eq!(update["data"]["watches"], serde_json::json!(["japanese"]));
}
