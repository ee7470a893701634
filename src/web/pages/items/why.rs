//! The page of an item: what it says, and for each watch why it alerted or did not.

use axum::{
    extract::{Path, State},
    response::Response,
};
use serde::Serialize;

use super::{
    super::{
        Asked, page,
        shown::{Moment, Now, Trouble, command, path, query, trouble},
    },
    story::Story,
    tree,
};
use crate::{
    app::Whole,
    model::{ItemId, Watch},
    store::KeptItem,
    view::{
        explain::{
            Background, Explanation, ItemFacts, explain, explain_most,
            stages::{Stage, taken_for},
            story::StoryView,
        },
        expressions::found,
        names,
        outbox::DeliveryView,
        words::one_line,
    },
    web::Context,
};

/// Watches in the table.
const MAX_WATCHES: usize = 50;

/// Watches that are chosen from in a list.
const MAX_CHOICES: usize = 200;

/// Attempts of one delivery that are shown; the latest.
const MAX_ATTEMPTS: usize = 5;

/// The page.
#[derive(Debug, Serialize)]
struct Matter {
    id: String,
    story: Story,
    /// What it is known by beside, where it was asked for by that.
    taken: Option<String>,
    /// What it is to its story, and how it was found to belong there.
    standing: Vec<String>,
    verdict: Verdict,
    sheet: Option<Sheet>,
    rows: Vec<Row>,
    left_out: usize,
    /// Of all watches, to choose from; empty where they are too many.
    names: Vec<String>,
    deliveries: Vec<Delivery>,
    command: String,
    /// The number of the story that it is in, and the page of that.
    in_story: Option<(String, String)>,
}

/// The answer.
#[derive(Debug, Serialize)]
struct Verdict {
    class: &'static str,
    words: String,
    help: Option<String>,
}

/// A watch in the table.
#[derive(Debug, Serialize)]
struct Row {
    watch: String,
    path: String,
    class: &'static str,
    outcome: String,
    why: String,
    help: Option<String>,
    is_here: bool,
}

/// One watch in full.
#[derive(Debug, Serialize)]
struct Sheet {
    watch: String,
    path: String,
    expression: String,
    try_path: String,
    stages: Vec<Step>,
    tree: Vec<tree::Line>,
}

#[derive(Debug, Serialize)]
struct Step {
    name: &'static str,
    text: String,
    more: Vec<String>,
    decided: bool,
    /// Whether the clauses of the expression stand below it.
    has_tree: bool,
}

#[derive(Debug, Serialize)]
struct Delivery {
    number: String,
    receiver: String,
    state: String,
    class: &'static str,
    made: Moment,
    settled: Option<Moment>,
    next: Option<Moment>,
    answer: Option<String>,
    attempts: Vec<Attempt>,
    left_out: usize,
}

#[derive(Debug, Serialize)]
struct Attempt {
    number: u32,
    at: Moment,
    outcome: String,
}

/// `/items/{id}`.
pub(in super::super) async fn why(
    State(context): State<Context>,
    Path(id): Path<String>,
    asked: Asked,
) -> Response {
    match matter(&context, &asked, &id).await {
        Ok(matter) => {
            let title = format!("Why #{id}?");
            page(&context, &asked, (&title, "why.html"), matter)
        }
        Err(why) => trouble(&context, &asked, &why),
    }
}

async fn matter(context: &Context, asked: &Asked, id: &str) -> Result<Matter, Trouble> {
    let store = context.app.store();
    let gone = || Trouble::missing(format!("there is no item #{id}, or it is no longer kept"));
    let number = id.parse().map_err(|_| gone())?;
    let kept = store.kept_item(ItemId(number)).await?.ok_or_else(gone)?;
    let whole = context.app.whole();
    let now = Now::of(&whole.config);
    let watch = asked.params.get("watch");
    let watch = watch.map(|name| names::watch(&whole.config, name));
    let watch = watch.transpose().map_err(Trouble::missing)?;
    let background = Background::of(&whole.config, &whole.matcher, store, now.at).await?;
    let facts = background.facts(&kept, asked.params.get("q"), store);
    let facts = facts.await?.ok_or_else(gone)?;
    let in_story = store.story_of(kept.stored.id).await?.map(|story| {
        let number = story.to_string();
        let page = path("stories", &number);
        (number, page)
    });
    Ok(Matter {
        in_story,
        ..Matter::of(&facts, &kept, watch, &whole, &now)
    })
}

impl Matter {
    fn of(
        facts: &ItemFacts<'_>,
        kept: &KeptItem,
        watch: Option<&Watch>,
        whole: &Whole,
        now: &Now,
    ) -> Self {
        let id = kept.stored.id.0.to_string();
        let config = &whole.config;
        let hits = found(&whole.matcher, &config.watches, kept).into_iter();
        let hits =
            hits.filter(|(at, _)| watch.is_none_or(|it| it.name == config.watches[*at].name));
        let hits = hits.flat_map(|(_, matches)| matches).collect();
        let all = explain_most(facts, MAX_WATCHES);
        let full = watch.and_then(|watch| explain(facts, Some(&watch.name)).next());
        let here = watch.map(|watch| watch.name.as_str());
        let deliveries = match &full {
            Some(full) => full
                .deliveries
                .iter()
                .map(|it| Delivery::of(it, now))
                .collect(),
            None => facts
                .deliveries()
                .iter()
                .map(|it| Delivery::of(it, now))
                .collect(),
        };
        Self {
            story: Story::of(kept, hits, facts.earlier(), now),
            taken: facts.asked.map(|(name, by)| {
                format!(
                    "{} is another name of it: {}",
                    one_line(name, 300),
                    taken_for(by)
                )
            }),
            standing: facts.story.as_ref().map(standing).unwrap_or_default(),
            verdict: match &full {
                Some(full) => Verdict::of_one(full),
                None => Verdict::of_all(&all, config.watches.len()),
            },
            left_out: config.watches.len() - all.len(),
            names: { config.watches.iter() }
                .filter(|_| config.watches.len() <= MAX_CHOICES)
                .map(|watch| watch.name.clone())
                .collect(),
            rows: all.iter().map(|it| Row::of(it, &id, here)).collect(),
            sheet: full.zip(watch).map(|(full, watch)| Sheet::of(full, watch)),
            deliveries,
            command: command(["fivebells", "explain", &id].into_iter().chain(here)),
            in_story: None,
            id,
        }
    }
}

/// Good where a receiver has it, bad where it was lost on its way, a warning where it matched and did
/// not alert.
fn class(explanation: &Explanation<'_>) -> &'static str {
    match (explanation.reaches, explanation.alerted) {
        (true, _) => "good",
        (false, true) => "bad",
        (false, false) if explanation.matched => "warn",
        _ => "",
    }
}

impl Verdict {
    fn of_one(explanation: &Explanation<'_>) -> Self {
        Self {
            class: class(explanation),
            words: format!(
                "{}: {}",
                explanation.outcome.to_lowercase(),
                explanation.why
            ),
            help: explanation.help.clone(),
        }
    }

    /// What it came to, whatever the watch: what alerted, else what stopped one that matches.
    fn of_all(all: &[Explanation<'_>], watches: usize) -> Self {
        let alerted = || all.iter().filter(|it| it.alerted);
        let best = alerted().find(|it| it.reaches).or_else(|| alerted().next());
        let with = |first: &Explanation<'_>, words: String| Self {
            words,
            ..Self::of_one(first)
        };
        let named = |it: &Explanation<'_>, others: &str| {
            with(
                it,
                format!("{} for {}{others}: {}", it.outcome, it.watch, it.why),
            )
        };
        match (best, all) {
            (Some(best), _) => named(
                best,
                &match alerted().count() - 1 {
                    0 => String::new(),
                    1 => " and another watch".to_owned(),
                    others => format!(" and {others} other watches"),
                },
            ),
            (None, [first, ..]) if first.matched => named(first, ""),
            (None, [only]) if watches == 1 => named(only, ""),
            (None, [first, ..]) if first.is_near => {
                let why = format!("{} comes close: {}", first.watch, first.why);
                with(
                    first,
                    format!("Not alerted: none of {watches} watches matches it; {why}"),
                )
            }
            _ => Self {
                class: "",
                words: format!("Not alerted: none of {watches} watches matches it"),
                help: None,
            },
        }
    }
}

impl Row {
    fn of(explanation: &Explanation<'_>, id: &str, here: Option<&str>) -> Self {
        let watch = explanation.watch;
        Self {
            path: format!("/items/{id}{}#why", query([("watch", watch)])),
            watch: watch.to_owned(),
            class: class(explanation),
            outcome: explanation.outcome.to_lowercase(),
            why: explanation.why.clone(),
            // What helps where nothing matches is the same for every watch.
            help: { explanation.help.clone() }.filter(|_| explanation.decided != Stage::Expression),
            is_here: here == Some(watch),
        }
    }
}

impl Sheet {
    fn of(explanation: Explanation<'_>, watch: &Watch) -> Self {
        let decided = explanation.decided;
        let stages = explanation.stages.into_iter().map(|step| Step {
            name: step.stage.as_str(),
            decided: step.stage == decided,
            has_tree: step.stage == Stage::Expression,
            text: step.text,
            more: step.lines,
        });
        let tried = [("q", watch.expression.as_str()), ("against", &watch.name)];
        Self {
            path: path("watches", &watch.name),
            try_path: format!("/try{}", query(tried)),
            watch: watch.name.clone(),
            expression: watch.expression.clone(),
            stages: stages.collect(),
            tree: explanation
                .clause
                .as_ref()
                .map(tree::lines)
                .unwrap_or_default(),
        }
    }
}

fn standing(story: &StoryView) -> Vec<String> {
    let (text, lines) = story.in_words();
    let lines = lines.iter().map(String::as_str);
    std::iter::once(text)
        .chain(lines)
        .map(str::to_owned)
        .collect()
}

/// What it waits for, what it is folded into, or the last answer to it.
fn answer(view: &DeliveryView<'_>) -> Option<String> {
    let awaits = view.awaits.as_ref();
    let awaits = awaits.map(|awaits| format!("waits for {}", awaits.r#for));
    let answer = view.missing.or(view.detail).map(str::to_owned);
    awaits.or_else(|| view.folded.clone()).or(answer)
}

impl Delivery {
    fn of(view: &DeliveryView<'_>, now: &Now) -> Self {
        let left_out = view.attempts.len().saturating_sub(MAX_ATTEMPTS);
        let outcome = |reason: Option<&str>, detail: Option<&str>, has_ended| {
            let result = match (reason, has_ended) {
                (Some(reason), _) => reason.to_owned(),
                (None, true) => "taken".to_owned(),
                (None, false) => "under way".to_owned(),
            };
            let detail = detail.map(|text| format!(": {}", one_line(text, 300)));
            result + &detail.unwrap_or_default()
        };
        let attempts = view.attempts[left_out..].iter().map(|attempt| Attempt {
            number: attempt.number,
            at: now.moment(attempt.started),
            outcome: outcome(attempt.reason, attempt.detail, attempt.ended.is_some()),
        });
        let held = view.held.as_ref().map(|held| held.until);
        Self {
            number: format!("d{}", view.id),
            receiver: view.receiver.to_owned(),
            state: view.state.to_owned(),
            class: match view.state {
                "delivered" => "good",
                "dead" => "bad",
                "muted" => "warn",
                _ => "",
            },
            made: now.moment(view.created),
            settled: view.settled.map(|at| now.moment(at)),
            next: held.or(view.next_due).map(|at| now.moment(at)),
            answer: answer(view).map(|text| one_line(&text, 300)),
            attempts: attempts.collect(),
            left_out,
        }
    }
}
