//! Which feeds are to be read.

use super::{
    super::{
        super::{error::CliError, terminal::one_line},
        ask::Asker,
        find::{self, Candidate, with_scheme},
    },
    Answers,
};

impl Answers {
    pub(super) async fn ask_feeds(
        &mut self,
        asker: &mut Asker<'_>,
        find: impl AsyncFn(&str) -> Result<Vec<Candidate>, CliError>,
    ) -> Result<(), CliError> {
        loop {
            let typed = asker.ask("site or feed:")?;
            if typed.is_empty() && !self.first.feeds.is_empty() {
                return Ok(());
            }
            if typed.is_empty() {
                asker.say("  at least one is needed")?;
                continue;
            }
            let address = with_scheme(&typed);
            match find(&address).await {
                Ok(found) => self.choose(asker, &found)?,
                Err(error) => {
                    asker.say(&format!("  {}", one_line(&error.to_string(), 300)))?;
                    if let Some(url) = find::url(&address)
                        && asker.yes("  add it anyway?", false)?
                    {
                        let title = String::new();
                        asker.say(&self.add(&Candidate { title, url }))?;
                    }
                }
            }
        }
    }

    /// Of several feeds some can be chosen.
    fn choose(&mut self, asker: &mut Asker<'_>, found: &[Candidate]) -> Result<(), CliError> {
        if let [only] = found {
            return asker.say(&self.add(only));
        }
        for (number, Candidate { title, url }) in (1..).zip(found) {
            asker.say(&format!("  {number}. {} {url}", one_line(title, 80)))?;
        }
        let chosen = asker.ask_for(
            "  which of them? type their numbers, or Enter for the first:",
            |answer| numbers(answer, found.len()),
        )?;
        for number in chosen {
            asker.say(&self.add(&found[number - 1]))?;
        }
        Ok(())
    }
}

/// Numbers from 1 to `most`, with spaces or commas between.
fn numbers(answer: &str, most: usize) -> Result<Vec<usize>, String> {
    if answer.is_empty() {
        return Ok(vec![1]);
    }
    let words = answer.split([',', ' ']).filter(|word| !word.is_empty());
    let numbers = words.map(|word| word.parse().ok().filter(|it| (1..=most).contains(it)));
    let numbers: Option<Vec<usize>> = numbers.collect();
    numbers.ok_or_else(|| format!("type numbers from 1 to {most}"))
}
