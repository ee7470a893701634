//! Whether the body of a webhook is a template.

/// What is wrong with a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TemplateFault {
    /// Lowercase, no full stop.
    pub(super) message: String,
    /// From 1.
    pub(super) line: usize,
}

/// Whether `template` can be read; what it says of an alert is not tried.
pub(super) fn check_template(template: &str) -> Result<(), TemplateFault> {
    let environment = minijinja::Environment::new();
    match environment.template_from_str(template) {
        Ok(_) => Ok(()),
        Err(error) => Err(TemplateFault {
            message: error
                .detail()
                .map_or_else(|| error.kind().to_string(), str::to_owned),
            line: error.line().unwrap_or(1),
        }),
    }
}
