//! What an expression is compiled to.

use serde::Serialize;

use crate::{
    matcher::{Entity, Outline, Query},
    model::Watch,
};

/// The canonical expression, what its entities stand for, what each term is found by, and the
/// anchors.
#[derive(Debug, Serialize)]
pub(crate) struct OutlineView<'a> {
    pub(crate) r#type: &'static str,
    pub(crate) expression: String,
    pub(crate) entities: Vec<EntityView<'a>>,
    pub(crate) terms: Vec<TermView>,
    /// One of them must hit before the rest is looked at.
    pub(crate) anchors: Vec<String>,
    pub(crate) fields: Vec<&'a str>,
}

/// An entity of the expression.
#[derive(Debug, Serialize)]
pub(crate) struct EntityView<'a> {
    pub(crate) name: &'a str,
    pub(crate) names: &'a [String],
    pub(crate) spellings: Vec<String>,
}

/// A term of the expression.
#[derive(Debug, Serialize)]
pub(crate) struct TermView {
    pub(crate) term: String,
    pub(crate) patterns: Vec<String>,
}

impl<'a> OutlineView<'a> {
    /// Of a watch whose expression was parsed before.
    pub(crate) fn of(watch: &'a Watch, entities: &'a [Entity]) -> Self {
        let parsed = "the expression was parsed before";
        let outline = Outline::of(&watch.expression, entities).expect(parsed);
        let query = Query::parse(&watch.expression, entities).expect(parsed);
        let named = |name| entities.iter().find(|entity| entity.name == name);
        let terms = outline.terms.into_iter();
        Self {
            r#type: "outline",
            expression: outline.expression,
            entities: query
                .entities()
                .filter_map(named)
                .map(EntityView::of)
                .collect(),
            terms: terms
                .map(|(term, patterns)| TermView { term, patterns })
                .collect(),
            anchors: outline.anchors,
            fields: watch.fields.iter().map(|field| field.as_str()).collect(),
        }
    }
}

impl<'a> EntityView<'a> {
    fn of(entity: &'a Entity) -> Self {
        Self {
            name: &entity.name,
            names: &entity.names,
            spellings: entity.spellings(),
        }
    }
}
