//! One way in which the power is cut, in a form that fits into a command line.

use std::fmt;
use std::str::FromStr;

use boardvault::store::memory_disk::Loss;

/// After which change the power is cut and what is lost then, and the same for the opening that follows. Written
/// `57/lost`, or `57/torn512.3+4/reordered.1` for two cuts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Point {
    pub(super) change: usize,
    pub(super) loss: Loss,
    pub(super) again: Option<(usize, Loss)>,
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.change, loss(self.loss))?;
        self.again.map_or(Ok(()), |(change, again)| write!(f, "+{change}/{}", loss(again)))
    }
}

fn loss(loss: Loss) -> String {
    match loss {
        Loss::Lost => "lost".to_owned(),
        Loss::Kept => "kept".to_owned(),
        Loss::Torn { sector, seed } => format!("torn{sector}.{seed}"),
        Loss::Reordered { seed } => format!("reordered.{seed}"),
    }
}

impl FromStr for Point {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let refuse = || format!("`{text}` is no point; one looks like 57/torn512.3 or 57/lost+4/reordered.1");
        let cut = |text: &str| {
            let (change, loss) = text.split_once('/')?;
            Some((change.parse().ok()?, parse_loss(loss)?))
        };
        let (first, second) =
            text.split_once('+').map_or((text, None), |(first, second)| (first, Some(second)));
        let (change, loss) = cut(first).ok_or_else(refuse)?;
        let again = second.map(|second| cut(second).ok_or_else(refuse)).transpose()?;
        Ok(Self { change, loss, again })
    }
}

fn parse_loss(text: &str) -> Option<Loss> {
    let (name, seed) = text.split_once('.').unwrap_or((text, "0"));
    let seed = seed.parse().ok()?;
    match name {
        "lost" => Some(Loss::Lost),
        "kept" => Some(Loss::Kept),
        "reordered" => Some(Loss::Reordered { seed }),
        torn => Some(Loss::Torn { sector: torn.strip_prefix("torn")?.parse().ok()?, seed }),
    }
}

#[test]
fn a_point_is_read_as_it_is_written() {
    for text in ["0/lost", "57/kept", "3/torn512.9", "3/torn4096.0+4/reordered.77"] {
        assert_eq!(text.parse::<Point>().unwrap().to_string(), text);
    }
    for text in ["", "lost", "1/lots", "1/lost+", "x/lost"] {
        assert!(text.parse::<Point>().is_err(), "{text}");
    }
}
