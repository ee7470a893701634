use std::time::Duration;

use proptest::prelude::*;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::*;
use crate::{
    matcher::{ItemLists, Matcher},
    model::{Feed, Field, Fingerprint, IdentifiedBy, Item, OnUpdate, Priority, TextHash, Watch},
    schedule::Learned,
    store::{NewItem, NextPoll, OriginPause, PollCommit, PollRead, PollResult, StoreOptions},
    view::expressions::found,
};

const MINUTE: Duration = Duration::from_mins(1);
const FEEDS: [&str; 2] = ["mofa", "nhk"];

/// A store on the disk.
struct Desk {
    runtime: Runtime,
    store: Store,
    _folder: TempDir,
}

impl Desk {
    fn open() -> Self {
        let folder = TempDir::new().expect("a folder");
        let options = StoreOptions {
            path: folder.path().join("store.db"),
            keep_items: MINUTE,
            keep_alerts: MINUTE,
        };
        let runtime = Runtime::new().expect("a runtime");
        let feeds = FEEDS.map(feed);
        let store = runtime.block_on(async {
            let store = Store::open(&options, at(0)).await.expect("a store");
            store.sync(&feeds, &[], at(0)).await.expect("synced");
            store
        });
        Self {
            runtime,
            store,
            _folder: folder,
        }
    }

    /// Polls every feed at this minute; each shows its items.
    fn poll(&self, minute: i64, news: &[(usize, Item)]) {
        for (number, name) in FEEDS.iter().enumerate() {
            let own = news.iter().filter(|(feed, _)| *feed == number);
            let own: Vec<Item> = own.map(|(_, item)| item.clone()).collect();
            self.runtime.block_on(async {
                let asked = self.store.ask(vec![(*name).to_owned()], at(minute)).await;
                asked.expect("written");
                let claims = self.store.claim_asked(at(minute), MINUTE, 1).await;
                let claim = claims.expect("read").pop().expect("there");
                let next = NextPoll {
                    due_at: at(minute),
                    reason: "interval".to_owned(),
                    learned: Learned::default(),
                };
                let times = [at(minute), at(minute)];
                let pause = OriginPause::default();
                let poll = PollCommit::of(&claim, times, next, pause, read(own));
                self.store.commit_poll(poll).await.expect("committed");
            });
        }
    }

    /// The titles that a search gives, in its order.
    fn search(&self, watch: &Watch, page: u32) -> Vec<String> {
        let watches = std::slice::from_ref(watch);
        let matcher = Matcher::compile(watches, &[]).expect("a good expression");
        let mut titles = Vec::new();
        self.runtime.block_on(async {
            let items = Items::new(&self.store, ItemFilter::default());
            let visit = |kept: &KeptItem| {
                if !found(&matcher, watches, kept).is_empty() {
                    titles.push(kept.stored.item.title.clone());
                }
                Ok::<_, StoreError>(ControlFlow::Continue(()))
            };
            let end = items.each_in_pages_of(page, None, visit).await;
            assert!(end.expect("read").is_none(), "to the oldest");
        });
        titles
    }
}

fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(1_795_000_000 + minute * 60).expect("in range")
}

fn feed(name: &str) -> Feed {
    let url = format!("https://{name}.example.org/");
    Feed::new(name, url.parse().expect("a URL"), MINUTE)
}

fn read(items: Vec<Item>) -> PollResult {
    let new = |item: Item| NewItem {
        fingerprint: Fingerprint::default(),
        identified_by: IdentifiedBy::New,
        text_hash: TextHash([0; 16]),
        is_baseline: false,
        alert: None,
        item,
    };
    PollResult::Read(Box::new(PollRead {
        status: 200,
        body_hash: [7; 32],
        format: "rss2.0".to_owned(),
        items_total: 1,
        warnings: "[]".to_owned(),
        news: items.into_iter().map(new).collect(),
        ..PollRead::default()
    }))
}

fn watch(expression: &str, fields: &[Field], feeds: Option<&str>) -> Watch {
    Watch {
        name: "w".to_owned(),
        expression: expression.to_owned(),
        fields: fields.to_vec(),
        feeds: feeds.map(|feed| vec![feed.to_owned()]),
        priority: Priority::Routine,
        on_update: OnUpdate::default(),
        notify: Vec::new(),
        stories: None,
        corroborate: None,
        escalate: None,
    }
}

const TEXT: &str = "((Koizumi|KOIZUMI|koizumian|Tokyo|US|us|小泉|進次郎|F-35|défense)[ .\n]){0,6}";
const TERM: &str = "(Koizumi|koizum\\*|=KOIZUMI|\"Tokyo US\"|US|小泉進次郎|F35|title:defense|\
                    author:Tokyo|Tokyo NEAR/2 US|\\(Tokyo OR 小泉\\)|2 OF \\(Tokyo, US, 小泉\\))";

prop_compose! {
    fn story()(
        feed in 0..FEEDS.len(),
        title in TEXT,
        summary in TEXT,
        content in TEXT,
        lists in prop::collection::vec(TEXT, 0..3),
        language in prop::option::of("en|ja"),
    ) -> (usize, Item) {
        let item = Item { title, summary, content, authors: lists.clone(), categories: lists, language, ..Item::default() };
        (feed, item)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// What a search of the store gives is what the matcher finds in the items that went in, each
    /// once, the newest first.
    #[test]
    fn a_search_gives_what_the_matcher_finds(
        polls in prop::collection::vec(prop::collection::vec(story(), 0..6), 1..4),
        expressions in prop::collection::vec((TERM, "|( AND | OR | NOT | )", TERM, "|( lang:en)|( feed:nhk)"), 4),
        title_only in any::<bool>(),
        of_one_feed in any::<bool>(),
        page in 1..8_u32,
    ) {
        let desk = Desk::open();
        let (mut number, mut stored) = (0, Vec::new());
        for (minute, mut news) in polls.into_iter().enumerate() {
            for (_, item) in &mut news {
                number += 1;
                item.title = format!("{number} {}", item.title);
            }
            desk.poll(minute.try_into().expect("few"), &news);
            news.sort_by_key(|(feed, _)| *feed);
            stored.extend(news);
        }
        let fields = if title_only { &[Field::Title][..] } else { &Field::DEFAULT[..] };
        for (first, operator, second, origin) in expressions {
            let second = if operator.is_empty() { String::new() } else { second };
            let watch = watch(&format!("({first}{operator}{second}){origin}"), fields, of_one_feed.then_some("mofa"));
            let Ok(matcher) = Matcher::compile(std::slice::from_ref(&watch), &[]) else { continue };
            let is_found = |(feed, item): &&(usize, Item)| {
                !matcher.find(&ItemLists::of(item).text(FEEDS[*feed], item)).is_empty()
            };
            let found = stored.iter().rev().filter(is_found);
            let found: Vec<String> = found.map(|(_, item)| item.title.clone()).collect();
            prop_assert_eq!(desk.search(&watch, page), found, "{}", watch.expression);
        }
    }
}
