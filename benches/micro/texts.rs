//! What single steps on the texts of an item cost: folding, finding, HTML to text, and settling the
//! language. `cargo bench --bench micro -- 'find|compile|fold|html|language'`.

use std::hint::black_box;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group};
use fivebells::{
    matcher::{ItemText, Matcher},
    model::{Field, OnUpdate, Priority, Watch},
    text::{Lines, fold_into, language, to_plain},
};

const ENGLISH: &str = "The defence minister flew to the island on Tuesday to inspect the new \
radar site, his office said. Officials from both governments had spent the week in talks about \
costs, and a joint statement is expected before the summit. “We will not be hurried,” one of them \
said to reporters at the U.S. embassy. Markets closed slightly higher, with shipping stocks ahead. ";

const MULTILINGUAL: &str = "防衛相は火曜日、島に新しく置かれたレーダー基地を視察した。両政府は費用について協議を続けている。\
Le ministre a inspecté la nouvelle station radar mardi, a déclaré son cabinet à Genève. \
Министр осмотрел новую станцию во вторник, сообщили в его ведомстве. \
زار وزير الدفاع الجزيرة يوم الثلاثاء لتفقد محطة الرادار الجديدة. \
국방장관은 화요일에 섬을 방문해 새 레이더 기지를 점검했다. ";

fn repeated(text: &str, bytes: usize) -> String {
    text.repeat(bytes.div_ceil(text.len()))
}

/// Watches of six terms, most of which occur nowhere, as in real configs.
fn watches(count: usize) -> Vec<Watch> {
    let watch = |number: usize| Watch {
        name: format!("watch-{number}"),
        expression: format!(
            "(person{number} OR \"agency{number} of state\" OR 機関{number} OR company-{number} OR \
             ship{number}) NOT rumour{number}"
        ),
        fields: Field::DEFAULT.to_vec(),
        feeds: None,
        priority: Priority::Routine,
        on_update: OnUpdate::default(),
        notify: vec!["desk".to_owned()],
        stories: None,
        corroborate: None,
        escalate: None,
    };
    let mut watches: Vec<_> = (0..count - 1).map(watch).collect();
    watches.push(Watch {
        expression: "radar NOT sonar".to_owned(),
        ..watch(count)
    });
    watches
}

fn find(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("find in one 2 KB item");
    let content = repeated(ENGLISH, 2_000);
    let hit = ItemText {
        title: "Minister inspects radar site",
        content: &content,
        ..ItemText::default()
    };
    let quiet_content = content.replace("radar", "signal");
    let quiet = ItemText {
        title: "Minister inspects site",
        content: &quiet_content,
        ..ItemText::default()
    };
    for count in [10, 1_000, 10_000] {
        let matcher = Matcher::compile(&watches(count), &[]).expect("the expressions are good");
        for (name, item) in [("one watch hits", &hit), ("none hits", &quiet)] {
            group.bench_function(BenchmarkId::new(name, count), |bencher| {
                bencher.iter(|| matcher.find(black_box(item)));
            });
        }
    }
    group.finish();
    criterion.bench_function("compile 10,000 watches", |bencher| {
        bencher.iter_batched(
            || watches(10_000),
            |watches| Matcher::compile(&watches, &[]),
            BatchSize::LargeInput,
        );
    });
}

fn fold(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("fold");
    for (name, text) in [("english", ENGLISH), ("multilingual", MULTILINGUAL)] {
        let text = repeated(text, 100_000);
        let mut canonical = String::new();
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| fold_into(black_box(&text), Lines::Wrapped, &mut canonical));
        });
    }
    group.finish();
}

fn html(criterion: &mut Criterion) {
    let paragraph = format!(
        "<p class=\"story-body\">{}</p>\n<figure><img src=\"https://example.org/radar.jpg\" \
         alt=\"\"/><figcaption>The <em>new</em> site &mdash; seen from the sea</figcaption>\
         </figure>\n<p><a href=\"https://example.org/more?a=1&amp;b=2\">Read more</a><br/></p>\n",
        ENGLISH.trim()
    );
    let article = repeated(&paragraph, 100_000);
    let mut group = criterion.benchmark_group("html");
    group.throughput(Throughput::Bytes(article.len() as u64));
    group.bench_function("to_plain", |bencher| {
        bencher.iter(|| to_plain(black_box(&article)));
    });
    group.finish();
}

const ENGLISH_ITEM: [&str; 2] = [
    "Defense minister meets Hegseth in Tokyo",
    "The two ministers agreed on Saturday to deepen cooperation on missile defence and to hold \
     more joint exercises in the southern islands. ",
];
const JAPANESE_ITEM: [&str; 2] = [
    "防衛相が米国防長官と会談",
    "両氏は土曜日に東京で会談し、ミサイル防衛での協力を深め、南西諸島での共同訓練を増やすことで一致した。",
];

fn settle(criterion: &mut Criterion) {
    let long = ENGLISH_ITEM[1].repeat(20);
    let mut group = criterion.benchmark_group("language of an item");
    for (name, declared, texts) in [
        ("declared, headline and summary", Some("en"), ENGLISH_ITEM),
        ("declared, 2 KB", Some("en"), [ENGLISH_ITEM[0], &long]),
        ("English, headline and summary", None, ENGLISH_ITEM),
        ("English, 2 KB", None, [ENGLISH_ITEM[0], &long]),
        ("Japanese, headline and summary", None, JAPANESE_ITEM),
        ("Japanese declared as English", Some("en-US"), JAPANESE_ITEM),
    ] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| language(black_box(declared), black_box(&texts)));
        });
    }
    group.finish();
}

criterion_group!(benches, find, fold, html, settle);
