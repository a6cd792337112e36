//! The engine of the sandboxes: everything that an imitation of a platform needs and that is not particular
//! to one platform.
//!
//! A platform implements [`engine::Imitation`]; [`engine::router`] makes a service of it, with a request log,
//! scripted faults and the control paths under `/_sandbox/`.

pub mod blob;
pub mod engine;
pub mod faults;
pub mod limits;
pub mod log;
pub mod object_ids;
pub mod reply;
pub mod request;
pub mod rooms;
pub mod serve;
pub mod spoiling;
pub mod world;
