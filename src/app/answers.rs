//! What is not a thing is not kept: an answer may be JSON and yet nothing that the platform promises.

use crate::http::fault::{ApiFault, FaultClass};
use crate::model::{Kind, Record};
use crate::platforms::connector::{Connector, Discovery, Purpose};

/// What a connection's account can see, if all of it has ids.
pub(super) async fn discover(connector: &dyn Connector, purpose: Purpose) -> Result<Discovery, ApiFault> {
    let discovery = connector.discover(purpose).await?;
    if discovery.containers.iter().any(|info| info.id.as_str().is_empty()) {
        return Err(nameless(Kind::Container));
    }
    discovery.records.iter().try_for_each(check)?;
    Ok(discovery)
}

/// Refuses a record without an id.
pub(super) fn check(record: &Record) -> Result<(), ApiFault> {
    let key = &record.key;
    if key.id.as_str().is_empty() || key.container.as_str().is_empty() {
        return Err(nameless(key.kind));
    }
    Ok(())
}

fn nameless(kind: Kind) -> ApiFault {
    let message = format!("the answer is not what the platform promises: {} without an id", kind.name());
    ApiFault::new(FaultClass::Protocol, "reading", message)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::{Blob, RecordKey};

    #[test]
    fn what_has_no_id_is_refused() {
        let record = |container, id| Record {
            key: RecordKey::new(container, Kind::Item, id),
            native: json!({}),
            blob: Blob::None,
        };
        assert_eq!(check(&record("b", "1")), Ok(()));
        for record in [record("b", ""), record("", "1")] {
            let fault = check(&record).unwrap_err();
            assert_eq!(fault.class, FaultClass::Protocol);
            assert!(fault.message.ends_with("item without an id"), "{fault}");
        }
    }
}
