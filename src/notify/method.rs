//! The methods of requests to receivers.

use std::fmt;

use crate::http::Method;

/// The method of a request to a receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HookMethod {
    /// POST.
    #[default]
    Post,
    /// PUT.
    Put,
    /// PATCH.
    Patch,
    /// GET, which has no body: all it says stands in its URL.
    Get,
}

impl HookMethod {
    /// Every method.
    pub const ALL: [Self; 4] = [Self::Post, Self::Put, Self::Patch, Self::Get];

    /// The name as written in the config.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Get => "GET",
        }
    }
}

impl fmt::Display for HookMethod {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl From<HookMethod> for Method {
    fn from(method: HookMethod) -> Self {
        match method {
            HookMethod::Post => Self::POST,
            HookMethod::Put => Self::PUT,
            HookMethod::Patch => Self::PATCH,
            HookMethod::Get => Self::GET,
        }
    }
}
