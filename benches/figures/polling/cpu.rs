//! CPU per poll, floor and Fivebells alternately.

use super::{
    desk::{Desk, Program},
    documents::ITEMS,
    floor::{Floor, Shelf},
    publisher_process::Publishers,
    publishers::HOSTS,
};
use crate::process::cpu_time;

/// Nobody waits for anything but the answer: what is measured is CPU, not patience.
const AT_ONCE: &str = "every = \"15m\"\nper_host = \"0s\"";

/// Hosts that the feeds of a row without TLS are on.
const ORIGINS: usize = 200;

/// Names that no item holds.
fn watches() -> String {
    let watch = |number| format!("w{number} = '\"Nobody{number} Knows\" OR Unheard{number}'\n");
    (0..100).map(watch).collect()
}

/// `rows` are those whose name holds it.
pub(crate) fn print(publishers: &Publishers, feeds: usize, runs: usize, rows: &str) {
    let bench = Bench {
        publishers,
        floor: Floor::new(publishers),
        feeds,
        runs,
    };
    println!(
        "{feeds} feeds of {ITEMS} items and 25 KB, {runs} runs in turn, medians; `of the least`: the ratio of the cheapest runs\n"
    );
    println!(
        "| CPU per poll, µs | floor | Fivebells | ratio | of the least | goal |\n|---|--:|--:|--:|--:|--:|"
    );
    let all: [(Row, Measure<'_>); 5] = [
        (Row("304, connection kept open", "1.75"), Bench::kept_open),
        (
            Row("304, https, a host each, new connection", "0.65"),
            Bench::reconnected,
        ),
        (Row("200, gzip, the same body", "1.5"), Bench::same_body),
        (
            Row("cold, 30 items matched and stored", "1.5"),
            Bench::first,
        ),
        (Row("one new item of thirty", "0.8"), Bench::one_new),
    ];
    for (row, measure) in all {
        if row.0.contains(rows) {
            measure(&bench, row);
        }
    }
    println!();
}

type Measure<'a> = fn(&Bench<'a>, Row);

/// Its name and its goal.
#[derive(Clone, Copy)]
struct Row(&'static str, &'static str);

struct Bench<'a> {
    publishers: &'a Publishers,
    floor: Floor,
    feeds: usize,
    runs: usize,
}

impl Bench<'_> {
    fn kept_open(&self, row: Row) {
        let urls = self.urls("kept");
        let program = self.program(&urls);
        program.round();
        self.floor.unchanged(&urls);
        self.row(
            row,
            self.feeds,
            || self.floor.unchanged(&urls),
            || assert_eq!(program.round().good, self.feeds),
        );
    }

    fn reconnected(&self, row: Row) {
        let host = |number: usize| {
            self.publishers
                .secure_url(number, &format!("close/{number}"))
        };
        let urls: Vec<String> = (0..self.feeds.min(HOSTS)).map(host).collect();
        let program = self.program(&urls);
        program.round();
        self.floor.unchanged(&urls);
        self.row(
            row,
            urls.len(),
            || self.floor.unchanged(&urls),
            || assert_eq!(program.round().good, urls.len()),
        );
    }

    fn same_body(&self, row: Row) {
        let urls = self.urls("same");
        let program = self.program(&urls);
        program.round();
        self.floor.same(&urls);
        self.row(
            row,
            self.feeds,
            || self.floor.same(&urls),
            || assert_eq!(program.round().good, self.feeds),
        );
    }

    fn first(&self, row: Row) {
        let urls = self.urls("same");
        let mut open = (0..self.runs)
            .map(|_| self.program(&urls))
            .collect::<Vec<_>>();
        let mut empty = (0..self.runs).map(|_| Shelf::new()).collect::<Vec<_>>();
        let (mut full, mut used) = (Vec::new(), Vec::new());
        self.row(
            row,
            self.feeds,
            || {
                let store = empty.pop().expect("one a run");
                assert_eq!(self.floor.store(&urls, &store), self.feeds * ITEMS);
                full.push(store);
            },
            || {
                let program = open.pop().expect("one a run");
                assert_eq!(program.round().news, self.feeds * ITEMS);
                used.push(program);
            },
        );
    }

    fn one_new(&self, row: Row) {
        let (ours, theirs) = (self.urls("grow"), self.urls("grow/floor"));
        let program = self.program(&ours);
        program.round();
        let store = Shelf::new();
        self.floor.store(&theirs, &store);
        self.row(
            row,
            self.feeds,
            || assert_eq!(self.floor.store(&theirs, &store), self.feeds),
            || assert_eq!(program.round().news, self.feeds),
        );
    }

    fn urls(&self, kind: &str) -> Vec<String> {
        let url = |number| {
            let path = format!("{kind}/{number}");
            self.publishers.url(number % ORIGINS, &path)
        };
        (0..self.feeds).map(url).collect()
    }

    fn program(&self, urls: &[String]) -> Program {
        let feed = |url: &String| format!("{{ url = {url:?}, initial = \"all\" }}");
        let feeds: Vec<String> = urls.iter().map(feed).collect();
        Program::open(Desk::new(self.publishers, &feeds, AT_ONCE, &watches()))
    }

    fn row(&self, row: Row, polls: usize, mut floor: impl FnMut(), mut ours: impl FnMut()) {
        let Row(name, goal) = row;
        let runs = (0..self.runs).map(|_| (cost(&mut floor, polls), cost(&mut ours, polls)));
        let (floors, ours): (Vec<f64>, Vec<f64>) = runs.unzip();
        let ratios = floors.iter().zip(&ours).map(|(floor, ours)| ours / floor);
        let ratio = sorted(ratios.collect())[self.runs / 2];
        let (floors, ours) = (sorted(floors), sorted(ours));
        let least = ours[0] / floors[0];
        let (floor, ours) = (floors[self.runs / 2], ours[self.runs / 2]);
        println!("| {name} | {floor:.0} | {ours:.0} | **{ratio:.2}** | {least:.2} | {goal} |");
    }
}

/// Microseconds of CPU a poll.
fn cost(mut run: impl FnMut(), polls: usize) -> f64 {
    let before = cpu_time();
    run();
    let spent = cpu_time().saturating_sub(before);
    #[expect(clippy::cast_precision_loss, reason = "some thousands")]
    let polls = polls as f64;
    spent.as_secs_f64() * 1e6 / polls
}

fn sorted(mut figures: Vec<f64>) -> Vec<f64> {
    figures.sort_by(f64::total_cmp);
    figures
}
