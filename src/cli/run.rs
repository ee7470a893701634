//! `run`: the service, or one round of it for cron.

use std::{path::Path, sync::Arc, time::Duration};

use clap::Args;
use tracing::{debug, info, warn};

use super::{
    config,
    error::{Answer, CliError},
    stored,
};
use crate::{
    app::{self, App, AppError, Refusal, Signals, StoreGuard, StoreState},
    clock::{Clock, SystemClock},
    config::{ConfigErrors, Environment, Loaded},
    deliver::Deferred,
    model::time,
    scheduler::PollTally,
    web::Web,
};

/// A feed whose turn comes later than this is not waited for by `--once`.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// Run the service: poll, match and deliver until a signal ends it.
#[derive(Debug, Args)]
pub(super) struct Run {
    /// Poll every feed that is due, deliver, and exit; for cron.
    #[arg(long)]
    once: bool,
}

impl Run {
    pub(super) async fn run(&self, path: &Path) -> Answer {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        // Before the config is read: a signal that comes meanwhile must not end the process.
        let mut signals = (!self.once).then(Signals::listen).transpose()?;
        let loaded = load(path).map_err(|errors| config::broken(&errors))?;
        stored::refuse_second_service(&loaded.config)?;
        if let Some(signals) = &mut signals
            && !app::wait_for_store(&loaded.config.store, signals).await
        {
            return Ok(true);
        }
        let mut web = Web::default();
        if !self.once {
            // Before the store is touched: where it ends here, nothing was done.
            web.open_public(&loaded.config.web)
                .map_err(AppError::from)?;
        }
        let app = App::open(loaded, clock).await?;
        let Some(signals) = signals else {
            once(app).await?;
            return Ok(true);
        };
        let path = path.to_owned();
        let reload = move || load(&path).map_err(Refusal::from);
        web.open_control(app.store().path(), &app.config().control)
            .await;
        let serve = |app, stop| web.run(app, stop);
        app::run(app, Arc::new(reload), signals, serve).await?;
        Ok(true)
    }
}

/// Reads the config; its warnings go to the log.
fn load(path: &Path) -> Result<Loaded, ConfigErrors> {
    let loaded = crate::config::load(path, &Environment::of_process())?;
    if loaded.warnings.warnings() > 0 {
        warn!("the config has warnings:\n{}", loaded.warnings);
    }
    Ok(loaded)
}

/// One round: what is due now. With the store's disk in trouble only deliveries.
async fn once(app: App) -> Result<(), CliError> {
    let state = StoreGuard::default().look(&app).await;
    let PollTally {
        good,
        failed,
        news,
        alerts,
    } = match state {
        StoreState::Well => poll(&app).await?,
        _ => PollTally::default(),
    };
    app.end_mutes().await?;
    let delivered = app.deliver_due().await?;
    info!(
        "feeds read {good}, failed {failed}, new items {news}, alerts {alerts}, delivered {delivered}"
    );
    for (receiver, deferred) in app.deferred().await? {
        let Deferred {
            count,
            reason,
            until,
        } = deferred;
        info!("receiver {receiver:?}: {count} waiting, deferred by {reason} until {until}");
    }
    prune(&app).await;
    app.close().await;
    if state != StoreState::Well {
        let message = "no feed was polled: the store's disk is in trouble";
        return Err(CliError::Failed(message.to_owned()));
    }
    Ok(())
}

/// Deletes old rows, once a day: no service does where cron runs this.
async fn prune(app: &App) {
    match app.store().prune_daily(SystemClock.now()).await {
        Ok(Some(pruned)) => debug!(?pruned, "old rows deleted"),
        Ok(None) => {}
        Err(error) => warn!("not pruned: {error}"),
    }
}

/// Polls what is due now, each feed once, with the pauses that origins are owed.
async fn poll(app: &App) -> Result<PollTally, CliError> {
    let started_at = SystemClock.now();
    let mut tally = PollTally::default();
    loop {
        tally += app.poll_overdue(started_at).await?;
        let Some((feeds, free_at)) = app.store().overdue([SystemClock.now(), started_at]).await?
        else {
            return Ok(tally);
        };
        let pause = time::elapsed(SystemClock.now(), free_at);
        if pause > LONGEST_PAUSE {
            match feeds {
                1 => warn!("1 feed not polled: its server asked to wait"),
                feeds => warn!("{feeds} feeds not polled: their servers asked to wait"),
            }
            return Ok(tally);
        }
        tokio::time::sleep(pause).await;
    }
}
