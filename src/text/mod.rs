//! Text as matching sees it: markup turned into plain text, plain text into one canonical form.

mod bits;
mod encoding;
mod fold;
mod html;
mod language;
mod tracking;

pub(crate) use bits::{BLOCK, bits, block, ones};
pub use encoding::undo_double_encoding;
pub use fold::{
    Joint, JointKind, Lines, Script, exact, fold, fold_into, fold_onto, fold_with_joints, is_dash,
    is_joining, is_joint, is_mark, locate, script,
};
pub(crate) use html::is_html;
pub use html::{text_to_plain, to_plain};
pub use language::language;
pub use tracking::{is_tracking, without_tracking};
