//! The fields of a query or of a form: `application/x-www-form-urlencoded`.

use url::form_urlencoded::{Serializer, parse};

/// What may stand in a query without a value.
const FLAGS: [&str; 1] = ["wall"];

/// Fields in the order they came. An empty one counts as not there: that is how browsers send a
/// field that nobody filled in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Params(Vec<(String, String)>);

impl Params {
    /// Of a query, or of a form's body.
    pub(super) fn read(bytes: &[u8]) -> Self {
        let pairs = parse(bytes).into_owned().map(|(name, value)| {
            let is_flag = value.is_empty() && FLAGS.contains(&name.as_str());
            (name, if is_flag { "1".to_owned() } else { value })
        });
        Self(
            pairs
                .filter(|(_, value)| !value.trim().is_empty())
                .collect(),
        )
    }

    /// The first of this name, without space around.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// All of this name, without space around.
    pub(super) fn all<'a, 'n>(
        &'a self,
        name: &'n str,
    ) -> impl Iterator<Item = &'a str> + use<'a, 'n> {
        let pairs = self.0.iter().filter(move |(it, _)| it == name);
        pairs.map(|(_, value)| value.trim())
    }

    /// The query with this field changed, or without it; begins with `?` unless it is empty.
    pub(super) fn with(&self, name: &str, value: Option<&str>) -> String {
        let mut query = Serializer::new(String::new());
        query.extend_pairs(self.0.iter().filter(|(it, _)| it != name));
        if let Some(value) = value {
            query.append_pair(name, value);
        }
        match query.finish() {
            query if query.is_empty() => query,
            query => format!("?{query}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_read_and_written_with_one_field_changed() {
        let params = Params::read(b"watch=a&watch=b+c&q=&since=%C3%A9");
        assert_eq!(params.all("watch").collect::<Vec<_>>(), ["a", "b c"]);
        assert_eq!((params.get("q"), params.get("since")), (None, Some("é")));
        let next = params.with("before", Some("12"));
        assert_eq!(next, "?watch=a&watch=b+c&since=%C3%A9&before=12");
        assert_eq!(
            Params::read(&next.as_bytes()[1..]).with("watch", None),
            "?since=%C3%A9&before=12"
        );
        assert_eq!(Params::default().with("q", None), "");
        assert_eq!(Params::read(b"wall").with("q", None), "?wall=1");
    }
}
