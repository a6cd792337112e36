//! Formats in words: the vendor writes them as places in its tables, of which it says that they never change.
//!
//! Its documents tell the places in the tables of fonts, sizes, colors and currencies in different ways, so what stands
//! there is told by its number.

/// One table for each part of a format, in the order of the parts.
const TABLES: [Table; 17] = [
    Table::Numbers("font"),
    Table::Numbers("size"),
    Table::Words(&["", "bold"]),
    Table::Words(&["", "italic"]),
    Table::Words(&["", "underlined"]),
    Table::Words(&["", "struck through"]),
    Table::Words(&["", "left", "centered", "right"]),
    Table::Words(&["", "top", "middle", "bottom"]),
    Table::Numbers("text color"),
    Table::Numbers("background color"),
    Table::Numbers("task bar color"),
    Table::Numbers("currency"),
    Table::Words(&["no decimals", "1 decimal", "2 decimals", "3 decimals", "4 decimals", "5 decimals"]),
    Table::Words(&["", "thousands separated"]),
    Table::Words(&["", "as number", "as currency", "as percent"]),
    Table::Words(&["", "wrapped"]),
    Table::Words(DATES),
];

enum Table {
    /// What each place says; nothing where it is nothing special.
    Words(&'static [&'static str]),
    /// What the places are numbers of.
    Numbers(&'static str),
}

/// How a date reads, by an example.
const DATES: &[&str] = &[
    "",
    "dates as December 8 1997",
    "dates as Dec 8 1997",
    "dates as 8 Dec 1997",
    "dates as 1997-12-08",
    "dates as 1997.12.08",
    "dates as Monday, December 8 1997",
    "dates as Mon 08 Dec 1997",
    "dates as Mon 12 08 1997",
    "dates as December 8",
    "dates as 8 December",
];

/// What a format sets; nothing for what is no format, and for one that the tables do not know.
pub(super) fn in_words(format: &str) -> Option<String> {
    let parts: Vec<&str> = format.split(',').collect();
    if !(2..=TABLES.len()).contains(&parts.len()) {
        return None;
    }
    let mut words = Vec::new();
    for (part, table) in parts.into_iter().zip(&TABLES).filter(|(part, _)| !part.is_empty()) {
        let place: usize = part.parse().ok()?;
        match table {
            Table::Words(all) => words.extend(Some((*all.get(place)?).to_owned()).filter(|word| !word.is_empty())),
            Table::Numbers(what) => words.push(format!("{what} {place}")),
        }
    }
    Some(if words.is_empty() { "plain".to_owned() } else { words.join(", ") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_tell_what_is_set() {
        for (format, words) in [
            (",,1,1,,,,,,7,,,,,,,", Some("bold, italic, background color 7")),
            (
                "2,4,,,1,,3,,23,,,9,2,1,2,1,4",
                Some(
                    "font 2, size 4, underlined, right, text color 23, currency 9, 2 decimals, thousands separated, \
                     as currency, wrapped, dates as 1997-12-08",
                ),
            ),
            (",,0,,,,,,,,,,,,,,", Some("plain")),
            (",,1", Some("bold")),
            (",,9,,,,,,,,,,,,,,", None),
            (",,1,,,,,,,,,,,,,,,7", None),
            ("bold, red", None),
            ("MONDAY", None),
        ] {
            assert_eq!(in_words(format).as_deref(), words, "{format}");
        }
    }
}
