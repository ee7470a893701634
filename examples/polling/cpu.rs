//! CPU per poll, floor and Fivebells in turn.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use crate::{
    child::Publishers,
    desk::{Desk, Program},
    documents::ITEMS,
    floor::{Floor, Shelf},
    publishers::HOSTS,
};

/// Nobody waits for anything but the answer: what is measured is CPU, not patience.
const AT_ONCE: &str = "every = \"1h\"\nper_host = \"0s\"";

/// Hosts that the feeds of a row without TLS are on.
const ORIGINS: usize = 200;

/// Names that no item holds.
fn watches() -> String {
    let watch = |number| format!("w{number} = '\"Nobody{number} Knows\" OR Unheard{number}'\n");
    (0..100).map(watch).collect()
}

pub(crate) fn print(publishers: &Publishers, feeds: usize, runs: usize) {
    let bench = Bench {
        publishers,
        floor: Floor::new(publishers),
        feeds,
        runs,
    };
    println!("{feeds} feeds of {ITEMS} items and 25 KB, {runs} runs in turn, medians\n");
    println!("| CPU per poll, µs | floor | Fivebells | ratio | goal |\n|---|--:|--:|--:|--:|");
    bench.kept_open();
    bench.reconnected();
    bench.same_body();
    bench.first();
    bench.one_new();
    println!();
}

struct Bench<'a> {
    publishers: &'a Publishers,
    floor: Floor,
    feeds: usize,
    runs: usize,
}

impl Bench<'_> {
    fn kept_open(&self) {
        let urls = self.urls("kept");
        let program = self.program(&urls);
        program.round();
        self.floor.unchanged(&urls);
        self.row(
            "304, connection kept open",
            "1.75",
            || self.floor.unchanged(&urls),
            || assert_eq!(program.round().good, self.feeds),
        );
    }

    fn reconnected(&self) {
        let host = |number: usize| {
            self.publishers
                .secure_url(number, &format!("close/{number}"))
        };
        let urls: Vec<String> = (0..self.feeds.min(HOSTS)).map(host).collect();
        let program = self.program(&urls);
        program.round();
        self.floor.unchanged(&urls);
        self.row_of(
            urls.len(),
            "304, https, a host each, new connection",
            "0.65",
            || self.floor.unchanged(&urls),
            || assert_eq!(program.round().good, urls.len()),
        );
    }

    fn same_body(&self) {
        let urls = self.urls("same");
        let program = self.program(&urls);
        program.round();
        self.floor.same(&urls);
        self.row(
            "200, gzip, the same body",
            "1.5",
            || self.floor.same(&urls),
            || assert_eq!(program.round().good, self.feeds),
        );
    }

    fn first(&self) {
        let urls = self.urls("same");
        let mut open = (0..self.runs)
            .map(|_| self.program(&urls))
            .collect::<Vec<_>>();
        let mut empty = (0..self.runs).map(|_| Shelf::new()).collect::<Vec<_>>();
        let (mut full, mut used) = (Vec::new(), Vec::new());
        self.row(
            "cold, 30 items matched and stored",
            "1.5",
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

    fn one_new(&self) {
        let (ours, theirs) = (self.urls("grow"), self.urls("grow/floor"));
        let program = self.program(&ours);
        program.round();
        let store = Shelf::new();
        self.floor.store(&theirs, &store);
        self.row(
            "one new item of thirty",
            "0.8",
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

    fn row(&self, name: &str, goal: &str, floor: impl FnMut(), ours: impl FnMut()) {
        self.row_of(self.feeds, name, goal, floor, ours);
    }

    fn row_of(
        &self,
        polls: usize,
        name: &str,
        goal: &str,
        mut floor: impl FnMut(),
        mut ours: impl FnMut(),
    ) {
        let (mut floors, mut all_ours, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..self.runs {
            let (theirs, our) = (cost(&mut floor, polls), cost(&mut ours, polls));
            floors.push(theirs);
            all_ours.push(our);
            ratios.push(our / theirs);
        }
        let (floor, ours) = (median(floors), median(all_ours));
        let ratio = median(ratios);
        println!("| {name} | {floor:.0} | {ours:.0} | **{ratio:.2}** | {goal} |");
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

fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    let part = |number: i64| u64::try_from(number).expect("not negative");
    Duration::from_secs(part(time.tv_sec)) + Duration::from_nanos(part(time.tv_nsec))
}

pub(crate) fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
