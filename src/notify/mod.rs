//! Notices to receivers.

mod options;

pub use options::{
    EmailOptions, MailLogin, MailOptions, MailSecurity, ReceiverKind, ReceiverOptions,
    WebhookOptions,
};
