//! Identity as the operator chose it, where the publisher's habits defeat the general rules: a guid
//! that every story shares, links that change, headlines that recur.

use std::collections::HashSet;

use super::{GuidRank, ItemKeys, Judgement, judge};
use crate::model::{Identity, IdentityKey};

/// Like [`judge`], by what the operator says that items are recognised by.
///
/// Only the chosen part counts then, and no renaming is looked for: the operator knows better. An
/// item that lacks the part, or shares its link with others of the document, is judged as ever.
/// Titles are found under the keys of the other choices too, so that a feed whose `identity` is
/// changed does not show everything as new.
#[expect(
    clippy::implicit_hasher,
    reason = "the caller makes the set; a type parameter would only hinder inference"
)]
pub fn judge_by(items: &[ItemKeys], known: &HashSet<IdentityKey>, identity: Identity) -> Judgement {
    if identity == Identity::Auto {
        return judge(items, known);
    }
    let mut seen = HashSet::new();
    let is_new = |keys: &ItemKeys| {
        let chosen = keys.chosen(identity);
        let (name, is_known) = match &chosen {
            Some(chosen) => (
                chosen.first().copied(),
                chosen.iter().any(|key| known.contains(key)),
            ),
            None => (keys.primary(), keys.is_known(known)),
        };
        let is_repeat = name.is_some_and(|name| !seen.insert(name));
        !is_repeat && !is_known
    };
    Judgement {
        new: items.iter().map(is_new).collect(),
        renamed: 0,
    }
}

impl ItemKeys {
    /// Every key to remember the item by, under this choice.
    pub fn all_by(&self, identity: Identity) -> Vec<IdentityKey> {
        let mut keys = self.all();
        keys.extend(self.title.filter(|_| identity == Identity::Title));
        keys
    }

    /// The key by which an item that is not new was recognised; `None` where it was not, but
    /// stands in its document a second time.
    pub fn known_by(
        &self,
        known: &HashSet<IdentityKey>,
        identity: Identity,
    ) -> Option<IdentityKey> {
        let asked = self.chosen(identity).unwrap_or_else(|| {
            let link = match self.guid_rank {
                GuidRank::None => self.link,
                _ => self.link_title,
            };
            let keys = [self.primary(), link, self.title_date, self.title_content];
            keys.into_iter().flatten().collect()
        });
        asked.into_iter().find(|key| known.contains(key))
    }

    /// The keys that decide, the one that names the item in its document first; never empty.
    fn chosen(&self, identity: Identity) -> Option<Vec<IdentityKey>> {
        match identity {
            Identity::Auto => None,
            Identity::Guid => (self.guid_rank != GuidRank::None)
                .then(|| self.primary())?
                .map(|key| vec![key]),
            Identity::Link => self.link.map(|key| vec![key]),
            Identity::Title => {
                let title = self.title?;
                let others = [self.title_date, self.title_content, self.link_title];
                Some(
                    std::iter::once(title)
                        .chain(others.into_iter().flatten())
                        .collect(),
                )
            }
        }
    }
}

#[cfg(test)]
mod tests;
