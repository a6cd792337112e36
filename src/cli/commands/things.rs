//! What `show` prints of the things in a snapshot: a board is its lists and cards, a sheet a grid, each under a head
//! that says what there is besides; an item shows everything.

use std::collections::BTreeMap;

use crate::app::grid::{self, Grid};
use crate::app::outline::{Node, Said};
use crate::cli::table::table;
use crate::cli::ui::{bold, brief, bytes, counted, dim, plain, wrapped};
use crate::cli::words::humane;
use crate::model::spec::Codec;
use crate::model::told::Told;
use crate::model::{Blob, Kind};

/// Texts longer than this have a line of their own.
const LONG: usize = 60;
/// So many of a kind are named in a head.
const NAMED: usize = 12;
/// Lists in a head are wrapped at this width.
const WIDTH: usize = 100;

/// One thing and what hangs on it.
pub(super) fn thing(node: &Node) -> String {
    let mut lines = Vec::new();
    if let Some(grid) = Grid::of(node) {
        lines.extend(head(node, &[Kind::FieldDef]));
        lines.push(sheet(&grid));
    } else if node.record.key.kind.stands_alone() {
        lines.extend(head(node, &[]));
        for child in node.children.iter().filter(|child| is_content(child.record.key.kind)) {
            write(child, 1, false, &mut lines);
        }
    } else {
        write(node, 0, node.record.key.kind != Kind::Section, &mut lines);
    }
    lines.join("\n")
}

/// Whether it is what a container is there for, and not what is known of it besides.
fn is_content(kind: Kind) -> bool {
    matches!(kind, Kind::Section | Kind::Item | Kind::Placement)
}

/// Whether each of a kind has something to say that a list of names would not hold.
fn speaks(kind: Kind) -> bool {
    matches!(kind, Kind::Brief | Kind::StatusUpdate | Kind::Discussion | Kind::Comment)
}

/// What is known of a container besides its content, without the kinds that are told elsewhere.
fn head(node: &Node, but: &[Kind]) -> Vec<String> {
    let mut lines = vec![format!(
        "{} {}{}",
        dim(node.noun()),
        bold(&brief(&node.title, 90)),
        dim(&listed(&states(node)))
    )];
    let (long, short): (Vec<&Said>, Vec<&Said>) =
        node.fields.iter().filter(|said| is_fact(said)).partition(|said| {
            matches!(said.field.codec, Codec::Links | Codec::Attributed) || said.text.chars().count() > LONG
        });
    lines.extend(long.into_iter().map(|said| format!("    {}", field(said))));
    lines.extend(paragraph("    ", short.into_iter().map(field)));
    let mut kinds: BTreeMap<Kind, Vec<&Node>> = BTreeMap::new();
    for child in &node.children {
        let kind = child.record.key.kind;
        if !is_content(kind) && !but.contains(&kind) {
            kinds.entry(kind).or_default().push(child);
        }
    }
    for (kind, nodes) in kinds {
        let says_more = |node: &&Node| node.fields.iter().filter(|said| said.is_telling()).count() > 1;
        if speaks(kind) || (kind == Kind::Extension && nodes.iter().any(says_more)) {
            for node in nodes {
                write(node, 1, true, &mut lines);
            }
            continue;
        }
        let plural = nodes.first().map_or("", |node| node.plural());
        if kind.stands_alone() {
            lines.push(format!("  {}", dim(&format!("{plural}:"))));
            for node in nodes {
                tree(node, 2, &mut lines);
            }
            continue;
        }
        let more = nodes.len().saturating_sub(NAMED);
        let more = (more > 0).then(|| format!("and {more} more"));
        let names = nodes.iter().take(NAMED).map(|node| named(node)).chain(more);
        lines.extend(paragraph(&format!("  {} ", dim(&format!("{plural}:"))), names));
    }
    lines
}

/// The name of a folder, and below it those of the folders in it.
fn tree(node: &Node, depth: usize, lines: &mut Vec<String>) {
    let mut kinds: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for child in node.children.iter().filter(|child| !child.record.key.kind.stands_alone()) {
        *kinds.entry((child.noun(), child.plural())).or_default() += 1;
    }
    let besides: Vec<String> =
        kinds.into_iter().map(|((one, many), count)| counted(count, one, many)).collect();
    lines.push(format!("{}{}{}", "  ".repeat(depth), brief(&node.title, 90), dim(&listed(&besides))));
    for child in node.children.iter().filter(|child| child.record.key.kind.stands_alone()) {
        tree(child, depth + 1, lines);
    }
}

/// Parts of a list on lines below each other, the first behind `start`.
fn paragraph(start: &str, parts: impl IntoIterator<Item = String>) -> Vec<String> {
    let lines = wrapped(parts, WIDTH).into_iter().enumerate();
    lines.map(|(at, line)| format!("{}{line}", if at == 0 { start } else { "      " })).collect()
}

fn field(said: &Said) -> String {
    format!("{}: {}", said.label(), brief(&humane(&said.text), 300))
}

/// A name in a list, with what is most worth knowing of its bearer.
fn named(node: &Node) -> String {
    let title = brief(&node.title, 40);
    if node.record.key.kind == Kind::SummaryField {
        return format!("{title}: {}", brief(&humane(&node.value()), 40));
    }
    let word = |said: &Said| match said.text.as_str() {
        "yes" => said.label().trim_start_matches("is ").to_owned(),
        text => humane(text),
    };
    let is_news = |said: &&Said| said.is_telling() && said.text != node.title;
    let words = node.fields.iter().filter(is_news).map(word);
    let is_person = matches!(node.record.key.kind, Kind::Member | Kind::WorkspaceMember | Kind::GroupMember);
    let words: Vec<String> = match &node.record.blob {
        Blob::None => words.take(if is_person { usize::MAX } else { 1 }).collect(),
        blob => vec![size(blob)],
    };
    // Whether somebody may do something is not to be guessed from half of a word.
    let width = if is_person { 300 } else { 60 };
    if words.is_empty() { title } else { format!("{title} ({})", brief(&words.join(", "), width)) }
}

/// Rows and columns. The level is told by the first text, and what hangs on a row in a last column.
fn sheet(grid: &Grid<'_>) -> String {
    let row = |row: &grid::Row<'_>| {
        let mut cells: Vec<String> = row.cells.iter().map(|text| brief(&humane(text), 40)).collect();
        if let Some(first) = cells.first_mut() {
            first.insert_str(0, &"  ".repeat(row.depth));
        }
        cells.push(listed(&counts(row.item)).trim().to_owned());
        cells
    };
    // To the table a heading that begins with `>` is one that stands on the right.
    let heading = |text: &&str| format!("{}{}", if text.starts_with('>') { " " } else { "" }, plain(text));
    let headings: Vec<String> = grid.columns.iter().map(heading).chain([String::new()]).collect();
    let headings: Vec<&str> = headings.iter().map(String::as_str).collect();
    table(&headings, grid.rows.iter().map(row))
}

fn write(node: &Node, depth: usize, full: bool, lines: &mut Vec<String>) {
    let indent = "  ".repeat(depth);
    let is_section = node.record.key.kind == Kind::Section;
    // What has no name is called by kind and id, and the kind stands before it already.
    let kind = format!("{} ", node.noun());
    let title = node.title.strip_prefix(&kind).filter(|id| *id == node.record.key.id.as_str());
    let width = if full && speaks(node.record.key.kind) { 300 } else { 90 };
    let title = brief(title.unwrap_or(&node.title), width);
    let title = if is_section || (full && depth == 0) { bold(&title) } else { title };
    let mut facts = states(node);
    if !full && !is_section {
        facts.extend(dates(node));
        facts.extend(counts(node));
    }
    facts.extend(Some(size(&node.record.blob)).filter(|size| !size.is_empty()));
    lines.push(format!("{indent}{} {title}{}", dim(node.noun()), dim(&listed(&facts))));
    if full {
        lines.extend(node.byline.iter().map(|byline| format!("{indent}    {}", brief(byline, 300))));
        lines.extend(
            node.fields
                .iter()
                .filter(|said| is_fact(said))
                .map(|said| format!("{indent}    {}", field(said))),
        );
        let value = |(name, text): (&str, String)| {
            format!("{indent}    {}: {}", brief(name, 90), brief(&humane(&text), 300))
        };
        lines.extend(node.values().map(value));
    }
    for child in &node.children {
        let kind = child.record.key.kind;
        if kind != Kind::FieldValue && (full || is_section || kind == Kind::Item) {
            write(child, depth + 1, full, lines);
        }
    }
}

/// Whether a field says something that stands nowhere else.
fn is_fact(said: &Said) -> bool {
    !matches!(said.field.told, Told::Done | Told::Archived) && said.is_telling()
}

/// Facts in brackets behind a name.
fn listed(facts: &[String]) -> String {
    if facts.is_empty() { String::new() } else { format!("  ({})", facts.join(", ")) }
}

/// Whether it is finished, and how, or put away.
fn states(node: &Node) -> Vec<String> {
    let done = node.told(Told::Outcome).unwrap_or("done");
    let states = [(Told::Done, done), (Told::Archived, "archived")];
    let is_so = |(meaning, _): &(Told, &str)| node.told(*meaning) == Some("yes");
    states.into_iter().filter(is_so).map(|(_, word)| word.to_owned()).collect()
}

/// When it is to be finished, to the minute where a moment is set, and who is to do it.
fn dates(node: &Node) -> impl Iterator<Item = String> {
    let due = node.fields.iter().filter(|said| said.field.told == Told::Due).map(|said| humane(&said.text));
    let due = due.max_by_key(String::len).map(|due| due.chars().take(16).collect::<String>());
    due.map(|due| format!("due {due}")).into_iter().chain(node.told(Told::Assignee).map(|who| brief(who, 60)))
}

/// How many of each kind hang on it, but for cells and what is below it.
fn counts(node: &Node) -> Vec<String> {
    let mut counts: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    let told = |kind| matches!(kind, Kind::FieldValue | Kind::Item);
    for child in node.children.iter().filter(|child| !told(child.record.key.kind)) {
        *counts.entry((child.noun(), child.plural())).or_default() += 1;
    }
    counts.into_iter().map(|((one, many), count)| counted(count, one, many)).collect()
}

/// The size of what is kept of it.
fn size(blob: &Blob) -> String {
    match blob {
        Blob::Stored(stored) => bytes(stored.len),
        Blob::Missing(why) => format!("bytes not in the vault: {}", plain(why)),
        Blob::None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::RecordKey;

    fn node(platform: &str, kind: Kind, title: &str, fields: &[(&str, &str)], children: Vec<Node>) -> Node {
        let named = Node::named(platform, RecordKey::new("c", kind, title), title);
        let said = |(path, text): &(&str, &str)| {
            let field = named.spec.fields.iter().find(|field| field.path == *path).unwrap();
            Said { field, text: (*text).to_owned(), ordinary: false }
        };
        let fields = fields.iter().map(said).collect();
        Node { fields, children, ..named }
    }

    /// What is printed, without the marks that make it bold or dim.
    fn printed(node: &Node) -> String {
        anstream::adapter::strip_str(&thing(node)).to_string()
    }

    #[test]
    fn a_task_in_a_list_tells_whether_it_is_done_when_it_is_due_and_whose_it_is() {
        const MOMENT: &str = "2026-12-01T12:00:00.000Z";
        for (platform, fields, expected) in [
            (
                "asana",
                [("completed", "no"), ("due_on", "2026-12-01"), ("assignee.gid", "Ben")],
                "due 2026-12-01, Ben",
            ),
            (
                "asana",
                [("completed", "yes"), ("approval_status", "rejected"), ("due_at", "2026-12-01T12:00:00")],
                "rejected, due 2026-12-01 12:00",
            ),
            (
                "trello",
                [("dueComplete", "yes"), ("due", MOMENT), ("idMembers", "Ben, Cleo")],
                &format!("done, due {}, Ben, Cleo", humane(MOMENT).chars().take(16).collect::<String>()),
            ),
        ] {
            let task = node(platform, Kind::Item, "Fix", &fields, Vec::new());
            let noun = task.spec.noun;
            let list = node(platform, Kind::Section, "Doing", &[], vec![task]);
            let page = printed(&list);
            assert!(page.ends_with(&format!("{noun} Fix  ({expected})")), "{page}");
        }
    }

    #[test]
    fn a_project_has_a_head_with_its_notes_and_members_and_status() {
        let member = node("asana", Kind::Member, "Ada", &[("access_level", "admin")], Vec::new());
        let status = node("asana", Kind::StatusUpdate, "October", &[("status_type", "at_risk")], Vec::new());
        let status = Node { byline: Some("Originally by Ada".to_owned()), ..status };
        let section = node("asana", Kind::Section, "Doing", &[], Vec::new());
        let fields =
            [("html_notes", "What we do."), ("color", "red"), ("archived", "yes"), ("completed", "no")];
        let project = node("asana", Kind::Container, "Roadmap", &fields, vec![member, section, status]);
        let expected = "project Roadmap  (archived)\n    notes: What we do.\n    color: red\n  project members: Ada (admin)\n  status update October\n      Originally by Ada\n      status type: at_risk\n  section Doing";
        assert_eq!(printed(&project), expected);
    }

    #[test]
    fn the_kind_of_what_has_no_name_is_told_once() {
        let task = node("asana", Kind::Item, "7", &[], Vec::new());
        assert_eq!(printed(&Node { title: "task 7".to_owned(), ..task }), "task 7");
    }

    #[test]
    fn settings_that_say_more_than_one_thing_are_told_line_by_line() {
        let days = ("projectSettings.workingDays", "Monday, Friday");
        let hours = ("projectSettings.lengthOfDay", "8");
        let settings = node("smartsheet", Kind::Extension, "dependencies", &[days, hours], Vec::new());
        let page = printed(&node("smartsheet", Kind::Container, "Plan", &[], vec![settings]));
        let told = "  project setting dependencies\n      working days: Monday, Friday\n      hours of a working day: 8";
        assert!(page.contains(told), "{page}");
    }

    #[test]
    fn a_sheet_has_a_head_above_its_grid_and_long_lists_are_cut() {
        let shares = (0..20).map(|n| {
            node("smartsheet", Kind::Member, &format!("p{n}"), &[("accessLevel", "EDITOR")], Vec::new())
        });
        let value = node("smartsheet", Kind::SummaryField, "Motto", &[("type", "TEXT_NUMBER")], Vec::new());
        let value = Node { shown: Some("Go".to_owned()), ..value };
        let column = node("smartsheet", Kind::FieldDef, "Task", &[], Vec::new());
        let sheet = node("smartsheet", Kind::Container, "Plan", &[], shares.chain([value, column]).collect());
        let page = printed(&sheet);
        for part in
            ["sheet shares: p0 (EDITOR), ", "p11 (EDITOR),", "and 8 more", "summary fields: Motto: Go"]
        {
            assert!(page.contains(part), "{part}: {page}");
        }
        assert!(page.ends_with(" Task") && !page.contains("p12"), "{page}");
    }
}
