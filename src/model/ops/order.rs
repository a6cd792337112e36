//! From one order to another with as few moves as possible.

use std::collections::BTreeMap;

/// One move: who goes, and right behind whom; nothing for "to the front".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Move<'a> {
    /// The one that moves.
    pub id: &'a str,
    /// The one that it stands behind afterwards.
    pub behind: Option<&'a str>,
}

/// The fewest moves that bring those who are both in `there` and in `wanted` into the order of `wanted`. To be
/// carried out in this order. Whoever only one side has is left out of it: it is neither moved nor moved behind.
pub fn moves<'a>(there: &[&'a str], wanted: &[&'a str]) -> Vec<Move<'a>> {
    let now: BTreeMap<&str, usize> = there.iter().enumerate().map(|(at, id)| (*id, at)).collect();
    let both: Vec<(usize, &'a str)> =
        wanted.iter().filter_map(|id| now.get(id).map(|at| (*at, *id))).collect();
    let staying = longest_rising(&both.iter().map(|(at, _)| *at).collect::<Vec<_>>());
    let mut moves = Vec::new();
    let mut before = None;
    for (index, (_, id)) in both.into_iter().enumerate() {
        if staying.binary_search(&index).is_err() {
            moves.push(Move { id, behind: before });
        }
        before = Some(id);
    }
    moves
}

/// The places of one longest rising subsequence, ascending.
fn longest_rising(values: &[usize]) -> Vec<usize> {
    // `ends[n]` is the place at which the rising subsequence of length n + 1 with the smallest end ends.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(values.len());
    for (place, value) in values.iter().enumerate() {
        let length = ends.partition_point(|end| values.get(*end) < Some(value));
        before.push(length.checked_sub(1).and_then(|shorter| ends.get(shorter)).copied());
        if let Some(end) = ends.get_mut(length) {
            *end = place;
        } else {
            ends.push(place);
        }
    }
    let last = ends.last().copied();
    let mut places: Vec<usize> =
        std::iter::successors(last, |place| before.get(*place).copied().flatten()).collect();
    places.reverse();
    places
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn carried_out<'a>(there: &[&'a str], moves: &[Move<'a>]) -> Vec<&'a str> {
        let mut order = there.to_vec();
        for Move { id, behind } in moves {
            order.retain(|other| other != id);
            let at = behind.map_or(0, |behind| order.iter().position(|other| *other == behind).unwrap() + 1);
            order.insert(at, id);
        }
        order
    }

    #[test]
    fn one_that_went_astray_comes_back_in_one_move() {
        let moves = moves(&["b", "c", "d", "a"], &["a", "b", "c", "d"]);
        assert_eq!(moves, [Move { id: "a", behind: None }]);
    }

    #[test]
    fn strangers_stay_where_they_are() {
        let there = ["x", "b", "a", "y"];
        let moves = moves(&there, &["a", "b", "gone"]);
        assert_eq!(moves.len(), 1);
        assert!(moves.iter().all(|moved| ["a", "b"].contains(&moved.id)));
        let order = carried_out(&there, &moves);
        assert_eq!(order.iter().filter(|id| ["a", "b"].contains(id)).collect::<Vec<_>>(), [&"a", &"b"]);
    }

    proptest! {
        #[test]
        fn the_moves_lead_to_the_wanted_order(
            there in Just((0..12).map(|n| n.to_string()).collect::<Vec<_>>()).prop_shuffle(),
            wanted in Just((0..12).map(|n| n.to_string()).collect::<Vec<_>>()).prop_shuffle(),
        ) {
            let there: Vec<&str> = there.iter().map(String::as_str).collect();
            let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
            prop_assert_eq!(carried_out(&there, &moves(&there, &wanted)), wanted);
        }
    }
}
