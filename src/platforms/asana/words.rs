//! Asana's own words as people say them.

/// Words that say in another way what people see.
const OTHERWISE: [(&str, &str); 17] = [
    ("enum", "single-select"),
    ("multi_enum", "multi-select"),
    ("default_task", "task"),
    ("public_to_workspace", "public to the workspace"),
    ("private_to_team", "public to the team"),
    ("public_with_guests", "public, for guests as well"),
    ("request_to_join", "joined on request"),
    ("all_team_members", "all members of the team"),
    ("only_team_admins", "only admins of the team"),
    ("no_restriction", "everybody"),
    ("prefix", "before the number"),
    ("suffix", "after the number"),
    ("external", "another address"),
    ("gdrive", "Google Drive"),
    ("onedrive", "OneDrive"),
    ("dropbox", "Dropbox"),
    ("vimeo", "Vimeo"),
];

/// A word of Asana's in the words of its users: `at_risk` is "at risk".
pub(super) fn word(word: &str) -> String {
    let otherwise = OTHERWISE.iter().find(|(own, _)| *own == word);
    otherwise.map_or_else(|| word.replace('_', " "), |(_, words)| (*words).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_people() {
        let told = ["multi_enum", "at_risk", "default_task", "public_to_workspace", "milestone"].map(word);
        assert_eq!(told, ["multi-select", "at risk", "task", "public to the workspace", "milestone"]);
    }
}
