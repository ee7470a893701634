//! The stories: what is under way, those of the most independent publishers first.

mod sheet;
#[cfg(test)]
mod tests;

use axum::{extract::State, http::StatusCode, response::Response};
use serde::Serialize;

pub(super) use sheet::sheet;

use super::{
    Asked, engine, reply,
    shown::{Moment, Now, Trouble, command, link_of_web, path, trouble},
};
use crate::{
    config::Config,
    model::MuteKind,
    store::{StoryFilter, StoryStatus},
    view::{
        ViewError,
        moment::{moment, span},
        mutes::Mutes,
        names,
        stories::{count_of_items, count_of_publishers, cursor},
        words::one_line,
    },
    web::{Context, params::Params},
};

/// Stories on a page.
const LIMIT: u32 = 30;

/// Since when something must have come, where nothing is said; as on the command line.
const USUAL: &str = "24h";

/// The page.
#[derive(Debug, Default, Serialize)]
struct Matter {
    watch: String,
    since: String,
    /// The watches that there are, to choose from.
    watches: Vec<String>,
    error: Option<String>,
    rows: Vec<Row>,
    is_later_page: bool,
    first: String,
    next: Option<String>,
    command: String,
}

#[derive(Debug, Serialize)]
struct Row {
    number: String,
    path: String,
    title: String,
    link: Option<String>,
    publishers: String,
    items: String,
    last: Moment,
    watches: Vec<(String, String)>,
    muted: Option<String>,
}

/// `/stories`.
pub(super) async fn list(State(context): State<Context>, asked: Asked) -> Response {
    let config = context.app.config();
    let now = Now::of(&config);
    let mut matter = Matter::of(&asked.params, &config);
    let filter = filter(&context, &asked.params, &config, &now).await;
    let status = match filter {
        Ok(filter) => match matter.fill(&context, &asked.params, filter, &now).await {
            Ok(()) => StatusCode::OK,
            Err(why) => return trouble(&context, &asked, &why),
        },
        Err(Refused::Store(why)) => return trouble(&context, &asked, &why),
        Err(Refused::Words(words)) => {
            matter.error = Some(words);
            StatusCode::BAD_REQUEST
        }
    };
    let page = engine::render(&context, &asked, ("Stories", "stories.html"), matter);
    reply::html(status, page)
}

/// Why nothing is looked for.
enum Refused {
    /// The question has a slip.
    Words(String),
    Store(Trouble),
}

async fn filter(
    context: &Context,
    params: &Params,
    config: &Config,
    now: &Now,
) -> Result<StoryFilter, Refused> {
    let watch = params.get("watch").map(str::to_owned);
    if watch.is_some() {
        let known = names::watches(config, context.app.store()).await;
        let known = known.map_err(|error| Refused::Store(error.into()))?;
        names::check_all("watch", &watch, &known)
            .map_err(|error| Refused::Words(ViewError::from(error).to_string()))?;
    }
    let since = moment(params.get("since").unwrap_or(USUAL));
    let since = since.map_err(|error| Refused::Words(format!("since: {error}")))?;
    let (since, _) = span(Some(since), None, now.at, &now.zone)
        .map_err(|error| Refused::Words(error.to_string().replace("--", "")))?;
    Ok(StoryFilter {
        since,
        watch,
        after: params.get("after").and_then(cursor::read),
    })
}

impl Matter {
    fn of(params: &Params, config: &Config) -> Self {
        let asked = |name| params.get(name).unwrap_or_default().to_owned();
        let options = [("--since", "since"), ("--watch", "watch")];
        let options = options
            .iter()
            .filter_map(|(option, name)| params.get(name).map(|value| [*option, value]));
        let words = ["fivebells", "stories"].into_iter();
        Self {
            watch: asked("watch"),
            since: asked("since"),
            watches: config.all_watches().map(|it| it.name.clone()).collect(),
            is_later_page: params.get("after").is_some(),
            first: format!("/stories{}", params.with("after", None)),
            command: command(words.chain(options.flatten())),
            ..Self::default()
        }
    }

    async fn fill(
        &mut self,
        context: &Context,
        params: &Params,
        filter: StoryFilter,
        now: &Now,
    ) -> Result<(), Trouble> {
        let store = context.app.store();
        let mut stories = store.stories(filter, LIMIT + 1).await?;
        let has_more = stories.len() > LIMIT as usize;
        stories.truncate(LIMIT as usize);
        let mutes = Mutes::in_force(store, now.at).await?;
        self.rows = stories.iter().map(|it| Row::of(it, &mutes, now)).collect();
        let last = stories.last().filter(|_| has_more);
        let after = last.map(|last| cursor::text(last.cursor()));
        self.next = after.map(|after| format!("/stories{}", params.with("after", Some(&after))));
        Ok(())
    }
}

impl Row {
    fn of(story: &StoryStatus, mutes: &Mutes, now: &Now) -> Self {
        let number = story.id.to_string();
        let watches = story.watches.iter();
        Self {
            path: path("stories", &number),
            title: title(story.title.as_deref()),
            link: link_of_web(story.link.as_deref()),
            publishers: count_of_publishers(story),
            items: count_of_items(story),
            last: now.moment(story.last_at),
            watches: watches
                .map(|it| (it.clone(), path("watches", it)))
                .collect(),
            muted: mutes.remark(MuteKind::Story, &number, now.at),
            number,
        }
    }
}

/// The headline, on one line.
fn title(title: Option<&str>) -> String {
    match title.map(|title| one_line(title, 300)) {
        Some(title) if title.is_empty() => "(no title)".to_owned(),
        Some(title) => title,
        None => "(no longer kept)".to_owned(),
    }
}
