//! Where rows lie: places in requests, and the order of a sheet from top to bottom.

use serde_json::Value;

use super::input;
use super::refusal::Refusal;
use super::state::{ROW, State};
use crate::sim::world::text;

/// The attributes that say where a row goes.
pub(super) const LOCATION: &[&str] =
    &["toTop", "toBottom", "parentId", "siblingId", "above", "indent", "outdent"];

/// Where rows go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    Top,
    Bottom,
    Below { parent: String, bottom: bool },
    Beside { sibling: String, above: bool },
    Indent,
    Outdent,
}

impl Place {
    /// Reads the location of a row; none when it has none.
    pub(super) fn read(row: &Value) -> Result<Option<Self>, Refusal> {
        let wrong = || Refusal::of(1062);
        let is = |field: &str| match row.get(field) {
            None | Some(Value::Null | Value::Bool(false)) => Ok(false),
            Some(Value::Bool(true)) => Ok(true),
            Some(Value::Number(number)) if number.as_u64() == Some(1) => Ok(true),
            Some(_) => Err(wrong()),
        };
        let parent =
            input::optional_id(row, "parentId").map_err(|_| Refusal::about(1063, &row["parentId"]))?;
        let sibling =
            input::optional_id(row, "siblingId").map_err(|_| Refusal::about(1064, &row["siblingId"]))?;
        let (top, bottom, above, indent, outdent) =
            (is("toTop")?, is("toBottom")?, is("above")?, is("indent")?, is("outdent")?);
        match (parent, sibling) {
            (None, Some(sibling)) if !top && !bottom && !indent && !outdent => {
                Ok(Some(Self::Beside { sibling, above }))
            }
            (Some(parent), None) if !(above || indent || outdent || top && bottom) => {
                Ok(Some(Self::Below { parent, bottom }))
            }
            (None, None) => match (top, bottom, above, indent, outdent) {
                (true, false, false, false, false) => Ok(Some(Self::Top)),
                (false, true, false, false, false) => Ok(Some(Self::Bottom)),
                (false, false, false, true, false) => Ok(Some(Self::Indent)),
                (false, false, false, false, true) => Ok(Some(Self::Outdent)),
                (false, false, false, false, false) => Ok(None),
                _ => Err(wrong()),
            },
            _ => Err(wrong()),
        }
    }
}

impl State {
    /// The row of a sheet with this id.
    pub(super) fn row(&self, sheet: &str, id: &str) -> Result<&Value, Refusal> {
        self.world.get(ROW, id).filter(|row| text(row, "_sheet") == sheet).ok_or_else(|| Refusal::of(1006))
    }

    /// The number of a row in its sheet, from 1.
    pub(super) fn row_number(&self, id: &str) -> Option<usize> {
        let sheet = text(self.world.get(ROW, id)?, "_sheet");
        self.order.get(sheet)?.iter().position(|row| row == id).map(|at| at + 1)
    }

    /// Whether a row is below another one, at any depth.
    pub(super) fn is_below(&self, row: &str, ancestor: &str) -> bool {
        let mut here = row.to_owned();
        while let Some(row) = self.world.get(ROW, &here) {
            here = text(row, "parentId").to_owned();
            if here == ancestor {
                return true;
            }
        }
        false
    }

    /// The position behind a row and everything below it.
    fn behind(&self, order: &[String], at: usize) -> usize {
        let Some(row) = order.get(at) else { return at };
        let below = order.iter().skip(at + 1).take_while(|other| self.is_below(other, row));
        at + 1 + below.count()
    }

    /// The row and everything below it, in order.
    pub(super) fn with_descendants(&self, sheet: &str, row: &str) -> Vec<String> {
        let order = self.order.get(sheet).map(Vec::as_slice).unwrap_or_default();
        let Some(at) = order.iter().position(|known| known == row) else { return Vec::new() };
        order.get(at..self.behind(order, at)).map(<[String]>::to_vec).unwrap_or_default()
    }

    /// Where in the order new rows go, and below which parent.
    pub(super) fn place(
        &self,
        sheet: &str,
        order: &[String],
        place: &Place,
    ) -> Result<(usize, String), Refusal> {
        let at = |row: &str| order.iter().position(|known| known == row);
        match place {
            Place::Top => Ok((0, String::new())),
            Place::Bottom => Ok((order.len(), String::new())),
            Place::Below { parent, bottom } => {
                let at = at(parent).ok_or_else(|| Refusal::about(1063, parent))?;
                let holds = |cell: &Value| cell.get("value").is_some() || cell.get("formula").is_some();
                let cells = &self.row(sheet, parent)?["cells"];
                if !cells.as_object().into_iter().flatten().any(|(_, cell)| holds(cell)) {
                    return Err(Refusal::of(1185));
                }
                Ok((if *bottom { self.behind(order, at) } else { at + 1 }, parent.clone()))
            }
            Place::Beside { sibling, above } => {
                let at = at(sibling).ok_or_else(|| Refusal::about(1064, sibling))?;
                let parent = text(self.row(sheet, sibling)?, "parentId").to_owned();
                Ok((if *above { at } else { self.behind(order, at) }, parent))
            }
            Place::Indent | Place::Outdent => Err(Refusal::of(1062)),
        }
    }

    /// Moves a row with everything below it.
    pub(super) fn move_row(&mut self, sheet: &str, row: &str, place: &Place) -> Result<(), Refusal> {
        let place = self.beside_itself(sheet, row, place)?;
        let block = self.with_descendants(sheet, row);
        let mut order = self.order.get(sheet).cloned().unwrap_or_default();
        order.retain(|known| !block.contains(known));
        let (at, parent) = self.place(sheet, &order, &place)?;
        order.splice(at..at, block);
        self.order.insert(sheet.to_owned(), order);
        self.change(ROW, row, |row| row["parentId"] = parent.into());
        Ok(())
    }

    /// Indenting and outdenting as places among the other rows.
    fn beside_itself(&self, sheet: &str, row: &str, place: &Place) -> Result<Place, Refusal> {
        let parent = text(self.row(sheet, row)?, "parentId");
        match place {
            Place::Outdent if parent.is_empty() => Err(Refusal::of(1062)),
            Place::Outdent => Ok(Place::Beside { sibling: parent.to_owned(), above: false }),
            Place::Indent => {
                let order = self.order.get(sheet).map(Vec::as_slice).unwrap_or_default();
                let before = order.iter().take_while(|other| *other != row);
                let sibling = before.filter(|other| {
                    self.row(sheet, other).is_ok_and(|other| text(other, "parentId") == parent)
                });
                let parent = sibling.last().cloned().ok_or_else(|| Refusal::of(1062))?;
                Ok(Place::Below { parent, bottom: true })
            }
            other => Ok(other.clone()),
        }
    }
}
