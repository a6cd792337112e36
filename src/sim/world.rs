//! A world: JSON entities by kind and id, findable through the things they belong to.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

/// What sort of thing an entity is: `card`. Each platform has its own.
pub type Kind = &'static str;

/// All entities of a sandbox. Iteration is always in the order of ids.
#[derive(Debug, Default, Clone)]
pub struct World {
    tables: BTreeMap<Kind, BTreeMap<String, Row>>,
    children: BTreeMap<(String, Kind), BTreeSet<String>>,
}

#[derive(Debug, Clone)]
struct Row {
    parents: Vec<String>,
    entity: Value,
}

impl World {
    /// Adds an entity under the id in its field `id`. `parents` are the ids of everything through which it
    /// can be found with [`of`](Self::of). An entity with the same kind and id is replaced.
    pub fn insert(&mut self, kind: Kind, parents: &[&str], entity: Value) {
        let id = text(&entity, "id").to_owned();
        self.remove(kind, &id);
        let parents: Vec<String> = parents.iter().map(|&parent| parent.to_owned()).collect();
        self.enter(kind, &id, &parents);
        self.tables.entry(kind).or_default().insert(id, Row { parents, entity });
    }

    /// The entity, if it exists.
    pub fn get(&self, kind: Kind, id: &str) -> Option<&Value> {
        self.tables.get(kind)?.get(id).map(|row| &row.entity)
    }

    /// The entity of a kind that is named by a text which is not known when compiling.
    pub fn find(&self, kind: &str, id: &str) -> Option<(Kind, &Value)> {
        let (kind, table) = self.tables.get_key_value(kind)?;
        Some((kind, &table.get(id)?.entity))
    }

    /// The entity for changing. Its id and parents must stay.
    pub fn edit(&mut self, kind: Kind, id: &str) -> Option<&mut Value> {
        self.tables.get_mut(kind)?.get_mut(id).map(|row| &mut row.entity)
    }

    /// Takes one entity out. What belongs to it stays: what a deletion takes along is the platform's affair.
    pub fn remove(&mut self, kind: Kind, id: &str) -> Option<Value> {
        let row = self.tables.get_mut(kind)?.remove(id)?;
        for parent in row.parents {
            if let Some(siblings) = self.children.get_mut(&(parent, kind)) {
                siblings.remove(id);
            }
        }
        Some(row.entity)
    }

    /// Lets an entity belong to other things from now on.
    pub fn move_to(&mut self, kind: Kind, id: &str, parents: &[&str]) {
        if let Some(entity) = self.remove(kind, id) {
            self.insert(kind, parents, entity);
        }
    }

    /// All entities of a kind.
    pub fn all(&self, kind: Kind) -> impl DoubleEndedIterator<Item = &Value> {
        self.tables.get(kind).into_iter().flat_map(BTreeMap::values).map(|row| &row.entity)
    }

    /// The entities of a kind that belong to `parent`.
    pub fn of(&self, parent: &str, kind: Kind) -> impl DoubleEndedIterator<Item = &Value> {
        self.children
            .get(&(parent.to_owned(), kind))
            .into_iter()
            .flatten()
            .filter_map(move |id| self.get(kind, id))
    }

    /// The ids of what [`of`](Self::of) gives.
    pub fn ids_of(&self, parent: &str, kind: Kind) -> Vec<String> {
        self.children
            .get(&(parent.to_owned(), kind))
            .map(|ids| ids.iter().cloned().collect())
            .unwrap_or_default()
    }

    /// How many entities of a kind belong to `parent`.
    pub fn count_of(&self, parent: &str, kind: Kind) -> usize {
        self.children.get(&(parent.to_owned(), kind)).map_or(0, BTreeSet::len)
    }

    /// The whole world: `{kind: [entity, ..]}`.
    pub fn to_json(&self) -> Map<String, Value> {
        self.tables.keys().map(|&kind| (kind.to_owned(), self.all(kind).cloned().collect())).collect()
    }

    fn enter(&mut self, kind: Kind, id: &str, parents: &[String]) {
        for parent in parents {
            self.children.entry((parent.clone(), kind)).or_default().insert(id.to_owned());
        }
    }
}

/// The text in a field of an entity; empty when there is none.
pub fn text<'a>(entity: &'a Value, field: &str) -> &'a str {
    entity.get(field).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn world() -> World {
        let mut world = World::default();
        world.insert("card", &["board", "list-1"], json!({"id": "b"}));
        world.insert("card", &["board", "list-1"], json!({"id": "a"}));
        world
    }

    fn ids(world: &World, parent: &str) -> Vec<String> {
        world.of(parent, "card").map(|card| text(card, "id").to_owned()).collect()
    }

    #[test]
    fn entities_are_found_through_each_parent_in_the_order_of_ids() {
        let world = world();
        assert_eq!(ids(&world, "board"), ["a", "b"]);
        assert_eq!(ids(&world, "list-1"), ["a", "b"]);
        assert!(ids(&world, "list-2").is_empty());
    }

    #[test]
    fn a_moved_entity_leaves_its_old_parents() {
        let mut world = world();
        world.move_to("card", "a", &["board", "list-2"]);
        assert_eq!(ids(&world, "list-1"), ["b"]);
        assert_eq!(ids(&world, "list-2"), ["a"]);
        assert_eq!(world.count_of("board", "card"), 2);
    }

    #[test]
    fn a_removed_entity_is_found_nowhere() {
        let mut world = world();
        assert!(world.remove("card", "a").is_some());
        assert_eq!(ids(&world, "board"), ["b"]);
        assert!(world.remove("card", "a").is_none());
    }
}
