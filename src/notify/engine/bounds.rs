//! What a template may need of memory, found from its text before the engine has it.
//!
//! The engine counts steps, but one step can double a text, and what it reads, compiles and drops it
//! follows by recursion. So a template is bounded here: its length, how deep it is nested, and how
//! many texts it holds at once when each name that it sets counts as all that went into it. What
//! cannot be bounded so (a loop that calls itself) is not there. Each single text is bounded when it is
//! made, by `filters`.

mod weight;

use std::{collections::HashMap, thread};

use minijinja::{
    machinery::{
        Span, ast,
        ast::{Expr, Stmt},
        parse, parse_expr,
    },
    syntax::SyntaxConfig,
};

use self::weight::{Weight, arguments};
use super::{NAME, TemplateError};

/// The longest template, and the longest expression: the engine counts lines and columns in 16 bits.
pub(super) const MAX_SOURCE_BYTES: usize = 60_000;
/// How deep a template is nested: in tags, in expressions, and in the values it makes.
pub(super) const MAX_DEPTH: usize = 64;
/// How many texts it holds at once. A story's are some 100 KiB at most, and none is over 1 MiB.
pub(super) const MAX_TEXTS: usize = 192;
/// The plain text of one turn of a loop whose text is kept: with the most steps, 64 MiB.
const MAX_KEPT_TURN_BYTES: usize = 512;
/// What is kept of a loop counts as so many texts.
const KEPT_LOOP_TEXTS: usize = 64;
/// Room to read and to drop the longest template, however it is nested. It is only used as far as
/// that goes.
const STACK_BYTES: usize = 64 * 1024 * 1024;

/// What breaks a bound, and where.
pub(super) struct Fault {
    message: String,
    span: Span,
}

impl Fault {
    pub(super) fn new(message: impl Into<String>, span: Span) -> Self {
        let message = message.into();
        Self { message, span }
    }
}

/// What a piece of source is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Source<'a> {
    Template(&'a str),
    Expression(&'a str),
}

/// Does `compile` on what keeps the bounds, with room enough for it.
///
/// # Errors
/// [`TemplateError`] of the bound that is broken, or of `compile`.
pub(super) fn bounded<T: Send>(
    source: Source<'_>,
    compile: impl FnOnce() -> Result<T, TemplateError> + Send,
) -> Result<T, TemplateError> {
    let (Source::Template(text) | Source::Expression(text)) = source;
    if text.len() > MAX_SOURCE_BYTES {
        let fault = format!("it is longer than {MAX_SOURCE_BYTES} bytes");
        return Err(whole(fault));
    }
    let work = || check(source).and_then(|()| compile());
    thread::scope(|scope| {
        let thread = thread::Builder::new().name("template".to_owned());
        let thread = thread.stack_size(STACK_BYTES).spawn_scoped(scope, work);
        let thread = thread.map_err(|error| whole(format!("it cannot be read now: {error}")))?;
        let done = thread.join();
        done.unwrap_or_else(|_| Err(whole("the template engine failed on it".to_owned())))
    })
}

fn whole(message: String) -> TemplateError {
    TemplateError {
        message,
        line: None,
        range: None,
    }
}

/// What cannot be parsed is left to the engine, which says why.
fn check(source: Source<'_>) -> Result<(), TemplateError> {
    let mut walk = Walk::default();
    let checked = match source {
        Source::Template(text) => match parse(text, NAME, SyntaxConfig::default()) {
            Ok(template) => walk.statement(&template, Nesting::default()),
            Err(_) => Ok(()),
        },
        Source::Expression(text) => match parse_expr(text) {
            Ok(expression) => walk.weigh(&expression, 0).map(drop),
            Err(_) => Ok(()),
        },
    };
    checked.map_err(|fault| TemplateError {
        message: fault.message,
        line: Some(usize::from(fault.span.start_line)),
        range: Some(fault.span.start_offset as usize..fault.span.end_offset as usize),
    })
}

/// Where a statement is.
#[derive(Debug, Clone, Copy, Default)]
struct Nesting {
    depth: usize,
    /// What is written is kept, not sent.
    is_kept: bool,
    is_in_loop: bool,
}

impl Nesting {
    fn within(self) -> Self {
        let depth = self.depth + 1;
        Self { depth, ..self }
    }
}

#[derive(Default)]
pub(super) struct Walk<'a> {
    /// The names that the template sets. All others are given to it.
    names: HashMap<&'a str, Weight>,
    /// All that these hold.
    held: usize,
    /// The texts that the block writes which is walked.
    written: usize,
    /// The bytes of plain text in the turn of the loop that is walked.
    turn_bytes: usize,
}

impl<'a> Walk<'a> {
    fn body(&mut self, body: &[Stmt<'a>], place: Nesting) -> Result<(), Fault> {
        let mut statements = body.iter();
        statements.try_for_each(|statement| self.statement(statement, place.within()))
    }

    fn statement(&mut self, statement: &Stmt<'a>, place: Nesting) -> Result<(), Fault> {
        let depth = place.depth;
        match statement {
            Stmt::Template(it) => self.body(&it.children, place),
            Stmt::EmitExpr(it) => {
                self.written += self.weigh(&it.expr, depth)?.texts.max(1);
                Ok(())
            }
            Stmt::EmitRaw(it) => self.plain(it.raw, place, it.span()),
            Stmt::ForLoop(it) => self.turns(it, place),
            Stmt::IfCond(it) => {
                // `elif` nests, too.
                deeper(depth, it.span())?;
                self.weigh(&it.expr, depth)?;
                self.body(&it.true_body, place)?;
                self.body(&it.false_body, place)
            }
            Stmt::WithBlock(it) => {
                for (target, value) in &it.assignments {
                    let weight = self.weigh(value, depth)?;
                    self.set(target, weight)?;
                }
                self.body(&it.body, place)
            }
            Stmt::Set(it) => {
                let weight = self.weigh(&it.expr, depth)?;
                self.set(&it.target, weight)
            }
            Stmt::SetBlock(it) => {
                let texts = self.kept(&it.body, place)?;
                if let Some(filter) = &it.filter {
                    self.weigh(filter, depth)?;
                }
                self.set(&it.target, Weight::of(texts))
            }
            Stmt::FilterBlock(it) => {
                let texts = self.kept(&it.body, place)?;
                self.written += self.weigh(&it.filter, depth)?.texts.max(texts);
                Ok(())
            }
            Stmt::AutoEscape(it) => {
                self.weigh(&it.enabled, depth)?;
                self.body(&it.body, place)
            }
            Stmt::Do(it) => arguments(self, &it.call.args, depth).map(drop),
        }
    }

    fn turns(&mut self, it: &ast::Spanned<ast::ForLoop<'a>>, place: Nesting) -> Result<(), Fault> {
        deeper(place.depth, it.span())?;
        if it.recursive {
            let fault = "a loop cannot be `recursive`";
            return Err(Fault::new(fault, it.span()));
        }
        let iterated = self.weigh(&it.iter, place.depth)?;
        self.bind(&it.target, iterated.of_one())?;
        if let Some(filter) = &it.filter_expr {
            self.weigh(filter, place.depth)?;
        }
        let before = std::mem::take(&mut self.turn_bytes);
        let turn = Nesting {
            is_in_loop: true,
            ..place
        };
        self.body(&it.body, turn)?;
        self.turn_bytes = before;
        self.written += KEPT_LOOP_TEXTS;
        self.body(&it.else_body, place)
    }

    fn plain(&mut self, raw: &str, place: Nesting, span: Span) -> Result<(), Fault> {
        if place.is_kept && place.is_in_loop {
            self.turn_bytes += raw.len();
            if self.turn_bytes > MAX_KEPT_TURN_BYTES {
                return Err(Fault::new(
                    format!(
                        "a loop within `set` or `filter` has at most {MAX_KEPT_TURN_BYTES} bytes \
                         of plain text"
                    ),
                    span,
                ));
            }
        }
        Ok(())
    }

    /// The texts that a block writes whose text is kept.
    fn kept(&mut self, body: &[Stmt<'a>], place: Nesting) -> Result<usize, Fault> {
        let before = std::mem::replace(&mut self.written, 1);
        let kept = Nesting {
            is_kept: true,
            ..place
        };
        self.body(body, kept)?;
        let written = std::mem::replace(&mut self.written, before);
        self.written += written;
        Ok(written)
    }

    fn set(&mut self, target: &Expr<'a>, weight: Weight) -> Result<(), Fault> {
        self.held += weight.texts;
        if self.held > MAX_TEXTS {
            return Err(Fault::new(
                format!("the names that it sets hold more than {MAX_TEXTS} texts in all"),
                target.span(),
            ));
        }
        self.bind(target, weight)
    }

    /// A name keeps the most that it may hold: of two branches, either may have been taken.
    fn bind(&mut self, target: &Expr<'a>, weight: Weight) -> Result<(), Fault> {
        let unpacked = match target {
            Expr::Var(name) => {
                let known = self.names.get(name.id).copied();
                let weight = known.map_or(weight, |known| known.or(weight));
                self.names.insert(name.id, weight);
                return Ok(());
            }
            Expr::List(list) => &list.items,
            Expr::Tuple(tuple) => &tuple.items,
            _ => return Err(Fault::new("only a plain name can be set", target.span())),
        };
        let mut unpacked = unpacked.iter();
        unpacked.try_for_each(|target| self.bind(target, weight.of_one()))
    }
}

pub(super) fn deeper(depth: usize, span: Span) -> Result<(), Fault> {
    if depth > MAX_DEPTH {
        let fault = format!("it is nested deeper than {MAX_DEPTH} levels");
        return Err(Fault::new(fault, span));
    }
    Ok(())
}
