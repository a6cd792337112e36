//! Two values of a field side by side, shortened so that what differs is seen.

use super::ui::{brief, plain};

/// Both texts in at most `width` characters each: where they begin alike for long, from shortly before the first
/// difference on.
pub(super) fn contrast(from: &str, to: &str, width: usize) -> (String, String) {
    let (from, to) = (plain(from), plain(to));
    let len = |text: &str| text.chars().count();
    if len(&from) <= width && len(&to) <= width {
        return (from, to);
    }
    let alike = from.chars().zip(to.chars()).take_while(|(one, other)| one == other).count();
    // A little of what stands before it says where it is.
    let skipped = if alike > width / 2 { alike.saturating_sub(width / 4) } else { 0 };
    let shown = |text: &str| {
        let rest: String = text.chars().skip(skipped).collect();
        if skipped == 0 { brief(&rest, width) } else { brief(&format!("\u{2026}{rest}"), width) }
    };
    (shown(&from), shown(&to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_values_are_told_whole() {
        assert_eq!(contrast("one", "two\n2", 10), ("one".to_owned(), "two 2".to_owned()));
    }

    #[test]
    fn long_values_are_told_from_shortly_before_the_difference() {
        let (from, to) = (format!("{}old end", "x".repeat(50)), format!("{}new end of it", "x".repeat(50)));
        let expected = ("\u{2026}xxxxxold end".to_owned(), "\u{2026}xxxxxnew end of it".to_owned());
        assert_eq!(contrast(&from, &to, 20), expected);
    }

    #[test]
    fn a_difference_at_the_beginning_or_the_end_leaves_no_text_empty() {
        let long = "y".repeat(40);
        let (from, to) = contrast(&long, &format!("{long} and more"), 12);
        assert!(from.starts_with('\u{2026}') && from.len() > 3 && to.contains(" and"), "{from} | {to}");
        let (from, to) = contrast(&format!("a{long}"), &format!("b{long}"), 12);
        assert!(from.starts_with('a') && to.starts_with('b'), "{from} | {to}");
    }
}
