//! What a watch asks, as the store remembers it.

use crate::{matcher::Entity, model::Watch};

/// What a watch asks, in a text that is the same for as long as it asks the same: its expression
/// with the entities that this names, the fields and feeds it reads, and what it does about edits.
/// Not its receivers, nor how urgent it is.
pub fn definition(watch: &Watch, entities: &[Entity]) -> String {
    let fields: Vec<&str> = watch.fields.iter().map(|field| field.as_str()).collect();
    let feeds = watch.feeds.as_ref();
    let feeds = feeds.map_or_else(|| "all".to_owned(), |feeds| feeds.join(", "));
    let mut lines = vec![
        watch.expression.clone(),
        format!("in {}", fields.join(", ")),
        format!("feeds {feeds}"),
        format!("on_update {}", watch.on_update),
    ];
    let is_named = |entity: &&Entity| watch.expression.contains(&format!("@{}", entity.name));
    let entities = entities.iter().filter(is_named);
    lines.extend(entities.map(|entity| format!("@{} {}", entity.name, entity.names.join(", "))));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Field, OnUpdate, Priority};

    #[test]
    fn it_changes_with_what_is_asked_and_with_nothing_else() {
        let watch = Watch {
            name: "koizumi".into(),
            expression: "@koizumi OR Hegseth".into(),
            fields: Field::DEFAULT.to_vec(),
            feeds: None,
            priority: Priority::Routine,
            on_update: OnUpdate::Match,
            notify: vec!["desk".into()],
            stories: None,
            corroborate: None,
            escalate: None,
        };
        let entity = |name: &str, spelling: &str| Entity {
            name: name.into(),
            names: vec![spelling.into()],
        };
        let entities = [entity("koizumi", "小泉進次郎")];
        let before = definition(&watch, &entities);
        let notified_otherwise = Watch {
            priority: Priority::Flash,
            notify: vec!["phone".into()],
            ..watch.clone()
        };
        assert_eq!(definition(&notified_otherwise, &entities), before);
        let others = [entities[0].clone(), entity("abe", "安倍")];
        assert_eq!(definition(&watch, &others), before);
        for other in [
            Watch {
                expression: "@koizumi".into(),
                ..watch.clone()
            },
            Watch {
                fields: vec![Field::Title],
                ..watch.clone()
            },
            Watch {
                feeds: Some(vec!["nhk".into()]),
                ..watch.clone()
            },
            Watch {
                on_update: OnUpdate::Never,
                ..watch.clone()
            },
        ] {
            assert_ne!(definition(&other, &entities), before);
        }
        assert_ne!(definition(&watch, &[entity("koizumi", "Koizumi")]), before);
    }
}
