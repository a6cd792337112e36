//! One page a container: complete in itself, no script, nothing loaded from elsewhere.

use std::collections::BTreeMap;

use askama::Template;

use super::templates::{Entry, GridRow, Group, Item, Page, Row, Section, Table};
use crate::app::grid::{self, Grid};
use crate::app::outline::{Node, Said};
use crate::model::told::Told;
use crate::model::{Blob, Kind, NativeId};

/// What every part of a page needs.
pub(super) struct Context<'a> {
    /// The exported attachments by their record's id.
    pub files: &'a BTreeMap<NativeId, String>,
}

/// The page of a container; `from` says which snapshot it shows.
pub(super) fn page(nodes: &[Node], context: &Context<'_>, from: &str) -> askama::Result<String> {
    let root = nodes.iter().find(|node| node.record.key.kind == Kind::Container);
    let below = nodes.iter().filter(|node| node.record.key.kind != Kind::Container);
    let children: Vec<&Node> = root.into_iter().flat_map(|root| &root.children).chain(below).collect();
    let sections = children.iter().filter(|node| matches!(node.record.key.kind, Kind::Section | Kind::Item));
    let grid = root.and_then(Grid::of).map(|grid| context.grid(&grid)).transpose()?;
    Page {
        title: root.map_or("", |root| root.title.as_str()),
        from,
        off: root.is_some_and(Node::is_archived),
        rows: root.map(rows).unwrap_or_default(),
        groups: context.groups(&children)?,
        sections: match grid {
            Some(grid) => vec![grid],
            None => sections.map(|node| context.section(node)).collect::<Result<_, _>>()?,
        },
    }
    .render()
}

impl Context<'_> {
    /// Rows and columns; what hangs on a row besides its values can be opened below it.
    fn grid(&self, grid: &Grid<'_>) -> askama::Result<String> {
        let row = |row: &grid::Row<'_>| {
            let children: Vec<&Node> = row.item.children.iter().collect();
            let groups = self.groups(&children)?;
            Ok(GridRow { cells: row.cells.clone(), depth: row.depth, off: row.item.is_archived(), groups })
        };
        let rows = grid.rows.iter().map(row).collect::<askama::Result<_>>()?;
        Table { columns: &grid.columns, rows }.render()
    }

    fn section(&self, node: &Node) -> askama::Result<String> {
        if node.record.key.kind == Kind::Item {
            return self.item(node);
        }
        let items = node.children.iter().map(|child| self.item(child)).collect::<Result<_, _>>()?;
        Section { title: &node.title, noun: node.noun(), off: node.is_archived(), items }.render()
    }

    fn item(&self, node: &Node) -> askama::Result<String> {
        let mut said = rows(node);
        said.extend(node.values().map(|(name, text)| row(name.to_owned(), text)));
        let children: Vec<&Node> = node.children.iter().collect();
        let mut groups = self.groups(&children)?;
        let below = children.iter().filter(|child| child.record.key.kind == Kind::Item);
        groups.extend(below.map(|child| self.item(child)).collect::<Result<Vec<_>, _>>()?);
        Item { title: &node.title, noun: node.noun(), off: node.is_archived(), rows: said, groups }.render()
    }

    /// Everything but sections, items and values, by kind.
    fn groups(&self, nodes: &[&Node]) -> askama::Result<Vec<String>> {
        let mut kinds: BTreeMap<Kind, Vec<&Node>> = BTreeMap::new();
        for node in nodes {
            let kind = node.record.key.kind;
            if !matches!(kind, Kind::Section | Kind::Item | Kind::FieldValue) {
                kinds.entry(kind).or_default().push(node);
            }
        }
        let group = |nodes: Vec<&Node>| {
            let heading = nodes.first().map_or("", |node| node.plural());
            let entries = nodes.iter().map(|node| self.entry(node)).collect::<Result<_, _>>()?;
            Group { heading, entries }.render()
        };
        kinds.into_values().map(group).collect()
    }

    fn entry(&self, node: &Node) -> askama::Result<String> {
        let file = self.files.get(&node.record.key.id).map(String::as_str);
        let address = node.fields.iter().map(|said| said.text.as_str()).find(|text| is_address(text));
        let mut notes: Vec<String> = rows(node)
            .into_iter()
            .filter(|row| !row.link)
            .map(|row| format!("{}: {}", row.label, row.text))
            .collect();
        if let Blob::Missing(why) = &node.record.blob {
            notes.push(format!("its bytes are not in the snapshot: {why}"));
        }
        Entry {
            title: &node.title,
            href: file.or(address),
            byline: node.byline.as_ref(),
            notes: notes.join("; "),
            entries: node.children.iter().map(|child| self.entry(child)).collect::<Result<_, _>>()?,
        }
        .render()
    }
}

/// The fields that say something.
fn rows(node: &Node) -> Vec<Row> {
    let telling = |said: &&Said| said.is_telling() && said.field.told != Told::Archived;
    node.fields.iter().filter(telling).map(|said| row(said.label(), said.text.clone())).collect()
}

fn row(label: String, text: String) -> Row {
    Row { link: is_address(&text), label, text }
}

/// Whether a text is nothing but a web address; `javascript:` and its kind never become links.
fn is_address(text: &str) -> bool {
    (text.starts_with("https://") || text.starts_with("http://")) && !text.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::RecordKey;

    fn node(kind: Kind, id: &str, title: &str, fields: Vec<(&str, String)>) -> Node {
        let named = Node::named("trello", RecordKey::new("b", kind, id), title);
        let said = |(path, text)| {
            let field = named.spec.fields.iter().find(|field| field.path == path)?;
            Some(Said { field, text, ordinary: false })
        };
        let fields = fields.into_iter().filter_map(said).collect();
        Node { fields, ..named }
    }

    fn render(children: Vec<Node>, files: &BTreeMap<NativeId, String>) -> String {
        let board = Node { children, ..node(Kind::Container, "b", "Board", Vec::new()) };
        page(&[board], &Context { files }, "from").unwrap()
    }

    #[test]
    fn text_from_the_account_stays_text() {
        let evil = "<script>alert(1)</script>";
        let fields = vec![("desc", evil.to_owned()), ("address", "javascript:alert(1)".to_owned())];
        let mut comment = node(Kind::Comment, "c2", evil, Vec::new());
        comment.byline = Some(evil.to_owned());
        let card = Node { children: vec![comment], ..node(Kind::Item, "c", evil, fields) };
        let page = render(vec![card], &BTreeMap::new());
        assert!(!page.contains("<script"), "{page}");
        assert!(!page.contains("href=\"javascript"), "{page}");
        assert_eq!(
            page.matches("&#60;script&#62;").count(),
            4,
            "title, description, comment and byline: {page}"
        );
    }

    #[test]
    fn an_attachment_leads_to_its_file_and_a_link_to_its_address() {
        let stored = node(Kind::Attachment, "a1", "plan.pdf", Vec::new());
        let link = node(Kind::Attachment, "a2", "wiki", vec![("url", "https://wiki.example/x".to_owned())]);
        let files = BTreeMap::from([(NativeId::from("a1"), "Board.attachments/plan-a1.pdf".to_owned())]);
        let card = Node { children: vec![stored, link], ..node(Kind::Item, "c", "Card", Vec::new()) };
        let page = render(vec![card], &files);
        assert!(
            page.contains(
                "<a href=\"Board.attachments/plan-a1.pdf\" rel=\"noopener noreferrer nofollow\">plan.pdf</a>"
            ),
            "{page}"
        );
        assert!(
            page.contains("<a href=\"https://wiki.example/x\" rel=\"noopener noreferrer nofollow\">wiki</a>"),
            "{page}"
        );
    }

    #[test]
    fn what_is_archived_says_so() {
        let archived = node(Kind::Item, "c", "Card", vec![("closed", "yes".to_owned())]);
        assert!(render(vec![archived], &BTreeMap::new()).contains("archived"));
        assert!(
            !render(vec![node(Kind::Item, "c", "Card", Vec::new())], &BTreeMap::new()).contains("archived")
        );
    }
}
