//! What a ProjectionExpression, or UPDATED_OLD and UPDATED_NEW, leave of an item.

use crate::aws::dynamodb::api::{AttributeValue, Item, Path, Step};

/// The item with nothing but what the paths lead to.
pub(super) fn project(item: &Item, paths: &[Path]) -> Item {
    let mut shown = Item::new();
    for (name, value) in item.iter_named() {
        let steps: Vec<&[Step]> =
            paths.iter().filter(|path| path.name == *name).map(|path| path.steps.as_slice()).collect();
        if let Some(value) = select(value, &steps) {
            shown.set(name.clone(), value);
        }
    }
    shown
}

/// What the steps leave of a value; elements of lists move together.
fn select(value: &AttributeValue, steps: &[&[Step]]) -> Option<AttributeValue> {
    if steps.iter().any(|steps| steps.is_empty()) {
        return Some(value.clone());
    }
    let inside = |first: Step| -> Vec<&[Step]> {
        steps
            .iter()
            .filter_map(|steps| steps.split_first())
            .filter(|(step, _)| **step == first)
            .map(|(_, rest)| rest)
            .collect()
    };
    match value {
        AttributeValue::M(map) => {
            let kept = map.iter().filter_map(|(name, value)| {
                select(value, &inside(Step::Field(name.clone()))).map(|value| (name.clone(), value))
            });
            Some(AttributeValue::M(kept.collect()))
                .filter(|kept| !matches!(kept, AttributeValue::M(map) if map.is_empty()))
        }
        AttributeValue::L(list) => {
            let kept: Vec<AttributeValue> = list
                .iter()
                .enumerate()
                .filter_map(|(index, value)| select(value, &inside(Step::Index(index as u32))))
                .collect();
            (!kept.is_empty()).then_some(AttributeValue::L(kept))
        }
        _ => None,
    }
}
