//! Names that somebody may have meant.

use super::path::escape;

/// At most this many names are offered.
const OFFERED: usize = 6;

/// Names that look like `wanted`, best first; some names when none does.
pub(super) fn near(wanted: &str, names: Vec<String>) -> Vec<String> {
    let wanted = wanted.to_lowercase();
    let mut ranked: Vec<(usize, String)> = names
        .into_iter()
        .map(|name| {
            let folded = name.to_lowercase();
            let contained = folded.contains(&wanted) || wanted.contains(&folded);
            let distance = if contained { 0 } else { edit_distance(&wanted, &folded) };
            (distance, escape(&name))
        })
        .collect();
    ranked.sort();
    ranked.dedup();
    let limit = wanted.chars().count() / 3;
    let close = ranked.iter().filter(|(distance, _)| *distance <= limit.max(2)).count();
    ranked.truncate(if close == 0 { OFFERED } else { close.min(OFFERED) });
    ranked.into_iter().map(|(_, name)| name).collect()
}

/// Levenshtein's distance of two texts, in characters.
fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (at, left) in a.chars().enumerate() {
        let mut diagonal = at;
        let mut best = at.saturating_add(1);
        let mut next = vec![best];
        for (right, above) in b.iter().zip(row.iter().skip(1)) {
            let substituted = diagonal.saturating_add(usize::from(left != *right));
            best = substituted.min(best.saturating_add(1)).min(above.saturating_add(1));
            next.push(best);
            diagonal = *above;
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_levenshtein_s() {
        for (a, b, distance) in
            [("", "abc", 3), ("kitten", "sitting", 3), ("due", "due", 0), ("raod", "road", 2)]
        {
            assert_eq!(edit_distance(a, b), distance, "{a} {b}");
        }
    }

    #[test]
    fn the_closest_names_come_first_and_some_names_come_when_none_is_close() {
        let offer = |wanted: &str| near(wanted, ["Roadmap", "Road map", "Zoo"].map(str::to_owned).to_vec());
        assert_eq!(offer("road-map"), ["Road map", "Roadmap"]);
        assert_eq!(offer("xylophone"), ["Zoo", "Roadmap", "Road map"]);
    }
}
