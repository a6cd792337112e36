//! The platforms. Adding one is a folder and a word in the list below.

pub mod connector;
pub mod platform;
pub mod requirements;

macro_rules! platforms {
    ($($name:ident),*) => {
        $(pub mod $name;)*

        /// Every platform, in the order in which they are shown.
        pub static PLATFORMS: &[&platform::Platform] = &[$(&$name::PLATFORM),*];
    };
}

platforms! { trello, asana, smartsheet }

/// The platform with this id.
pub fn find(id: &str) -> Option<&'static platform::Platform> {
    PLATFORMS.iter().copied().find(|platform| platform.id == id)
}
