//! One line an item. Columns are the fields that at least one item of the container has, so that the same
//! code serves every platform; custom fields come by their names.

use std::collections::BTreeSet;
use std::io::Write;

use crate::app::grid::Grid;
use crate::app::outline::Node;
use crate::model::Kind;
use crate::model::dialect::Dialect;
use crate::model::spec::{Field, KindSpec};
use crate::model::told;

/// What is counted instead of shown.
const COUNTED: [Kind; 3] = [Kind::Comment, Kind::Attachment, Kind::Checklist];

pub(super) fn write(nodes: &[Node], dialect: &dyn Dialect, to: &mut dyn Write) -> std::io::Result<()> {
    if let [container] = nodes
        && let Some(grid) = Grid::of(container)
    {
        return write_grid(&grid, to);
    }
    let mut lines = Vec::new();
    collect(nodes, "", 0, &mut lines);
    let place = Columns::of(dialect);
    let used: BTreeSet<&str> =
        lines.iter().flat_map(|line| &line.node.fields).map(|said| said.field.path).collect();
    let fields: Vec<&Field> = place.item.iter().flat_map(|spec| spec.fields).collect();
    let fields: Vec<&Field> = fields.into_iter().filter(|field| used.contains(field.path)).collect();
    let custom: BTreeSet<String> =
        lines.iter().flat_map(|line| line.node.values()).map(|(name, _)| name.to_owned()).collect();
    let mut writer = csv::Writer::from_writer(to);
    let heading = place
        .heading()
        .chain(fields.iter().map(|field| told::label(field)))
        .chain(custom.iter().cloned())
        .chain(place.counted.iter().map(|spec| spec.plural.to_owned()));
    writer.write_record(heading.map(|text| harmless(&text)))?;
    for line in &lines {
        let value = |name: &String| {
            let value = line.node.values().find(|(own, _)| own == name);
            value.map(|(_, text)| text).unwrap_or_default()
        };
        let number = |spec: &&KindSpec| line.node.of_kind(spec.kind).count().to_string();
        let row = place
            .of_line(line)
            .chain(fields.iter().map(|field| line.node.entry(field)))
            .chain(custom.iter().map(value))
            .chain(place.counted.iter().map(number));
        writer.write_record(row.map(|text| harmless(&text)))?;
    }
    writer.flush()
}

/// An item, or one of another container that is shown here as well.
struct Line<'a> {
    section: &'a str,
    /// How many items it hangs below.
    level: usize,
    node: &'a Node,
}

/// Which columns a platform's items have besides their fields.
struct Columns {
    item: Option<&'static KindSpec>,
    /// Items hang on items.
    has_levels: bool,
    /// Items of other containers are shown as well.
    has_others: bool,
    counted: Vec<&'static KindSpec>,
}

impl Columns {
    fn of(dialect: &dyn Dialect) -> Self {
        let item = dialect.spec(Kind::Item);
        let places = item.map_or(&[][..], |spec| spec.parent.places());
        Self {
            item,
            has_levels: places.iter().any(|(kind, _)| *kind == Kind::Item),
            has_others: dialect.spec(Kind::Placement).is_some(),
            counted: COUNTED.into_iter().filter_map(|kind| dialect.spec(kind)).collect(),
        }
    }

    fn heading(&self) -> impl Iterator<Item = String> {
        let parts = [Some("id"), Some("section"), self.has_levels.then_some("level")];
        let parts = parts.into_iter().chain([self.has_others.then_some("what"), Some("title")]);
        parts.flatten().map(str::to_owned)
    }

    fn of_line(&self, line: &Line<'_>) -> impl Iterator<Item = String> {
        let id = line.node.record.key.id.to_string();
        let level = self.has_levels.then(|| line.level.to_string());
        let what = self.has_others.then(|| line.node.noun().to_owned());
        let parts = [Some(id), Some(line.section.to_owned()), level, what, Some(line.node.title.clone())];
        parts.into_iter().flatten()
    }
}

/// A grid keeps the columns and the order that people know; the level tells what hangs below what.
fn write_grid(grid: &Grid<'_>, to: &mut dyn Write) -> std::io::Result<()> {
    let mut writer = csv::Writer::from_writer(to);
    let heading = ["id", "level"].into_iter().chain(grid.columns.iter().copied());
    writer.write_record(heading.map(harmless))?;
    for row in &grid.rows {
        let own = [row.item.record.key.id.to_string(), row.depth.to_string()];
        writer.write_record(own.iter().chain(&row.cells).map(|text| harmless(text)))?;
    }
    writer.flush()
}

fn collect<'a>(nodes: &'a [Node], section: &'a str, level: usize, found: &mut Vec<Line<'a>>) {
    for node in nodes {
        match node.record.key.kind {
            Kind::Item | Kind::Placement => {
                found.push(Line { section, level, node });
                collect(&node.children, section, level.saturating_add(1), found);
            }
            Kind::Section => collect(&node.children, &node.title, level, found),
            _ => collect(&node.children, section, level, found),
        }
    }
}

/// A cell that spreadsheets do not take for a formula: a text from a stranger's card must not run.
pub(super) fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) && text.parse::<f64>().is_err() {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::RecordKey;
    use crate::platforms;

    fn csv(platform: &str, nodes: impl FnOnce(&dyn Fn(Kind, &str, Vec<Node>) -> Node) -> Node) -> String {
        let dialect = platforms::find(platform).unwrap().dialect;
        let node = |kind, title: &str, children| {
            let named = Node::named(platform, RecordKey::new("c", kind, title), title);
            Node { children, ..named }
        };
        let mut out = Vec::new();
        write(&[nodes(&node)], dialect, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn subtasks_have_a_level_and_tasks_of_other_projects_a_line() {
        let text = csv("asana", |node| {
            let below = node(Kind::Item, "below", vec![node(Kind::Comment, "c", Vec::new())]);
            let other = node(Kind::Placement, "other", Vec::new());
            let tasks = vec![node(Kind::Item, "task", vec![below]), other];
            node(Kind::Container, "p", vec![node(Kind::Section, "Doing", tasks)])
        });
        let expected = "id,section,level,what,title,comments,attachments\ntask,Doing,0,task,task,0,0\n\
                        below,Doing,1,task,below,1,0\nother,Doing,0,task of another project,other,0,0\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn columns_that_a_platform_cannot_fill_are_left_out() {
        let text =
            csv("trello", |node| node(Kind::Container, "b", vec![node(Kind::Item, "card", Vec::new())]));
        assert_eq!(text, "id,section,title,comments,attachments,checklists\ncard,,card,0,0,0\n");
    }

    #[test]
    fn what_nobody_writes_has_a_column() {
        let text = csv("asana", |node| {
            let mut task = node(Kind::Item, "t", Vec::new());
            task.computed = vec![("Number".to_owned(), "ACME-1".to_owned())];
            node(Kind::Container, "p", vec![task])
        });
        assert!(text.contains(",title,Number,") && text.contains(",t,ACME-1,"), "{text}");
    }

    #[test]
    fn a_sheet_without_rows_keeps_its_columns() {
        let text = csv("smartsheet", |node| {
            node(Kind::Container, "s", vec![node(Kind::FieldDef, "Task", Vec::new())])
        });
        assert_eq!(text, "id,level,Task\n");
    }

    #[test]
    fn formulas_are_defused_and_numbers_are_not() {
        assert_eq!(harmless("=cmd|' /C calc'!A0"), "'=cmd|' /C calc'!A0");
        assert_eq!(harmless("-12.5"), "-12.5");
        assert_eq!(harmless("plain"), "plain");
    }
}
