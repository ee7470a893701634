//! Says in words which clauses of an explained expression decided.

use super::{
    explain::{Clause, Operator},
    near_miss::NearMiss,
};
use crate::model::Field;

/// Alternatives that are named one by one before the rest is counted.
const MAX_NAMED: usize = 3;

impl Clause {
    /// The smallest clauses that decided: where it holds, those that were enough for that; where
    /// not, the first that had to hold and did not.
    pub fn decided_by(&self) -> Vec<&Clause> {
        let holding = |most: usize| {
            let holding = self.parts.iter().filter(|part| part.matched).take(most);
            holding.flat_map(Self::decided_by).collect()
        };
        let missing = || self.parts.iter().find(|part| !part.matched);
        if self.near_miss == Some(NearMiss::OtherFeed) {
            return vec![self];
        }
        match (self.operator, self.matched) {
            (Operator::All, true) => holding(self.parts.len()),
            (Operator::Any, true) => holding(1),
            (Operator::AtLeast(count), true) => holding(count),
            (Operator::All | Operator::Near, false) => {
                missing().map_or_else(|| vec![self], Self::decided_by)
            }
            _ => vec![self],
        }
    }

    /// Why it holds or does not, in one line: "`Koizumi` in the title, no `Yakumo`", or
    /// "no `Koizumi`: the title has `Koizumian`, a longer word".
    pub fn verdict(&self) -> String {
        let reasons: Vec<String> = self.decided_by().into_iter().map(Self::reason).collect();
        reasons.join(", ")
    }

    /// Every part that came close, with how: those that would have had to hold, not those that an
    /// exclusion looks for.
    pub fn near_misses(&self) -> Vec<(&str, &NearMiss)> {
        if self.matched || self.operator == Operator::Not {
            return Vec::new();
        }
        let own = self.near_miss.iter().map(|miss| (self.text.as_str(), miss));
        let parts = self.parts.iter().flat_map(Self::near_misses);
        own.chain(parts).collect()
    }

    /// Why a clause that [decided](Self::decided_by) holds or does not.
    fn reason(&self) -> String {
        if let Some(miss @ NearMiss::OtherFeed) = &self.near_miss {
            return miss.to_string();
        }
        match (self.operator, self.matched) {
            (Operator::Term, true) => self.place(),
            (Operator::Not, true) => format!("no {}", quoted(&self.parts[0].text)),
            (_, true) => quoted(&self.text),
            (Operator::Not, false) => format!("excluded: {}", self.parts[0].verdict()),
            (Operator::Any, false) => self.none_of(),
            (Operator::AtLeast(_), false) => {
                let holding = self.parts.iter().filter(|part| part.matched).count();
                format!("only {holding} of {}", quoted(&self.text))
            }
            (Operator::Term, false) => format!("no {}{}", quoted(&self.text), self.nearly()),
            (_, false) => format!("not {}{}", quoted(&self.text), self.nearly()),
        }
    }

    /// A term and the fields it hit.
    fn place(&self) -> String {
        let mut fields: Vec<Field> = self.hits.iter().map(|hit| hit.field).collect();
        fields.dedup();
        let fields: Vec<&str> = fields.into_iter().map(Field::as_str).collect();
        format!("{} in the {}", quoted(&self.text), fields.join(" and "))
    }

    /// Alternatives of which none holds, and the first that came close.
    fn none_of(&self) -> String {
        let named: Vec<String> = self
            .parts
            .iter()
            .take(MAX_NAMED)
            .map(|part| quoted(&part.text))
            .collect();
        let named = named.join(", ");
        let rest = match self.parts.len().saturating_sub(MAX_NAMED) {
            0 => String::new(),
            rest => format!(" and {rest} more"),
        };
        let close = self.near_misses();
        let close = close
            .first()
            .map(|(text, miss)| format!(", but {}: {miss}", quoted(text)));
        format!("none of {named}{rest}{}", close.unwrap_or_default())
    }

    fn nearly(&self) -> String {
        let miss = self.near_miss.as_ref();
        miss.map(|miss| format!(": {miss}")).unwrap_or_default()
    }
}

fn quoted(text: &str) -> String {
    format!("`{text}`")
}
