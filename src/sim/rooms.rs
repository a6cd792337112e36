//! How many requests may be worked on at the same time.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// A number of places that requests share while they are worked on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Room {
    /// Requests with the same name share the places: `writes of token x`.
    pub name: String,
    /// How many places there are.
    pub places: usize,
    /// How many of them this request takes.
    pub takes: usize,
}

/// The rooms of a sandbox.
#[derive(Debug, Default)]
pub struct Rooms {
    taken: Mutex<BTreeMap<String, usize>>,
}

impl Rooms {
    /// Takes the places until the result is dropped; nothing when one of the rooms has not enough of them.
    pub fn enter(&self, wanted: Vec<Room>) -> Option<Presence<'_>> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = |room: &Room| taken.get(&room.name).copied().unwrap_or(0) + room.takes <= room.places;
        if !wanted.iter().all(fits) {
            return None;
        }
        for room in &wanted {
            *taken.entry(room.name.clone()).or_default() += room.takes;
        }
        Some(Presence { rooms: self, held: wanted })
    }
}

/// Places that are taken.
#[derive(Debug)]
pub struct Presence<'a> {
    rooms: &'a Rooms,
    held: Vec<Room>,
}

impl Drop for Presence<'_> {
    fn drop(&mut self) {
        let mut taken = self.rooms.taken.lock().unwrap_or_else(PoisonError::into_inner);
        for room in &self.held {
            if let Some(count) = taken.get_mut(&room.name) {
                *count = count.saturating_sub(room.takes);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(name: &str, takes: usize) -> Room {
        Room { name: name.to_owned(), places: 3, takes }
    }

    #[test]
    fn places_come_back_when_a_request_is_done() {
        let rooms = Rooms::default();
        let first = rooms.enter(vec![room("a", 2)]).unwrap();
        assert!(rooms.enter(vec![room("a", 2)]).is_none());
        let second = rooms.enter(vec![room("a", 1)]);
        drop(first);
        assert!(second.is_some() && rooms.enter(vec![room("a", 2)]).is_some());
    }

    #[test]
    fn who_does_not_fit_into_one_room_takes_no_place_in_another() {
        let rooms = Rooms::default();
        assert!(rooms.enter(vec![room("a", 1), room("b", 4)]).is_none());
        assert!(rooms.enter(vec![room("a", 3)]).is_some());
    }
}
