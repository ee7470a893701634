//! How many texts the value of an expression may hold.

use minijinja::machinery::{
    Span, ast,
    ast::{BinOpKind, CallArg, Expr},
};

use super::{Fault, MAX_TEXTS, Walk, deeper};
use crate::notify::engine::filters;

/// The longest text that `*` makes of a literal: a line across a mail.
const MAX_REPEATED_BYTES: usize = 4096;
/// What is a number wherever it is given.
const NUMBERS: [&str; 2] = ["now", "time"];
/// What a loop knows that is no number.
const ITEMS: [&str; 2] = ["previtem", "nextitem"];

/// What a value may hold.
#[derive(Debug, Clone, Copy)]
pub(super) struct Weight {
    pub(super) texts: usize,
    /// How deep it is nested.
    depth: usize,
    is_number: bool,
}

impl Weight {
    /// A number, or true or false.
    const NUMBER: Self = Self {
        texts: 0,
        depth: 0,
        is_number: true,
    };

    /// No number, with so many texts.
    pub(super) const fn of(texts: usize) -> Self {
        Self {
            texts,
            depth: 1,
            is_number: false,
        }
    }

    /// Both in one.
    fn and(self, other: Self) -> Self {
        Self {
            texts: self.texts.saturating_add(other.texts),
            ..self.or(other)
        }
    }

    /// Either.
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            texts: self.texts.max(other.texts),
            depth: self.depth.max(other.depth),
            is_number: self.is_number && other.is_number,
        }
    }

    /// One of what it holds, which may be all of it.
    pub(super) fn of_one(self) -> Self {
        Self {
            is_number: false,
            ..self
        }
    }

    /// What is no number any more, and at least one text.
    fn as_text(self) -> Self {
        Self {
            texts: self.texts.max(1),
            is_number: false,
            ..self
        }
    }

    fn wrapped(self) -> Self {
        Self {
            texts: self.texts.saturating_add(1),
            depth: self.depth + 1,
            is_number: false,
        }
    }

    fn checked(self, span: Span) -> Result<Self, Fault> {
        deeper(self.depth, span)?;
        if self.texts > MAX_TEXTS {
            let fault = format!("it puts together more than {MAX_TEXTS} texts");
            return Err(Fault::new(fault, span));
        }
        Ok(self)
    }
}

impl<'a> Walk<'a> {
    /// What the expression may make, which is so deep.
    pub(super) fn weigh(&self, expression: &Expr<'a>, depth: usize) -> Result<Weight, Fault> {
        let span = expression.span();
        deeper(depth, span)?;
        let of = |expression: &Expr<'a>| self.weigh(expression, depth + 1);
        let weight = match expression {
            Expr::Var(it) => self.name(it.id),
            Expr::Const(it) if it.value.is_number() => Weight::NUMBER,
            Expr::Const(_) => Weight::of(1),
            Expr::Slice(it) => {
                for bound in [&it.start, &it.stop, &it.step].into_iter().flatten() {
                    of(bound)?;
                }
                of(&it.expr)?.wrapped()
            }
            Expr::UnaryOp(it) => of(&it.expr).map(|_| Weight::NUMBER)?,
            Expr::BinOp(it) => self.operation(it, depth)?,
            Expr::Compare(it) => {
                of(&it.expr)?;
                let mut others = it.ops.iter();
                others.try_for_each(|other| of(&other.expr).map(drop))?;
                Weight::NUMBER
            }
            Expr::IfExpr(it) => {
                of(&it.test_expr)?;
                let other = it.false_expr.as_ref().map(of).transpose()?;
                of(&it.true_expr)?.or(other.unwrap_or(Weight::of(1)))
            }
            Expr::Filter(it) => self.filtered(it, depth)?,
            Expr::Test(it) => {
                of(&it.expr)?;
                arguments(self, &it.args, depth)?;
                Weight::NUMBER
            }
            Expr::GetAttr(it) => match &it.expr {
                Expr::Var(of) if of.id == "loop" && !ITEMS.contains(&it.name) => Weight::NUMBER,
                expression => of(expression)?.of_one(),
            },
            Expr::GetItem(it) => {
                of(&it.subscript_expr)?;
                of(&it.expr)?.of_one()
            }
            Expr::Call(it) => {
                let called = of(&it.expr)?;
                called.and(arguments(self, &it.args, depth)?).wrapped()
            }
            Expr::List(it) => self.all(&it.items, depth)?.wrapped(),
            Expr::Tuple(it) => self.all(&it.items, depth)?.wrapped(),
            Expr::Map(it) => {
                let keys = self.all(&it.keys, depth)?;
                keys.and(self.all(&it.values, depth)?).wrapped()
            }
        };
        weight.checked(span)
    }

    fn name(&self, name: &str) -> Weight {
        let given = if NUMBERS.contains(&name) {
            Weight::NUMBER
        } else {
            Weight::of(1)
        };
        self.names.get(name).copied().unwrap_or(given)
    }

    fn all(&self, items: &[Expr<'a>], depth: usize) -> Result<Weight, Fault> {
        items.iter().try_fold(Weight::of(0), |sum, item| {
            Ok(sum.and(self.weigh(item, depth + 1)?))
        })
    }

    fn operation(&self, it: &ast::Spanned<ast::BinOp<'a>>, depth: usize) -> Result<Weight, Fault> {
        let left = self.weigh(&it.left, depth + 1)?;
        let right = self.weigh(&it.right, depth + 1)?;
        let are_numbers = left.is_number && right.is_number;
        match it.op {
            BinOpKind::ScAnd | BinOpKind::ScOr => Ok(left.or(right)),
            BinOpKind::Add | BinOpKind::Mul if are_numbers => Ok(Weight::NUMBER),
            // Two lists stay two, behind one name.
            BinOpKind::Add => Ok(left.as_text().and(right.as_text()).wrapped()),
            BinOpKind::Concat => Ok(left.as_text().and(right.as_text())),
            BinOpKind::Mul if is_short(&it.left, &it.right) => Ok(Weight::of(1)),
            BinOpKind::Mul => Err(Fault::new(
                "`*` takes numbers: write `| int` behind what is one",
                it.span(),
            )),
            _ => Ok(Weight::NUMBER),
        }
    }

    fn filtered(&self, it: &ast::Spanned<ast::Filter<'a>>, depth: usize) -> Result<Weight, Fault> {
        let given = it.expr.as_ref();
        let given = given
            .map(|given| self.weigh(given, depth + 1))
            .transpose()?;
        let given = given.unwrap_or(Weight::of(1));
        let more = arguments(self, &it.args, depth)?;
        let is_named = |argument: &CallArg<'_>| matches!(argument, CallArg::Kwarg(..));
        if it.name == "map" && !it.args.iter().all(is_named) {
            let fault = "`map` takes `attribute=`; write a loop for more";
            return Err(Fault::new(fault, it.span()));
        }
        let of_more = it.args.is_empty() || more.is_number;
        Ok(match it.name {
            name if filters::makes_text(name) => Weight::of(1),
            name if filters::makes_number(name) && of_more => Weight::NUMBER,
            _ => given.and(more).wrapped(),
        })
    }
}

/// All that a call is given.
pub(super) fn arguments<'a>(
    walk: &Walk<'a>,
    arguments: &[CallArg<'a>],
    depth: usize,
) -> Result<Weight, Fault> {
    arguments.iter().try_fold(Weight::NUMBER, |sum, argument| {
        let (CallArg::Pos(value)
        | CallArg::Kwarg(_, value)
        | CallArg::PosSplat(value)
        | CallArg::KwargSplat(value)) = argument;
        Ok(sum.and(walk.weigh(value, depth + 1)?))
    })
}

/// Whether one is a text and one a number, both literally, and the text so many times is short.
fn is_short(left: &Expr<'_>, right: &Expr<'_>) -> bool {
    let (Expr::Const(left), Expr::Const(right)) = (left, right) else {
        return false;
    };
    let times = |text: &minijinja::Value, times: &minijinja::Value| {
        let text = text.as_str()?.len();
        let times = times.as_usize()?;
        text.checked_mul(times)
    };
    let bytes = times(&left.value, &right.value).or_else(|| times(&right.value, &left.value));
    bytes.is_some_and(|bytes| bytes <= MAX_REPEATED_BYTES)
}
