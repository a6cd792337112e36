//! File names made from texts that anybody may have written.
//!
//! A name keeps letters, digits, `-` and `_`; everything else becomes `_`, so no name can leave its folder, be
//! a device on any system, or hide its ending. The record's id makes it unique even where case or Unicode
//! normalisation would not.

/// A name without ending. A title that only repeats the id adds nothing.
pub(super) fn safe(title: &str, id: &str) -> String {
    let id = clean(id, 64);
    let title = clean(title, 40);
    match (title.is_empty() || title == id, id.is_empty()) {
        (true, _) => id,
        (_, true) => title,
        _ => format!("{title}-{id}"),
    }
}

/// A name that keeps a short, harmless ending (`.pdf`).
pub(super) fn safe_file(title: &str, id: &str) -> String {
    let (stem, ending) = title.rsplit_once('.').unwrap_or((title, ""));
    let plain = (1..=8).contains(&ending.len()) && ending.chars().all(|c| c.is_ascii_alphanumeric());
    if plain { format!("{}.{}", safe(stem, id), ending.to_ascii_lowercase()) } else { safe(title, id) }
}

/// The ending of the files that begin like these bytes, for the formats in which images are shown on the web.
pub(super) fn image_ending(bytes: &[u8]) -> Option<&'static str> {
    const BEGINNINGS: [(&[u8], &str); 3] =
        [(b"\x89PNG\r\n", ".png"), (b"\xff\xd8\xff", ".jpg"), (b"GIF8", ".gif")];
    let known = BEGINNINGS.iter().find(|(beginning, _)| bytes.starts_with(beginning));
    known.map(|(_, ending)| *ending)
}

fn clean(text: &str, most: usize) -> String {
    let kept: String = text
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' })
        .take(most)
        .collect();
    kept.trim_matches(['_', '-']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_known_by_their_beginning() {
        assert_eq!(image_ending(b"\x89PNG\r\n\x1a\n and more"), Some(".png"));
        assert_eq!(image_ending(b"\xff\xd8\xff\xe0"), Some(".jpg"));
        assert_eq!([image_ending(b""), image_ending(b"<svg>")], [None, None]);
    }

    #[test]
    fn hostile_names_stay_inside_and_differ() {
        for (name, expected) in [
            ("../../etc/passwd", "etc_passwd-7"),
            ("CON", "CON-7"),
            ("a\\b.pdf", "a_b-7.pdf"),
            ("nul\0byte.txt", "nul_byte-7.txt"),
            ("..", "7"),
            ("évil\u{202e}fdp.exe", "vil_fdp-7.exe"),
            ("x.tar.gz", "x_tar-7.gz"),
            ("trailing. ", "trailing-7"),
            ("", "7"),
        ] {
            assert_eq!(safe_file(name, "7"), expected, "{name}");
        }
        assert_ne!(safe_file("É", "1"), safe_file("e\u{301}", "2"));
        assert_eq!([safe("7", "7"), safe("team members", "")], ["7", "team_members"]);
        assert!(safe(&"x".repeat(500), "id").len() < 60);
    }
}
